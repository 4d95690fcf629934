//! What happened, in order, and that the audit log proves it.

use domain::alert::{By, Entry};
use leptos::prelude::*;

use super::IncidentPage;
use crate::components::{at, mark, section};

pub(super) fn timeline(page: &IncidentPage) -> AnyView {
    let proof = page.proof;
    let state = if proof.holds {
        let words = format!("All {} entries are proved by the audit log", proof.entries);
        mark("pass", words).into_any()
    } else {
        let words =
            format!("{} of {} entries are proved", proof.proved.min(proof.entries), proof.entries);
        mark("error", words).into_any()
    };
    let rows = page.timeline.iter().rev().map(entry).collect_view();
    let body = view! {
        <p class="timeline-proof">{state}</p>
        <ol class="timeline incident-timeline" reversed>{rows}</ol>
    };
    section("timeline", "Timeline", view! { <span class="quiet">"newest first"</span> }, body)
}

fn entry(entry: &Entry) -> AnyView {
    let who = match &entry.by {
        By::Person(name) => view! { <strong><bdi>{name.clone()}</bdi></strong> }.into_any(),
        other => view! { <span class="quiet">{other.name().to_owned()}</span> }.into_any(),
    };
    view! {
        <li class=format!("entry-{}", entry.kind.as_str())>
            <strong class="entry-kind">{entry.kind.title()}</strong>
            " · " {who} " · " {at(entry.at)}
            <span class="below untrusted">{entry.text.clone()}</span>
        </li>
    }
    .into_any()
}
