//! `/registers/drills`: whether an incident would be noticed.

use domain::register::drill::{LONGEST_DAYS, is_overdue, last_success};
use domain::register::{Drill, DrillOutcome, Known, Registered};
use domain::{Action, Timestamp};
use leptos::prelude::*;

use super::{Choices, Lead, Paths, Register, cell, day_words, paths};
use crate::components::mark;
use crate::words;

impl Register for Drill {
    const ONE: &'static str = "Drill";
    const MANY: &'static str = "Drills";
    const PURPOSE: &'static str = "Made-up incidents that show whether a real one would be \
                                   noticed (45 CFR 164.308(a)(6), 164.308(a)(8)).";
    const EMPTY: &'static str = "Plant a harmless signal, such as a key that is used from an odd \
                                 place, see whether and when somebody notices, and write it down here.";
    const KEEP: Action = Action::KeepRegisters;
    const VIEWED: Option<&'static str> = None;
    const PATHS: Paths = paths!("drills");
    const END: &'static str = "Take the drill back";
    const STATES: Choices = &[
        ("detected", "Noticed in time"),
        ("late", "Noticed late"),
        ("missed", "Not noticed"),
        ("ended", "Taken back"),
    ];
    const HEADS: &'static [&'static str] = &["Day", "How", "Minutes until it was noticed"];

    fn state_of(one: &Registered<Self>, _: Timestamp) -> &'static str {
        if one.stands() { one.record.outcome.as_str() } else { "ended" }
    }

    fn state_mark(one: &Registered<Self>, _: Timestamp) -> AnyView {
        let (shape, word) = match (one.stands(), one.record.outcome) {
            (false, _) => ("not-applicable", "Taken back"),
            (true, DrillOutcome::Detected) => ("pass", "Noticed in time"),
            (true, DrillOutcome::Late) => ("stale", "Noticed late"),
            (true, DrillOutcome::Missed) => ("fail", "Not noticed"),
        };
        mark(shape, word).into_any()
    }

    fn sentence(one: &Registered<Self>, _: Timestamp) -> String {
        let drill = &one.record;
        let proof = if drill.proves_detection() {
            "it shows that such an incident would be noticed"
        } else {
            "it does not show that such an incident would be noticed"
        };
        format!("{} on {}; {proof}.", drill.outcome.title(), day_words(drill.day))
    }

    fn cells(one: &Registered<Self>, _: &Known) -> Vec<AnyView> {
        let drill = &one.record;
        let minutes = drill.minutes.map_or_else(String::new, |minutes| minutes.to_string());
        let day = day_words(drill.day);
        vec![
            view! { <span class="nowrap">{day}</span> }.into_any(),
            cell(drill.kind.title()),
            cell(&minutes),
        ]
    }

    fn lead(all: &[Registered<Self>], now: Timestamp) -> Lead {
        let last = last_success(all);
        let number =
            last.map_or_else(|| "Never".to_owned(), |day| words::relative(day.start(), now));
        let mark = match (last, is_overdue(all, now)) {
            (None, _) => {
                ("not-evaluated", "Nobody knows whether an incident would be noticed".to_owned())
            }
            (_, true) => ("stale", format!("Overdue: more than {LONGEST_DAYS} days")),
            (_, false) => ("pass", format!("Within {LONGEST_DAYS} days")),
        };
        Lead {
            number,
            href: format!("{}?state=detected", Self::PATHS.list),
            words: "was the last drill that was noticed in time; a table-top does not count"
                .to_owned(),
            mark: Some(mark),
        }
    }
}
