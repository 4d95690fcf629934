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
use crate::operation::Operation;
use crate::operation::config as op;
use crate::pager::Pager;
use crate::read::text;
use crate::resource_name::Place;
use crate::visit::Visit;

/// How results of rules name the resources that they are about.
///
/// A result gives an id of the service, which the inventory of the same visit turns into an ARN.
#[derive(Debug)]
pub(crate) enum Names {
    /// As the inventory does.
    Known(Index),
    /// By the bare id, because there is no inventory, was none, and will be none.
    Bare,
    /// Not at all: the inventory failed and may be back the next time, or was there before. The
    /// results wait for it, because under other names the same resources would come and go, or be
    /// there twice.
    Awaited(SourceError),
}

/// Reads the rules, their results and the conformance packs.
pub(crate) async fn rules(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    names: Names,
) -> Result<(), SourceError> {
    let (listed, complete) = list_rules(visit, client).await?;
    // Without the times of evaluation every rule is asked for its results.
    let statuses = match statuses(visit, client).await {
        Ok(statuses) => statuses,
        Err(error) => {
            visit.note(&error, "").await;
            None
        }
    };
    let compliance = match compliance(visit, client).await {
        Ok(compliance) => compliance,
        Err(error) => {
            visit.note(&error, "").await;
            HashMap::new()
        }
    };
    let mut facts = Vec::with_capacity(listed.len());
    for rule in &listed {
        let status = statuses.as_ref().and_then(|statuses| statuses.get(&rule.name));
        let compliance = compliance.get(&rule.name);
        facts.push(rules::map_rule_fact(rule, status, compliance, place, visit.started));
    }
    keep_facts(visit, kind::CONFIG_RULE, facts, complete).await;
    let rules = Listed { rules: &listed, complete, statuses: statuses.as_ref() };
    let result = match names {
        Names::Known(index) => {
            let (latest, result) = results(visit, client, place, &index, rules).await;
            if result.is_ok() {
                visit.pulled(latest);
            }
            result
        }
        // Without a watermark every visit reads every rule, so that all of them get their names in
        // the visit that first has an inventory.
        Names::Bare => results(visit, client, place, &Index::default(), rules).await.1,
        Names::Awaited(error) => Err(error),
    };
    // No control rests on the packs: not to see them is no failure of the visit.
    packs(visit, client, place).await;
    result
}

/// Keeps facts of one kind; those that a complete listing lacks are gone.
async fn keep_facts(visit: &mut Visit<'_>, kind: &str, facts: Vec<Resource>, complete: bool) {
    let seen: HashSet<ResourceKey> = facts.iter().map(|fact| fact.key.clone()).collect();
    visit.send(Batch { resources: facts, ..Batch::default() }).await;
    if complete {
        visit.sweep(Sweep::Resources { kinds: vec![kind.to_owned()], seen });
    }
}

/// Lists the rules, and says whether none was left out.
async fn list_rules(
    visit: &mut Visit<'_>,
    client: &Client,
) -> Result<(Vec<Rule>, bool), SourceError> {
    let (mut all, mut complete) = (Vec::<Rule>::new(), true);
    let mut pager = Pager::new(&op::DESCRIBE_CONFIG_RULES);
    while pager.is_open() {
        let token = pager.token();
        let request = || client.describe_config_rules().set_next_token(token).send();
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        let mapped =
            rules::map_rules(&answer.body, &op::DESCRIBE_CONFIG_RULES).map(|(listed, page)| {
                complete &= page.left_out == 0;
                for rule in listed {
                    if !all.iter().any(|known| known.name == rule.name) {
                        all.push(rule);
                    }
                }
                page
            });
        visit.keep_page(&mut pager, answer, mapped).await?;
    }
    Ok((all, complete))
}

/// When each rule was evaluated; `None` where it cannot be told of all.
async fn statuses(
    visit: &mut Visit<'_>,
    client: &Client,
) -> Result<Option<HashMap<String, Value>>, SourceError> {
    let (mut all, mut complete) = (HashMap::new(), true);
    let mut pager = Pager::new(&op::DESCRIBE_CONFIG_RULE_EVALUATION_STATUS);
    while pager.is_open() {
        let token = pager.token();
        let request = || {
            client.describe_config_rule_evaluation_status().limit(50).set_next_token(token).send()
        };
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        let mapped =
            rules::map_by_rule(&answer.body, pager.operation, "ConfigRulesEvaluationStatus").map(
                |(listed, page)| {
                    complete &= page.left_out == 0;
                    all.extend(listed);
                    page
                },
            );
        visit.keep_page(&mut pager, answer, mapped).await?;
    }
    Ok(complete.then_some(all))
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
        let mapped = rules::map_by_rule(&answer.body, pager.operation, "ComplianceByConfigRules")
            .map(|(listed, page)| {
                all.extend(listed);
                page
            });
        visit.keep_page(&mut pager, answer, mapped).await?;
    }
    Ok(all)
}

