//! Counts by state.

use domain::{State, Tally};
use leptos::prelude::*;

use super::mark;
use crate::words;

/// The states that tables count in columns of their own; the unknown ones share one.
const COLUMNS: [(&str, &str); 5] = [
    ("Fail", "fail"),
    ("Unknown", "not-evaluated"),
    ("Pass", "pass"),
    ("Excepted", "excepted"),
    ("N/A", "not-applicable"),
];

/// The heads of the columns.
pub fn tally_head() -> AnyView {
    COLUMNS
        .map(|(word, shape)| view! { <th scope="col" class="number">{mark(shape, word)}</th> })
        .into_iter()
        .collect_view()
        .into_any()
}

/// The counts. Each leads to `href(state)`, the list behind it; a zero leads nowhere.
pub fn tally_cells(tally: &Tally, href: impl Fn(&'static str) -> String) -> AnyView {
    let counts = [
        (tally.fail, "fail"),
        (tally.unknown(), "unknown"),
        (tally.pass, "pass"),
        (tally.excepted, "excepted"),
        (tally.not_applicable, "not-applicable"),
    ];
    counts
        .map(|(n, state)| {
            let cell = if n == 0 {
                view! { <span class="zero">"0"</span> }.into_any()
            } else {
                view! { <a href=href(state)>{words::count(n)}</a> }.into_any()
            };
            view! { <td class=format!("number count-{state}")>{cell}</td> }
        })
        .into_iter()
        .collect_view()
        .into_any()
}

/// One state for many evaluations, the worst first: shape and words.
pub fn verdict(tally: &Tally) -> (&'static str, String) {
    let (all, unknown) = (tally.applicable(), tally.unknown());
    if tally.fail > 0 {
        ("fail", format!("{} of {} fail", words::count(tally.fail), words::count(all)))
    } else if unknown > 0 && tally.pass == 0 {
        ("not-evaluated", "not evaluated".to_owned())
    } else if unknown > 0 {
        ("stale", format!("{} of {} unknown", words::count(unknown), words::count(all)))
    } else if tally.pass > 0 {
        ("pass", format!("{} of {} pass", words::count(tally.pass), words::count(all)))
    } else if tally.excepted > 0 {
        ("excepted", "excepted".to_owned())
    } else if tally.total() == 0 {
        ("not-evaluated", "not evaluated".to_owned())
    } else {
        ("not-applicable", "not applicable".to_owned())
    }
}

/// All counts in words, for the title of a bar.
pub fn tally_title(name: &str, tally: &Tally) -> String {
    let counts: Vec<String> = State::ALL
        .into_iter()
        .filter(|state| tally.get(*state) > 0)
        .map(|state| format!("{} {}", tally.get(state), words::state(state).to_lowercase()))
        .collect();
    if counts.is_empty() {
        return format!("{name}: nobody has looked yet");
    }
    format!("{name}: {}", counts.join(", "))
}
