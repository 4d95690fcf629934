//! Asks AWS Config for rules, their results, and conformance packs.

use std::collections::{HashMap, HashSet};

use aws_sdk_config::Client;
use domain::resource::kind;
use domain::{
    Batch, ErrorClass, FindingId, Part, Resource, ResourceKey, SourceError, Sweep, Timestamp,
};
use serde_json::Value;

use super::fetch::ROWS;
use super::inventory::Index;
use super::rules::{self, Rule};
use crate::operation::config as op;
use crate::page::Pager;
use crate::resource_name::Place;
use crate::visit::Visit;

/// Reads the rules, their results and the conformance packs.
///
/// Results name resources by ids of their service, which the inventory of the same visit turns
/// into ARNs. When the inventory failed and may be back the next time, `index` is its error: the
/// results wait for it, because under other names the same resources would seem to come and go.
pub(crate) async fn rules(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    index: Result<Index, SourceError>,
) -> Result<(), SourceError> {
    let listed = list_rules(visit, client).await?;
    // Without the times of evaluation every rule is asked for its results.
    let statuses = match statuses(visit, client).await {
        Ok(statuses) => Some(statuses),
        Err(error) => {
            visit.note(&error).await;
            None
        }
    };
    let compliance = match compliance(visit, client).await {
        Ok(compliance) => compliance,
        Err(error) => {
            visit.note(&error).await;
            HashMap::new()
        }
    };
    let mut facts = Vec::with_capacity(listed.len());
    for rule in &listed {
        let status = statuses.as_ref().and_then(|statuses| statuses.get(&rule.name));
        let compliance = compliance.get(&rule.name);
        facts.push(rules::map_rule_fact(rule, status, compliance, place, visit.started));
    }
    keep_facts(visit, kind::CONFIG_RULE, facts).await;
    let results = match index {
        Ok(index) => results(visit, client, place, &index, &listed, statuses.as_ref()).await,
        Err(error) => Err(error),
    };
    let packs = packs(visit, client, place).await;
    results.and(packs)
}

async fn keep_facts(visit: &mut Visit<'_>, kind: &str, facts: Vec<Resource>) {
    let seen: HashSet<ResourceKey> = facts.iter().map(|fact| fact.key.clone()).collect();
    visit.send(Batch { resources: facts, ..Batch::default() }).await;
    visit.sweep(Sweep::Resources { kinds: vec![kind.to_owned()], seen });
}

async fn list_rules(visit: &mut Visit<'_>, client: &Client) -> Result<Vec<Rule>, SourceError> {
    let mut all: Vec<Rule> = Vec::new();
    let mut pager = Pager::new(&op::DESCRIBE_CONFIG_RULES);
    while pager.is_open() {
        let token = pager.token();
        let request = || client.describe_config_rules().set_next_token(token).send();
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        let mapped =
            rules::map_rules(&answer.body, &op::DESCRIBE_CONFIG_RULES).map(|(listed, page)| {
                for rule in listed {
                    if !all.iter().any(|known| known.name == rule.name) {
                        all.push(rule);
                    }
                }
                page
            });
        visit.keep_page(&mut pager, answer, mapped).await?;
    }
    Ok(all)
}

async fn statuses(
    visit: &mut Visit<'_>,
    client: &Client,
) -> Result<HashMap<String, Value>, SourceError> {
    let mut all = HashMap::new();
    let mut pager = Pager::new(&op::DESCRIBE_CONFIG_RULE_EVALUATION_STATUS);
    while pager.is_open() {
        let token = pager.token();
        let request = || {
            client.describe_config_rule_evaluation_status().limit(50).set_next_token(token).send()
        };
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        let mapped = rules::map_by_rule(&answer.body, "ConfigRulesEvaluationStatus").map(
            |(listed, page)| {
                all.extend(listed);
                page
            },
        );
        visit.keep_page(&mut pager, answer, mapped).await?;
    }
    Ok(all)
}

async fn compliance(
    visit: &mut Visit<'_>,
    client: &Client,
) -> Result<HashMap<String, Value>, SourceError> {
    let mut all = HashMap::new();
    let mut pager = Pager::new(&op::DESCRIBE_COMPLIANCE_BY_CONFIG_RULE);
    while pager.is_open() {
        let token = pager.token();
        let request = || client.describe_compliance_by_config_rule().set_next_token(token).send();
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        let mapped =
            rules::map_by_rule(&answer.body, "ComplianceByConfigRules").map(|(listed, page)| {
                all.extend(listed);
                page
            });
        visit.keep_page(&mut pager, answer, mapped).await?;
    }
    Ok(all)
}

