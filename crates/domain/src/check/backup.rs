//! Recovery points, vaults, copies and restores, over what AWS Backup told.

use std::collections::HashMap;

use serde_json::Value;

use super::say::{
    Said, as_of_today, counted, day, fail, listed, missing, not_applicable, pass, unknown,
};
use super::{Check, Facts, Judged, walk};
use crate::id::DAY_MS;
use crate::resource::kind;
use crate::{Part, Region, Resource, Source, Timestamp};

/// Days within which a copy to another region, or a backup of a resource, must lie: a monthly
/// plan with a few days of grace. Ours; 45 CFR 164.308(a)(7)(ii)(A) names no period.
const BACKUP_DAYS: i64 = 35;
/// Days within which a restore must have been tested. Ours; 164.308(a)(7)(ii)(D) says "periodic".
const RESTORE_DAYS: i64 = 90;
/// Days of jobs that are looked at.
const JOB_DAYS: i64 = 7;

const fn check(id: &'static str, needs: &'static [Part], run: super::Run) -> Check {
    Check { id, source: Source::Backup, needs, run }
}

pub(super) const CHECKS: &[Check] = &[
    check("backup-recovery-points-encrypted", &[Part::RecoveryPoints], points_encrypted),
    check("backup-vault-locked", &[Part::Vaults], vault_locked),
    check("backup-cross-region-copy", &[Part::CopyJobs, Part::RecoveryPoints], cross_region_copy),
    check("backup-restore-tested", &[Part::RestoreJobs], restore_tested),
    check(
        "backup-resources-protected",
        &[Part::ProtectedResources, Part::Inventory],
        resources_protected,
    ),
    check("backup-jobs-succeed", &[Part::BackupJobs], jobs_succeed),
];

/// What AWS Backup told of a type, where the part was read. Config has rows of the same names.
fn told<'f, 'a>(
    facts: &'f Facts<'a>,
    part: Part,
    kind: &str,
) -> impl Iterator<Item = &'a Resource> + use<'f, 'a> {
    let rows: Vec<&'a Resource> = facts.of(kind).to_vec();
    rows.into_iter()
        .filter(|row| row.source == Source::Backup)
        .filter(move |row| facts.read(Source::Backup, part, &row.region))
}

fn is(value: &Value, member: &str, words: &[&str]) -> bool {
    walk::text(value, member)
        .is_some_and(|found| words.iter().any(|word| found.eq_ignore_ascii_case(word)))
}

/// Whether an instant lies within the last days, or barely in the future of a skewed clock.
fn within(facts: &Facts<'_>, at: Timestamp, days: i64) -> bool {
    (-DAY_MS..=days * DAY_MS).contains(&facts.now.since(at))
}

fn points_encrypted(facts: &Facts<'_>) -> Vec<Judged> {
    told(facts, Part::RecoveryPoints, kind::RECOVERY_POINT)
        .map(|point| {
            if is(&point.facts, "Status", &["EXPIRED", "DELETING"]) {
                return not_applicable("The recovery point is being removed.").of(point);
            }
            let said = match walk::flag(&point.facts, "IsEncrypted") {
                Some(true) => pass("The recovery point is encrypted."),
                Some(false) => fail("The recovery point is not encrypted."),
                None => missing("IsEncrypted"),
            };
            said.of(point)
        })
        .collect()
}

/// A lock without a date is in governance mode; a date in the past makes it final
/// (AWS Backup API, `DescribeBackupVault`).
fn vault_locked(facts: &Facts<'_>) -> Vec<Judged> {
    told(facts, Part::Vaults, kind::VAULT)
        .map(|vault| lock_of(&vault.facts, facts.now).of(vault))
        .collect()
}

fn lock_of(vault: &Value, now: Timestamp) -> Said {
    if is(vault, "VaultType", &["RESTORE_ACCESS_BACKUP_VAULT"]) {
        return not_applicable("The vault only gives access to the backups of another.");
    }
    match (walk::flag(vault, "Locked"), walk::time(vault, "LockDate")) {
        (Some(true), Some(date)) if date <= now => {
            pass(format!("Locked in compliance mode, final since {}.", day(date)))
        }
        (Some(true), Some(date)) => {
            pass(format!("Locked; nobody can take the lock away after {}.", day(date)))
        }
        (Some(true), None) => pass("Locked in governance mode."),
        (Some(false), _) => fail("The vault is not locked."),
        (None, _) => missing("Locked"),
    }
}

/// The region of an ARN, or nothing when it has none.
fn region_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(3).filter(|region| !region.is_empty())
}

