//! Config rules and their results. Pure.

use domain::catalogue::without_pack;
use domain::resource::kind;
use domain::{
    Catalogue, Control, Finding, FindingId, FindingState, Part, Resource, ResourceKey, Severity,
    Source, Timestamp, Verdict,
};
use serde_json::{Value, json};

use super::inventory::Index;
use crate::operation::Operation;
use crate::operation::config::GET_COMPLIANCE_DETAILS_BY_CONFIG_RULE;
use crate::page::{self, Mapped, Page, Unreadable};
use crate::read::{self, at, bounded, text};
use crate::resource_name::Place;
use crate::securityhub::map::{TEXT_CHARS, TITLE_CHARS};

/// A rule as it is deployed.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its name, unique in an account and region.
    pub name: String,
    /// What it checks: the identifier of a managed rule; else [`CUSTOM`] and the name, without
    /// what a conformance pack appends.
    pub check: String,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// As `DescribeConfigRules` wrote it.
    pub facts: Value,
}

/// What the check of a rule begins with that AWS did not write. Its name is whatever somebody chose
/// and says nothing about what it checks, so no control of ours may bear such a check.
pub const CUSTOM: &str = "custom:";

/// Reads a page of `DescribeConfigRules`.
pub fn map_rules(body: &[u8], operation: &Operation) -> Result<(Vec<Rule>, Page), Unreadable> {
    let mut value = page::json(body)?;
    let listed = page::list(&mut value, "ConfigRules")?;
    let mut page = Page { next: page::next_token(&value), ..Page::default() };
    let mut rules = Vec::with_capacity(listed.len());
    for facts in listed {
        match text(&facts, "ConfigRuleName").filter(|name| !name.is_empty()) {
            Some(name) => rules.push(Rule {
                name: name.to_owned(),
                check: check_of(&facts, name),
                deleting: text(&facts, "ConfigRuleState")
                    .is_some_and(|state| state.starts_with("DELETING")),
                facts,
            }),
            None => page.leave_out(
                operation,
                "",
                "A rule was left out: ConfigRuleName, a text, is missing.".to_owned(),
            ),
        }
    }
    Ok((rules, page))
}

fn check_of(rule: &Value, name: &str) -> String {
    let source = |member| at(rule, &["Source", member]).and_then(Value::as_str);
    match (source("Owner"), source("SourceIdentifier")) {
        (Some("AWS"), Some(identifier)) if !identifier.is_empty() => bounded(identifier, 512),
        _ => bounded(&format!("{CUSTOM}{}", without_pack(name)), 512),
    }
}

/// Reads a page whose items name a rule, such as evaluation status and compliance.
pub fn map_by_rule(
    body: &[u8],
    operation: &Operation,
    list: &str,
) -> Result<(Vec<(String, Value)>, Page), Unreadable> {
    let mut value = page::json(body)?;
    let listed = page::list(&mut value, list)?;
    let mut page = Page { next: page::next_token(&value), ..Page::default() };
    let mut named = Vec::with_capacity(listed.len());
    for item in listed {
        match text(&item, "ConfigRuleName").map(str::to_owned) {
            Some(name) => named.push((name, item)),
            None => page.leave_out(
                operation,
                "",
                "An item was left out: ConfigRuleName, a text, is missing.".to_owned(),
            ),
        }
    }
    Ok((named, page))
}

/// The rule as a fact; `status` and `compliance` as the other two operations wrote them.
pub fn map_rule_fact(
    rule: &Rule,
    status: Option<&Value>,
    compliance: Option<&Value>,
    place: &Place,
    now: Timestamp,
) -> Resource {
    let mut facts = rule.facts.clone();
    let arn = text(&facts, "ConfigRuleArn").map(str::to_owned);
    if facts.is_object() {
        facts["check"] = json!(rule.check);
        facts["evaluationStatus"] = json!(status);
        facts["complianceType"] = json!(
            compliance
                .and_then(|item| at(item, &["Compliance", "ComplianceType"]))
                .and_then(Value::as_str)
        );
    }
    Resource {
        key: ResourceKey::of(
            arn.as_deref(),
            kind::CONFIG_RULE,
            &place.account,
            &place.region,
            &rule.name,
        ),
        source: Source::Config,
        account: place.account.clone(),
        region: place.region.clone(),
        kind: kind::CONFIG_RULE.to_owned(),
        id: rule.name.clone(),
        name: rule.name.clone(),
        tags: Vec::new(),
        facts,
        recorded_at: Some(now),
    }
}

const EVALUATED: &str = "LastSuccessfulEvaluationTime";

/// When a rule was last evaluated.
pub(crate) fn evaluated_at(status: &Value) -> Option<Timestamp> {
    read::time(status, EVALUATED)
}

/// Whether a rule was never evaluated. A time that cannot be read is not "never".
pub(crate) fn never_evaluated(status: &Value) -> bool {
    status.is_object() && read::get(status, EVALUATED).is_none()
}

/// How the native ids of a rule's findings begin.
pub fn native_prefix(rule: &str) -> String {
    format!("{rule}/")
}

