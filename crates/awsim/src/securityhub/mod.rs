//! Security Hub, rest-json: the hub, its standards, its aggregator, and GetFindings.
//!
//! Shapes, error codes and HTTP statuses: the Security Hub API model 2018-10-26.

mod filter;
mod finding;
mod listing;
mod other;
mod source;
mod write;

pub(crate) use listing::Listings;
pub(crate) use source::tags as tags_of;

use serde_json::{Value, json};

use crate::answer::{Answer, Failure, Service};
use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::noise;
use crate::organisation::{Place, REGIONS, RESEARCH};
use crate::sim::Shared;
use crate::token::page;

/// Answers one Security Hub call.
pub(crate) fn answer(shared: &Shared, call: &Call) -> Result<Answer, Failure> {
    if !call.place.has_security_hub() {
        return Err(not_subscribed(call.place.account().id));
    }
    let value = match call.operation {
        "GetFindings" => {
            return Ok(Answer::text(Service::SecurityHub, listing::get_findings(shared, call)?));
        }
        "DescribeHub" => describe_hub(shared, call)?,
        "GetEnabledStandards" => standards(call)?,
        "ListFindingAggregators" => list_aggregators(shared, call)?,
        _ => get_aggregator(shared, call)?,
    };
    Ok(Answer::json(Service::SecurityHub, &value))
}

/// HTTP 401 here means "not enabled", not "bad credentials".
pub(crate) fn not_subscribed(account: &str) -> Failure {
    Failure::new(
        "InvalidAccessException",
        401,
        format!("Account {account} is not subscribed to AWS Security Hub"),
    )
}

pub(crate) fn invalid(message: impl Into<String>) -> Failure {
    Failure::new("InvalidInputException", 400, message)
}

fn size(call: &Call, default: usize) -> Result<usize, Failure> {
    match call.size_given()? {
        None => Ok(default),
        Some(given @ 1..=100) => Ok(given as usize),
        Some(given) => Err(invalid(format!(
            "Invalid parameter 'MaxResults'. Value '{given}' must be between 1 and 100."
        ))),
    }
}

fn hub_arn(place: Place) -> String {
    format!("arn:aws:securityhub:{}:{}:hub/default", place.region(), place.account().id)
}

fn describe_hub(shared: &Shared, call: &Call) -> Result<Value, Failure> {
    let arn = hub_arn(call.place);
    if call.query("HubArn").is_some_and(|wanted| wanted != arn) {
        return Err(Failure::new("ResourceNotFoundException", 404, "The hub was not found."));
    }
    let consolidated = call.place.consolidated_findings();
    Ok(json!({
        "HubArn": arn,
        "SubscribedAt": iso(shared.world.anchor - 420 * DAY),
        "AutoEnableControls": true,
        "ControlFindingGenerator": if consolidated { "SECURITY_CONTROL" } else { "STANDARD_CONTROL" },
    }))
}

fn standards(call: &Call) -> Result<Value, Failure> {
    let size = size(call, 100)?;
    let position = call.position()?;
    let (region, account) = (call.place.region(), call.place.account().id);
    let mut names = vec!["aws-foundational-security-best-practices/v/1.0.0"];
    names.push(if call.place.consolidated_findings() {
        "nist-800-53/v/5.0.0"
    } else {
        "pci-dss/v/3.2.1"
    });
    let wanted = call.texts("StandardsSubscriptionArns");
    let all: Vec<Value> = names
        .into_iter()
        .map(|name| {
            json!({
                "StandardsSubscriptionArn": format!("arn:aws:securityhub:{region}:{account}:subscription/{name}"),
                "StandardsArn": format!("arn:aws:securityhub:{region}::standards/{name}"),
                "StandardsInput": {},
                "StandardsStatus": "READY",
                "StandardsControlsUpdatable": "READY_FOR_UPDATES",
            })
        })
        .filter(|one| {
            wanted.is_empty() || wanted.contains(&one["StandardsSubscriptionArn"].as_str().unwrap_or_default())
        })
        .collect();
    let (items, next) = page(all, size, position, call.identity());
    let mut value = json!({ "StandardsSubscriptions": items });
    if let Some(next) = next {
        value["NextToken"] = Value::String(next);
    }
    Ok(value)
}

/// The research account gathers Ohio's findings in Virginia. At scale nobody aggregates, so that
/// the findings stay evenly spread.
pub(crate) fn aggregator_regions(shared: &Shared, place: Place) -> &'static [&'static str] {
    if place.account == RESEARCH && shared.options.findings.is_none() {
        &REGIONS[1..2]
    } else {
        &[]
    }
}

fn aggregator_arn(shared: &Shared, place: Place) -> Option<String> {
    (!aggregator_regions(shared, place).is_empty()).then(|| {
        let id = noise::uuid(noise::combine(&[shared.world.seed, 0xa66]));
        format!("arn:aws:securityhub:{}:{}:finding-aggregator/{id}", REGIONS[0], place.account().id)
    })
}

fn list_aggregators(shared: &Shared, call: &Call) -> Result<Value, Failure> {
    size(call, 100)?;
    call.position()?;
    let aggregators: Vec<Value> = aggregator_arn(shared, call.place)
        .into_iter()
        .map(|arn| json!({ "FindingAggregatorArn": arn }))
        .collect();
    Ok(json!({ "FindingAggregators": aggregators }))
}

fn get_aggregator(shared: &Shared, call: &Call) -> Result<Value, Failure> {
    let wanted = call.path[2..].join("/");
    match aggregator_arn(shared, call.place) {
        Some(arn) if arn == wanted => Ok(json!({
            "FindingAggregatorArn": arn,
            "FindingAggregationRegion": REGIONS[0],
            "RegionLinkingMode": "SPECIFIED_REGIONS",
            "Regions": aggregator_regions(shared, call.place),
        })),
        _ => Err(Failure::new(
            "ResourceNotFoundException",
            404,
            "The finding aggregator was not found.",
        )),
    }
}
