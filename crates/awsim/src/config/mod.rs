//! AWS Config, JSON 1.1: recorders, rules, results, the conformance pack, and the inventory.
//!
//! Shapes and errors: the Config API model 2014-11-12; times are seconds since 1970 with a
//! fraction.

mod packs;
pub(crate) mod rules;
mod verdicts;

pub(crate) use crate::ci::recorded;

use serde_json::{Value, json};

use crate::answer::{Answer, Failure, Service};
use crate::call::Call;
use crate::clock::{DAY, HOUR, epoch_seconds};
use crate::noise;
use crate::token::page;
use crate::world::World;
use crate::{ci, sql};

/// Answers one Config call.
pub(crate) fn answer(world: &World, call: &Call) -> Result<Answer, Failure> {
    let value = match call.operation {
        "DescribeConfigurationRecorders" => recorders(world, call)?,
        "DescribeConfigurationRecorderStatus" => recorder_status(world, call)?,
        "DescribeConfigRules" => verdicts::describe_rules(world, call)?,
        "DescribeConfigRuleEvaluationStatus" => verdicts::evaluation_status(world, call)?,
        "DescribeComplianceByConfigRule" => verdicts::compliance_by_rule(world, call)?,
        "GetComplianceDetailsByConfigRule" => verdicts::details(world, call)?,
        "DescribeConformancePacks" => packs::describe(world, call)?,
        "DescribeConformancePackCompliance" => packs::compliance(world, call)?,
        "GetConformancePackComplianceDetails" => packs::details(world, call)?,
        _ => select(world, call)?,
    };
    Ok(Answer::json(Service::Config, &value))
}

/// The page size from `Limit`: 0 and absent mean the default.
fn limit(call: &Call, most: i64, default: usize) -> Result<usize, Failure> {
    match call.size_given()? {
        None | Some(0) => Ok(default),
        Some(given) if (1..=most).contains(&given) => Ok(given as usize),
        Some(given) => Err(Failure::new(
            "InvalidLimitException",
            400,
            format!("The limit {given} is not between 0 and {most}."),
        )),
    }
}

/// Puts a page and its token into an answer.
fn paged(member: &str, (items, next): (Vec<Value>, Option<String>)) -> Value {
    let mut value = json!({ member: items });
    if let Some(next) = next {
        value["NextToken"] = Value::String(next);
    }
    value
}

fn recorder_arn(world: &World, call: &Call) -> String {
    let hash =
        noise::combine(&[world.seed, call.place.account as u64, call.place.region as u64, 0x4ec]);
    format!(
        "arn:aws:config:{}:{}:configuration-recorder/default/{}",
        call.place.region(),
        call.place.account().id,
        noise::hex(hash, 16)
    )
}

/// Recorders are named; asking for another name is an error.
fn named_recorder(call: &Call) -> Result<(), Failure> {
    match call.texts("ConfigurationRecorderNames").into_iter().find(|name| *name != "default") {
        None => Ok(()),
        Some(name) => Err(Failure::new(
            "NoSuchConfigurationRecorderException",
            400,
            format!("Cannot find configuration recorder with the specified name '{name}'."),
        )),
    }
}

fn recorders(world: &World, call: &Call) -> Result<Value, Failure> {
    named_recorder(call)?;
    let types = call.place.recorded_types();
    let home = call.place.region == 0;
    let strategy = if types.is_some() {
        "INCLUSION_BY_RESOURCE_TYPES"
    } else {
        "ALL_SUPPORTED_RESOURCE_TYPES"
    };
    Ok(json!({"ConfigurationRecorders": [{
        "arn": recorder_arn(world, call),
        "name": "default",
        "roleARN": format!("arn:aws:iam::{}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig", call.place.account().id),
        "recordingGroup": {
            "allSupported": types.is_none(),
            "includeGlobalResourceTypes": types.is_none() && home,
            "resourceTypes": types.unwrap_or_default(),
            "exclusionByResourceTypes": {"resourceTypes": []},
            "recordingStrategy": {"useOnly": strategy},
        },
        "recordingMode": {"recordingFrequency": "CONTINUOUS", "recordingModeOverrides": []},
        "recordingScope": "PAID",
    }]}))
}

fn recorder_status(world: &World, call: &Call) -> Result<Value, Failure> {
    named_recorder(call)?;
    let stopped = call.place.recorder_stopped();
    let stopped_at = world.anchor - 9 * DAY;
    let mut status = json!({
        "arn": recorder_arn(world, call),
        "name": "default",
        "lastStartTime": epoch_seconds(world.anchor - 400 * DAY),
        "recording": !stopped,
        "lastStatus": if stopped { "Pending" } else { "Success" },
        "lastStatusChangeTime": epoch_seconds(if stopped { stopped_at } else { call.now - call.now.rem_euclid(HOUR) }),
    });
    if stopped {
        status["lastStopTime"] = json!(epoch_seconds(stopped_at));
    }
    Ok(json!({ "ConfigurationRecordersStatus": [status] }))
}

/// SelectResourceConfig: rows are JSON texts, nested the way the property paths nest.
fn select(world: &World, call: &Call) -> Result<Value, Failure> {
    let refuse = |message: String| Failure::new("InvalidExpressionException", 400, message);
    let expression = call.text("Expression").unwrap_or_default();
    let query = sql::parse(expression).map_err(refuse)?;
    let size = limit(call, 100, if query.aggregates() { 500 } else { 25 })?;
    let position = call.position()?;
    let rows = sql::run(&query, &searched(world, call, expression, position.as_of));
    let rows: Vec<Value> = rows.into_iter().map(|row| Value::String(row.to_string())).collect();
    let fields: Vec<Value> =
        query.columns.iter().map(|column| json!({"Name": column.name()})).collect();
    let mut value = paged("Results", page(rows, size, position, call.identity()));
    value["QueryInfo"] = json!({ "SelectFields": fields });
    Ok(value)
}

/// The items that a query may see. Rule results and recovery points are many, so they are made
/// only for queries that could ask for them.
fn searched(world: &World, call: &Call, expression: &str, now: i64) -> Vec<Value> {
    let mut items = ci::items(world, call.place, now);
    let narrow = expression.contains("resourceType =") || expression.contains("resourceType=");
    if expression.contains("AWS::Config") || !narrow {
        items.extend(ci::compliance_items(world, call.place, now));
    }
    if expression.contains("RecoveryPoint") || !narrow {
        let seen = world.seen_at(call.place, now);
        items.extend(crate::backup::recovery_point_items(world, call.place, seen));
    }
    items
}