/// A copy in another region survives the loss of one.
fn cross_region_copy(facts: &Facts<'_>) -> Vec<Judged> {
    let copied = told(facts, Part::CopyJobs, kind::COPY_JOB)
        .filter_map(|job| copy_of(facts, &job.facts).map(|said| (job, Part::CopyJobs, said)));
    let arrived = told(facts, Part::RecoveryPoints, kind::RECOVERY_POINT)
        .filter(|point| facts.fresh(Source::Backup, Part::RecoveryPoints, &point.region))
        .filter_map(|point| {
            arrival_of(facts, point).map(|said| (point, Part::RecoveryPoints, said))
        });
    let proof = copied.chain(arrived).max_by_key(|(row, part, _)| {
        (facts.fresh(Source::Backup, *part, &row.region), *part == Part::CopyJobs)
    });
    if let Some((row, part, said)) = proof {
        // The age of an answer is that of the copy jobs; a recovery point was found fresh above.
        let visited = (part == Part::RecoveryPoints)
            .then(|| {
                facts
                    .regions_read(Source::Backup, Part::CopyJobs)
                    .find(|region| facts.fresh(Source::Backup, Part::CopyJobs, region))
            })
            .flatten()
            .unwrap_or(&row.region);
        return vec![facts.say_of_all(visited, said)];
    }
    without_proof(
        facts,
        &[Part::CopyJobs, Part::RecoveryPoints],
        format!("No backup was copied to another region in the last {BACKUP_DAYS} days."),
    )
}

fn copy_of(facts: &Facts<'_>, job: &Value) -> Option<Said> {
    let done = walk::time(job, "CompletionDate").or_else(|| walk::time(job, "CreationDate"))?;
    if !is(job, "State", &["COMPLETED"]) || !within(facts, done, BACKUP_DAYS) {
        return None;
    }
    let source = walk::text(job, "SourceBackupVaultArn")?;
    let destination = walk::text(job, "DestinationBackupVaultArn")?;
    let (from, to) = (region_of(&source)?, region_of(&destination)?);
    (from != to).then(|| pass(format!("Copied from {from} to {to} on {}.", day(done))))
}

fn arrival_of(facts: &Facts<'_>, point: &Resource) -> Option<Said> {
    let made = walk::time(&point.facts, "CreationDate")?;
    if !is(&point.facts, "Status", &["COMPLETED", "AVAILABLE"]) || !within(facts, made, BACKUP_DAYS)
    {
        return None;
    }
    let source = walk::text(&point.facts, "SourceBackupVaultArn")?;
    let (from, to) = (region_of(&source)?, point.region.as_str());
    (from != to).then(|| pass(format!("A recovery point of {} came from {from}.", day(made))))
}

/// That nothing happened can only be said when every region was read; else it is unknown, and the
/// first gap is named.
fn without_proof(facts: &Facts<'_>, parts: &[Part], failure: String) -> Vec<Judged> {
    let governing = parts.first().copied().unwrap_or(Part::CopyJobs);
    let Some(visited) = facts.oldest_region(Source::Backup, governing) else { return Vec::new() };
    let gaps = facts.account.regions.iter().flat_map(|region| {
        parts.iter().filter_map(move |part| gap(facts, *part, *part != governing, region))
    });
    let said = gaps.into_iter().next().map_or_else(|| fail(failure), unknown);
    vec![facts.say_of_all(visited, said)]
}

/// Why a part does not tell all of a region. The age of the governing part is judged elsewhere.
fn gap(facts: &Facts<'_>, part: Part, must_be_fresh: bool, region: &Region) -> Option<String> {
    let status = facts.freshness.scope(Source::Backup, &facts.account.id, region);
    let error = status
        .and_then(|status| status.parts.get(&part))
        .and_then(|status| status.error.as_ref())
        .filter(|error| error.class == crate::ErrorClass::Denied);
    let what = part.as_str().replace('-', " ");
    if let Some(error) = error {
        let action = match &error.missing_action {
            Some(action) => action.clone(),
            None => format!("backup:{}", error.operation),
        };
        return Some(format!("The {what} of {region} cannot be read: `{action}` is not allowed."));
    }
    if !facts.read(Source::Backup, part, region) {
        return Some(format!("The {what} of {region} have not been read."));
    }
    (must_be_fresh && !facts.fresh(Source::Backup, part, region))
        .then(|| format!("The {what} of {region} were read too long ago."))
}

/// Outcomes of a validation that prove nothing; while it goes on, nobody knows whether what was
/// restored can be used (AWS Backup API, `ValidationStatus`).
const UNPROVEN: &[&str] = &["FAILED", "TIMED_OUT", "VALIDATING"];

