//! Rules, their state of evaluation, and their results.

use serde_json::{Value, json};

use super::rules::{Evaluation, Rule, evaluations, last_spoken, rules, verdict};
use super::{limit, paged};
use crate::answer::Failure;
use crate::call::Call;
use crate::clock::{DAY, epoch_seconds};
use crate::token::page;
use crate::world::World;

const PAGE: usize = 25;

/// The rules that a call names, or all of them.
fn named<'a>(world: &'a World, call: &Call) -> Result<Vec<Rule<'a>>, Failure> {
    let all = rules(world, call.place);
    let names = call.texts("ConfigRuleNames");
    if names.is_empty() {
        return Ok(all);
    }
    if names.len() > 25 {
        return Err(Failure::new(
            "InvalidParameterValueException",
            400,
            "At most 25 rule names are allowed.",
        ));
    }
    if let Some(missing) = names.iter().find(|name| all.iter().all(|rule| rule.name != **name)) {
        return Err(no_rule(missing));
    }
    Ok(all.into_iter().filter(|rule| names.contains(&rule.name.as_str())).collect())
}

fn no_rule(name: &str) -> Failure {
    Failure::new(
        "NoSuchConfigRuleException",
        400,
        format!(
            "The ConfigRule '{name}' provided in the request is invalid. Please check the configRule name."
        ),
    )
}

pub(super) fn describe_rules(world: &World, call: &Call) -> Result<Value, Failure> {
    let position = call.position()?;
    let rules: Vec<Value> = named(world, call)?.iter().map(|rule| described(rule, call)).collect();
    Ok(paged("ConfigRules", page(rules, PAGE, position, call.identity())))
}

fn described(rule: &Rule<'_>, call: &Call) -> Value {
    let source = match rule.check {
        Some(check) => json!({"Owner": "AWS", "SourceIdentifier": check.identifier}),
        None => json!({
            "Owner": "CUSTOM_LAMBDA",
            "SourceIdentifier": format!("arn:aws:lambda:{}:{}:function:phi-tag-rule", call.place.region(), call.place.account().id),
            "SourceDetails": [{"EventSource": "aws.config", "MessageType": "ConfigurationItemChangeNotification"}],
        }),
    };
    let types: Vec<&str> = rule.check.map_or_else(
        || vec!["AWS::S3::Bucket"],
        |check| {
            check
                .scopes
                .iter()
                .map(|scope| scope.reports_as.as_str())
                .filter(|kind| *kind != "AWS::::Account")
                .collect()
        },
    );
    let mut value = json!({
        "ConfigRuleName": rule.name,
        "ConfigRuleArn": rule.arn,
        "ConfigRuleId": rule.id,
        "Description": rule.check.map_or("Every bucket names the class of its data.", |check| check.title),
        "Source": source,
        "InputParameters": "{}",
        "ConfigRuleState": "ACTIVE",
        "EvaluationModes": [{"Mode": "DETECTIVE"}],
    });
    if !types.is_empty() {
        value["Scope"] = json!({ "ComplianceResourceTypes": types });
    }
    if rule.check.is_some_and(|check| check.periodic) {
        value["MaximumExecutionFrequency"] = json!("TwentyFour_Hours");
    }
    if rule.in_pack {
        value["CreatedBy"] = json!("config-conforms.amazonaws.com");
    } else if rule.by_security_hub {
        value["CreatedBy"] = json!("securityhub.amazonaws.com");
    }
    value
}

pub(super) fn evaluation_status(world: &World, call: &Call) -> Result<Value, Failure> {
    let size = limit(call, 50, 50)?;
    let position = call.position()?;
    let (rules, next) = page(named(world, call)?, size, position, call.identity());
    let rows: Vec<Value> = rules
        .iter()
        .map(|rule| {
            let last = last_spoken(world, call.place, rule, position.as_of);
            let mut row = json!({
                "ConfigRuleName": rule.name,
                "ConfigRuleArn": rule.arn,
                "ConfigRuleId": rule.id,
                "FirstActivatedTime": epoch_seconds(world.anchor - 300 * DAY),
                "FirstEvaluationStarted": true,
            });
            // The time moves exactly when a result of the rule moves.
            if let Some(last) = last {
                row["LastSuccessfulInvocationTime"] = json!(epoch_seconds(last));
                row["LastSuccessfulEvaluationTime"] = json!(epoch_seconds(last));
            }
            row
        })
        .collect();
    Ok(paged("ConfigRulesEvaluationStatus", (rows, next)))
}

pub(super) fn compliance_by_rule(world: &World, call: &Call) -> Result<Value, Failure> {
    let position = call.position()?;
    let wanted = call.texts("ComplianceTypes");
    let rows: Vec<Value> = named(world, call)?
        .iter()
        .filter_map(|rule| {
            let results = evaluations(world, call.place, rule, position.as_of);
            let verdict = verdict(&results);
            if !wanted.is_empty() && !wanted.contains(&verdict) {
                return None;
            }
            let mut compliance = json!({ "ComplianceType": verdict });
            let failing =
                results.iter().filter(|result| result.compliance == "NON_COMPLIANT").count();
            if failing > 0 {
                compliance["ComplianceContributorCount"] =
                    json!({"CappedCount": failing.min(25), "CapExceeded": failing > 25});
            }
            Some(json!({"ConfigRuleName": rule.name, "Compliance": compliance}))
        })
        .collect();
    Ok(paged("ComplianceByConfigRules", page(rows, PAGE, position, call.identity())))
}

pub(super) fn details(world: &World, call: &Call) -> Result<Value, Failure> {
    let size = limit(call, 100, 10)?;
    let position = call.position()?;
    let name = call.text("ConfigRuleName").unwrap_or_default();
    let all = rules(world, call.place);
    let rule = all.iter().find(|rule| rule.name == name).ok_or_else(|| no_rule(name))?;
    let wanted = call.texts("ComplianceTypes");
    let rows: Vec<Value> = evaluations(world, call.place, rule, position.as_of)
        .iter()
        .filter(|result| wanted.is_empty() || wanted.contains(&result.compliance))
        .map(|result| evaluation(rule, result))
        .collect();
    Ok(paged("EvaluationResults", page(rows, size, position, call.identity())))
}

/// One result, in the shape that rules and packs share.
pub(super) fn evaluation(rule: &Rule<'_>, result: &Evaluation) -> Value {
    let mut value = json!({
        "EvaluationResultIdentifier": {
            "EvaluationResultQualifier": {
                "ConfigRuleName": rule.name,
                "ResourceType": result.resource_type,
                "ResourceId": result.resource_id,
                "EvaluationMode": "DETECTIVE",
            },
            "OrderingTimestamp": epoch_seconds(result.ordering),
        },
        "ComplianceType": result.compliance,
        "ResultRecordedTime": epoch_seconds(result.recorded),
        "ConfigRuleInvokedTime": epoch_seconds(result.recorded - 700),
    });
    if let Some(annotation) = result.annotation {
        value["Annotation"] = json!(annotation);
    }
    value
}
