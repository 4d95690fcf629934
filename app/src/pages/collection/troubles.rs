//! What went wrong, what to do about it, and the rounds so far.

use std::collections::BTreeMap;

use domain::{ErrorClass, ScopeState, ScopeStatus, Source};
use leptos::prelude::*;
use store::{ProblemRow, Run, RunState, Trigger};

use crate::components::{Empty, ago, empty, mark, scroll, section, visit_mark};
use crate::setting::Setting;
use crate::words;

/// The same trouble in several places is told once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Trouble {
    source: Source,
    class: ErrorClass,
    operation: String,
    code: String,
    action: String,
}

fn place(status: &ScopeStatus) -> String {
    let here = Setting::here();
    format!("{} {}", here.account_name(&status.scope.account), status.scope.region)
}

pub(super) fn troubles(places: &[&ScopeStatus]) -> AnyView {
    let mut found: BTreeMap<Trouble, (Vec<String>, String)> = BTreeMap::new();
    let mut off: BTreeMap<Source, Vec<String>> = BTreeMap::new();
    for status in places {
        if status.state == ScopeState::NotEnabled {
            off.entry(status.scope.source).or_default().push(place(status));
        }
        for error in status.errors() {
            let trouble = Trouble {
                source: status.scope.source,
                class: error.class,
                operation: error.operation.clone(),
                code: error.code.clone(),
                action: error.missing_action.clone().unwrap_or_default(),
            };
            let entry = found.entry(trouble).or_default();
            entry.0.push(place(status));
            entry.1.clone_from(&error.message);
        }
    }
    if found.is_empty() && off.is_empty() {
        let sentence = all_well(places);
        return section("troubles", "What needs attention", (), empty(Empty::Zero { sentence }));
    }
    let items = found
        .into_iter()
        .map(|(trouble, (places, message))| item(&trouble, &places, &message))
        .collect_view();
    let off = off
        .into_iter()
        .map(|(source, places)| {
            empty(Empty::NotEnabled {
                service: source.title(),
                places: joined(&places),
                how: enable(source),
            })
        })
        .collect_view();
    section("troubles", "What needs attention", (), view! { {items} {off} })
}

/// Nothing is wrong with what was visited, which may be nothing.
fn all_well(places: &[&ScopeStatus]) -> String {
    let never = places.iter().filter(|place| place.last_attempt.is_none()).count();
    match never {
        _ if never == places.len() => {
            "Nothing has been visited yet, so nobody knows what needs attention.".to_owned()
        }
        0 => "Every place was visited and answered.".to_owned(),
        _ => format!(
            "Every place that was visited answered; {} not been visited yet.",
            words::counted(never as u64, "place has", "places have")
        ),
    }
}

fn joined(places: &[String]) -> String {
    const SHOWN: usize = 6;
    let mut text = places.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if places.len() > SHOWN {
        text = format!("{text} and {} more", places.len() - SHOWN);
    }
    text
}

fn item(trouble: &Trouble, places: &[String], message: &str) -> AnyView {
    if trouble.class == ErrorClass::Denied && !trouble.action.is_empty() {
        let (action, places) = (trouble.action.clone(), joined(places));
        return empty(Empty::Denied { action, places });
    }
    let Trouble { source, class, operation, code, .. } = trouble;
    let title = format!("{} {operation}: {}", source.title(), class.sentence());
    let code = (!code.is_empty()).then(|| view! { <code>{code.clone()}</code> ": " });
    view! {
        <div class="empty empty-failed">
            <p class="empty-title">{mark("error", title)}</p>
            <p>{format!("In {}. {}", joined(places), words::remedy(*class))}</p>
            <p class="quiet">{code} {message.to_owned()}</p>
        </div>
    }
    .into_any()
}