/// The rules, whether all of them are known, and when they were evaluated.
#[derive(Debug, Clone, Copy)]
struct Listed<'l> {
    rules: &'l [Rule],
    complete: bool,
    statuses: Option<&'l HashMap<String, Value>>,
}

/// Reads the results of every rule that was evaluated since the last visit, or of every rule.
/// Gives the latest time of evaluation among those that were read.
async fn results(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    index: &Index,
    listed: Listed<'_>,
) -> (Option<Timestamp>, Result<(), SourceError>) {
    let (mut seen, mut spare) = (HashSet::new(), Vec::new());
    let (mut latest, mut result) = (None, Ok(()));
    for rule in listed.rules.iter().filter(|rule| !rule.deleting) {
        let status = listed.statuses.and_then(|statuses| statuses.get(&rule.name));
        let ended = result.as_ref().is_err_and(|error| !concerns_one_rule(visit, error));
        if is_unmoved(visit, status) || ended {
            spare.push(rules::native_prefix(&rule.name));
            continue;
        }
        match results_of(visit, client, place, index, rule).await {
            Ok((ids, left_out)) => {
                seen.extend(ids);
                latest = latest.max(status.and_then(rules::evaluated_at));
                if left_out > 0 {
                    // One of the older results may be what could not be read now.
                    spare.push(rules::native_prefix(&rule.name));
                }
            }
            Err(error) if error.class == ErrorClass::Gone => {}
            Err(error) => {
                spare.push(rules::native_prefix(&rule.name));
                result = Err(error);
            }
        }
    }
    // The results of a rule that was left out of the listing were not asked for.
    if listed.complete {
        visit.sweep(Sweep::Findings { part: Part::Rules, seen, spare });
    }
    (latest, result)
}

/// Whether nothing can have changed about a rule since the last visit, by what AWS Config says of
/// its evaluation. A rule of which it says nothing, or a time that cannot be read, is asked.
fn is_unmoved(visit: &Visit<'_>, status: Option<&Value>) -> bool {
    let (false, Some(since), Some(status)) = (visit.full, visit.since, status) else {
        return false;
    };
    match rules::evaluated_at(status) {
        Some(evaluated) => evaluated < since,
        // Without an evaluation there are no results to fetch.
        None => rules::never_evaluated(status),
    }
}

/// Whether the next rule, or pack, may do better. A fault of one does not keep the others from
/// being read.
fn concerns_one_rule(visit: &Visit<'_>, error: &SourceError) -> bool {
    visit.goes_on()
        && matches!(
            error.class,
            ErrorClass::ServiceFault
                | ErrorClass::Unreadable
                | ErrorClass::BadToken
                | ErrorClass::Other
        )
}

async fn results_of(
    visit: &mut Visit<'_>,
    client: &Client,
    place: &Place,
    index: &Index,
    rule: &Rule,
) -> Result<(Vec<FindingId>, u64), SourceError> {
    let (mut ids, mut left_out) = (Vec::new(), 0);
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
            left_out += page.left_out;
        }
        visit.keep_page(&mut pager, answer, mapped).await?;
    }
    Ok((ids, left_out))
}

async fn packs(visit: &mut Visit<'_>, client: &Client, place: &Place) {
    const OPERATION: &Operation = &op::DESCRIBE_CONFORMANCE_PACKS;
    let all = match listed_packs(visit, client).await {
        Ok(all) => all,
        Err(error) => return visit.note(&error, "").await,
    };
    let (mut facts, mut complete) = (Vec::new(), true);
    for pack in all {
        let Some(name) = text(&pack, "ConformancePackName").map(str::to_owned) else {
            let message = "A pack was left out: ConformancePackName, a text, is missing.";
            visit.problem(OPERATION, "", message.to_owned()).await;
            complete = false;
            continue;
        };
        match pack_rules(visit, client, &name).await {
            Ok(rules) => facts.extend(rules::map_pack(pack, &rules, place, visit.started)),
            Err(error) if error.class == ErrorClass::Gone => {}
            Err(error) => {
                visit.note(&error, &name).await;
                complete = false;
                if !concerns_one_rule(visit, &error) {
                    break;
                }
            }
        }
    }
    keep_facts(visit, kind::CONFORMANCE_PACK, facts, complete).await;
}

async fn listed_packs(visit: &mut Visit<'_>, client: &Client) -> Result<Vec<Value>, SourceError> {
    let mut all = Vec::new();
    let mut pager = Pager::new(&op::DESCRIBE_CONFORMANCE_PACKS);
    while pager.is_open() {
        let token = pager.token();
        let request = || client.describe_conformance_packs().limit(20).set_next_token(token).send();
        let Some(answer) = visit.fetch(&mut pager, request).await? else { continue };
        visit.keep_list(&mut pager, answer, "ConformancePackDetails", &mut all).await?;
    }
    Ok(all)
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
