//! Databases, search, queues and streams.

use serde_json::{Value, json};

use super::{Built, Item};
use crate::clock::{HOUR, iso};
use crate::organisation::REGIONS;

pub(super) fn db_instance(item: &Item<'_>) -> Built {
    let encrypted = item.good("encrypted");
    let logs: Vec<&str> = if item.good("logs") { vec!["postgresql", "upgrade"] } else { vec![] };
    let retention = if item.good("automated-backup") { 35.0 } else { 0.0 };
    (
        json!({
            "dBInstanceIdentifier": item.it.name,
            "dBInstanceArn": item.it.arn,
            "dbiResourceId": item.it.id,
            "dBInstanceClass": "db.r6g.large",
            "dBInstanceStatus": "available",
            "engine": "postgres",
            "engineVersion": "16.4",
            "allocatedStorage": 200.0,
            "storageEncrypted": encrypted,
            "kmsKeyId": encrypted.then(|| item.key_arn()),
            "publiclyAccessible": !item.good("private"),
            "multiAZ": item.good("multi-az"),
            "backupRetentionPeriod": retention,
            "deletionProtection": item.good("deletion-protection"),
            "iAMDatabaseAuthenticationEnabled": item.good("iam-auth"),
            "autoMinorVersionUpgrade": item.good("minor-upgrade"),
            "copyTagsToSnapshot": item.good("copy-tags"),
            "dbInstancePort": if item.good("own-port") { 6432.0 } else { 5432.0 },
            "masterUsername": if item.good("own-admin") { "clinical_owner" } else { "postgres" },
            "monitoringInterval": if item.good("enhanced-monitoring") { 60.0 } else { 0.0 },
            "latestRestorableTime": (retention > 0.0).then(|| iso(item.now - item.now.rem_euclid(HOUR))),
            "enabledCloudwatchLogsExports": logs,
            "dBInstanceAutomatedBackupsReplications": [],
        }),
        json!({"Tags": []}),
    )
}

pub(super) fn db_cluster(item: &Item<'_>) -> Built {
    (
        json!({
            "dBClusterIdentifier": item.it.name,
            "dBClusterArn": item.it.arn,
            "dbClusterResourceId": item.it.id,
            "engine": "aurora-postgresql",
            "storageEncrypted": true,
            "kmsKeyId": item.key_arn(),
            "multiAZ": item.good("multi-az"),
            "backupRetentionPeriod": 14.0,
            "deletionProtection": item.good("deletion-protection"),
            "iamdatabaseAuthenticationEnabled": item.dice("iam").is_multiple_of(2),
            "enabledCloudwatchLogsExports": ["postgresql"],
        }),
        json!({}),
    )
}

fn restore_attributes(item: &Item<'_>) -> Value {
    let accounts: Vec<&str> = if item.good("private") { vec![] } else { vec!["all"] };
    json!([{"attributeName": "restore", "attributeValues": accounts}])
}

pub(super) fn db_snapshot(item: &Item<'_>) -> Built {
    let encrypted = item.good("encrypted");
    (
        json!({
            "dBSnapshotIdentifier": item.it.name,
            "dBSnapshotArn": item.it.arn,
            "dBInstanceIdentifier": item.it.name.trim_end_matches("-before-upgrade"),
            "snapshotCreateTime": iso(item.it.created),
            "engine": "postgres",
            "snapshotType": "manual",
            "status": "available",
            "encrypted": encrypted,
            "kmsKeyId": encrypted.then(|| item.key_arn()),
        }),
        json!({"DBSnapshotAttributes": restore_attributes(item)}),
    )
}

pub(super) fn cluster_snapshot(item: &Item<'_>) -> Built {
    let encrypted = item.good("encrypted");
    let attributes = json!({
        "dBClusterSnapshotIdentifier": item.it.name,
        "dBClusterSnapshotAttributes": restore_attributes(item),
    });
    (
        json!({
            "dBClusterSnapshotIdentifier": item.it.name,
            "dBClusterSnapshotArn": item.it.arn,
            "snapshotCreateTime": iso(item.it.created),
            "engine": "aurora-postgresql",
            "snapshotType": "manual",
            "storageEncrypted": encrypted,
            "kmsKeyId": encrypted.then(|| item.key_arn()),
        }),
        json!({ "DBClusterSnapshotAttributes": attributes }),
    )
}

