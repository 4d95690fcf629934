//! `/slis/{id}`: one indicator: the number, what it means, its trend, and what breaks it.

mod burns;
mod closing;
mod head;
mod lists;

use domain::Timestamp;
use domain::id::DAY_MS;
use domain::sli::invariant::Violation;
use domain::sli::{Member, Reading, Sli};
use leptos::prelude::*;
use store::Reader;
use store::sli_page::{BadEvent, SliChange, SliPoint};

use super::{Ask, Page};
use crate::components::{crumbs, heading};
use crate::error::PageError;
use crate::query::Query;
use crate::shell::Here;

/// How far back the trend reaches.
const SPAN_MS: i64 = 30 * DAY_MS;
/// Violations on a page.
const ROWS: u32 = 50;
/// Bad events that are shown.
const EVENTS: u32 = 30;
/// Changes of state that are shown.
const CHANGES: u32 = 20;

/// One indicator.
#[derive(Debug, Clone)]
pub struct SliPage {
    /// The present.
    pub now: Timestamp,
    /// What it says.
    pub reading: Reading,
    /// Its number hour by hour.
    pub history: Vec<SliPoint>,
    /// Its changes of state, newest first.
    pub changes: Vec<SliChange>,
    /// Members that keep it from its target.
    pub members: Vec<Member>,
    /// Bad events, those that nobody has closed first.
    pub violations: Vec<Violation>,
    /// Where the next page of them begins.
    pub next: Option<String>,
    /// The last bad events of a ratio.
    pub events: Vec<BadEvent>,
    /// Whether whoever looks may close a violation.
    pub may_close: bool,
    /// The state of the page.
    pub query: Query,
}

impl Page for SliPage {
    const HERE: Here = Here::Slis;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let Some(sli) = Sli::parse(ask.id) else {
            return Err(PageError::missing("indicator", ask.id, "/slis"));
        };
        let violations = reader.violation_page(sli, ROWS, ask.query.get("cursor")).await?;
        Ok(Self {
            now: ask.now,
            reading: reader.sli_reading(sli, ask.now).await?,
            history: reader.sli_history(sli, ask.now.plus(-SPAN_MS)).await?,
            changes: reader.sli_changes(sli, CHANGES).await?,
            members: reader.sli_members(sli).await?,
            violations: violations.items,
            next: violations.next,
            events: reader.sli_bad_events(sli, EVENTS).await?,
            may_close: ask.who.may(domain::Action::CloseViolations),
            query: ask.query.clone(),
        })
    }

    fn title(&self) -> String {
        self.reading.sli.definition().title.to_owned()
    }

    fn view(self) -> AnyView {
        let definition = self.reading.sli.definition();
        let title = format!("{} {}", definition.code, definition.title);
        view! {
            {crumbs(vec![("/slis".to_owned(), "Service levels".to_owned())])}
            {heading(title, definition.question, ())}
            {head::head(&self)}
            <div class="columns">
                <div class="column-main">
                    {lists::members(&self)}
                    {closing::violations(&self)}
                    {burns::burns(&self.reading)}
                    {lists::events(&self)}
                </div>
                <div class="column-side">
                    {lists::about(definition)}
                    {lists::changes(&self)}
                </div>
            </div>
        }
        .into_any()
    }
}
