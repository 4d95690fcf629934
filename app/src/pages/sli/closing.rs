//! Violations, and the form that closes one.

use domain::sli::Kind;
use domain::sli::invariant::{Disposition, Violation};
use leptos::prelude::*;

use super::SliPage;
use crate::components::{ago, mark, pager, section};

/// Violations; for kinds that latch none, only if there are some.
pub(super) fn violations(page: &SliPage) -> AnyView {
    let latches = page.reading.sli.definition().kind == Kind::Invariant;
    if !latches && page.violations.is_empty() {
        return ().into_any();
    }
    if page.violations.is_empty() {
        let words = if page.reading.examined > 0 {
            "Nothing bad was ever found among what was looked at."
        } else {
            "Nothing bad is known, and nothing was looked at."
        };
        return section("violations", "Violations", (), view! { <p class="quiet">{words}</p> });
    }
    let rows = page.violations.iter().map(|one| row(page, one)).collect_view();
    let path = format!("/slis/{}", page.reading.sli.as_str());
    let body = view! {
        <p class="note">
            "A violation stays until a person closes it with a decision and its reason; time \
             alone closes none."
        </p>
        <ul class="violations">{rows}</ul>
        {pager(&path, &page.query, page.next.clone(), page.violations.len())}
    };
    section("violations", "Violations", (), body)
}

fn row(page: &SliPage, violation: &Violation) -> AnyView {
    let state = match (&violation.closed, violation.ended) {
        (Some(_), _) => mark("not-applicable", "Closed").into_any(),
        (None, Some(_)) => mark("stale", "Ended, not closed").into_any(),
        (None, None) => mark("fail", "Lasts").into_any(),
    };
    let more =
        (!violation.link.is_empty()).then(|| view! { <a href=violation.link.clone()>"See it"</a> });
    let closing = match &violation.closed {
        Some(closing) => view! {
            <p class="quiet">
                {closing.disposition.title()} ", by " <bdi>{closing.by.clone()}</bdi> " "
                {ago(closing.at)} ": " <span class="untrusted">{closing.note.clone()}</span>
            </p>
        }
        .into_any(),
        None if page.may_close => form(page, violation),
        None => ().into_any(),
    };
    view! {
        <li class="violation">
            <p class="violation-head">
                {state} <strong><bdi>{violation.what.clone()}</bdi></strong>
            </p>
            <p class="quiet">
                "Noticed " {ago(violation.at)}
                {violation.ended.map(|at| view! { ", ended " {ago(at)} })} ". " {more}
            </p>
            {closing}
        </li>
    }
    .into_any()
}

fn form(page: &SliPage, violation: &Violation) -> AnyView {
    let id = violation.id;
    let options = Disposition::ALL
        .into_iter()
        .filter(|one| violation.ended.is_some() || *one != Disposition::Confirmed)
        .map(|one| view! { <option value=one.as_str()>{one.title()}</option> })
        .collect_view();
    view! {
        <details class="violation-close">
            <summary>"Close it"</summary>
            <form method="post" action="/slis/violations/close" class="form">
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="sli" value=page.reading.sli.as_str()/>
                <label>
                    "Decision" <select name="disposition" required>{options}</select>
                </label>
                <label class="form-wide">
                    "Reason"
                    <input
                        name="note"
                        required
                        maxlength="500"
                        autocomplete="off"
                        aria-describedby=format!("note-{id}")
                    />
                </label>
                <button class="button">"Close the violation"</button>
                <p class="note" id=format!("note-{id}")>
                    "Never write about a patient here. The entry in the audit log cannot be taken \
                     back."
                </p>
            </form>
        </details>
    }
    .into_any()
}
