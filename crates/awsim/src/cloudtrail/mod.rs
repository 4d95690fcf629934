//! CloudTrail, JSON 1.1: trails, their status and selectors, and a look at recent events.
//!
//! Shapes and errors: the CloudTrail API model 2013-11-01; times are seconds since 1970.

mod record;
mod stream;

use serde_json::{Map, Value, json};

use crate::answer::{Answer, Failure, Service};
use crate::call::Call;
use crate::clock::{DAY, HOUR, epoch_seconds, iso};
use crate::organisation::{Place, RESEARCH};
use crate::token::Position;
use crate::world::{Resource, World};

/// Answers one CloudTrail call.
pub(crate) fn answer(world: &World, call: &Call) -> Result<Answer, Failure> {
    let value = match call.operation {
        "DescribeTrails" => describe(world, call),
        "GetTrailStatus" => status(world, call)?,
        "GetEventSelectors" => selectors(world, call)?,
        _ => lookup(world, call)?,
    };
    Ok(Answer::json(Service::CloudTrail, &value))
}

/// The account whose trail covers the organisation.
const MANAGEMENT: usize = 0;

/// The trails that work in a place: all of them live in the first region and cover every region,
/// and that of the management account covers every account.
fn trails(world: &World, place: Place) -> Vec<(usize, &Resource)> {
    let mut accounts = vec![place.account];
    if place.account != MANAGEMENT {
        accounts.push(MANAGEMENT);
    }
    accounts
        .into_iter()
        .flat_map(|account| world.at(Place { account, region: 0 }))
        .filter(|(_, resource)| resource.code() == "CloudTrail::Trail")
        .collect()
}

fn describe(world: &World, call: &Call) -> Value {
    let shadows = call.body.get("includeShadowTrails").and_then(Value::as_bool).unwrap_or(true);
    let named = call.texts("trailNameList");
    let home = |trail: &Resource| {
        trail.place.account == call.place.account && trail.place.region == call.place.region
    };
    let list: Vec<Value> = trails(world, call.place)
        .into_iter()
        .filter(|(_, trail)| shadows || home(trail))
        .filter(|(_, trail)| named.is_empty() || is_named(trail, &named))
        .map(|(index, trail)| trail_json(world, index, trail, call.now))
        .collect();
    json!({ "trailList": list })
}

fn is_named(trail: &Resource, names: &[&str]) -> bool {
    names.iter().any(|name| *name == trail.arn || *name == trail.name)
}

fn trail_json(world: &World, index: usize, trail: &Resource, now: i64) -> Value {
    let good = |aspect: &str| world.good(index, aspect, now);
    let (account, region) = (trail.place.account().id, trail.place.region());
    let mut value = json!({
        "Name": trail.name,
        "TrailARN": trail.arn,
        "HomeRegion": region,
        "S3BucketName": "mvh-shared-log-archive-use1",
        "IncludeGlobalServiceEvents": true,
        "IsMultiRegionTrail": true,
        "IsOrganizationTrail": trail.place.account == MANAGEMENT,
        "LogFileValidationEnabled": good("log-validation"),
        "HasCustomEventSelectors": false,
        "HasInsightSelectors": false,
    });
    if good("cloudwatch-logs") {
        value["CloudWatchLogsLogGroupArn"] =
            json!(format!("arn:aws:logs:{region}:{account}:log-group:/mvh/cloudtrail:*"));
    }
    value
}

/// The trail that a request names, by ARN, or by name in the account and region where it lives.
fn found<'w>(world: &'w World, call: &Call, member: &str) -> Result<&'w Resource, Failure> {
    let name = call.text(member).unwrap_or_default();
    let lives_here = |trail: &Resource| trail.place == call.place && trail.name == name;
    trails(world, call.place)
        .into_iter()
        .map(|(_, trail)| trail)
        .find(|trail| trail.arn == name || lives_here(trail))
        .ok_or_else(|| {
            let account = call.place.account().id;
            let message = format!("Unknown trail: {name} for the user: {account}");
            Failure::new("TrailNotFoundException", 400, message)
        })
}

