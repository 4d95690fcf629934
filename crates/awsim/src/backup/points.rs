//! Recovery points: encrypted or not, copied from elsewhere, expired.

use serde_json::{Value, json};

use super::runs::{Ending, Run, backup_type, runs};
use super::{plan_of, vault_arn, vault_key};
use crate::checks::Check;
use crate::clock::{DAY, HOUR, epoch_seconds, iso};
use crate::config::rules::Evaluation;
use crate::organisation::{Place, REGIONS};
use crate::world::World;

/// A recovery point in a vault of a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub run: Run,
    pub place: Place,
    /// Where it was copied from.
    pub from: Option<Place>,
    pub created: i64,
    pub retention_days: i64,
}

/// Points stay this long at most: 35 days, and ten more when they could not be deleted.
const LONGEST: i64 = 46;

/// The recovery points of a place, newest first.
pub(crate) fn points(world: &World, place: Place, now: i64) -> Vec<Point> {
    let mut points = Vec::new();
    for region in 0..REGIONS.len() {
        let source = Place { region, ..place };
        if source != place && !place.account().holds_phi {
            continue;
        }
        for run in runs(world, source, now, LONGEST) {
            let copied = source != place;
            if !run.left_point(now) || (copied && run.copied_to(world) != Some(place)) {
                continue;
            }
            let created = if copied { run.copy_finishes() } else { Some(run.started) };
            let Some(created) = created.filter(|created| *created <= now) else { continue };
            let point = Point {
                run,
                place,
                from: copied.then_some(source),
                created,
                retention_days: retention_days(world, source, now),
            };
            if point.status(now).is_some() {
                points.push(point);
            }
        }
    }
    points.sort_by_key(|point| (std::cmp::Reverse(point.created), point.run.index));
    points
}

/// What the plan of a place keeps.
fn retention_days(world: &World, place: Place, now: i64) -> i64 {
    match plan_of(world, place) {
        Some(index) if !world.good(index, "plan-retention", now) => 7,
        _ => 35,
    }
}

impl Point {
    pub(crate) fn vault(&self, world: &World) -> &'static str {
        if self.from.is_some() { "clinical-vault" } else { self.run.vault(world) }
    }

    fn delete_at(&self) -> i64 {
        self.created + self.retention_days * DAY
    }

    /// `None` once it is gone.
    fn status(&self, now: i64) -> Option<&'static str> {
        let over = now - self.delete_at();
        match over {
            0.. if self.run.hash.is_multiple_of(61) && over < 10 * DAY => Some("EXPIRED"),
            0.. if over < HOUR => Some("DELETING"),
            0.. => None,
            _ if self.run.ending == Ending::Partial => Some("PARTIAL"),
            _ => Some("COMPLETED"),
        }
    }

    /// Snapshots of volumes and instances are as encrypted as their source was.
    pub(crate) fn encrypted(&self, world: &World) -> bool {
        match world.resources[self.run.index].code() {
            "EC2::Volume" | "RDS::DBInstance" | "EFS::FileSystem" => {
                world.good(self.run.index, "encrypted", self.run.started)
            }
            _ => true,
        }
    }

    pub(crate) fn arn(&self, world: &World) -> String {
        self.run.point_arn(world, self.place)
    }

    fn restored(&self) -> Option<i64> {
        self.run.hash.is_multiple_of(53).then_some(self.created + 6 * HOUR)
    }

    pub(crate) fn json(&self, world: &World, now: i64) -> Value {
        let resource = &world.resources[self.run.index];
        let vault = self.vault(world);
        let encrypted = self.encrypted(world);
        let mut value = json!({
            "RecoveryPointArn": self.arn(world),
            "BackupVaultName": vault,
            "BackupVaultArn": vault_arn(self.place, vault),
            "ResourceArn": resource.arn,
            "ResourceType": backup_type(resource),
            "ResourceName": resource.name,
            "IamRoleArn": format!("arn:aws:iam::{}:role/service-role/AWSBackupDefaultServiceRole", self.place.account().id),
            "Status": self.status(now),
            "CreationDate": epoch_seconds(self.created),
            "InitiationDate": epoch_seconds(self.created),
            "CompletionDate": epoch_seconds(self.run.finishes.max(self.created)),
            "BackupSizeInBytes": self.run.bytes(world),
            "CalculatedLifecycle": {"DeleteAt": epoch_seconds(self.delete_at())},
            "Lifecycle": {"DeleteAfterDays": self.retention_days},
            "IsEncrypted": encrypted,
            "IsParent": false,
            "VaultType": "BACKUP_VAULT",
        });
        if encrypted {
            value["EncryptionKeyArn"] = json!(vault_key(world, self.place));
        }
        if let Some(source) = self.from {
            value["SourceBackupVaultArn"] = json!(vault_arn(source, self.run.vault(world)));
        }
        if let Some(at) = self.restored().filter(|at| *at <= now) {
            value["LastRestoreTime"] = json!(epoch_seconds(at));
        }
        if let Some(plan) = plan_of(world, self.place) {
            value["CreatedBy"] = super::creator(world, plan);
        }
        value
    }
}

/// The points as configuration items, with ISO times as Config writes them.
pub(crate) fn items(world: &World, place: Place, now: i64) -> Vec<Value> {
    if !crate::ci::recorded(place, "AWS::Backup::RecoveryPoint") {
        return Vec::new();
    }
    points(world, place, now)
        .iter()
        .map(|point| {
            let mut configuration = point.json(world, now);
            configuration["CreationDate"] = json!(iso(point.created));
            configuration["CalculatedLifecycle"] = json!({"DeleteAt": iso(point.delete_at())});
            if let Some(at) = point.restored().filter(|at| *at <= now) {
                configuration["LastRestoreTime"] = json!(iso(at));
            }
            let arn = point.arn(world);
            json!({
                "version": "1.3",
                "accountId": place.account().id,
                "awsRegion": place.region(),
                "arn": arn,
                "configurationItemCaptureTime": iso(point.created),
                "configurationItemStatus": "OK",
                "resourceCreationTime": iso(point.created),
                "resourceId": arn,
                "resourceType": "AWS::Backup::RecoveryPoint",
                "tags": [],
                "configuration": configuration,
                "supplementaryConfiguration": {},
            })
        })
        .collect()
}

/// What the rule about encrypted recovery points says of each of them.
pub(crate) fn evaluations(world: &World, place: Place, check: &Check, now: i64) -> Vec<Evaluation> {
    if !crate::ci::recorded(place, "AWS::Backup::RecoveryPoint") {
        return Vec::new();
    }
    points(world, place, now)
        .iter()
        .map(|point| {
            let encrypted = point.encrypted(world);
            Evaluation {
                resource_type: "AWS::Backup::RecoveryPoint".to_owned(),
                resource_id: point.arn(world),
                compliance: if encrypted { "COMPLIANT" } else { "NON_COMPLIANT" },
                annotation: (!encrypted).then_some(check.annotation),
                recorded: point.created,
                ordering: point.created,
            }
        })
        .collect()
}