/// How to turn a service on.
fn enable(source: Source) -> &'static str {
    match source {
        Source::SecurityHub => {
            "Turn it on in the Security Hub console, or with `aws securityhub \
             enable-security-hub`. Let the AWS Foundational Security Best Practices standard run."
        }
        Source::Config => {
            "Set up a recorder that records all resource types, in the AWS Config console under \
             Settings, and deploy the HIPAA conformance pack."
        }
        Source::GuardDuty => {
            "Turn it on in the GuardDuty console, or with `aws guardduty create-detector \
             --enable`. A region in use without a detector fails a control."
        }
        Source::Backup => {
            "Opt the resource types in, in the AWS Backup console under Settings, and make a \
             backup plan."
        }
        Source::CloudTrail => {
            "CloudTrail is on in every account. Make a trail for all regions, with log file \
             validation, so that what it records is kept for longer than 90 days."
        }
    }
}

pub(super) fn problems(problems: &[ProblemRow], visited: bool) -> AnyView {
    if problems.is_empty() {
        let sentence = if visited {
            "Every answer of AWS could be read."
        } else {
            "Nothing has been visited yet, so there was no answer to read."
        };
        let sentence = sentence.to_owned();
        return section("problems", "Unreadable answers", (), empty(Empty::Zero { sentence }));
    }
    let here = Setting::here();
    let rows = problems
        .iter()
        .map(|row| {
            let scope = &row.scope;
            view! {
                <tr>
                    <td class="nowrap">{ago(row.last_seen)}</td>
                    <td class="nowrap">{scope.source.title()}</td>
                    <td class="clip">{here.account_name(&scope.account)}</td>
                    <td class="nowrap quiet">{scope.region.to_string()}</td>
                    <th scope="row" class="nowrap">{row.problem.operation.clone()}</th>
                    <td class="reason">
                        {row.problem.message.clone()} " " <code>{row.problem.subject.clone()}</code>
                    </td>
                    <td class="number">{words::count(row.count)}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table>
            <caption>"Kept and shown, never swallowed; the rest of each answer was used"</caption>
            <thead>
                <tr>
                    <th scope="col">"Last met"</th>
                    <th scope="col">"Source"</th>
                    <th scope="col">"Account"</th>
                    <th scope="col">"Region"</th>
                    <th scope="col">"Operation"</th>
                    <th scope="col">"What could not be read"</th>
                    <th scope="col" class="number">"Times"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    section("problems", "Unreadable answers", (), scroll("Unreadable answers", table))
}

/// The words for what started a round.
pub(in crate::pages) fn trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Schedule => "schedule",
        Trigger::Person => "a person",
        Trigger::Command => "the command line",
        Trigger::Demo => "the demonstration",
    }
}

/// The state of a round as a mark.
pub(in crate::pages) fn run_mark(run: &Run) -> AnyView {
    match run.state {
        RunState::Running => visit_mark("not-evaluated", "Running").into_any(),
        RunState::Done if run.failed > 0 => visit_mark("error", "Ended with failures").into_any(),
        RunState::Done => visit_mark("pass", "Ended").into_any(),
        RunState::Interrupted => visit_mark("stale", "Interrupted").into_any(),
    }
}

pub(super) fn runs(runs: &[Run]) -> AnyView {
    if runs.is_empty() {
        return section("runs", "Rounds", (), empty(Empty::NoData));
    }
    let rows = runs
        .iter()
        .map(|run| {
            let took = run.ended.map(|ended| words::span(ended.since(run.started)));
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/collection/runs/{}", run.id)>{format!("Round {}", run.id)}</a>
                    </th>
                    <td class="nowrap">{run_mark(run)}</td>
                    <td class="nowrap">{ago(run.started)}</td>
                    <td class="number">{took}</td>
                    <td class="nowrap">{trigger(run.trigger)}</td>
                    <td class="number">{format!("{} of {}", run.scopes_done, run.scopes_total)}</td>
                    <td class="number">{words::count(run.failed)}</td>
                    <td class="number">{words::count(run.findings_new)}</td>
                    <td class="number">{words::count(run.findings_changed)}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"Rounds, newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Round"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Began"</th>
                    <th scope="col" class="number">"Took"</th>
                    <th scope="col">"Started by"</th>
                    <th scope="col" class="number">"Places"</th>
                    <th scope="col" class="number">"Failed"</th>
                    <th scope="col" class="number">"New findings"</th>
                    <th scope="col" class="number">"Changed"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    section("runs", "Rounds", (), scroll("Rounds", table))
}
