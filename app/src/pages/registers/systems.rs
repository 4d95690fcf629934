//! `/registers/systems`: what holds ePHI.

use domain::register::{Criticality, Known, Registered, System};
use domain::{Action, Timestamp};
use leptos::prelude::*;

use super::{Choices, Lead, Paths, Register, cell, in_state, paths};
use crate::components::mark;
use crate::setting::Setting;
use crate::words;

impl Register for System {
    const ONE: &'static str = "System";
    const MANY: &'static str = "Systems";
    const PURPOSE: &'static str = "Where ePHI is, who answers for it and how much hangs on it (45 \
                                   CFR 164.308(a)(1)(ii)(A), 164.308(a)(7)(ii)(E)).";
    const EMPTY: &'static str = "Register every application, archive and device that holds ePHI: \
                                 a risk analysis begins with this list.";
    const KEEP: Action = Action::KeepRegisters;
    const VIEWED: Option<&'static str> = None;
    const PATHS: Paths = paths!("systems");
    const END: &'static str = "End the system";
    const STATES: Choices = &[
        ("critical", "Critical"),
        ("important", "Important"),
        ("routine", "Routine"),
        ("ended", "Ended"),
    ];
    const HEADS: &'static [&'static str] = &["Holds", "Answers for it", "Accounts", "Run by"];

    fn state_of(one: &Registered<Self>, _: Timestamp) -> &'static str {
        if one.stands() { one.record.criticality.as_str() } else { "ended" }
    }

    fn state_mark(one: &Registered<Self>, now: Timestamp) -> AnyView {
        if !one.stands() {
            return mark("not-applicable", "Ended").into_any();
        }
        let class = match one.record.criticality {
            Criticality::Critical => "severity severity-critical",
            Criticality::Important => "severity severity-medium",
            Criticality::Routine => "severity severity-low",
        };
        let word = Self::state_of(one, now);
        let word = Self::STATES.iter().find(|state| state.0 == word).map_or("", |state| state.1);
        view! { <span class=class>{word}</span> }.into_any()
    }

    fn sentence(one: &Registered<Self>, _: Timestamp) -> String {
        let holds = match one.record.holds.as_str() {
            "" => "holds no ePHI",
            _ => "holds ePHI",
        };
        format!("{}; {holds}.", one.record.criticality.title())
    }

    fn cells(one: &Registered<Self>, known: &Known) -> Vec<AnyView> {
        let system = &one.record;
        let here = Setting::here();
        let accounts: Vec<String> =
            system.accounts.iter().map(|account| here.account_name(account)).collect();
        let vendor = system.vendor.map(|id| {
            view! { <a href=format!("/registers/vendors/{id}")><bdi>{known.vendor_name(id)}</bdi></a> }
        });
        let run_by = vendor.map_or_else(|| cell("us"), IntoAny::into_any);
        vec![cell(&system.holds), cell(&system.owner), cell(&accounts.join(", ")), run_by]
    }

    fn lead(all: &[Registered<Self>], now: Timestamp) -> Lead {
        let holding = all.iter().filter(|one| one.stands() && !one.record.holds.is_empty()).count();
        let unknown = in_state(all, "ended", now) == all.len() as u64;
        Lead {
            number: words::count(holding as u64),
            href: Self::PATHS.list.to_owned(),
            words: "systems hold ePHI".to_owned(),
            mark: unknown.then(|| ("not-evaluated", "Nothing registered".to_owned())),
        }
    }
}
