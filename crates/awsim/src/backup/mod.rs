//! AWS Backup, rest-json: vaults, plans, recovery points, jobs, restore tests.
//!
//! Shapes: the Backup API model 2018-11-15; times are seconds since 1970 with a fraction, and
//! `PercentDone` is a text.

mod jobs;
mod points;
mod runs;

pub(crate) use points::{evaluations as recovery_point_evaluations, items as recovery_point_items};

use serde_json::{Value, json};

use crate::answer::{Answer, Failure, Service};
use crate::call::Call;
use crate::clock::{DAY, HOUR, epoch_seconds, parse_iso};
use crate::noise;
use crate::organisation::Place;
use crate::token::{Position, page};
use crate::world::{Resource, World};

/// Answers one Backup call.
pub(crate) fn answer(world: &World, call: &Call) -> Result<Answer, Failure> {
    let value = match call.operation {
        "ListBackupVaults" => list_vaults(world, call)?,
        "DescribeBackupVault" => describe_vault(world, call)?,
        "ListRecoveryPointsByBackupVault" => recovery_points(world, call)?,
        "ListBackupPlans" => list_plans(world, call)?,
        "GetBackupPlan" => get_plan(world, call)?,
        "ListBackupJobs" => jobs::backup_jobs(world, call)?,
        "ListCopyJobs" if call.place.copy_jobs_denied() => {
            let account = call.place.account().id;
            return Err(Failure::denied(Service::Backup, call.operation, account));
        }
        "ListCopyJobs" => jobs::copy_jobs(world, call)?,
        "ListRestoreJobs" => jobs::restore_jobs(world, call)?,
        "ListProtectedResources" => protected(world, call)?,
        "ListRestoreTestingPlans" => testing_plans(world, call)?,
        _ => testing_selections(world, call)?,
    };
    Ok(Answer::json(Service::Backup, &value))
}

fn invalid(message: impl Into<String>) -> Failure {
    Failure::new("InvalidParameterValueException", 400, message)
}

fn not_found(what: &str) -> Failure {
    Failure::new("ResourceNotFoundException", 400, format!("{what} does not exist."))
}

/// Applies the filters that the lists share, and cuts one page.
fn listed(
    call: &Call,
    position: Position,
    member: &str,
    items: impl Iterator<Item = Value>,
) -> Result<Value, Failure> {
    let size = match call.size_given()? {
        None => 1000,
        Some(given @ 1..=1000) => given as usize,
        Some(_) => return Err(invalid("MaxResults must be between 1 and 1000.")),
    };
    let mut times = Vec::new();
    for (name, field, after) in [
        ("createdAfter", "CreationDate", true),
        ("createdBefore", "CreationDate", false),
        ("completeAfter", "CompletionDate", true),
        ("completeBefore", "CompletionDate", false),
    ] {
        if let Some(text) = call.query(name) {
            let limit = parse_iso(text)
                .or_else(|| text.parse::<f64>().ok().map(|seconds| (seconds * 1000.0) as i64))
                .ok_or_else(|| invalid(format!("{name} is not a time.")))?;
            times.push((field, after, epoch_seconds(limit)));
        }
    }
    let texts = [
        ("state", "State"),
        ("status", "Status"),
        ("resourceArn", "ResourceArn"),
        ("resourceType", "ResourceType"),
        ("backupVaultName", "BackupVaultName"),
        ("accountId", "AccountId"),
        ("destinationVaultArn", "DestinationBackupVaultArn"),
    ];
    let fits = |item: &Value| {
        let by_text = texts.iter().all(|(name, field)| {
            call.query(name).is_none_or(|wanted| item[*field].as_str() == Some(wanted))
        });
        let by_plan = call.query("restoreTestingPlanArn").is_none_or(|wanted| {
            item.pointer("/CreatedBy/RestoreTestingPlanArn").and_then(Value::as_str) == Some(wanted)
        });
        by_text
            && by_plan
            && times.iter().all(|(field, after, limit)| {
                item[*field]
                    .as_f64()
                    .is_some_and(|at| if *after { at >= *limit } else { at <= *limit })
            })
    };
    let (items, next) = page(items.filter(fits).collect(), size, position, call.identity());
    let mut value = json!({ member: items });
    if let Some(next) = next {
        value["NextToken"] = Value::String(next);
    }
    Ok(value)
}

fn vault_arn(place: Place, name: &str) -> String {
    format!("arn:aws:backup:{}:{}:backup-vault:{name}", place.region(), place.account().id)
}

fn role(place: Place) -> String {
    format!("arn:aws:iam::{}:role/service-role/AWSBackupDefaultServiceRole", place.account().id)
}

