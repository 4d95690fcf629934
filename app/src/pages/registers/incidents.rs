//! `/registers/incidents`: what happened, and how long it took.

use domain::register::{Elapsed, Incident, IncidentState, Known, Registered};
use domain::{Action, Timestamp};
use leptos::prelude::*;

use super::{Choices, Lead, Paths, Register, cell, in_state, paths};
use crate::components::{ago, mark};
use crate::setting::Setting;
use crate::words;

impl Register for Incident {
    const ONE: &'static str = "Incident";
    const MANY: &'static str = "Incidents";
    const PURPOSE: &'static str = "What happened, when it was noticed and when it was contained \
                                   (45 CFR 164.308(a)(6)). Never PHI: say where it is kept.";
    const EMPTY: &'static str = "No incident is registered. That says little by itself: a drill \
                                 shows whether one would be noticed.";
    const KEEP: Action = Action::KeepIncidents;
    const VIEWED: Option<&'static str> = Some("view-incident");
    const PATHS: Paths = paths!("incidents");
    const END: &'static str = "Withdraw the incident";
    const STATES: Choices = IncidentState::CHOICES;
    const HEADS: &'static [&'static str] =
        &["Kind", "Noticed", "Until it was noticed", "Until it was contained", "System"];

    fn state_of(one: &Registered<Self>, _: Timestamp) -> &'static str {
        one.state().as_str()
    }

    fn state_mark(one: &Registered<Self>, _: Timestamp) -> AnyView {
        let (shape, word) = match one.state() {
            IncidentState::Open => ("fail", "Open"),
            IncidentState::Contained => ("stale", "Contained"),
            IncidentState::Closed => ("pass", "Closed"),
            IncidentState::Withdrawn => ("not-applicable", "Withdrawn"),
        };
        mark(shape, word).into_any()
    }

    fn sentence(one: &Registered<Self>, now: Timestamp) -> String {
        let detect = match one.record.to_detect() {
            Elapsed::Final(ms) => format!("Noticed after {}", words::span(ms)),
            _ => "Nobody knows yet when it began".to_owned(),
        };
        let contain = match one.record.to_contain(now) {
            Elapsed::Running(ms) => format!("not contained yet, {} later", words::span(ms)),
            Elapsed::Final(ms) => format!("contained {} later", words::span(ms)),
            Elapsed::Unknown => String::new(),
        };
        format!("{detect}; {contain}.")
    }

    fn cells(one: &Registered<Self>, known: &Known) -> Vec<AnyView> {
        let incident = &one.record;
        let system = incident.system.map(|id| known.system_name(id)).unwrap_or_default();
        vec![
            cell(incident.kind.title()),
            view! { <span class="nowrap">{ago(incident.detected)}</span> }.into_any(),
            elapsed(incident.to_detect()),
            elapsed(incident.to_contain(Setting::here().now)),
            cell(&system),
        ]
    }

    fn lead(all: &[Registered<Self>], now: Timestamp) -> Lead {
        let open = in_state(all, "open", now);
        let longest = all
            .iter()
            .filter(|one| one.stands())
            .filter_map(|one| match one.record.to_contain(now) {
                Elapsed::Running(ms) => Some(ms),
                _ => None,
            })
            .max();
        let mark = match longest {
            Some(ms) => ("fail", format!("the longest for {}", words::span(ms))),
            None if all.is_empty() => ("not-evaluated", "None registered".to_owned()),
            None => ("pass", "All contained".to_owned()),
        };
        Lead {
            number: words::count(open),
            href: format!("{}?state=open", Self::PATHS.list),
            words: match open {
                1 => "incident is not contained".to_owned(),
                _ => "incidents are not contained".to_owned(),
            },
            mark: Some(mark),
        }
    }
}

fn elapsed(elapsed: Elapsed) -> AnyView {
    let told = match elapsed {
        Elapsed::Unknown => "unknown".to_owned(),
        Elapsed::Running(ms) => format!("{} so far", words::span(ms)),
        Elapsed::Final(ms) => words::span(ms),
    };
    view! { <span class="nowrap">{told}</span> }.into_any()
}
