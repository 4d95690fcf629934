//! Signals that a rule is meant for, made from its own conditions: what finds rules that can never
//! match, and rules of an operator that take away what must page.

use super::read::RuleFlaw;
use super::{Rule, Rules, classify};
use crate::alert::Class;
use crate::alert::origin::{AuditFault, Call, CollectionFault, Origin, OwnFault, ViolationKind};
use crate::alert::signal::{Affected, Observed, Phi, Signal};
use crate::sli::{self, Sli};
use crate::{Severity, Source, Timestamp};

/// What is wrong with rules as a whole; `ours` are the built-in ones.
pub(super) fn flaws(rules: &Rules, ours: &Rules) -> Vec<RuleFlaw> {
    let mut flaws = unreachable(rules);
    for rule in ours.all().iter().filter(|rule| rule.locked) {
        for signal in witnesses(rule) {
            let wanted = classify(&signal, ours).class();
            let got = classify(&signal, rules);
            if got.class() > wanted {
                flaws.push(RuleFlaw {
                    rule: got.rule,
                    field: "class".to_owned(),
                    sentence: format!(
                        "It would lower what {} must bring: at least {}.",
                        rule.id,
                        wanted.as_str()
                    ),
                });
                break;
            }
        }
    }
    flaws
}

/// Rules, or types of rules, that no signal can reach.
pub(super) fn unreachable(rules: &Rules) -> Vec<RuleFlaw> {
    let mut flaws = Vec::new();
    for rule in rules.all() {
        let every: Vec<Rule> = if rule.types.is_empty() {
            vec![rule.clone()]
        } else {
            let one = |glob: &crate::alert::glob::Glob| Rule {
                types: vec![glob.clone()],
                ..rule.clone()
            };
            rule.types.iter().map(one).collect()
        };
        for one in every {
            let signals = witnesses(&one);
            let deciders: Vec<String> =
                signals.iter().map(|signal| classify(signal, rules).rule).collect();
            if deciders.contains(&rule.id) {
                continue;
            }
            let what = one.types.first().map_or("It", |glob| glob.as_str());
            let sentence = match deciders.first() {
                Some(by) => format!("{what} can never match: {by} stands before it."),
                None => format!("{what} can never match: there is no such type."),
            };
            let field = if one.types.is_empty() { "" } else { "types" };
            flaws.push(RuleFlaw { rule: rule.id.clone(), field: field.to_owned(), sentence });
        }
    }
    flaws
}

/// Signals that fulfil a rule's own conditions.
pub(super) fn witnesses(rule: &Rule) -> Vec<Signal> {
    let mut signals = Vec::new();
    for origin in origins(rule) {
        for phi in or_all(&rule.phi, Phi::ALL) {
            for changed in either(rule.changed) {
                for inside in either(rule.inside) {
                    for severity in or_all(&rule.severity, &Severity::ALL) {
                        let signal = signal(&origin, phi, changed, inside, severity);
                        if rule.matches(&signal, super::severity(&signal).0) {
                            signals.push(signal);
                        }
                    }
                }
            }
        }
    }
    signals
}

fn signal(origin: &Origin, phi: Phi, changed: bool, inside: bool, severity: Severity) -> Signal {
    let mut signal = Signal::new(origin.clone(), Timestamp(0));
    signal.account = Some("123456789012".into());
    signal.resource = Some(Affected { key: "arn:aws:s3:::x".into(), phi, group: None });
    signal.reach = phi;
    signal.change_ref = changed.then(|| "CHG-1".to_owned());
    signal.inside = inside;
    signal.observed = Observed::Firing;
    signal.severity.label = Some(severity);
    signal.severity.number = match severity {
        Severity::Critical => Some(9.5),
        Severity::High => Some(8.0),
        Severity::Medium => Some(5.0),
        Severity::Low | Severity::Informational => Some(2.0),
    };
    signal
}

fn or_all<T: Copy>(some: &[T], all: &[T]) -> Vec<T> {
    if some.is_empty() { all.to_vec() } else { some.to_vec() }
}

fn either(wanted: Option<bool>) -> Vec<bool> {
    wanted.map_or_else(|| vec![false, true], |wanted| vec![wanted])
}

fn origins(rule: &Rule) -> Vec<Origin> {
    if rule.from != "finding" {
        let fits = |origin: &Origin| {
            let kind = origin.kind();
            origin.as_str() == rule.from
                && (rule.types.is_empty() || rule.types.iter().any(|glob| glob.matches(&kind)))
        };
        return every_own_origin().into_iter().filter(fits).collect();
    }
    let kinds: Vec<String> = if rule.types.is_empty() {
        vec!["Other:Thing/Else".to_owned()]
    } else {
        rule.types.iter().map(|glob| glob.as_str().replace('*', "Other")).collect()
    };
    let controls: Vec<_> = if rule.controls.is_empty() {
        vec![None]
    } else {
        rule.controls.iter().cloned().map(Some).collect()
    };
    let mut origins = Vec::new();
    for source in or_all(&rule.sources, &Source::ALL) {
        for kind in &kinds {
            for control in &controls {
                origins.push(Origin::Finding {
                    source,
                    kind: kind.clone(),
                    control: control.clone(),
                    sample: rule.set_aside,
                    archived: false,
                });
            }
        }
    }
    origins
}

/// Everything that Wardround itself can say: there are only so many.
pub(super) fn every_own_origin() -> Vec<Origin> {
    let mut calls: Vec<Call> = [sli::Level::None, sli::Level::Ticket, sli::Level::Page]
        .map(|level| Call::Whole { level })
        .to_vec();
    calls.extend(ViolationKind::ALL.iter().map(|kind| Call::Violation { kind: *kind }));
    calls.extend([0, 50, 75, 100].map(|percent| Call::Deadline { percent }));
    calls.extend([true, false].map(|past_grace| Call::Member { past_grace }));
    let mut origins = vec![Origin::Redactor];
    for sli in Sli::ALL {
        origins.extend(calls.iter().map(|call| Origin::Indicator { sli, call: *call }));
    }
    for fault in CollectionFault::ALL {
        origins.push(Origin::Collection { fault: *fault, source: None });
        origins.extend(
            Source::ALL.map(|source| Origin::Collection { fault: *fault, source: Some(source) }),
        );
    }
    origins.extend(AuditFault::ALL.iter().map(|fault| Origin::AuditLog { fault: *fault }));
    for fault in OwnFault::ALL {
        origins.push(Origin::Own { fault: *fault, class: None });
        origins.extend(Class::ALL.map(|class| Origin::Own { fault: *fault, class: Some(class) }));
    }
    origins
}
