//! The HIPAA conformance pack, where it is deployed.

use serde_json::{Value, json};

use super::rules::{PACK, Rule, evaluations, has_pack, pack_suffix, rules, verdict};
use super::verdicts::evaluation;
use super::{limit, paged};
use crate::answer::Failure;
use crate::call::Call;
use crate::clock::{DAY, epoch_seconds};
use crate::token::page;
use crate::world::World;

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, Failure> {
    let size = limit(call, 20, 20)?;
    let position = call.position()?;
    if let Some(name) = call.texts("ConformancePackNames").into_iter().find(|name| *name != PACK) {
        return Err(missing(name));
    }
    let (region, account) = (call.place.region(), call.place.account().id);
    let packs: Vec<Value> = has_pack(call.place)
        .then(|| {
            let id = format!("conformance-pack-{}", pack_suffix(world, call.place));
            json!({
                "ConformancePackName": PACK,
                "ConformancePackArn": format!("arn:aws:config:{region}:{account}:conformance-pack/{PACK}/{id}"),
                "ConformancePackId": id,
                "ConformancePackInputParameters": [],
                "LastUpdateRequestedTime": epoch_seconds(world.anchor - 300 * DAY),
            })
        })
        .into_iter()
        .collect();
    Ok(paged("ConformancePackDetails", page(packs, size, position, call.identity())))
}

fn missing(name: &str) -> Failure {
    Failure::new(
        "NoSuchConformancePackException",
        400,
        format!("The conformance pack '{name}' does not exist."),
    )
}

/// The pack's rules, after a look at the name and at the filter by rule name.
fn members<'a>(world: &'a World, call: &Call) -> Result<Vec<Rule<'a>>, Failure> {
    let name = call.text("ConformancePackName").unwrap_or_default();
    if name != PACK || !has_pack(call.place) {
        return Err(missing(name));
    }
    let all: Vec<Rule<'a>> =
        rules(world, call.place).into_iter().filter(|rule| rule.in_pack).collect();
    let names = filter(call, "ConfigRuleNames");
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|rule| rule.name != **name)) {
        return Err(Failure::new(
            "NoSuchConfigRuleInConformancePackException",
            400,
            format!("The rule '{unknown}' is not in the conformance pack."),
        ));
    }
    Ok(all
        .into_iter()
        .filter(|rule| names.is_empty() || names.contains(&rule.name.as_str()))
        .collect())
}

fn filter<'a>(call: &'a Call, name: &str) -> Vec<&'a str> {
    match call.body.pointer(&format!("/Filters/{name}")) {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text.as_str()],
        _ => Vec::new(),
    }
}

pub(super) fn compliance(world: &World, call: &Call) -> Result<Value, Failure> {
    let size = limit(call, 1000, 100)?;
    let position = call.position()?;
    let wanted = filter(call, "ComplianceType");
    let rows: Vec<Value> = members(world, call)?
        .iter()
        .map(|rule| (rule, verdict(&evaluations(world, call.place, rule, position.as_of))))
        .filter(|(_, verdict)| wanted.is_empty() || wanted.contains(verdict))
        .map(|(rule, verdict)| {
            json!({"ConfigRuleName": rule.name, "ComplianceType": verdict, "Controls": []})
        })
        .collect();
    let page = page(rows, size, position, call.identity());
    let mut value = paged("ConformancePackRuleComplianceList", page);
    value["ConformancePackName"] = json!(PACK);
    Ok(value)
}

pub(super) fn details(world: &World, call: &Call) -> Result<Value, Failure> {
    let size = limit(call, 100, 10)?;
    let position = call.position()?;
    let wanted = filter(call, "ComplianceType");
    let types = filter(call, "ResourceType");
    let ids = filter(call, "ResourceIds");
    let mut rows = Vec::new();
    for rule in members(world, call)? {
        for result in evaluations(world, call.place, &rule, position.as_of) {
            if result.compliance != "NOT_APPLICABLE"
                && (wanted.is_empty() || wanted.contains(&result.compliance))
                && (types.is_empty() || types.contains(&result.resource_type.as_str()))
                && (ids.is_empty() || ids.contains(&result.resource_id.as_str()))
            {
                rows.push(evaluation(&rule, &result));
            }
        }
    }
    let page = page(rows, size, position, call.identity());
    let mut value = paged("ConformancePackRuleEvaluationResults", page);
    value["ConformancePackName"] = json!(PACK);
    Ok(value)
}