fn vault_key(world: &World, place: Place) -> Option<String> {
    world
        .at(place)
        .find(|(_, resource)| resource.code() == "KMS::Key")
        .map(|(_, resource)| resource.arn.clone())
}

fn of_kind<'a>(
    world: &'a World,
    place: Place,
    code: &'static str,
) -> impl Iterator<Item = (usize, &'a Resource)> {
    world.at(place).filter(move |(_, resource)| resource.code() == code)
}

/// The plan that makes the daily backups of a place.
fn plan_of(world: &World, place: Place) -> Option<usize> {
    of_kind(world, place, "Backup::BackupPlan").next().map(|(index, _)| index)
}

fn creator(world: &World, plan: usize) -> Value {
    let resource = &world.resources[plan];
    json!({
        "BackupPlanId": resource.id,
        "BackupPlanArn": resource.arn,
        "BackupPlanName": resource.name,
        "BackupPlanVersion": noise::letters(resource.hash, 44),
        "BackupRuleId": noise::uuid(noise::mix(resource.hash)),
        "BackupRuleName": "daily",
    })
}

fn vault(world: &World, resource: &Resource, points: usize) -> Value {
    let place = resource.place;
    let clinical = resource.name == "clinical-vault";
    let mut value = json!({
        "BackupVaultName": resource.name,
        "BackupVaultArn": resource.arn,
        "VaultType": "BACKUP_VAULT",
        "VaultState": "AVAILABLE",
        "CreationDate": epoch_seconds(resource.created),
        "CreatorRequestId": noise::uuid(resource.hash),
        "NumberOfRecoveryPoints": points,
        "Locked": false,
    });
    if let Some(key) = vault_key(world, place) {
        value["EncryptionKeyArn"] = json!(key);
        value["EncryptionKeyType"] =
            json!(if clinical { "CUSTOMER_MANAGED_KMS_KEY" } else { "AWS_OWNED_KMS_KEY" });
    }
    // The record system's vaults are immutable, the imaging account's are governed, others open.
    if clinical && place.account().holds_phi {
        value["Locked"] = json!(true);
        value["MinRetentionDays"] = json!(7);
        value["MaxRetentionDays"] = json!(3660);
        if place.account == crate::organisation::EHR {
            value["LockDate"] = json!(epoch_seconds(world.anchor - 200 * DAY));
        }
    }
    value
}

fn list_vaults(world: &World, call: &Call) -> Result<Value, Failure> {
    let position = call.position()?;
    let points = points::points(world, call.place, position.as_of);
    let vaults = of_kind(world, call.place, "Backup::BackupVault").map(|(_, resource)| {
        let held = points.iter().filter(|point| point.vault(world) == resource.name).count();
        vault(world, resource, held)
    });
    listed(call, position, "BackupVaultList", vaults)
}

fn find_vault<'a>(world: &'a World, call: &Call) -> Result<&'a Resource, Failure> {
    let name = call.path.get(1).map(String::as_str).unwrap_or_default();
    of_kind(world, call.place, "Backup::BackupVault")
        .map(|(_, resource)| resource)
        .find(|resource| resource.name == name)
        .ok_or_else(|| not_found(&format!("Backup vault {name}")))
}

fn describe_vault(world: &World, call: &Call) -> Result<Value, Failure> {
    let resource = find_vault(world, call)?;
    let points = points::points(world, call.place, call.now);
    let held = points.iter().filter(|point| point.vault(world) == resource.name).count();
    Ok(vault(world, resource, held))
}

fn recovery_points(world: &World, call: &Call) -> Result<Value, Failure> {
    let name = &find_vault(world, call)?.name;
    let position = call.position()?;
    let now = position.as_of;
    let points = points::points(world, call.place, now);
    let held = points
        .iter()
        .filter(|point| point.vault(world) == name)
        .map(|point| point.json(world, now));
    listed(call, position, "RecoveryPoints", held)
}

fn list_plans(world: &World, call: &Call) -> Result<Value, Failure> {
    let position = call.position()?;
    let now = position.as_of;
    let plans =
        of_kind(world, call.place, "Backup::BackupPlan").map(|(_, plan)| plan_summary(plan, now));
    listed(call, position, "BackupPlansList", plans)
}

fn plan_summary(plan: &Resource, now: i64) -> Value {
    json!({
        "BackupPlanArn": plan.arn,
        "BackupPlanId": plan.id,
        "CreationDate": epoch_seconds(plan.created),
        "VersionId": noise::letters(plan.hash, 44),
        "BackupPlanName": plan.name,
        "LastExecutionDate": epoch_seconds(now - now.rem_euclid(HOUR)),
    })
}

