//! What to do about it, and until when.

use domain::finding::remediation_days;
use domain::id::DAY_MS;
use domain::{FindingState, Timestamp};
use leptos::prelude::*;

use super::{FindingPage, sentence};
use crate::components::{day, mark};
use crate::pages::control::how;
use crate::setting::Setting;
use crate::words;

/// Until when an open finding should be fixed.
pub(super) fn due(page: &FindingPage) -> AnyView {
    let finding = &page.detail.finding;
    let open = finding.state == FindingState::Open && !finding.sample;
    let Some(days) = remediation_days(finding.severity).filter(|_| open) else {
        return ().into_any();
    };
    let due = sentence::since(&page.detail).plus(days * DAY_MS);
    let (shape, told) = told(due, Setting::here().now);
    let rule =
        format!("{} findings are due within {days} days; ", words::severity(finding.severity));
    view! { <span class="quiet">{rule}</span> {mark(shape, told)} " (" {day(due)} ")" }.into_any()
}

fn told(due: Timestamp, now: Timestamp) -> (&'static str, String) {
    if due < now {
        ("fail", format!("overdue {}", words::span(now.since(due))))
    } else {
        ("stale", format!("due in {}", words::span(due.since(now))))
    }
}

pub(super) fn fix(page: &FindingPage) -> AnyView {
    let finding = &page.detail.finding;
    let ours = page.control.map(how);
    let url = https(&finding.remediation_url).map(|url| {
        let name = finding.source.title();
        view! {
            <p>
                <a href=url rel="noreferrer noopener">{format!("{name} explains more")}</a>
            </p>
        }
    });
    // A check of our own recommends what the control says.
    let own = page.control.is_some_and(|control| control.fix_console == finding.remediation);
    let text = if own { String::new() } else { finding.remediation.trim().to_owned() };
    let url = url.filter(|_| !own);
    let theirs = (!text.is_empty() || url.is_some()).then(|| {
        let text = (!text.is_empty()).then(|| view! { <p class="untrusted" dir="auto">{text}</p> });
        view! { <h3>"What the source recommends"</h3> {text} {url} }
    });
    let none = (page.control.is_none() && theirs.is_none()).then(|| {
        view! { <p class="quiet">"Neither the catalogue nor the source says how."</p> }
    });
    view! { {ours} {theirs} {none} }.into_any()
}

/// An address from outside may be followed only if it is what it says: a web page over TLS.
fn https(url: &str) -> Option<String> {
    let safe = url.starts_with("https://") && !url.contains(char::is_whitespace);
    safe.then(|| url.to_owned())
}
