//! Who was refused, and how often.

use domain::{AccessEvent, AccessOutcome};
use leptos::prelude::*;
use store::telemetry_health::AttemptRow;
use store::{AccessQuery, Page, Reader};

use super::{DebugPage, PATH};
use crate::components::{Empty, ago, at, empty, mark, pager, scroll, section, sticky};
use crate::error::PageError;
use crate::pages::Ask;
use crate::query::Query;
use crate::words;

/// Rows on a page.
const ROWS: u32 = 50;

/// Attempts of the last day, and what CloudTrail told of one identity.
#[derive(Debug, Clone)]
pub struct Attempts {
    /// The identity that was asked for.
    pub who: Option<String>,
    /// Identities, the most refused first.
    pub rows: Vec<AttemptRow>,
    /// Events of the identity that was asked for, the latest first.
    pub events: Option<Page<AccessEvent>>,
}

pub(super) async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Attempts, PageError> {
    let who = ask.query.get("who").map(str::to_owned);
    let rows = reader.attempts(who.as_deref(), ask.now).await?;
    let mut events = None;
    if who.is_some() {
        let cursor = ask.query.get("cursor").map(str::to_owned);
        let query = AccessQuery { identity: who.clone(), limit: ROWS, cursor };
        events = Some(reader.access_event_page(&query).await?);
    }
    Ok(Attempts { who, rows, events })
}

pub(super) fn view(page: &DebugPage, attempts: &Attempts) -> AnyView {
    let all = attempts.who.as_ref().map(|_| {
        let href = Query::default().with("view", "attempts").href(PATH);
        view! { <a href=href>"Everybody"</a> }
    });
    let aside = view! {
        <span class="quiet">"last 24 hours "</span> {all} " "
        <a href="/slis/unauthorised-access">"M5 Unauthorised access attempts"</a>
    };
    let events = attempts.events.as_ref().map(|found| {
        let body = if found.items.is_empty() {
            let sentence = "CloudTrail told of no sign-in and no denied call of this identity. What \
                            applications report is counted, and kept with their telemetry.";
            empty(Empty::Zero { sentence: sentence.to_owned() })
        } else {
            view! {
                {events(&found.items)}
                {pager(PATH, &page.query, found.next.clone(), found.items.len())}
            }
            .into_any()
        };
        section("events", "Events of CloudTrail", (), body)
    });
    view! { {section("attempts", "Attempts by identity", aside, table(attempts))} {events} }
        .into_any()
}

fn events(events: &[AccessEvent]) -> AnyView {
    let rows = events.iter().map(event).collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"Events of CloudTrail, the latest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"What"</th>
                    <th scope="col">"End"</th>
                    <th scope="col">"Account"</th>
                    <th scope="col">"Region"</th>
                    <th scope="col">"From"</th>
                    <th scope="col">"Event"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    sticky("Events of CloudTrail", table)
}

fn event(event: &AccessEvent) -> AnyView {
    let ended = match event.outcome {
        AccessOutcome::Allowed => mark("pass", "Let in").into_any(),
        AccessOutcome::Denied => mark("fail", "Refused").into_any(),
        AccessOutcome::Failed => mark("unknown", "Failed").into_any(),
    };
    let why = match event.cause {
        Some(cause) => cause.as_str().to_owned(),
        None => event.error_code.clone(),
    };
    view! {
        <tr>
            <td class="nowrap">{at(event.at)}</td>
            <th scope="row"><bdi>{format!("{}:{}", event.service, event.action)}</bdi></th>
            <td>{ended} " " <span class="quiet">{why}</span></td>
            <td class="nowrap">{event.account.to_string()}</td>
            <td class="nowrap"><bdi>{event.region.to_string()}</bdi></td>
            <td class="nowrap">{event.address_net.map(|network| network.to_string())}</td>
            <td class="reason"><code><bdi>{event.id.clone()}</bdi></code></td>
        </tr>
    }
    .into_any()
}

fn table(attempts: &Attempts) -> AnyView {
    if attempts.rows.is_empty() {
        let sentence = if attempts.who.is_some() {
            "No attempt of this identity was reported in the last day."
        } else {
            "Nobody tried to sign in, as far as anybody reports it."
        };
        return empty(Empty::Zero { sentence: sentence.to_owned() });
    }
    let rows = attempts
        .rows
        .iter()
        .map(|row| {
            let href =
                Query::default().with("view", "attempts").with("who", &row.who).href(PATH);
            view! {
                <tr>
                    <th scope="row" class="reason"><a href=href><bdi>{row.who.clone()}</bdi></a></th>
                    <td class="number">{words::count(row.refused)}</td>
                    <td class="number">{words::count(row.allowed)}</td>
                    <td class="nowrap">{ago(row.last)}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <p class="note">
            "People are pseudonyms that only this installation can make; identities of AWS are \
             roles and users."
        </p>
        <table>
            <caption class="hidden">"Attempts by identity"</caption>
            <thead>
                <tr>
                    <th scope="col">"Identity"</th>
                    <th scope="col" class="number">"Refused"</th>
                    <th scope="col" class="number">"Let in"</th>
                    <th scope="col">"Last hour"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Attempts by identity", table)
}
