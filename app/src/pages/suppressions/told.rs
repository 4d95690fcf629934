//! Suppressions in words.

use domain::Timestamp;
use domain::alert::suppression::{Decided, Exempt, Matcher, Occurrence, Op, Stage};
use domain::alert::{Suppression, SuppressionId};
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::components::mark;
use crate::setting::Setting;
use crate::words;

/// The longest reason that a list shows, in characters.
const SHORT: usize = 120;

/// The address of one.
pub(crate) fn address(id: SuppressionId) -> String {
    format!("{}/{id}", super::PATH)
}

/// What it is about, in a line. Untrusted text.
pub(super) fn scope_words(one: &Suppression) -> String {
    let parts: Vec<String> = one.matchers.iter().map(matcher_words).collect();
    if parts.is_empty() { format!("Suppression {}", one.id) } else { parts.join(" · ") }
}

/// One condition. Untrusted text.
pub(super) fn matcher_words(matcher: &Matcher) -> String {
    let field = matcher.field.title();
    match matcher.op {
        Op::Is => format!("{field} {}", matcher.value),
        op => format!("{field} {} {}", op.title(), matcher.value),
    }
}

/// When, in a line.
pub(super) fn when_words(one: &Suppression) -> String {
    let length = words::span(one.ends_at.since(one.starts_at));
    match &one.recurrence {
        Some(recurrence) => recurrence.sentence(),
        None => format!("once, for {length}"),
    }
}

/// The beginning of a text.
pub(super) fn short(text: &str) -> String {
    if text.chars().count() <= SHORT {
        return text.to_owned();
    }
    text.chars().take(SHORT).chain(['…']).collect()
}

/// Where it stands, with a shape; in red besides when nobody approved what was taken.
pub(super) fn stage_marks(one: &Suppression, now: Timestamp) -> AnyView {
    let stage = one.stage(now);
    let shape = match stage {
        Stage::Pending => "stale",
        Stage::Active => "excepted",
        Stage::Draft | Stage::Approved => "not-evaluated",
        Stage::Expired | Stage::Rejected | Stage::Revoked => "not-applicable",
    };
    let title = match (&one.decided, stage) {
        (Decided::Superseded { .. }, _) => "Replaced",
        (_, Stage::Approved) => "Coming",
        (_, Stage::Active) => "Mutes now",
        (_, Stage::Revoked) => "Ended early",
        _ => stage.title(),
    };
    let red = one.unratified().then(|| {
        view! { <span class="suppression-red">{mark("fail", "Taken, not approved")}</span> }
    });
    view! { {mark(shape, title)} {red} }.into_any()
}

/// What its stage means, as a sentence.
pub(super) fn stage_sentence(one: &Suppression, now: Timestamp) -> String {
    let zone = Setting::here().zone;
    let moment = |at: Timestamp| words::moment(at, &zone);
    match one.stage(now) {
        Stage::Draft => {
            "It is a draft and mutes nothing. It waits until it is handed in.".to_owned()
        }
        Stage::Pending => {
            let scope = one.scope_hash();
            let have = one.approvals.iter().filter(|approval| approval.scope == scope).count();
            format!(
                "It mutes nothing until it is approved: {have} of {} have approved it.",
                words::counted(one.approvals_needed() as u64, "person", "persons")
            )
        }
        Stage::Active => {
            let until = one.mutes_until(now).unwrap_or(one.ends_at);
            format!("It mutes until {} ({}).", moment(until), words::relative(until, now))
        }
        Stage::Approved => match one.next_change(now) {
            Some(next) => format!("It is approved and mutes nothing before {}.", moment(next)),
            None => "It is approved, and none of its windows is left.".to_owned(),
        },
        Stage::Expired => format!("It is over since {}.", moment(over_since(one))),
        Stage::Rejected => "It was rejected and never muted anything.".to_owned(),
        Stage::Revoked => "Somebody ended it before its time.".to_owned(),
    }
}

fn over_since(one: &Suppression) -> Timestamp {
    match &one.decided {
        Decided::Superseded { at, .. } => *at,
        _ => one.over_at(),
    }
}

/// An instant in the organisation's zone and in UTC.
pub(super) fn instant(at: Timestamp) -> AnyView {
    instant_in(at, &Setting::here().zone)
}

/// An instant in a zone and in UTC.
pub(super) fn instant_in(at: Timestamp, zone: &TimeZone) -> AnyView {
    view! {
        <time datetime=at.rfc3339()>{words::moment(at, zone)}</time>
        <span class="suppression-utc">" = " {utc(at)}</span>
    }
    .into_any()
}

/// `2027-03-14 08:00 UTC`.
pub(super) fn utc(at: Timestamp) -> String {
    let text = at.rfc3339();
    format!("{} {} UTC", text.get(..10).unwrap_or_default(), text.get(11..16).unwrap_or_default())
}

/// Windows to come, each by its day and the clock of its zone.
pub(super) fn windows(windows: &[Occurrence], zone_name: &str) -> AnyView {
    let zone = TimeZone::get(zone_name).unwrap_or(TimeZone::UTC);
    let items = windows
        .iter()
        .map(|one| {
            let length = words::span(one.ends.since(one.starts));
            view! {
                <li>
                    {instant_in(one.starts, &zone)} " to " {instant_in(one.ends, &zone)}
                    <span class="below">{length}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="suppression-windows">{items}</ol> }.into_any()
}

/// What no suppression mutes, whatever it says.
pub(super) fn never_muted() -> AnyView {
    let items = Exempt::ALL.iter().map(|one| view! { <li>{one.title()}</li> }).collect_view();
    view! {
        <p class="note">"These are told in any case, also where a suppression fits them:"</p>
        <ul class="plain">{items}</ul>
    }
    .into_any()
}