pub(super) fn table(item: &Item<'_>) -> Built {
    let mut configuration = json!({
        "tableName": item.it.name,
        "tableArn": item.it.arn,
        "tableId": crate::noise::uuid(item.it.hash),
        "tableStatus": "ACTIVE",
        "creationDateTime": item.it.created as f64,
        "billingModeSummary": {"billingMode": if item.good("autoscaling") { "PAY_PER_REQUEST" } else { "PROVISIONED" }},
        "replicas": [],
    });
    // Without a description the table uses the key that AWS owns.
    if item.dice("sse").is_multiple_of(3) {
        configuration["ssedescription"] =
            json!({"status": "ENABLED", "ssetype": "KMS", "kmsmasterKeyArn": item.key_arn()});
    }
    if item.dice("replica").is_multiple_of(4) {
        let away = REGIONS[(item.it.place.region + 1) % REGIONS.len()];
        configuration["replicas"] = json!([{"regionName": away, "replicaStatus": "ACTIVE"}]);
    }
    let status = if item.good("pitr") { "ENABLED" } else { "DISABLED" };
    (
        configuration,
        json!({
            "ContinuousBackupsDescription": {
                "continuousBackupsStatus": "ENABLED",
                "pointInTimeRecoveryDescription": {"pointInTimeRecoveryStatus": status},
            },
            "Tags": [],
        }),
    )
}

pub(super) fn redshift(item: &Item<'_>) -> Built {
    let encrypted = item.good("encrypted");
    let mut configuration = json!({
        "clusterIdentifier": item.it.name,
        "nodeType": "ra3.xlplus",
        "numberOfNodes": 2.0,
        "encrypted": encrypted,
        "kmsKeyId": encrypted.then(|| item.key_arn()),
        "publiclyAccessible": !item.good("private"),
        "automatedSnapshotRetentionPeriod": if item.good("snapshots") { 35.0 } else { 1.0 },
        "allowVersionUpgrade": item.good("version-upgrade"),
    });
    if item.it.place.account().holds_phi {
        configuration["clusterSnapshotCopyStatus"] =
            json!({"destinationRegion": "us-west-2", "retentionPeriod": 35.0});
    }
    (configuration, json!({"LoggingStatus": {"loggingEnabled": item.good("logs")}}))
}

pub(super) fn opensearch(item: &Item<'_>) -> Built {
    let https = item.good("https");
    (
        json!({
            "DomainName": item.it.name,
            "EncryptionAtRestOptions": {"Enabled": item.good("encrypted"), "KmsKeyId": item.key_arn()},
            "NodeToNodeEncryptionOptions": {"Enabled": item.good("node-to-node")},
            "DomainEndpointOptions": {
                "EnforceHTTPS": https,
                "TLSSecurityPolicy": if https { "Policy-Min-TLS-1-2-2019-07" } else { "Policy-Min-TLS-1-0-2019-07" },
            },
            "LogPublishingOptions": {"AUDIT_LOGS": {"Enabled": item.good("logs")}, "ES_APPLICATION_LOGS": {"Enabled": item.good("logs")}},
            "VPCOptions": {"SubnetIds": if item.good("in-vpc") { vec![item.sibling("EC2::Subnet")] } else { vec![] }},
        }),
        json!({}),
    )
}

pub(super) fn elasticsearch(item: &Item<'_>) -> Built {
    (
        json!({
            "domainName": item.it.name,
            "encryptionAtRestOptions": {"enabled": item.good("encrypted")},
            "nodeToNodeEncryptionOptions": {"enabled": item.good("node-to-node")},
            "domainEndpointOptions": {"enforceHTTPS": true, "tlssecurityPolicy": "Policy-Min-TLS-1-2-2019-07"},
        }),
        json!({}),
    )
}

/// Some queues name a key, most rely on SQS; the flag is a text, not a truth value.
pub(super) fn queue(item: &Item<'_>) -> Built {
    let encrypted = item.good("encrypted");
    let by_key = item.dice("kms").is_multiple_of(3);
    let mut configuration = json!({
        "QueueName": item.it.name,
        "QueueUrl": item.it.id,
        "Arn": item.it.arn,
        "SqsManagedSseEnabled": if encrypted && !by_key { "true" } else { "false" },
        "VisibilityTimeout": "30",
    });
    if encrypted && by_key {
        configuration["KmsMasterKeyId"] = Value::String(item.key_arn());
    }
    (configuration, json!({}))
}

pub(super) fn topic(item: &Item<'_>) -> Built {
    let mut configuration =
        json!({"TopicArn": item.it.arn, "TopicName": item.it.name, "SubscriptionsConfirmed": "2"});
    if item.good("encrypted") {
        configuration["KmsMasterKeyId"] = Value::String(item.key_arn());
    }
    (configuration, json!({}))
}

pub(super) fn stream(item: &Item<'_>) -> Built {
    let mut configuration = json!({"Name": item.it.name, "Arn": item.it.arn, "RetentionPeriodHours": 168.0, "ShardCount": 2.0});
    if item.good("encrypted") {
        configuration["StreamEncryption"] =
            json!({"EncryptionType": "KMS", "KeyId": item.key_arn()});
    }
    (configuration, json!({}))
}

pub(super) fn delivery(item: &Item<'_>) -> Built {
    let own = item.dice("kms").is_multiple_of(2);
    (
        json!({
            "DeliveryStreamName": item.it.name,
            "DeliveryStreamType": "DirectPut",
            "DeliveryStreamEncryptionConfigurationInput": {
                "KeyType": if own { "CUSTOMER_MANAGED_CMK" } else { "AWS_OWNED_CMK" },
            },
        }),
        json!({}),
    )
}
