//! What stands around the queue: PHI, sign-ins, the log pipeline, who is told.

use domain::sli::{Reading, Sli};
use leptos::prelude::*;

use super::{OncallPage, Visits, selected};
use crate::components::{ago, contact_mark, mark, section, sli_mark};
use crate::words;

pub(super) fn panels(page: &OncallPage) -> AnyView {
    view! {
        <div class="oncall-around">
            {phi(page)}
            {access(page)}
            {pipeline(page)}
            {contacts(page)}
        </div>
        {keys()}
    }
    .into_any()
}

fn phi(page: &OncallPage) -> AnyView {
    let body = if page.phi.is_empty() {
        let words = match page.since {
            Some(_) => "No alert has touched PHI since alerting began.",
            None => "Alerts are made once the first round has ended.",
        };
        view! { <p class="quiet">{words}</p> }.into_any()
    } else {
        let rows = page.phi.iter().map(selected::alert).collect_view();
        view! { <ul class="alerts">{rows}</ul> }.into_any()
    };
    section("phi", "Recent alerts that touch PHI", (), body)
}

fn reading(page: &OncallPage, sli: Sli) -> Option<&Reading> {
    page.readings.iter().find(|reading| reading.sli == sli)
}

fn indicator(page: &OncallPage, sli: Sli) -> Option<AnyView> {
    let reading = reading(page, sli)?;
    let definition = sli.definition();
    Some(
        view! {
            <li>
                {sli_mark(reading.state)} " "
                <a href=format!("/slis/{}", sli.as_str())>{definition.title}</a>
                <span class="below">{reading.why.clone()}</span>
            </li>
        }
        .into_any(),
    )
}

fn access(page: &OncallPage) -> AnyView {
    let rows = [Sli::AuthenticationSuccess, Sli::UnauthorisedAccess]
        .into_iter()
        .filter_map(|sli| indicator(page, sli))
        .collect_view();
    let all = view! { <a href="/debug#attempts">"Attempts by identity"</a> };
    let body = view! { <ul class="alerts">{rows}</ul> };
    section("access", "Sign-ins and anomalous access", all, body)
}

fn pipeline(page: &OncallPage) -> AnyView {
    let visits = visits(page.visits);
    let sources = page
        .sources
        .iter()
        .map(|source| {
            let p99 = source.p99_ms.map_or_else(
                || "no latency yet".to_owned(),
                |ms| format!("99 % within {:.1} s", ms as f64 / 1_000.0),
            );
            let gaps = match source.gaps {
                0 => String::new(),
                n => format!(" · {}", words::counted(n, "gap", "gaps")),
            };
            view! {
                <li>
                    <bdi>{source.name.clone()}</bdi>
                    <span class="below">{p99} {gaps} " · last " {ago(source.last_seen)}</span>
                </li>
            }
        })
        .collect_view();
    let rows = [Sli::AuditCompleteness, Sli::AuditLatency]
        .into_iter()
        .filter_map(|sli| indicator(page, sli))
        .collect_view();
    let all = view! { <a href="/collection">"Collection"</a> };
    let body = view! { <p>{visits}</p> <ul class="alerts">{rows} {sources}</ul> };
    section("pipeline", "Log pipeline", all, body)
}

fn visits(visits: Visits) -> AnyView {
    match visits {
        Visits { on: 0, .. } => mark("not-evaluated", "No source is on").into_any(),
        Visits { unread: n @ 1.., .. } => {
            let words = words::counted(n, "source was", "sources were");
            mark("not-evaluated", format!("{words} never read completely")).into_any()
        }
        Visits { stale: n @ 1.., .. } => {
            mark("stale", format!("{} old", words::counted(n, "source is", "sources are")))
                .into_any()
        }
        _ => mark("pass", "Every source that is on was read in time").into_any(),
    }
}

fn contacts(page: &OncallPage) -> AnyView {
    let all = view! { <a href="/notifications">"Notifications and tests"</a> };
    if page.setting.contacts.is_empty() {
        let body = view! {
            <p>{mark("fail", "Nobody is told")}</p>
            <p class="quiet">
                "No contact is configured. Write " <code>"[[contact]]"</code> " and "
                <code>"[[escalation]]"</code> " blocks into the configuration."
            </p>
        };
        return section("contacts", "Who is told", all, body);
    }
    let steps = page
        .setting
        .chain
        .steps()
        .iter()
        .enumerate()
        .map(|(index, step)| {
            let wait = match (index, step.wait_ms) {
                (_, 0) => "at once".to_owned(),
                (0, ms) => format!("after {}", words::span(ms)),
                (_, ms) => format!("{} later", words::span(ms)),
            };
            let who = step.contacts.iter().map(|name| contact(page, name)).collect_view();
            view! { <li><span class="quiet">{wait}": "</span> {who}</li> }
        })
        .collect_view();
    let team = page.setting.team.iter().map(|name| contact(page, name)).collect_view();
    let body = view! {
        <ol class="alerts">{steps}</ol>
        <p class="quiet">"Tickets: " {team}</p>
    };
    section("contacts", "Who is told", all, body)
}

/// A contact with what the last look at it found.
fn contact(page: &OncallPage, name: &str) -> AnyView {
    let kind = page.setting.contacts.iter().find(|it| it.name == name).map(|it| it.kind.clone());
    let check = page.checks.iter().find(|it| it.contact == name);
    let state = contact_mark(check, page.now);
    let when = check.map(|check| view! { " " {ago(check.at)} });
    view! {
        <span class="contact">
            <bdi>{name.to_owned()}</bdi> {kind.map(|kind| format!(" ({kind}) "))} {state} {when} " "
        </span>
    }
    .into_any()
}

/// What the keyboard does, for those who have scripts.
fn keys() -> AnyView {
    let keys = [
        ("j / k", "next, previous incident"),
        ("a", "acknowledge"),
        ("e", "call the next in line"),
        ("r", "runbook"),
        ("d", "resolve"),
        ("?", "this list"),
    ];
    let rows = keys
        .into_iter()
        .map(
            |(key, what)| view! { <div class="key"><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div> },
        )
        .collect_view();
    view! {
        <details class="keys" id="keys">
            <summary data-key="?">"Keyboard"</summary>
            <dl>{rows}</dl>
        </details>
    }
    .into_any()
}
