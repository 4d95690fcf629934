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

/// A number that leads to the list behind it, if there is `any`; a zero leads nowhere. It looks
/// like the text around it.
pub fn leads(any: bool, href: String, shown: String) -> AnyView {
    if !any {
        return shown.into_any();
    }
    view! { <a class="leads" href=href>{shown}</a> }.into_any()
}

/// A share that leads to the list of what it lacks.
pub fn leads_to_rest(share: f64, href: String) -> AnyView {
    leads(share < 1.0, href, words::percent(share))
}

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
    let (_, shape, words) = ruling(tally);
    (shape, words)
}

/// [`verdict`] as a mark that leads to `href(state)`, the evaluations that it counts.
pub fn verdict_link(tally: &Tally, href: impl Fn(&'static str) -> String) -> AnyView {
    let (state, shape, words) = ruling(tally);
    let told = mark(shape, words);
    if tally.total() == 0 {
        return told.into_any();
    }
    view! { <a href=href(state)>{told}</a> }.into_any()
}

/// The state in the URL, the shape and the words.
fn ruling(tally: &Tally) -> (&'static str, &'static str, String) {
    let (all, unknown) = (tally.applicable(), tally.unknown());
    let of = |n: u64, word: &str| format!("{} of {} {word}", words::count(n), words::count(all));
    match tally.total() {
        _ if tally.fail > 0 => ("fail", "fail", of(tally.fail, "fail")),
        _ if unknown > 0 && tally.pass == 0 => {
            ("unknown", "not-evaluated", "not evaluated".to_owned())
        }
        _ if unknown > 0 => ("unknown", "stale", of(unknown, "unknown")),
        _ if tally.pass > 0 => ("pass", "pass", of(tally.pass, "pass")),
        _ if tally.excepted > 0 => ("excepted", "excepted", "excepted".to_owned()),
        0 => ("unknown", "not-evaluated", "not evaluated".to_owned()),
        _ => ("not-applicable", "not-applicable", "not applicable".to_owned()),
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
