//! S3, EBS and EFS, over what AWS Config recorded.

use serde_json::Value;

use super::say::{Said, counted, fail, missing, of_flag, of_recorded, pass, unknown};
use super::{Check, Facts, Judged, recorder, walk};
use crate::{Part, Resource, Source};

const BUCKET: &str = "AWS::S3::Bucket";
const ACCOUNT_BLOCK: &str = "AWS::S3::AccountPublicAccessBlock";

pub(super) const CHECKS: &[Check] = &[
    Check::of_inventory("s3-public-access-blocked", s3_public_access_blocked),
    Check::of_inventory("s3-default-encryption", s3_default_encryption),
    Check::of_inventory("s3-versioning", s3_versioning),
    Check::of_inventory("s3-replication", s3_replication),
    Check::of_inventory("ebs-encrypted", ebs_encrypted),
    Check::of_inventory("efs-encrypted", efs_encrypted),
];

/// The four settings of S3 Block Public Access.
const BLOCKS: [&str; 4] =
    ["blockPublicAcls", "ignorePublicAcls", "blockPublicPolicy", "restrictPublicBuckets"];

/// S3 applies the stricter of the bucket's and the account's setting, one by one
/// (S3 User Guide, "Blocking public access").
fn s3_public_access_blocked(facts: &Facts<'_>) -> Vec<Judged> {
    let account = account_blocks(facts);
    of_recorded(facts, &[BUCKET], |bucket| {
        let path = "supplementaryConfiguration.PublicAccessBlockConfiguration";
        let own = walk::get(&bucket.facts, path);
        let own = BLOCKS.map(|block| own.as_deref().and_then(|own| walk::flag(own, block)));
        let settings = || BLOCKS.iter().zip(own).zip(account);
        let off: Vec<&str> = settings()
            .filter(|((_, own), account)| *own == Some(false) && !account)
            .map(|((block, _), _)| *block)
            .collect();
        if !off.is_empty() {
            return fail(format!(
                "Off for this bucket, and no block of the whole account is recorded: {}.",
                off.join(", ")
            ));
        }
        if own.iter().all(|own| *own == Some(true)) {
            return pass("All four public access settings of the bucket are on.");
        }
        if settings().all(|((_, own), account)| account || own == Some(true)) {
            return pass("The account's public access block covers the bucket.");
        }
        missing(path)
    })
}

/// Which settings are on for the whole account, as far as fresh facts say.
fn account_blocks(facts: &Facts<'_>) -> [bool; 4] {
    BLOCKS.map(|block| {
        facts
            .of(ACCOUNT_BLOCK)
            .iter()
            .filter(|row| facts.fresh(Source::Config, Part::Inventory, &row.region))
            .filter(|row| recorder::records(facts, &row.region, ACCOUNT_BLOCK))
            .filter_map(|row| walk::get(&row.facts, "configuration"))
            .any(|settings| walk::flag(&settings, block) == Some(true))
    })
}

/// A missing member proves nothing: S3 has encrypted every new object since January 2023, and
/// Config rows from before may not say so.
fn s3_default_encryption(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &[BUCKET], |bucket| {
        let rules = "supplementaryConfiguration.ServerSideEncryptionConfiguration.rules";
        let algorithm = walk::list(&bucket.facts, rules).iter().find_map(|rule| {
            walk::text(rule, "applyServerSideEncryptionByDefault.sseAlgorithm")
                .or_else(|| walk::text(rule, "serverSideEncryptionByDefault.sseAlgorithm"))
        });
        match algorithm {
            Some(algorithm) => pass(format!("Default encryption is {algorithm}.")),
            None => unknown("Config recorded no default encryption rule for this bucket."),
        }
    })
}

fn s3_versioning(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &[BUCKET], |bucket| {
        let path = "supplementaryConfiguration.BucketVersioningConfiguration.status";
        match walk::text(&bucket.facts, path) {
            Some(status) if status.eq_ignore_ascii_case("enabled") => pass("Versioning is on."),
            Some(status) => fail(format!("Versioning is {}.", status.to_lowercase())),
            None => missing(path),
        }
    })
}

/// Another bucket in the same Region counts, as it does for the managed rule
/// `S3_BUCKET_REPLICATION_ENABLED`; that copies must leave the Region is another control's demand.
fn s3_replication(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &[BUCKET], replication)
}

fn replication(bucket: &Resource) -> Said {
    if !walk::present(&bucket.facts, "supplementaryConfiguration") {
        return missing("supplementaryConfiguration");
    }
    let path = "supplementaryConfiguration.BucketReplicationConfiguration.rules";
    let rules: Vec<Value> = walk::list(&bucket.facts, path)
        .into_iter()
        .filter(|rule| {
            walk::text(rule, "status").is_some_and(|it| it.eq_ignore_ascii_case("enabled"))
        })
        .collect();
    let names: Vec<String> = rules.iter().filter_map(destination).collect();
    match names.first() {
        Some(arn) => {
            let name = arn.rsplit(':').next().unwrap_or(arn);
            let rules = counted(names.len(), "enabled rule");
            pass(format!("Replicated to {name}, by {rules} in all."))
        }
        None if rules.is_empty() => fail("The bucket has no enabled replication rule."),
        None => missing("destinationConfig.bucketARN"),
    }
}

fn destination(rule: &Value) -> Option<String> {
    ["destinationConfig.bucketARN", "destination.bucketARN", "destination.bucket"]
        .into_iter()
        .find_map(|path| walk::text(rule, path))
}

fn ebs_encrypted(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::EC2::Volume"], |volume| {
        of_flag(
            volume,
            "configuration.encrypted",
            "The volume is encrypted.",
            "The volume is not encrypted.",
        )
    })
}

fn efs_encrypted(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::EFS::FileSystem"], |file_system| {
        of_flag(
            file_system,
            "configuration.encrypted",
            "The file system is encrypted.",
            "The file system is not encrypted.",
        )
    })
}