/// The rules of a plan, for the API and for the configuration item.
pub(crate) fn plan_rules(world: &World, index: usize, now: i64) -> Value {
    let plan = &world.resources[index];
    let days = if world.good(index, "plan-retention", now) { 35 } else { 7 };
    let away = Place { region: if plan.place.region == 2 { 1 } else { 2 }, ..plan.place };
    let copies: Vec<Value> = plan
        .place
        .account()
        .holds_phi
        .then(|| json!({"DestinationBackupVaultArn": vault_arn(away, "clinical-vault"), "Lifecycle": {"DeleteAfterDays": days}}))
        .into_iter()
        .collect();
    json!([{
        "RuleName": "daily",
        "RuleId": noise::uuid(noise::mix(plan.hash)),
        "TargetBackupVaultName": "clinical-vault",
        "ScheduleExpression": "cron(0 * ? * * *)",
        "ScheduleExpressionTimezone": "Etc/UTC",
        "StartWindowMinutes": 480,
        "CompletionWindowMinutes": 10_080,
        "Lifecycle": {"DeleteAfterDays": days},
        "CopyActions": copies,
        "EnableContinuousBackup": false,
    }])
}

fn get_plan(world: &World, call: &Call) -> Result<Value, Failure> {
    let id = call.path.get(2).map(String::as_str).unwrap_or_default();
    let (index, plan) = of_kind(world, call.place, "Backup::BackupPlan")
        .find(|(_, plan)| plan.id == id)
        .ok_or_else(|| not_found(&format!("Backup plan {id}")))?;
    let mut value = plan_summary(plan, call.now);
    // The summary's name stands inside the plan here.
    value.as_object_mut().map(|members| members.shift_remove("BackupPlanName"));
    value["BackupPlan"] = json!({
        "BackupPlanName": plan.name,
        "Rules": plan_rules(world, index, call.now),
    });
    Ok(value)
}

fn protected(world: &World, call: &Call) -> Result<Value, Failure> {
    let position = call.position()?;
    let now = position.as_of;
    let mut last: Vec<runs::Run> = Vec::new();
    // Newest first: the first point of each resource is its last.
    for run in runs::runs(world, call.place, now, 35) {
        if run.left_point(now) && last.iter().all(|known| known.index != run.index) {
            last.push(run);
        }
    }
    let rows = last.iter().map(|run| {
        let resource = &world.resources[run.index];
        json!({
            "ResourceArn": resource.arn,
            "ResourceType": runs::backup_type(resource),
            "ResourceName": resource.name,
            "LastBackupTime": epoch_seconds(run.finishes),
            "LastBackupVaultArn": vault_arn(call.place, run.vault(world)),
            "LastRecoveryPointArn": run.point_arn(world, call.place),
        })
    });
    listed(call, position, "Results", rows)
}

fn testing_plans(world: &World, call: &Call) -> Result<Value, Failure> {
    let position = call.position()?;
    let now = position.as_of;
    let plans = jobs::testing(world, call.place).into_iter().map(|plan| {
        let end = now.min(plan.last);
        json!({
            "CreationTime": epoch_seconds(plan.first - DAY),
            "LastExecutionTime": epoch_seconds(end - (end - plan.first).rem_euclid(7 * DAY)),
            "RestoreTestingPlanArn": jobs::testing_arn(call.place, plan.name),
            "RestoreTestingPlanName": plan.name,
            "ScheduleExpression": "cron(0 3 ? * MON *)",
            "ScheduleExpressionTimezone": "Etc/UTC",
            "StartWindowHours": 1,
        })
    });
    listed(call, position, "RestoreTestingPlans", plans)
}

fn testing_selections(world: &World, call: &Call) -> Result<Value, Failure> {
    let name = call.path.get(2).map(String::as_str).unwrap_or_default();
    let plan = jobs::testing(world, call.place)
        .filter(|plan| plan.name == name)
        .ok_or_else(|| not_found(&format!("Restore testing plan {name}")))?;
    let position = call.position()?;
    let selections = ["RDS", "EBS", "DynamoDB"].into_iter().map(|kind| {
        json!({
            "CreationTime": epoch_seconds(plan.first - DAY),
            "IamRoleArn": role(call.place),
            "ProtectedResourceType": kind,
            "RestoreTestingPlanName": plan.name,
            "RestoreTestingSelectionName": format!("{}_weekly", kind.to_lowercase()),
            "ValidationWindowHours": 1,
        })
    });
    listed(call, position, "RestoreTestingSelections", selections)
}
