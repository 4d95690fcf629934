//! Backup, copy and restore jobs, and the restore tests that make the latter.

use serde_json::{Value, json};

use super::runs::{Run, backup_type, runs};
use super::{creator, listed, plan_of, role, vault_arn, vault_key};
use crate::answer::Failure;
use crate::call::Call;
use crate::clock::{DAY, HOUR, MINUTE, epoch_seconds};
use crate::noise;
use crate::organisation::{EHR, IMAGING, Place};
use crate::world::World;

/// The API lists the jobs of the last 30 days.
const LISTED_DAYS: i64 = 30;

pub(super) fn backup_jobs(world: &World, call: &Call) -> Result<Value, Failure> {
    let position = call.position()?;
    let now = position.as_of;
    let jobs = runs(world, call.place, now, LISTED_DAYS);
    listed(
        call,
        position,
        "BackupJobs",
        jobs.iter().map(|run| backup_job(world, call.place, run, now)),
    )
}

fn backup_job(world: &World, place: Place, run: &Run, now: i64) -> Value {
    let resource = &world.resources[run.index];
    let (state, percent) = run.state(now);
    let (category, message) = run.message();
    let vault = run.vault(world);
    let mut job = json!({
        "AccountId": place.account().id,
        "BackupJobId": run.job_id(),
        "BackupVaultName": vault,
        "BackupVaultArn": vault_arn(place, vault),
        "ResourceArn": resource.arn,
        "ResourceType": backup_type(resource),
        "ResourceName": resource.name,
        "CreationDate": epoch_seconds(run.started),
        "InitiationDate": epoch_seconds(run.started),
        "StartBy": epoch_seconds(run.started + 8 * HOUR),
        "State": state,
        "PercentDone": format!("{percent:.1}"),
        "BackupSizeInBytes": if percent >= 100.0 { run.bytes(world) } else { 0 },
        "IamRoleArn": role(place),
        "IsParent": false,
    });
    if let Some(plan) = plan_of(world, place) {
        job["CreatedBy"] = creator(world, plan);
    }
    if run.finishes <= now {
        job["CompletionDate"] = json!(epoch_seconds(run.finishes));
        job["MessageCategory"] = json!(category);
        if let Some(message) = message {
            job["StatusMessage"] = json!(message);
        }
    } else {
        job["ExpectedCompletionDate"] = json!(epoch_seconds(run.finishes));
    }
    if run.left_point(now) {
        job["RecoveryPointArn"] = json!(run.point_arn(world, place));
        job["EncryptionKeyArn"] = json!(vault_key(world, place));
    }
    job
}

pub(super) fn copy_jobs(world: &World, call: &Call) -> Result<Value, Failure> {
    let position = call.position()?;
    let now = position.as_of;
    let jobs = runs(world, call.place, now, LISTED_DAYS);
    let copies = jobs.iter().filter(|run| run.left_point(now)).filter_map(|run| {
        run.copied_to(world).map(|target| copy_job(world, call.place, run, target, now))
    });
    listed(call, position, "CopyJobs", copies)
}

fn copy_job(world: &World, place: Place, run: &Run, target: Place, now: i64) -> Value {
    let resource = &world.resources[run.index];
    let ends = run.copy_finishes().unwrap_or(run.finishes + 10 * MINUTE);
    let state = match (now < ends, run.copy_finishes()) {
        (true, _) if now < run.finishes + MINUTE => "CREATED",
        (true, _) => "RUNNING",
        (false, Some(_)) => "COMPLETED",
        (false, None) => "FAILED",
    };
    let mut job = json!({
        "AccountId": place.account().id,
        "CopyJobId": noise::uuid(noise::mix(run.hash)).to_uppercase(),
        "SourceBackupVaultArn": vault_arn(place, run.vault(world)),
        "SourceRecoveryPointArn": run.point_arn(world, place),
        "DestinationBackupVaultArn": vault_arn(target, "clinical-vault"),
        "ResourceArn": resource.arn,
        "ResourceType": backup_type(resource),
        "ResourceName": resource.name,
        "CreationDate": epoch_seconds(run.finishes),
        "State": state,
        "BackupSizeInBytes": run.bytes(world),
        "IamRoleArn": role(place),
        "CreatedByBackupJobId": run.job_id(),
        "IsParent": false,
    });
    if now >= ends {
        job["CompletionDate"] = json!(epoch_seconds(ends));
    }
    if state == "COMPLETED" {
        job["DestinationRecoveryPointArn"] = json!(run.point_arn(world, target));
    }
    if state == "FAILED" {
        job["StatusMessage"] =
            json!("The destination vault's key cannot be used by the copy role.");
        job["MessageCategory"] = json!("AccessDenied");
    }
    job
}

