//! What shows an incident: findings and indicators behind its alerts, what was told, the proof.

use std::collections::BTreeSet;

use leptos::prelude::*;
use store::alert::notices::{DeliveryRow, DeliveryState};

use super::IncidentPage;
use crate::components::{ago, at, mark, scroll, section};

pub(super) fn evidence(page: &IncidentPage) -> AnyView {
    view! { {sources(page)} {told(page)} {proof(page)} }.into_any()
}

fn sources(page: &IncidentPage) -> AnyView {
    let mut seen = BTreeSet::new();
    let rows = page
        .alerts
        .items
        .iter()
        .filter(|alert| !alert.signal.link.is_empty() && seen.insert(alert.signal.link.clone()))
        .map(|alert| {
            view! {
                <li>
                    <a href=alert.signal.link.clone()>{alert.title.clone()}</a>
                    <span class="below">
                        <code>{alert.signal.link.clone()}</code> " · " {ago(alert.last_seen)}
                    </span>
                </li>
            }
        })
        .collect_view();
    let words = "Each leads to what a source said, with the raw answer where it came with a round.";
    let body = view! { <p class="note">{words}</p> <ul class="alerts">{rows}</ul> };
    section("sources", "Behind the alerts", (), body)
}

/// The state of a delivery.
pub(crate) fn delivery_mark(state: DeliveryState) -> AnyView {
    let shape = match state {
        DeliveryState::Delivered => "pass",
        DeliveryState::Waits | DeliveryState::Sending => "not-evaluated",
        DeliveryState::Refused | DeliveryState::GivenUp => "error",
    };
    mark(shape, state.title()).into_any()
}

fn told(page: &IncidentPage) -> AnyView {
    if page.deliveries.is_empty() {
        let body = view! { <p class="quiet">"Nobody has been told of it."</p> };
        return section("told", "Who was told", (), body);
    }
    let rows = page.deliveries.iter().map(delivery).collect_view();
    let table = view! {
        <table class="incident-told">
            <thead>
                <tr>
                    <th scope="col">"To whom"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Why"</th>
                    <th scope="col">"When"</th>
                    <th scope="col" class="number">"Attempts"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    section("told", "Who was told", (), scroll("Who was told", table))
}

fn delivery(row: &DeliveryRow) -> AnyView {
    view! {
        <tr>
            <th scope="row" class="title">
                <bdi>{row.contact.clone()}</bdi> <span class="below">{row.kind.clone()}</span>
            </th>
            <td class="nowrap">{delivery_mark(row.state)}</td>
            <td class="reason">{row.reason.clone()} <span class="below untrusted">{row.why.clone()}</span></td>
            <td class="nowrap">{at(row.ended.unwrap_or(row.created))}</td>
            <td class="number">{row.attempts.to_string()}</td>
        </tr>
    }
    .into_any()
}

fn proof(page: &IncidentPage) -> AnyView {
    let href = format!("/audit?object=incident:{}", page.row.incident.id);
    let words = "Every change of the timeline is an entry of the audit log with the SHA-256 of the \
                 timeline up to there; the log itself is a chain, and signed.";
    let body = view! {
        <p class="note">{words}</p>
        <p><a href=href>"Its entries in the audit log"</a></p>
    };
    section("proof", "Proof", (), body)
}
