//! `/runbooks`: which runbooks there are, and which are at work.

use domain::Action;
use domain::Timestamp;
use domain::runbook::shelf::Unread;
use domain::runbook::{Origin, Shelf, Shelved, review_due};
use leptos::prelude::*;
use store::{Page as List, Reader, RunbookQuery, RunbookRow};

use super::table::runs_table;
use super::{review, shelf};
use crate::components::{Empty, empty, heading, scroll, section};
use crate::error::PageError;
use crate::pages::{Ask, Page};
use crate::shell::Here;
use crate::words;

/// The most open runs that the page shows.
const MOST_OPEN: u32 = 20;

/// The library.
#[derive(Debug, Clone)]
pub struct LibraryPage {
    /// The present.
    pub now: Timestamp,
    /// The runbooks.
    pub shelf: Shelf,
    /// Runs that are open.
    pub open: List<RunbookRow>,
    /// Whether whoever looks may work through one.
    pub may_work: bool,
}

impl Page for LibraryPage {
    const HERE: Here = Here::Runbooks;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let open = RunbookQuery { open: Some(true), limit: MOST_OPEN, ..RunbookQuery::default() };
        Ok(Self {
            now: ask.now,
            shelf: shelf(reader, ask.installation).await?,
            open: reader.runbook_runs(&open).await?,
            may_work: ask.who.may(Action::WorkRunbooks),
        })
    }

    fn title(&self) -> String {
        "Runbooks".to_owned()
    }

    fn view(self) -> AnyView {
        let sentence = "What to do, step by step, when something has happened; and what was done.";
        let all = view! { <a href="/runbook-runs">"All runs"</a> };
        let open = if self.open.items.is_empty() {
            let sentence = "No runbook is at work.".to_owned();
            empty(Empty::Zero { sentence })
        } else {
            runs_table("Open runs", &self.open.items, self.now)
        };
        let more = self.open.next.is_some().then(|| {
            view! { <p><a href="/runbook-runs?state=open">"There are more open runs"</a></p> }
        });
        view! {
            {heading(self.title(), sentence, ())}
            {tiles(&self)}
            {section("open", "Open runs", all, view! { {open} {more} })}
            {section("library", "Library", (), library(&self))}
            {flawed(self.shelf.flawed())}
        }
        .into_any()
    }
}

fn tiles(page: &LibraryPage) -> AnyView {
    let more = if page.open.next.is_some() { "+" } else { "" };
    let late = page.open.items.iter().filter(|run| late(run, page.now)).count();
    let overdue = page.shelf.all().filter(|it| review_due(&it.template, page.now).overdue).count();
    let tile = |number: String, words: &'static str, href: &'static str| {
        view! {
            <li class="tile">
                <a class="tile-number" href=href>{number}</a>
                <span class="tile-rest">{words}</span>
            </li>
        }
    };
    view! {
        <ul class="tiles">
            {tile(format!("{}{more}", page.open.items.len()), "runs open", "/runbook-runs")}
            {tile(format!("{late}{more}"), "of them with a step overdue", "/runbook-runs")}
            {tile(words::count(page.shelf.all().count() as u64), "runbooks", "#library")}
            {tile(words::count(overdue as u64), "with a review overdue", "#library")}
        </ul>
    }
    .into_any()
}

/// Whether a step of a run should have been done by now.
pub(super) fn late(run: &RunbookRow, now: Timestamp) -> bool {
    run.ending.is_none() && run.due_at.is_some_and(|due| due < now)
}

fn library(page: &LibraryPage) -> AnyView {
    let mut all: Vec<&Shelved> = page.shelf.all().collect();
    all.sort_by(|one, other| one.template.title.cmp(&other.template.title));
    let rows = all
        .into_iter()
        .map(|Shelved { template, origin }| {
            let href = format!("/runbooks/{}", template.id);
            let start = page.may_work.then(|| {
                let label = format!("Start: {}", template.title);
                view! { <a class="nowrap" href=format!("{href}#start") aria-label=label>"Start"</a> }
            });
            let tag = (*origin != Origin::Shipped)
                .then(|| view! { " " <span class="tag">{origin.title()}</span> });
            view! {
                <tr>
                    <th scope="row" class="title">
                        <a href=href><bdi>{template.title.clone()}</bdi></a>
                        <span class="below">{template.summary.clone()}</span>
                    </th>
                    <td class="nowrap">{template.owner.title()}</td>
                    <td class="number">{template.version.to_string()} {tag}</td>
                    <td>{review(template, page.now)}</td>
                    <td class="number">{template.steps.len().to_string()}</td>
                    <td>{start}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table class="runbooks">
            <thead>
                <tr>
                    <th scope="col">"Runbook, and when to use it"</th>
                    <th scope="col">"Owner"</th>
                    <th scope="col" class="number">"Version"</th>
                    <th scope="col">"Review"</th>
                    <th scope="col" class="number">"Steps"</th>
                    <th scope="col">"Work"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let told = "Each is reviewed every ninety days, which is our own choice: the regulation wants \
                reviews “periodically” (45 CFR 164.316(b)(2)(iii)).";
    view! { {scroll("Library", table)} <p class="note">{told}</p> }.into_any()
}

/// Files and texts that are no runbooks, with their flaws.
fn flawed(all: &[Unread]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let items = all
        .iter()
        .map(|unread| {
            let flaws =
                unread.flaws.iter().map(|flaw| view! { <li>{flaw.to_string()}</li> }).collect_view();
            view! {
                <li>
                    <p><code>{unread.name.clone()}</code> {format!(" ({})", unread.origin.title())}</p>
                    <ul class="plain">{flaws}</ul>
                </li>
            }
        })
        .collect_view();
    let body = view! {
        <p class="note">
            "These are not used; what stood behind them is. The server reads the folder when it starts."
        </p>
        <ul class="flawed">{items}</ul>
    };
    Some(section("flaws", "Cannot be read", (), body))
}