/// Reads the results of every rule that was evaluated since the last visit, or of every rule.
async fn results(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    index: &Index,
    listed: &[Rule],
    statuses: Option<&HashMap<String, Value>>,
) -> Result<(), SourceError> {
    let (mut seen, mut spare) = (HashSet::new(), Vec::new());
    let (mut latest, mut result): (Option<Timestamp>, _) = (None, Ok(()));
    for rule in listed.iter().filter(|rule| !rule.deleting) {
        let evaluated =
            statuses.and_then(|statuses| statuses.get(&rule.name)).and_then(rules::evaluated_at);
        if is_unmoved(visit, statuses.is_some(), evaluated) || ends_the_part(&result) {
            spare.push(rules::native_prefix(&rule.name));
            continue;
        }
        match results_of(visit, client, place, index, rule).await {
            Ok(ids) => {
                seen.extend(ids);
                latest = latest.max(evaluated);
            }
            Err(error) if error.class == ErrorClass::Gone => {}
            Err(error) => {
                spare.push(rules::native_prefix(&rule.name));
                result = Err(error);
            }
        }
    }
    visit.sweep(Sweep::Findings { part: Part::Rules, seen, spare });
    if result.is_ok() {
        visit.pulled(latest);
    }
    result
}

/// Whether nothing can have changed about a rule since the last visit.
fn is_unmoved(visit: &Visit<'_>, status_known: bool, evaluated: Option<Timestamp>) -> bool {
    match (visit.since, evaluated) {
        _ if visit.full || !status_known => false,
        (Some(since), Some(evaluated)) => evaluated < since,
        // Never evaluated: there are no results to fetch.
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Whether the next rule would meet the same error. A fault of one rule's results does not keep
/// the others from being read.
fn ends_the_part(result: &Result<(), SourceError>) -> bool {
    result.as_ref().is_err_and(|error| {
        !matches!(
            error.class,
            ErrorClass::ServiceFault | ErrorClass::Unreadable | ErrorClass::BadToken
        )
    })
}

async fn results_of(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    index: &Index,
    rule: &Rule,
) -> Result<Vec<FindingId>, SourceError> {
    let mut ids = Vec::new();
    let mut pager = Pager::new(&op::GET_COMPLIANCE_DETAILS_BY_CONFIG_RULE);
    while pager.is_open() {
        let token = pager.token();
        let request = || {
            client
                .get_compliance_details_by_config_rule()
                .config_rule_name(&rule.name)
                .limit(ROWS)
                .set_next_token(token)
                .send()
        };
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        let mapped = rules::map_results(&answer.body, rule, index, place, visit.started);
        if let Ok(page) = &mapped {
            ids.extend(page.findings.iter().map(|finding| finding.id.clone()));
        }
        visit.keep_page(&mut pager, answer, mapped).await?;
    }
    Ok(ids)
}

async fn packs(visit: &mut Visit<'_>, client: &Client, place: &Place) -> Result<(), SourceError> {
    let mut all: Vec<Value> = Vec::new();
    let mut pager = Pager::new(&op::DESCRIBE_CONFORMANCE_PACKS);
    while pager.is_open() {
        let token = pager.token();
        let request = || client.describe_conformance_packs().limit(20).set_next_token(token).send();
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        visit.keep_list(&mut pager, answer, "ConformancePackDetails", &mut all).await?;
    }
    let mut facts = Vec::new();
    for pack in all {
        let Some(name) = crate::read::text(&pack, "ConformancePackName").map(str::to_owned) else {
            continue;
        };
        match pack_rules(visit, client, &name).await {
            Ok(rules) => facts.extend(rules::map_pack(pack, &rules, place, visit.started)),
            Err(error) if error.class == ErrorClass::Gone => {}
            Err(error) => return Err(error),
        }
    }
    keep_facts(visit, kind::CONFORMANCE_PACK, facts).await;
    Ok(())
}

async fn pack_rules(
    visit: &mut Visit<'_>,
    client: &Client,
    pack: &str,
) -> Result<Vec<Value>, SourceError> {
    let mut all = Vec::new();
    let mut pager = Pager::new(&op::DESCRIBE_CONFORMANCE_PACK_COMPLIANCE);
    while pager.is_open() {
        let token = pager.token();
        let request = || {
            client
                .describe_conformance_pack_compliance()
                .conformance_pack_name(pack)
                .limit(1000)
                .set_next_token(token)
                .send()
        };
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        visit.keep_list(&mut pager, answer, "ConformancePackRuleComplianceList", &mut all).await?;
    }
    Ok(all)
}