/// Reads a page of `GetComplianceDetailsByConfigRule`.
pub fn map_results(
    body: &[u8],
    rule: &Rule,
    index: &Index,
    place: &Place,
    now: Timestamp,
) -> Mapped {
    let mut value = page::json(body)?;
    let results = page::list(&mut value, "EvaluationResults")?;
    let mut page = Page { next: page::next_token(&value), ..Page::default() };
    for result in results {
        if let Err(why) = read_result(&mut page, &result, rule, index, place, now) {
            page.leave_out(
                &GET_COMPLIANCE_DETAILS_BY_CONFIG_RULE,
                &rule.name,
                format!("A result was left out: {why}."),
            );
        }
    }
    Ok(page)
}

fn read_result(
    page: &mut Page,
    result: &Value,
    rule: &Rule,
    index: &Index,
    place: &Place,
    now: Timestamp,
) -> Result<(), String> {
    let qualifier = at(result, &["EvaluationResultIdentifier", "EvaluationResultQualifier"])
        .ok_or("EvaluationResultQualifier is missing")?;
    // A proactive result is about a resource that does not exist yet.
    if text(qualifier, "EvaluationMode") == Some("PROACTIVE") {
        return Ok(());
    }
    let kind = text(qualifier, "ResourceType").ok_or("ResourceType, a text, is missing")?;
    let id = text(qualifier, "ResourceId").ok_or("ResourceId, a text, is missing")?;
    let reported = text(result, "ComplianceType").unwrap_or_default();
    let Some((verdict, state)) = standing(reported) else {
        page.problem(
            &GET_COMPLIANCE_DETAILS_BY_CONFIG_RULE,
            &rule.name,
            "ComplianceType is none of COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE and \
             INSUFFICIENT_DATA."
                .to_owned(),
        );
        page.findings.push(finding(
            rule,
            (kind, id),
            (Verdict::Error, FindingState::Unknown, reported),
            result,
            index,
            place,
            now,
        ));
        return Ok(());
    };
    let standing = (verdict, state, reported);
    page.findings.push(finding(rule, (kind, id), standing, result, index, place, now));
    Ok(())
}

fn standing(reported: &str) -> Option<(Verdict, FindingState)> {
    Some(match reported {
        "COMPLIANT" => (Verdict::Pass, FindingState::Passed),
        "NON_COMPLIANT" => (Verdict::Fail, FindingState::Open),
        "NOT_APPLICABLE" => (Verdict::NotApplicable, FindingState::NotApplicable),
        "INSUFFICIENT_DATA" => (Verdict::Unknown, FindingState::Unknown),
        _ => return None,
    })
}

fn finding(
    rule: &Rule,
    (kind, id): (&str, &str),
    (verdict, state, reported): (Verdict, FindingState, &str),
    result: &Value,
    index: &Index,
    place: &Place,
    now: Timestamp,
) -> Finding {
    let catalogue = Catalogue::get();
    let control: Option<&Control> = catalogue
        .control_of(Source::Config, &rule.check, reported, verdict)
        .and_then(|control| catalogue.control(control));
    let native_id = format!("{}{kind}/{id}", native_prefix(&rule.name));
    let recorded = read::time(result, "ResultRecordedTime")
        .or_else(|| read::time(result, "ConfigRuleInvokedTime"))
        .unwrap_or(now);
    // AWS Config rules have no severity: that of our control counts, and a pass is no alarm.
    let severity = match state {
        FindingState::Passed | FindingState::NotApplicable => Severity::Informational,
        _ => control.map_or(Severity::Medium, |control| control.severity),
    };
    Finding {
        id: FindingId::of(Source::Config, &place.account, &place.region, &native_id),
        source: Source::Config,
        part: Part::Rules,
        native_id,
        product: "AWS Config".to_owned(),
        check: rule.check.clone(),
        control: control.map(|control| control.id.clone()),
        account: place.account.clone(),
        region: place.region.clone(),
        title: control
            .map_or_else(|| bounded(&rule.name, TITLE_CHARS), |control| control.title.clone()),
        description: read::text_or_empty(&rule.facts, "Description", TEXT_CHARS),
        severity,
        severity_reported: String::new(),
        state,
        compliance: bounded(reported, 64),
        workflow: String::new(),
        verdict,
        reason: read::text_or_empty(result, "Annotation", TEXT_CHARS),
        requirements: Vec::new(),
        resources: vec![index.find(kind, id, place)],
        remediation: control.map(|control| control.fix_console.clone()).unwrap_or_default(),
        remediation_url: control.map(|control| control.docs.clone()).unwrap_or_default(),
        created_at: recorded,
        updated_at: recorded,
        sample: false,
    }
}

/// A conformance pack as a fact, with its rules' compliance.
pub fn map_pack(
    mut pack: Value,
    rules: &[Value],
    place: &Place,
    now: Timestamp,
) -> Option<Resource> {
    let name = text(&pack, "ConformancePackName")?.to_owned();
    let arn = text(&pack, "ConformancePackArn").map(str::to_owned);
    pack["rules"] = json!(rules);
    let kind = kind::CONFORMANCE_PACK;
    Some(Resource {
        key: ResourceKey::of(arn.as_deref(), kind, &place.account, &place.region, &name),
        source: Source::Config,
        account: place.account.clone(),
        region: place.region.clone(),
        kind: kind.to_owned(),
        id: name.clone(),
        name,
        tags: Vec::new(),
        facts: pack,
        recorded_at: Some(now),
    })
}
