//! Keys, trails, alarms, detectors, backup vaults and plans.

use serde_json::{Value, json};

use super::{Built, Item};
use crate::clock::{DAY, iso};
use crate::organisation::Place;
use crate::world::World;

pub(super) fn key(item: &Item<'_>) -> Built {
    let deleting = !item.good("not-deleting");
    let managed = item.it.aws_managed_key();
    (
        json!({
            "keyId": item.it.id,
            "arn": item.it.arn,
            "awsaccountId": item.account(),
            "creationDate": item.it.created as f64,
            "enabled": !deleting,
            "description": "Workload key",
            "keyUsage": "ENCRYPT_DECRYPT",
            "keyState": if deleting { "PendingDeletion" } else { "Enabled" },
            "origin": "AWS_KMS",
            "keyManager": if managed { "AWS" } else { "CUSTOMER" },
            "keySpec": "SYMMETRIC_DEFAULT",
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "multiRegion": false,
        }),
        json!({
            "KeyRotationStatus": item.good("rotation"),
            "Policy": "{\n  \"Version\" : \"2012-10-17\",\n  \"Statement\" : [ ]\n}",
        }),
    )
}

pub(super) fn trail(item: &Item<'_>) -> Built {
    let group =
        || format!("arn:aws:logs:{}:{}:log-group:/mvh/cloudtrail:*", item.region(), item.account());
    (
        json!({
            "name": item.it.name,
            "trailARN": item.it.arn,
            "homeRegion": item.region(),
            "isMultiRegionTrail": true,
            "isOrganizationTrail": item.it.place.account == 0,
            "logFileValidationEnabled": item.good("log-validation"),
            "includeGlobalServiceEvents": true,
            "kmsKeyId": item.good("kms").then(|| item.key_arn()),
            "cloudWatchLogsLogGroupArn": item.good("cloudwatch-logs").then(group),
            "s3BucketName": "mvh-shared-log-archive-use1",
            "hasCustomEventSelectors": false,
        }),
        json!({}),
    )
}

pub(super) fn alarm(item: &Item<'_>) -> Built {
    let topic = item.sibling("SNS::Topic");
    let acts = item.good("alarm-action");
    (
        json!({
            "alarmName": item.it.name,
            "alarmArn": item.it.arn,
            "actionsEnabled": acts,
            "alarmActions": if acts { vec![topic] } else { vec![] },
            "metricName": "Errors",
            "namespace": "AWS/Lambda",
            "threshold": 5.0,
        }),
        json!({}),
    )
}

pub(super) fn vault(item: &Item<'_>) -> Built {
    (
        json!({
            "BackupVaultName": item.it.name,
            "BackupVaultArn": item.it.arn,
            "EncryptionKeyArn": item.key_arn(),
            "Notifications": null,
        }),
        json!({}),
    )
}

pub(super) fn plan(item: &Item<'_>) -> Built {
    let rules = crate::backup::plan_rules(item.world, item.index, item.now);
    (
        json!({
            "BackupPlanId": item.it.id,
            "BackupPlanArn": item.it.arn,
            "BackupPlan": {"BackupPlanName": item.it.name, "BackupPlanRule": rules},
        }),
        json!({}),
    )
}

pub(super) fn detector(world: &World, place: Place) -> Value {
    let id = crate::guardduty::detector(world.seed, place);
    let since = world.anchor - 400 * DAY;
    json!({
        "version": "1.3",
        "accountId": place.account().id,
        "awsRegion": place.region(),
        "arn": format!("arn:aws:guardduty:{}:{}:detector/{id}", place.region(), place.account().id),
        "availabilityZone": "Not Applicable",
        "configurationItemCaptureTime": iso(since),
        "configurationItemStatus": "OK",
        "resourceCreationTime": iso(since),
        "resourceId": id,
        "resourceType": "AWS::GuardDuty::Detector",
        "tags": [],
        "relationships": [],
        "configuration": {
            "Id": id, "Enable": place.detector_enabled(),
            "FindingPublishingFrequency": "FIFTEEN_MINUTES",
            "DataSources": {"S3Logs": {"Enable": place.account().holds_phi}},
        },
        "supplementaryConfiguration": {},
    })
}
