//! `/drift`: what changed, in which direction, and how long failures last.

mod filters;
mod summary;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use domain::{Severity, Timestamp, Transition, TransitionKind};
use leptos::prelude::*;
use store::{DriftDay, Reader, Remediation};

use super::{Ask, Page};
use crate::components::{Empty, empty, heading, listing, pager, section};
use crate::error::PageError;
use crate::query::Query;
use crate::shell::Here;

pub use filters::Span;
pub(super) use table::table as transitions;

/// The address of this page.
const PATH: &str = "/drift";
/// Rows on a page.
const ROWS: u32 = 50;

/// Changes over a span of time.
#[derive(Debug, Clone)]
pub struct DriftPage {
    /// The state of the page.
    pub query: Query,
    /// The present.
    pub now: Timestamp,
    /// How far it looks back.
    pub span: Span,
    /// Changes of the whole organisation, by kind.
    pub summary: BTreeMap<TransitionKind, u64>,
    /// Days on which something failed or was resolved.
    pub days: Vec<DriftDay>,
    /// How long resolved failures had lasted.
    pub remediation: BTreeMap<Severity, Remediation>,
    /// The rows that the filters leave.
    pub rows: Vec<Transition>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Rounds that ended, counted up to two: it takes two to see a change.
    pub rounds: u64,
}

impl Page for DriftPage {
    const HERE: Here = Here::Drift;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let span = filters::span(ask.query)?;
        let since = span.since(ask.now);
        let asked = filters::read(ask.query, since)?;
        let page = reader.transition_page(&asked).await?;
        let ended = |run: &store::Run| run.state == store::RunState::Done;
        let rounds = reader.run_page(None, 10).await?.iter().filter(|run| ended(run)).count();
        Ok(Self {
            query: ask.query.clone(),
            now: ask.now,
            span,
            summary: reader.drift_summary(since).await?,
            days: reader.drift_daily(since).await?,
            remediation: reader.time_to_remediate(since).await?,
            rows: page.items,
            next: page.next,
            rounds: rounds.min(2) as u64,
        })
    }

    fn title(&self) -> String {
        "Drift".to_owned()
    }

    fn wait(&self) -> Option<u32> {
        (self.rounds == 0).then_some(3)
    }

    fn view(self) -> AnyView {
        let sentence = "What went from passing to failing and back, noticed round by round.";
        if self.rounds == 0 && self.rows.is_empty() {
            return view! { {heading("Drift", sentence, ())} {empty(Empty::NoData)} }.into_any();
        }
        let span = self.span.words();
        let shown = self.rows.len();
        let facets = filters::facets(&self);
        let rows = if self.rows.is_empty() { nothing(&self) } else { table::table(&self.rows) };
        let body = view! {
            {filters::chips(&self.query)}
            {rows}
            {pager(PATH, &self.query, self.next.clone(), shown)}
        };
        view! {
            {heading("Drift", sentence, ())}
            {section(
                "summary",
                format!("Whole organisation, {span}"),
                (),
                summary::summary(&self),
            )}
            <div class="columns">
                <div class="column-main">
                    {section("daily", "Day by day", (), summary::daily(&self))}
                </div>
                <div class="column-side">
                    {section("remediation", "Time to remediate", (), summary::remediation(&self))}
                </div>
            </div>
            {section("changes", "Changes", (), listing(facets, body))}
        }
        .into_any()
    }
}

fn nothing(page: &DriftPage) -> AnyView {
    if page.query.get("cursor").is_some() {
        let sentence = "No more changes follow.".to_owned();
        return empty(Empty::Zero { sentence });
    }
    if filters::filtered(&page.query) {
        let clear = page.span.href();
        return empty(Empty::NoMatch { things: "changes", clear });
    }
    if page.rounds < 2 {
        return view! {
            <div class="empty empty-no-history">
                <p class="empty-title">"No history yet"</p>
                <p>
                    "One round has ended. A change is a difference between two rounds: the next \
                     one brings the first."
                </p>
            </div>
        }
        .into_any();
    }
    let sentence = format!("Nothing changed in the {}.", page.span.words());
    empty(Empty::Zero { sentence })
}
