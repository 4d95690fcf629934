//! RDS, Aurora, DynamoDB, Redshift and OpenSearch, over what AWS Config recorded.

use super::say::{fail, missing, not_applicable, of_flag, of_recorded, pass, unknown};
use super::{Check, Facts, Judged, walk};

pub(super) const CHECKS: &[Check] = &[
    Check::of_inventory("rds-instance-encrypted", rds_instance_encrypted),
    Check::of_inventory("rds-cluster-encrypted", rds_cluster_encrypted),
    Check::of_inventory("rds-snapshot-encrypted", rds_snapshot_encrypted),
    Check::of_inventory("rds-pitr", rds_pitr),
    Check::of_inventory("dynamodb-encrypted", dynamodb_encrypted),
    Check::of_inventory("dynamodb-pitr", dynamodb_pitr),
    Check::of_inventory("redshift-encrypted", redshift_encrypted),
    Check::of_inventory("opensearch-encrypted", opensearch_encrypted),
];

const STORAGE_YES: &str = "The storage is encrypted.";
const STORAGE_NO: &str = "The storage is not encrypted.";

fn rds_instance_encrypted(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::RDS::DBInstance"], |instance| {
        of_flag(instance, "configuration.storageEncrypted", STORAGE_YES, STORAGE_NO)
    })
}

fn rds_cluster_encrypted(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::RDS::DBCluster"], |cluster| {
        of_flag(cluster, "configuration.storageEncrypted", STORAGE_YES, STORAGE_NO)
    })
}

/// An instance's snapshot says `encrypted`, a cluster's says `storageEncrypted`.
fn rds_snapshot_encrypted(facts: &Facts<'_>) -> Vec<Judged> {
    let (yes, no) = ("The snapshot is encrypted.", "The snapshot is not encrypted.");
    let mut judged = of_recorded(facts, &["AWS::RDS::DBSnapshot"], |snapshot| {
        of_flag(snapshot, "configuration.encrypted", yes, no)
    });
    judged.extend(of_recorded(facts, &["AWS::RDS::DBClusterSnapshot"], |snapshot| {
        of_flag(snapshot, "configuration.storageEncrypted", yes, no)
    }));
    judged
}

/// RDS restores to a point in time wherever automated backups are kept
/// (RDS User Guide, "Restoring a DB instance to a specified time").
fn rds_pitr(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"], |database| {
        let instance = database.kind == "AWS::RDS::DBInstance";
        if instance && walk::text(&database.facts, "configuration.dBClusterIdentifier").is_some() {
            return not_applicable("The cluster of this instance keeps the backups.");
        }
        let path = "configuration.backupRetentionPeriod";
        match walk::number(&database.facts, path) {
            Some(days) if days > 0.0 => {
                pass(format!("Automated backups are kept for {days} days."))
            }
            Some(_) => fail("Automated backups are off: the retention period is 0 days."),
            None => missing(path),
        }
    })
}

/// DynamoDB always encrypts: without a description of another key it uses one that AWS owns
/// (DynamoDB Developer Guide, "Encryption at rest"). That is encryption at rest, and is said.
fn dynamodb_encrypted(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::DynamoDB::Table"], |table| {
        if !walk::present(&table.facts, "configuration") {
            return missing("configuration");
        }
        let status = walk::text(&table.facts, "configuration.ssedescription.status");
        match status.map(|status| status.to_ascii_uppercase()).as_deref() {
            Some("ENABLED") => pass("Encrypted with a KMS key of this account."),
            None | Some("DISABLED") => {
                pass("Encrypted with the key that AWS owns, not with one of this account.")
            }
            Some(other) => unknown(format!("The encryption status is {other}.")),
        }
    })
}

fn dynamodb_pitr(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::DynamoDB::Table"], |table| {
        let path = "supplementaryConfiguration.ContinuousBackupsDescription.\
                    pointInTimeRecoveryDescription.pointInTimeRecoveryStatus";
        match walk::text(&table.facts, path) {
            Some(status) if status.eq_ignore_ascii_case("enabled") => {
                pass("Point-in-time recovery is on.")
            }
            Some(status) => fail(format!("Point-in-time recovery is {}.", status.to_lowercase())),
            None => missing(path),
        }
    })
}

fn redshift_encrypted(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::Redshift::Cluster"], |cluster| {
        of_flag(
            cluster,
            "configuration.encrypted",
            "The cluster is encrypted.",
            "The cluster is not encrypted.",
        )
    })
}

fn opensearch_encrypted(facts: &Facts<'_>) -> Vec<Judged> {
    of_recorded(facts, &["AWS::OpenSearch::Domain", "AWS::Elasticsearch::Domain"], |domain| {
        of_flag(
            domain,
            "configuration.encryptionAtRestOptions.enabled",
            "Encryption at rest is on.",
            "Encryption at rest is off.",
        )
    })
}
