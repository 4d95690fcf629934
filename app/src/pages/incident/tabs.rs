//! The parts of an incident's page.

use leptos::prelude::*;
use store::alert::AlertRow;
use store::alert::queue::QueueRow;

use super::{IncidentPage, Tab, evidence, start_link, timeline};
use crate::components::runbook::runbook_beside;
use crate::components::{
    ago, incident_link, incident_mark, mark, pager, scroll, section, severity_mark,
};

pub(super) fn tab(page: &IncidentPage) -> AnyView {
    match page.tab {
        Tab::Timeline => timeline::timeline(page),
        Tab::Alerts => alerts(page),
        Tab::Runbook => runbook(page),
        Tab::Evidence => evidence::evidence(page),
        Tab::Similar => similar(page),
    }
}

fn alerts(page: &IncidentPage) -> AnyView {
    let rows = page.alerts.items.iter().map(alert).collect_view();
    let table = view! {
        <table class="incident-alerts">
            <thead>
                <tr>
                    <th scope="col">"Alert"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Severity"</th>
                    <th scope="col" class="number">"Seen"</th>
                    <th scope="col">"Last"</th>
                    <th scope="col">"Why it is routed so"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let path = incident_link(page.row.incident.id);
    let body = view! {
        {scroll("Alerts of the incident", table)}
        {pager(&path, &page.query, page.alerts.next.clone(), page.alerts.items.len())}
    };
    section("alerts", "Alerts", (), body)
}

fn alert(alert: &AlertRow) -> AnyView {
    let state = if alert.track.frozen_since.is_some() {
        mark("stale", "Cannot be observed").into_any()
    } else if alert.track.fires() {
        mark("fail", alert.track.phase.title()).into_any()
    } else {
        mark("not-applicable", alert.track.phase.title()).into_any()
    };
    let muted = alert
        .muted_by
        .iter()
        .map(|id| {
            view! { <a class="below" href=format!("/suppressions/{id}")>"Muted by " {id.to_string()}</a> }
        })
        .collect_view();
    let who = alert.signal.who().unwrap_or_default();
    view! {
        <tr>
            <th scope="row" class="title">
                <a href=alert.signal.link.clone()>{alert.title.clone()}</a>
                <span class="below untrusted">{who}</span>
            </th>
            <td class="nowrap">{state} {muted}</td>
            <td>{severity_mark(alert.level.severity)}</td>
            <td class="number">{alert.occurrences.to_string()}</td>
            <td class="nowrap">{ago(alert.last_seen)}</td>
            <td class="reason">
                {alert.why.clone()}
                <span class="below">
                    "Rule " <code>{alert.rule.clone()}</code> ", version " {alert.rules.clone()}
                </span>
            </td>
        </tr>
    }
    .into_any()
}

fn runbook(page: &IncidentPage) -> AnyView {
    let it = &page.row.incident;
    let back = page.query.href(&incident_link(it.id));
    let href = start_link(it, page.alerts.items.first(), &back);
    let start = page.may_run.then(|| {
        let words = if page.runs.is_empty() {
            format!("Start “{}”", it.runbook.title())
        } else {
            "Start another run".to_owned()
        };
        view! { <a class="button" href=href>{words}</a> }
    });
    let body = if page.runs.is_empty() {
        let words = "Nobody has opened its runbook yet. A run records each step with who did it, \
                     when, and what shows it.";
        view! { <p class="quiet">{words}</p> }.into_any()
    } else {
        let runs = page.runs.iter();
        runs.map(|run| runbook_beside(run, page.now, page.may_run, &back)).collect_view().into_any()
    };
    section("runbook", "Runbook", start, body)
}

fn similar(page: &IncidentPage) -> AnyView {
    if page.alike.is_empty() {
        let words = "No other incident has been of this kind in this scope.";
        return section(
            "similar",
            "Similar past incidents",
            (),
            view! { <p class="quiet">{words}</p> },
        );
    }
    let rows = page.alike.iter().map(past).collect_view();
    let table = view! {
        <table class="incident-past">
            <thead>
                <tr>
                    <th scope="col">"Incident"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Opened"</th>
                    <th scope="col" class="number">"Alerts"</th>
                    <th scope="col">"What it turned out to be"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    section("similar", "Similar past incidents", (), scroll("Similar past incidents", table))
}

fn past(row: &QueueRow) -> AnyView {
    let it = &row.incident;
    let turned = match &it.state {
        domain::alert::State::Resolved(end) => {
            let word = end.disposition.map_or("not judged", |one| one.title());
            view! { {word} <span class="below untrusted">{end.reason.clone()}</span> }.into_any()
        }
        _ => "not over".into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="title">
                <a href=incident_link(it.id)>{format!("{} · {}", it.id, it.title)}</a>
            </th>
            <td class="nowrap">{incident_mark(it)}</td>
            <td class="nowrap">{ago(it.opened_at)}</td>
            <td class="number">{row.alerts.to_string()}</td>
            <td class="reason">{turned}</td>
        </tr>
    }
    .into_any()
}
