//! `/notifications`: what was told, to whom, how that went; and whether each contact can be reached.

use domain::{Action, Timestamp};
use leptos::prelude::*;
use store::alert::Setting;
use store::alert::notices::{ContactCheck, DeliveryQuery, DeliveryRow, DeliveryState};
use store::{Page as Rows, Reader};

use super::incident::delivery_mark;
use super::{Ask, Page};
use crate::components::{
    Choice, Empty, Facet, ago, chips, contact_mark, crumbs, empty, facet, heading, incident_link,
    listing, mark, pager, scroll, section, severity_mark,
};
use crate::error::PageError;
use crate::query::{self, Query};
use crate::shell::Here;
use crate::words;

/// Its address.
const PATH: &str = "/notifications";
/// Rows on one page.
const ROWS: u32 = 50;
/// A browser without scripts looks again after so many seconds.
const AGAIN: u32 = 30;

/// What was told.
#[derive(Debug, Clone)]
pub struct NotificationsPage {
    /// The state of the page.
    pub query: Query,
    /// The present.
    pub now: Timestamp,
    /// What was told, newest first.
    pub rows: Rows<DeliveryRow>,
    /// What the last look at each contact found.
    pub checks: Vec<ContactCheck>,
    /// Who is told.
    pub setting: std::sync::Arc<Setting>,
    /// Whether whoever looks may try contacts and send again.
    pub may_try: bool,
}

impl Page for NotificationsPage {
    const HERE: Here = Here::OnCall;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let words = || query::words(&DeliveryState::ALL, |it| it.as_str());
        let query = DeliveryQuery {
            incident: None,
            states: ask.query.many("state", DeliveryState::parse, words)?,
            limit: ROWS,
            cursor: ask.query.get("cursor").map(str::to_owned),
        };
        Ok(Self {
            query: ask.query.clone(),
            now: ask.now,
            rows: reader.delivery_page(&query).await?,
            checks: reader.contact_checks().await?,
            setting: std::sync::Arc::clone(&ask.oncall.setting),
            may_try: ask.who.may(Action::TryContacts),
        })
    }

    fn title(&self) -> String {
        "Notifications".to_owned()
    }

    fn refresh(&self) -> Option<u32> {
        Some(AGAIN)
    }

    fn view(self) -> AnyView {
        let sentence = "What was told, to whom, and how that went. Messages hold numbers, names of \
                        rules and links, and never the text of an event.";
        view! {
            {crumbs(vec![("/oncall".to_owned(), "On call".to_owned())])}
            {heading("Notifications", sentence, ())}
            {contacts(&self)}
            {section("log", "What was told", (), listing(vec![states(&self)], body(&self)))}
        }
        .into_any()
    }
}

