//! Buckets, volumes and file systems.

use serde_json::{Value, json};

use super::{Built, Item};
use crate::clock::iso;
use crate::noise;
use crate::organisation::{Place, REGIONS};

pub(super) fn bucket(item: &Item<'_>) -> Built {
    let name = &item.it.name;
    let open = !item.good("no-public-read") || !item.good("no-public-write");
    let blocked = item.good("public-block") && !open;
    let configuration = json!({
        "name": name,
        "owner": {"id": noise::hex(noise::text(item.account()), 32), "displayName": null},
        "creationDate": iso(item.it.created),
        "region": item.region(),
    });
    let mut more = json!({
        "AccessControlList": access_list(item),
        "BucketLoggingConfiguration": {
            "destinationBucketName": item.good("logging").then(|| format!("mvh-access-logs-{}", item.region())),
            "logFilePrefix": item.good("logging").then(|| format!("{name}/")),
        },
        "BucketNotificationConfiguration": {"configurations": {}},
        "BucketPolicy": {"policyText": policy(item)},
        "BucketVersioningConfiguration": {
            "status": if item.good("versioning") { "Enabled" } else if item.dice("versioning").is_multiple_of(2) { "Suspended" } else { "Off" },
            "isMfaDeleteEnabled": item.good("mfa-delete").then_some(true),
        },
        "PublicAccessBlockConfiguration": {
            "blockPublicAcls": blocked || item.dice("acls").is_multiple_of(2),
            "ignorePublicAcls": blocked || item.dice("acls").is_multiple_of(2),
            "blockPublicPolicy": blocked,
            "restrictPublicBuckets": blocked,
        },
        "IsRequesterPaysEnabled": false,
    });
    if item.good("encrypted") {
        let kms = item.good("kms");
        more["ServerSideEncryptionConfiguration"] = json!({"rules": [{
            "applyServerSideEncryptionByDefault": {
                "sseAlgorithm": if kms { "aws:kms" } else { "AES256" },
                "kmsMasterKeyID": kms.then(|| item.key_arn()),
            },
            "bucketKeyEnabled": kms,
        }]});
    }
    if item.good("events") {
        more["BucketNotificationConfiguration"] =
            json!({"configurations": {"to-bus": {"type": "EventBridgeConfiguration"}}});
    }
    if item.good("replication") {
        more["BucketReplicationConfiguration"] = replication(item);
    }
    if item.good("lifecycle") {
        more["BucketLifecycleConfiguration"] = json!({"rules": [{
            "id": "keep-six-years", "status": "Enabled", "expirationInDays": 2192.0,
            "noncurrentVersionExpirationInDays": 365.0,
        }]});
    }
    if item.good("object-lock") {
        more["ObjectLockConfiguration"] = json!({
            "objectLockEnabled": "Enabled",
            "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 2192.0, "years": null}},
        });
    }
    (configuration, more)
}

fn access_list(item: &Item<'_>) -> Value {
    let owner = noise::hex(noise::text(item.account()), 32);
    let mut grants =
        vec![json!({"grantee": {"id": owner, "displayName": null}, "permission": "FullControl"})];
    if !item.good("no-acl") {
        grants.push(json!({"grantee": "LogDelivery", "permission": "Write"}));
    }
    Value::String(
        json!({"grantSet": null, "grantList": grants, "owner": {"id": owner}, "isRequesterCharged": false}).to_string(),
    )
}

/// The policy is a text inside the item; null when the bucket has none.
fn policy(item: &Item<'_>) -> Value {
    let arn = &item.it.arn;
    let mut statements = Vec::new();
    if item.good("tls-only") {
        statements.push(json!({
            "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": [arn, format!("{arn}/*")],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }));
    }
    for (aspect, action) in
        [("no-public-read", "s3:GetObject"), ("no-public-write", "s3:PutObject")]
    {
        if !item.good(aspect) {
            statements.push(json!({
                "Sid": "Everyone", "Effect": "Allow", "Principal": "*", "Action": action,
                "Resource": format!("{arn}/*"),
            }));
        }
    }
    if statements.is_empty() {
        return Value::Null;
    }
    Value::String(json!({"Version": "2012-10-17", "Statement": statements}).to_string())
}

/// The rules are a map whose keys are the rules' ids.
fn replication(item: &Item<'_>) -> Value {
    let away = Place { region: (item.it.place.region + 1) % REGIONS.len(), ..item.it.place };
    let target = item
        .world
        .at(away)
        .map(|(_, resource)| resource)
        .find(|resource| resource.code() == "S3::Bucket")
        .map_or_else(|| item.it.arn.clone(), |resource| resource.arn.clone());
    json!({
        "roleARN": format!("arn:aws:iam::{}:role/bucket-replication", item.account()),
        "rules": {"to-other-region": {
            "prefix": null, "status": "Enabled", "filter": {"predicate": null},
            "destinationConfig": {
                "bucketARN": target, "storageClass": "STANDARD_IA", "Account": null,
                "encryptionConfiguration": {"replicaKmsKeyID": item.key_arn()},
            },
            "deleteMarkerReplication": {"status": "Disabled"},
            "priority": 1.0,
        }},
    })
}

pub(super) fn account_block(item: &Item<'_>) -> Built {
    let on = item.good("account-public-block");
    (
        json!({
            "blockPublicAcls": true,
            "ignorePublicAcls": true,
            "blockPublicPolicy": on,
            "restrictPublicBuckets": on,
        }),
        json!({}),
    )
}

pub(super) fn volume(item: &Item<'_>) -> Built {
    let encrypted = item.good("encrypted");
    let attached = item.good("attached");
    let attachment = json!({
        "instanceId": item.sibling("EC2::Instance"), "device": "/dev/xvda",
        "state": "attached", "volumeId": item.it.id, "deleteOnTermination": true,
    });
    let size = [8.0, 50.0, 100.0, 250.0, 500.0][noise::below(item.dice("size"), 5) as usize];
    (
        json!({
            "volumeId": item.it.id,
            "availabilityZone": format!("{}a", item.region()),
            "createTime": iso(item.it.created),
            "encrypted": encrypted,
            "kmsKeyId": encrypted.then(|| item.key_arn()),
            "size": size,
            "snapshotId": "",
            "state": {"value": if attached { "in-use" } else { "available" }},
            "iops": 3000.0,
            "volumeType": "gp3",
            "attachments": if attached { vec![attachment] } else { vec![] },
        }),
        json!({}),
    )
}

pub(super) fn file_system(item: &Item<'_>) -> Built {
    let encrypted = item.good("encrypted");
    (
        json!({
            "FileSystemId": item.it.id,
            "Arn": item.it.arn,
            "Encrypted": encrypted,
            "KmsKeyId": encrypted.then(|| item.key_arn()),
            "PerformanceMode": "generalPurpose",
            "BackupPolicy": {"Status": if item.good("in-backup-plan") { "ENABLED" } else { "DISABLED" }},
        }),
        json!({}),
    )
}