/// A backup that was never restored is a hope (164.308(a)(7)(ii)(D), testing and revision).
fn restore_tested(facts: &Facts<'_>) -> Vec<Judged> {
    let done =
        |job: &Value| walk::time(job, "CompletionDate").or_else(|| walk::time(job, "CreationDate"));
    let proof = told(facts, Part::RestoreJobs, kind::RESTORE_JOB)
        .filter(|job| is(&job.facts, "Status", &["COMPLETED"]))
        .filter(|job| !is(&job.facts, "ValidationStatus", UNPROVEN))
        .filter_map(|job| done(&job.facts).map(|at| (job, at)))
        .filter(|(_, at)| within(facts, *at, RESTORE_DAYS))
        .max_by_key(|(job, at)| (facts.fresh(Source::Backup, Part::RestoreJobs, &job.region), *at));
    let Some((job, at)) = proof else {
        return without_proof(
            facts,
            &[Part::RestoreJobs],
            format!("No restore has succeeded in the last {RESTORE_DAYS} days."),
        );
    };
    let planned = walk::text(&job.facts, "CreatedBy.RestoreTestingPlanArn").is_some();
    let what = if planned { "A restore test" } else { "A restore" };
    vec![facts.say_of_all(&job.region, pass(format!("{what} succeeded on {}.", day(at))))]
}

/// Resource types that AWS Backup can back up and whose loss would lose data.
const BACKED_UP: [&str; 6] = [
    "AWS::EC2::Instance",
    "AWS::EC2::Volume",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBCluster",
    "AWS::DynamoDB::Table",
    "AWS::EFS::FileSystem",
];

fn resources_protected(facts: &Facts<'_>) -> Vec<Judged> {
    let protected = Protected::of(facts);
    listed(facts, &BACKED_UP)
        .filter(|resource| facts.read(Source::Backup, Part::ProtectedResources, &resource.region))
        .map(|it| as_of_today(facts, it, |resource| protection(facts, &protected, resource)))
        .collect()
}

/// Protected resources by ARN, and those of EC2 also by id: a Config row may lack the ARN.
struct Protected<'a>(HashMap<String, &'a Resource>);

impl<'a> Protected<'a> {
    fn of(facts: &Facts<'a>) -> Self {
        let mut rows = HashMap::new();
        for row in told(facts, Part::ProtectedResources, kind::PROTECTED_RESOURCE) {
            let Some(arn) = walk::text(&row.facts, "ResourceArn") else { continue };
            if arn.contains(":ec2:")
                && let Some(id) = arn.rsplit('/').next()
            {
                rows.insert(id.to_owned(), row);
            }
            rows.insert(arn, row);
        }
        Self(rows)
    }

    fn row(&self, name: &str) -> Option<&'a Resource> {
        self.0.get(name).copied()
    }
}

fn protection(facts: &Facts<'_>, protected: &Protected<'_>, resource: &Resource) -> Said {
    let instance = resource.kind == "AWS::RDS::DBInstance";
    if instance && walk::text(&resource.facts, "configuration.dBClusterIdentifier").is_some() {
        return not_applicable("The cluster of this instance is backed up as a whole.");
    }
    if let Some(row) = protected.row(resource.key.as_str()).or_else(|| protected.row(&resource.id))
    {
        return last_backup(facts, row);
    }
    // The backup of an EC2 instance is an image with its volumes.
    let image = walk::list(&resource.facts, "configuration.attachments")
        .iter()
        .filter_map(|attachment| walk::text(attachment, "instanceId"))
        .find_map(|instance| protected.row(&instance));
    match image {
        Some(row) => last_backup(facts, row),
        None => fail("AWS Backup has never backed it up."),
    }
}

fn last_backup(facts: &Facts<'_>, row: &Resource) -> Said {
    match walk::time(&row.facts, "LastBackupTime") {
        Some(at) if within(facts, at, BACKUP_DAYS) => {
            pass(format!("Last backed up on {}.", day(at)))
        }
        Some(at) => {
            fail(format!("Last backed up on {}, more than {BACKUP_DAYS} days ago.", day(at)))
        }
        None => missing("LastBackupTime"),
    }
}

fn jobs_succeed(facts: &Facts<'_>) -> Vec<Judged> {
    facts
        .regions_read(Source::Backup, Part::BackupJobs)
        .map(|region| facts.say(region, jobs_in(facts, region)))
        .collect()
}

fn jobs_in(facts: &Facts<'_>, region: &Region) -> Said {
    let recent: Vec<&Resource> = told(facts, Part::BackupJobs, kind::BACKUP_JOB)
        .filter(|job| job.region == *region)
        .filter(|job| {
            let at = walk::time(&job.facts, "CompletionDate")
                .or_else(|| walk::time(&job.facts, "CreationDate"));
            at.is_some_and(|at| within(facts, at, JOB_DAYS))
        })
        .collect();
    let count = |words: &[&str]| recent.iter().filter(|job| is(&job.facts, "State", words)).count();
    let bad = count(&["FAILED", "ABORTED", "ABORTING", "EXPIRED", "PARTIAL"]);
    let good = count(&["COMPLETED"]);
    if bad > 0 {
        return fail(format!(
            "{} of {} in the last {JOB_DAYS} days did not succeed.",
            bad,
            counted(recent.len(), "backup job")
        ));
    }
    if good == 0 {
        return unknown(format!("No backup job has finished in the last {JOB_DAYS} days."));
    }
    pass(format!("{} succeeded in the last {JOB_DAYS} days.", counted(good, "backup job")))
}
