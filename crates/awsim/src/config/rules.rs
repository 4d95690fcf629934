//! Config rules of a place, and what they say of each resource.

use crate::checks::Check;
use crate::clock::HOUR;
use crate::kinds::KINDS;
use crate::noise;
use crate::organisation::{EHR, Place, RESEARCH};
use crate::world::{Outcome, World};

/// The name of the conformance pack.
pub(crate) const PACK: &str = "Operational-Best-Practices-for-HIPAA-Security";

/// A rule as it is deployed in one place.
#[derive(Debug)]
pub(crate) struct Rule<'a> {
    pub name: String,
    pub id: String,
    pub arn: String,
    /// `None` for the organisation's own Lambda rule.
    pub check: Option<&'a Check>,
    pub in_pack: bool,
    pub by_security_hub: bool,
}

/// One resource under one rule.
#[derive(Debug)]
pub(crate) struct Evaluation {
    pub resource_type: String,
    pub resource_id: String,
    pub compliance: &'static str,
    pub annotation: Option<&'static str>,
    /// When the result was recorded; moves when the result changes or is stated anew.
    pub recorded: i64,
    pub ordering: i64,
}

/// Whether the pack is deployed. The sandbox has some rules of its own instead.
pub(crate) fn has_pack(place: Place) -> bool {
    place.account != RESEARCH
}

/// The eight characters that a conformance pack adds to the names of its rules.
pub(crate) fn pack_suffix(world: &World, place: Place) -> String {
    let hash = noise::combine(&[world.seed, place.account as u64, place.region as u64, 0x9ac]);
    noise::letters(hash, 9).to_lowercase()
}

/// The rules of a place, by name.
pub(crate) fn rules(world: &World, place: Place) -> Vec<Rule<'_>> {
    let suffix = pack_suffix(world, place);
    let mut rules = Vec::new();
    for (number, check) in world.checks.iter().enumerate() {
        let own = if has_pack(place) {
            check.in_pack.then(|| format!("{}-conformance-pack-{suffix}", check.rule))
        } else {
            (check.in_pack && number % 5 < 2).then(|| format!("sandbox-{}", check.rule))
        };
        if let Some(name) = own {
            rules.push(rule(world, place, name, Some(check), has_pack(place), false));
        }
        // Security Hub deploys its own copies of the rules that back its controls.
        if check.control.is_some()
            && place.has_security_hub()
            && (number % 12 == 3 || !check.in_pack)
        {
            let hash = noise::combine(&[world.seed, noise::text(check.rule), place.account as u64]);
            let name = format!("securityhub-{}-{}", check.rule, noise::hex(hash, 8));
            rules.push(rule(world, place, name, Some(check), false, true));
        }
    }
    if place.account == EHR {
        rules.push(rule(world, place, "mvh-phi-tag-required".to_owned(), None, false, false));
    }
    rules.sort_by(|a, b| a.name.cmp(&b.name));
    rules
}

fn rule<'a>(
    world: &World,
    place: Place,
    name: String,
    check: Option<&'a Check>,
    in_pack: bool,
    by_security_hub: bool,
) -> Rule<'a> {
    let hash = noise::combine(&[
        world.seed,
        noise::text(&name),
        place.account as u64,
        place.region as u64,
    ]);
    let id = format!("config-rule-{}", noise::letters(hash, 6).to_lowercase());
    let arn = format!("arn:aws:config:{}:{}:config-rule/{id}", place.region(), place.account().id);
    Rule { name, id, arn, check, in_pack, by_security_hub }
}

/// The results of a rule at a moment, one per resource.
pub(crate) fn evaluations(
    world: &World,
    place: Place,
    rule: &Rule<'_>,
    now: i64,
) -> Vec<Evaluation> {
    let seen = world.seen_at(place, now);
    let Some(check) = rule.check else { return tagged(world, place, seen) };
    if check.scopes.iter().any(|scope| scope.reports_as == "AWS::Backup::RecoveryPoint") {
        return crate::backup::recovery_point_evaluations(world, place, check, seen);
    }
    let mut results = Vec::new();
    for (index, resource) in world.at(place) {
        let Some(reported) = check.reports(resource.kind) else { continue };
        let account_level = KINDS[resource.kind].code == "Account";
        if !account_level && !super::recorded(place, reported) {
            continue;
        }
        let Some(fact) = world.fact(index, check, seen).filter(|fact| fact.gone.is_none()) else {
            continue;
        };
        let (compliance, annotation) = match fact.outcome {
            Outcome::Good => ("COMPLIANT", None),
            Outcome::Bad => ("NON_COMPLIANT", Some(check.annotation)),
            Outcome::Unknown => {
                ("INSUFFICIENT_DATA", Some("The rule has not evaluated this resource yet."))
            }
            Outcome::NotApplicable => ("NOT_APPLICABLE", None),
        };
        let default_group = check.rule == "vpc-default-security-group-closed";
        results.push(Evaluation {
            resource_type: reported.to_owned(),
            resource_id: if default_group {
                format!("sg-{}", noise::hex(resource.hash, 17))
            } else {
                resource.id.clone()
            },
            compliance,
            annotation,
            recorded: fact.stated,
            ordering: fact.since,
        });
    }
    results
}

/// When the rule last spoke: the latest of its results, and of the removals of what it judged.
pub(crate) fn last_spoken(world: &World, place: Place, rule: &Rule<'_>, now: i64) -> Option<i64> {
    let seen = world.seen_at(place, now);
    let removed = world
        .at(place)
        .filter(|(_, resource)| {
            rule.check.is_some_and(|check| check.reports(resource.kind).is_some())
        })
        .filter_map(|(_, resource)| resource.deleted.filter(|deleted| *deleted <= seen))
        .max();
    let stated = evaluations(world, place, rule, now).iter().map(|result| result.recorded).max();
    stated.max(removed)
}

/// The organisation's own rule: every bucket says what class of data it holds.
fn tagged(world: &World, place: Place, now: i64) -> Vec<Evaluation> {
    world
        .at(place)
        .filter(|(_, resource)| resource.code() == "S3::Bucket" && resource.exists(now))
        .map(|(_, resource)| Evaluation {
            resource_type: "AWS::S3::Bucket".to_owned(),
            resource_id: resource.id.clone(),
            compliance: "COMPLIANT",
            annotation: None,
            recorded: resource.created + HOUR,
            ordering: resource.created,
        })
        .collect()
}

/// The verdict of a whole rule: a failing resource decides, and without a verdict nothing is known.
pub(crate) fn verdict(results: &[Evaluation]) -> &'static str {
    if results.iter().any(|result| result.compliance == "NON_COMPLIANT") {
        "NON_COMPLIANT"
    } else if results.iter().any(|result| result.compliance == "COMPLIANT") {
        "COMPLIANT"
    } else {
        "INSUFFICIENT_DATA"
    }
}
