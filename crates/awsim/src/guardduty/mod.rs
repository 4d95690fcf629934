//! GuardDuty, rest-json: detectors, finding ids by criterion, findings by id.
//!
//! Shapes: the GuardDuty API model 2017-11-28; members are camel case on the wire.

mod finding;

pub(crate) use finding::{ATTACKED, FORMS, Seen, attack, detector, seen};

use serde_json::{Map, Value, json};

use crate::answer::{Answer, Failure, Service};
use crate::call::Call;
use crate::clock::{DAY, epoch_seconds, iso};
use crate::organisation::Place;
use crate::token::page;
use crate::world::World;

/// Answers one GuardDuty call.
pub(crate) fn answer(world: &World, call: &Call) -> Result<Answer, Failure> {
    let value = match call.operation {
        "ListDetectors" => list_detectors(world, call)?,
        "GetDetector" => get_detector(world, call)?,
        "ListFindings" => list_findings(world, call)?,
        _ => get_findings(world, call)?,
    };
    Ok(Answer::json(Service::GuardDuty, &value))
}

fn bad(message: impl Into<String>) -> Failure {
    Failure::new("BadRequestException", 400, message)
}

/// What every operation says of a detector that is not there.
pub(crate) fn not_owned() -> Failure {
    bad("The request is rejected because the input detectorId is not owned by the current account.")
}

fn size(call: &Call) -> Result<usize, Failure> {
    match call.size_given()? {
        None => Ok(50),
        Some(given @ 1..=50) => Ok(given as usize),
        Some(_) => Err(bad("The request is rejected because maxResults must be between 1 and 50.")),
    }
}

fn list_detectors(world: &World, call: &Call) -> Result<Value, Failure> {
    size(call)?;
    call.position()?;
    let ids: Vec<String> = call
        .place
        .has_detector()
        .then(|| finding::detector(world.seed, call.place))
        .into_iter()
        .collect();
    Ok(json!({ "detectorIds": ids }))
}

fn owned(world: &World, call: &Call) -> Result<Place, Failure> {
    let wanted = call.path.get(1).map(String::as_str);
    if call.place.has_detector() && wanted == Some(&finding::detector(world.seed, call.place)) {
        Ok(call.place)
    } else {
        Err(not_owned())
    }
}

fn get_detector(world: &World, call: &Call) -> Result<Value, Failure> {
    let place = owned(world, call)?;
    let on = |enabled: bool| if enabled { "ENABLED" } else { "DISABLED" };
    let enabled = place.detector_enabled();
    let created = world.anchor - 400 * DAY;
    let feature = |name: &str, wanted: bool| json!({"name": name, "status": on(enabled && wanted), "updatedAt": epoch_seconds(created)});
    let phi = place.account().holds_phi;
    Ok(json!({
        "createdAt": iso(created),
        "findingPublishingFrequency": if phi { "FIFTEEN_MINUTES" } else { "SIX_HOURS" },
        "serviceRole": format!("arn:aws:iam::{}:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty", place.account().id),
        "status": on(enabled),
        "updatedAt": iso(created),
        "dataSources": {
            "cloudTrail": {"status": on(enabled)},
            "dnsLogs": {"status": on(enabled)},
            "flowLogs": {"status": on(enabled)},
            "s3Logs": {"status": on(enabled && phi)},
        },
        "tags": {"Owner": "security-team"},
        "features": [
            feature("CLOUD_TRAIL", true), feature("DNS_LOGS", true), feature("FLOW_LOGS", true),
            feature("S3_DATA_EVENTS", phi), feature("RDS_LOGIN_EVENTS", phi),
            feature("EBS_MALWARE_PROTECTION", phi), feature("LAMBDA_NETWORK_LOGS", false),
            feature("RUNTIME_MONITORING", false),
        ],
    }))
}