/// A restore-testing plan: the weekday hour of its runs, and when it stopped running.
pub(super) struct Testing {
    pub name: &'static str,
    pub first: i64,
    pub last: i64,
    /// Whether the checks on the restored data succeed.
    pub good: bool,
}

/// Home regions of three accounts test restores; the imaging account stopped long ago, and the
/// shared account's tests fail.
pub(super) fn testing(world: &World, place: Place) -> Option<Testing> {
    let monday = world.anchor - (world.anchor / DAY + 3).rem_euclid(7) * DAY + 3 * HOUR;
    let first = monday - 50 * 7 * DAY;
    let (name, last, good) = match (place.account, place.region) {
        (EHR, 0) => ("clinical_restore_test", i64::MAX, true),
        (IMAGING, 0) => ("imaging_restore_test", monday - 16 * 7 * DAY, true),
        (0, 0) => ("shared_restore_test", i64::MAX, false),
        _ => return None,
    };
    Some(Testing { name, first, last, good })
}

pub(super) fn testing_arn(place: Place, name: &str) -> String {
    format!("arn:aws:backup:{}:{}:restore-testing-plan:{name}", place.region(), place.account().id)
}

pub(super) fn restore_jobs(world: &World, call: &Call) -> Result<Value, Failure> {
    let position = call.position()?;
    let now = position.as_of;
    let mut jobs = Vec::new();
    if let Some(plan) = testing(world, call.place) {
        let mut at = plan.first;
        while at <= now.min(plan.last) {
            if at > now - 400 * DAY {
                for (number, code) in
                    ["RDS::DBInstance", "EC2::Volume", "DynamoDB::Table"].iter().enumerate()
                {
                    let begun = at + number as i64 * 20 * MINUTE;
                    jobs.extend(restore_job(world, call.place, code, begun, Some(&plan), now));
                }
            }
            at += 7 * DAY;
        }
    }
    if (call.place == Place { account: EHR, region: 1 }) {
        // Somebody restored a table by hand; no plan, no validation.
        let begun = world.anchor - 33 * DAY + 15 * HOUR;
        jobs.extend(restore_job(world, call.place, "DynamoDB::Table", begun, None, now));
    }
    jobs.reverse();
    listed(call, position, "RestoreJobs", jobs.into_iter())
}

fn restore_job(
    world: &World,
    place: Place,
    code: &str,
    begun: i64,
    plan: Option<&Testing>,
    now: i64,
) -> Option<Value> {
    if begun > now {
        return None;
    }
    let (_, resource) = world.at(place).find(|(_, resource)| resource.code() == code)?;
    let hash = noise::combine(&[resource.hash, begun as u64, 0x4e57]);
    let ends = begun + (20 + noise::below(hash, 60) as i64) * MINUTE;
    let failed = noise::below(noise::mix(hash), 25) == 0;
    let status = match (now < ends, failed) {
        (true, _) if now < begun + MINUTE => "PENDING",
        (true, _) => "RUNNING",
        (false, true) => "FAILED",
        (false, false) => "COMPLETED",
    };
    let mut job = json!({
        "AccountId": place.account().id,
        "RestoreJobId": noise::uuid(hash).to_uppercase(),
        "RecoveryPointArn": format!("arn:aws:backup:{}:{}:recovery-point:{}", place.region(), place.account().id, noise::uuid(noise::mix(hash))),
        "SourceResourceArn": resource.arn,
        "BackupVaultArn": vault_arn(place, "clinical-vault"),
        "CreationDate": epoch_seconds(begun),
        "Status": status,
        "PercentDone": if now < ends { "40.00%" } else { "100.00%" },
        "BackupSizeInBytes": 12_884_901_888_u64,
        "IamRoleArn": role(place),
        "ResourceType": backup_type(resource),
        "RecoveryPointCreationDate": epoch_seconds(begun - 20 * HOUR),
        "IsParent": false,
    });
    if now >= ends {
        job["CompletionDate"] = json!(epoch_seconds(ends));
    }
    if status == "FAILED" {
        job["StatusMessage"] = json!("No free address was left in the subnet of the restore.");
    }
    if let Some(plan) = plan {
        job["CreatedBy"] = json!({"RestoreTestingPlanArn": testing_arn(place, plan.name)});
        if status == "COMPLETED" {
            job["ValidationStatus"] = json!(match (now < ends + 30 * MINUTE, plan.good) {
                (true, _) => "VALIDATING",
                (false, true) => "SUCCESSFUL",
                (false, false) => "FAILED",
            });
            job["DeletionStatus"] = json!("SUCCESSFUL");
            job["CreatedResourceArn"] = json!(format!("{}-restore-test", resource.arn));
        }
    }
    Some(job)
}