fn contacts(page: &NotificationsPage) -> AnyView {
    if page.setting.contacts.is_empty() {
        let words = "No contact is configured, so nobody is told of anything. Write [[contact]] and \
                     [[escalation]] blocks into the configuration and start again.";
        let body = view! { <p>{mark("fail", "Nobody is told")}</p> <p class="quiet">{words}</p> };
        return section("contacts", "Contacts", (), body);
    }
    let rows =
        page.setting.contacts.iter().map(|it| contact(page, &it.name, &it.kind)).collect_view();
    let table = view! {
        <table class="contacts">
            <thead>
                <tr>
                    <th scope="col">"Contact"</th>
                    <th scope="col">"Called"</th>
                    <th scope="col">"Reachability"</th>
                    <th scope="col">"What was found"</th>
                    <th scope="col"><span class="hidden">"Acts"</span></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    section("contacts", "Contacts", (), scroll("Contacts", table))
}

fn contact(page: &NotificationsPage, name: &str, kind: &str) -> AnyView {
    let steps = page.setting.chain.steps().iter().enumerate();
    let called: Vec<String> = steps
        .filter(|(_, step)| step.contacts.iter().any(|it| it == name))
        .map(|(index, _)| format!("step {}", index + 1))
        .chain(page.setting.team.iter().filter(|it| *it == name).map(|_| "tickets".to_owned()))
        .collect();
    let called = if called.is_empty() { "–".to_owned() } else { called.join(", ") };
    let check = page.checks.iter().find(|it| it.contact == name);
    let state = contact_mark(check, page.now);
    let found = check.map(|check| check.words.clone()).unwrap_or_default();
    let when = check.map(|check| view! { <span class="below">{ago(check.at)}</span> });
    let test = (page.may_try && kind != "heartbeat").then(|| {
        let words = format!("Send a test to {name}");
        view! {
            <form method="post" action="/notifications/test">
                <input type="hidden" name="contact" value=name.to_owned()/>
                <button class="button" aria-label=words>"Send a test"</button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row" class="title">
                <bdi>{name.to_owned()}</bdi> <span class="below">{kind.to_owned()}</span>
            </th>
            <td>{called}</td>
            <td class="nowrap">{state} {when}</td>
            <td class="reason">{found}</td>
            <td>{test}</td>
        </tr>
    }
    .into_any()
}

fn states(page: &NotificationsPage) -> AnyView {
    let choices = DeliveryState::ALL
        .iter()
        .map(|it| Choice {
            value: it.as_str().to_owned(),
            word: it.title().to_owned(),
            count: None,
        })
        .collect();
    facet(PATH, &page.query, Facet { name: "state", title: "State", choices, many: true })
}

fn body(page: &NotificationsPage) -> AnyView {
    let word = |name: &str, value: &str| {
        let title = DeliveryState::parse(value).filter(|_| name == "state")?.title();
        Some(("State".to_owned(), title.to_owned()))
    };
    let rows = if page.rows.items.is_empty() { nothing(page) } else { table(page) };
    view! {
        {chips(PATH, &page.query, word)}
        {rows}
        {pager(PATH, &page.query, page.rows.next.clone(), page.rows.items.len())}
    }
    .into_any()
}

fn nothing(page: &NotificationsPage) -> AnyView {
    if page.query.get("state").is_some() {
        return empty(Empty::NoMatch { things: "notifications", clear: PATH.to_owned() });
    }
    empty(Empty::Unwritten {
        title: "Nothing has been told yet",
        sentence: "The first page or ticket appears here as soon as it is decided, before it is sent.",
        way: None,
    })
}

fn table(page: &NotificationsPage) -> AnyView {
    let rows = page.rows.items.iter().map(|it| row(page, it)).collect_view();
    let table = view! {
        <table class="deliveries">
            <thead>
                <tr>
                    <th scope="col">"About"</th>
                    <th scope="col">"To whom"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Reason"</th>
                    <th scope="col" class="number">"Attempts"</th>
                    <th scope="col">"Decided"</th>
                    <th scope="col"><span class="hidden">"Acts"</span></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Notifications", table)
}

fn row(page: &NotificationsPage, row: &DeliveryRow) -> AnyView {
    let about = match row.incident {
        Some(id) => view! { <a href=incident_link(id)>{format!("Incident {id}")}</a> }.into_any(),
        None => view! { <span>{row.event.clone()}</span> }.into_any(),
    };
    let next = row.next_at.filter(|_| row.state == DeliveryState::Waits && row.attempts > 0);
    let next = next.map(|at| {
        let wait = words::span(at.since(page.now));
        view! { <span class="below">{format!("again in {wait}")}</span> }
    });
    let again = (page.may_try && row.state.failed()).then(|| {
        view! {
            <form method="post" action="/notifications/again">
                <input type="hidden" name="id" value=row.id.to_string()/>
                <button class="button">"Send again"</button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row" class="title">
                {about} <span class="below">{severity_mark(row.level.severity)}</span>
            </th>
            <td><bdi>{row.contact.clone()}</bdi> <span class="below">{row.kind.clone()}</span></td>
            <td class="nowrap">{delivery_mark(row.state)} {next}</td>
            <td class="reason">
                {row.event.clone()} ": " {row.reason.clone()}
                <span class="below untrusted">{row.why.clone()}</span>
            </td>
            <td class="number">{row.attempts.to_string()}</td>
            <td class="nowrap">{ago(row.created)}</td>
            <td>{again}</td>
        </tr>
    }
    .into_any()
}