/// The sandbox's own trail was stopped; the organisation's still records there.
fn status(world: &World, call: &Call) -> Result<Value, Failure> {
    let trail = found(world, call, "Name")?;
    let stopped = trail.place.account == RESEARCH;
    let started = world.anchor - 400 * DAY;
    let stop = world.anchor - 9 * DAY;
    let last = if stopped { stop } else { call.now - call.now.rem_euclid(HOUR / 12) };
    let mut value = json!({
        "IsLogging": !stopped,
        "StartLoggingTime": epoch_seconds(started),
        "LatestDeliveryTime": epoch_seconds(last),
        "LatestDigestDeliveryTime": epoch_seconds(last - last.rem_euclid(HOUR)),
        "TimeLoggingStarted": iso(started),
        "TimeLoggingStopped": if stopped { iso(stop) } else { String::new() },
        "LatestDeliveryAttemptTime": iso(last),
        "LatestDeliveryAttemptSucceeded": iso(last),
        "LatestNotificationAttemptTime": "",
        "LatestNotificationAttemptSucceeded": "",
    });
    if stopped {
        value["StopLoggingTime"] = json!(epoch_seconds(stop));
    }
    Ok(value)
}

fn selectors(world: &World, call: &Call) -> Result<Value, Failure> {
    let trail = found(world, call, "TrailName")?;
    Ok(json!({
        "TrailARN": trail.arn,
        "EventSelectors": [{
            "ReadWriteType": "All",
            "IncludeManagementEvents": true,
            "DataResources": [],
            "ExcludeManagementEventSources": [],
        }],
    }))
}

/// Recent events, newest first. One attribute at most, 90 days, 50 events a page.
fn lookup(world: &World, call: &Call) -> Result<Value, Failure> {
    let size = size(call)?;
    let position = call.position()?;
    let as_of = position.as_of;
    let end = moment(call, "EndTime")?.unwrap_or(as_of).min(as_of);
    let start = moment(call, "StartTime")?;
    if start.is_some_and(|start| start > moment(call, "EndTime").ok().flatten().unwrap_or(as_of)) {
        let message = "The start time must be before the end time.";
        return Err(Failure::new("InvalidTimeRangeException", 400, message));
    }
    let start = start.unwrap_or(i64::MIN).max(as_of - 90 * DAY);
    let wanted = attribute(call)?;
    let mut events = stream::events(world.seed, call.place, start, end)
        .filter(|event| event.shown_from() <= as_of)
        .filter(|event| wanted.as_ref().is_none_or(|(key, value)| event.has(key, value)))
        .skip(position.offset as usize);
    let page: Vec<Value> =
        events.by_ref().take(size).map(|event| record::listed(world, &event)).collect();
    let mut value = json!({ "Events": page });
    if events.next().is_some() {
        let next = Position { offset: position.offset + size as u64, ..position };
        value["NextToken"] = json!(next.token(call.identity()));
    }
    Ok(value)
}

fn size(call: &Call) -> Result<usize, Failure> {
    match call.size_given()? {
        None => Ok(50),
        Some(given @ 1..=50) => Ok(given as usize),
        Some(_) => Err(Failure::new(
            "InvalidMaxResultsException",
            400,
            "The maximum number of results must be between 1 and 50.",
        )),
    }
}

fn moment(call: &Call, name: &str) -> Result<Option<i64>, Failure> {
    match call.body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            value.as_f64().map(|seconds| Some((seconds * 1000.0) as i64)).ok_or_else(|| {
                Failure::new("SerializationException", 400, format!("{name} must be a number."))
            })
        }
    }
}

const ATTRIBUTES: [&str; 8] = [
    "EventId",
    "EventName",
    "ReadOnly",
    "Username",
    "ResourceType",
    "ResourceName",
    "EventSource",
    "AccessKeyId",
];

fn attribute(call: &Call) -> Result<Option<(String, String)>, Failure> {
    let invalid = |message: &str| Failure::new("InvalidLookupAttributesException", 400, message);
    let Some(list) = call.body.get("LookupAttributes").and_then(Value::as_array) else {
        return Ok(None);
    };
    let only = match list.as_slice() {
        [] => return Ok(None),
        [Value::Object(only)] => only,
        _ => return Err(invalid("Only one lookup attribute can be given.")),
    };
    let text = |only: &Map<String, Value>, name: &str| {
        only.get(name).and_then(Value::as_str).map(str::to_owned)
    };
    match (text(only, "AttributeKey"), text(only, "AttributeValue")) {
        (Some(key), Some(value)) if ATTRIBUTES.contains(&key.as_str()) => Ok(Some((key, value))),
        _ => Err(invalid("The lookup attribute is not valid.")),
    }
}