fn list_findings(world: &World, call: &Call) -> Result<Value, Failure> {
    let place = owned(world, call)?;
    let size = size(call)?;
    let position = call.position()?;
    let criteria = call.body.pointer("/findingCriteria/criterion").and_then(Value::as_object);
    let mut found = Vec::new();
    for one in seen(world, place, position.as_of) {
        if matches(&one, criteria)? {
            found.push(one);
        }
    }
    sort(&mut found, call)?;
    let ids: Vec<String> = found.into_iter().map(|one| one.id).collect();
    let (ids, next) = page(ids, size, position, call.identity());
    Ok(match next {
        Some(next) => json!({"findingIds": ids, "nextToken": next}),
        None => json!({"findingIds": ids}),
    })
}

fn sort(found: &mut [Seen], call: &Call) -> Result<(), Failure> {
    let attribute = call.body.pointer("/sortCriteria/attributeName").and_then(Value::as_str);
    match attribute {
        None | Some("updatedAt") => {
            found.sort_by(|a, b| (a.updated, &a.id).cmp(&(b.updated, &b.id)));
        }
        Some("createdAt") => found.sort_by(|a, b| (a.first, &a.id).cmp(&(b.first, &b.id))),
        Some("severity") => found.sort_by(|a, b| {
            FORMS[a.form].severity.total_cmp(&FORMS[b.form].severity).then(a.id.cmp(&b.id))
        }),
        Some(other) => {
            return Err(bad(format!(
                "The request is rejected because {other} cannot be sorted by."
            )));
        }
    }
    if call.body.pointer("/sortCriteria/orderBy").and_then(Value::as_str) == Some("DESC") {
        found.reverse();
    }
    Ok(())
}

fn matches(one: &Seen, criteria: Option<&Map<String, Value>>) -> Result<bool, Failure> {
    for (name, condition) in criteria.into_iter().flatten() {
        let fits = match name.as_str() {
            "updatedAt" => number(one.updated as f64, condition),
            "createdAt" => number(one.first as f64, condition),
            "severity" => number(FORMS[one.form].severity, condition),
            "service.archived" => text(if one.archived { "true" } else { "false" }, condition),
            "type" => text(FORMS[one.form].name, condition),
            "id" => text(&one.id, condition),
            "region" => text(one.place.region(), condition),
            "accountId" => text(one.place.account().id, condition),
            other => {
                return Err(bad(format!(
                    "The request is rejected because the criterion {other} is not supported."
                )));
            }
        };
        if !fits {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Compares by each of the condition's operators; all must hold.
fn number(value: f64, condition: &Value) -> bool {
    let holds = |names: [&str; 2], test: fn(f64, f64) -> bool| {
        names
            .iter()
            .filter_map(|name| condition.get(*name).and_then(Value::as_f64))
            .all(|limit| test(value, limit))
    };
    holds(["greaterThanOrEqual", "gte"], |a, b| a >= b)
        && holds(["greaterThan", "gt"], |a, b| a > b)
        && holds(["lessThanOrEqual", "lte"], |a, b| a <= b)
        && holds(["lessThan", "lt"], |a, b| a < b)
        && text(&value.to_string(), condition)
}

fn text(value: &str, condition: &Value) -> bool {
    let list = |names: [&str; 2]| {
        names
            .iter()
            .find_map(|name| condition.get(*name).and_then(Value::as_array))
            .map(|values| values.iter().any(|wanted| wanted.as_str() == Some(value)))
    };
    list(["equals", "eq"]).unwrap_or(true) && !list(["notEquals", "neq"]).unwrap_or(false)
}

fn get_findings(world: &World, call: &Call) -> Result<Value, Failure> {
    let place = owned(world, call)?;
    let ids = call.texts("findingIds");
    if ids.is_empty() || ids.len() > 50 {
        return Err(bad(
            "The request is rejected because the number of findingIds must be between 1 and 50.",
        ));
    }
    let findings: Vec<Value> = seen(world, place, call.now)
        .iter()
        .filter(|one| ids.contains(&one.id.as_str()))
        .map(|one| one.json(world))
        .collect();
    Ok(json!({ "findings": findings }))
}
