//! `/findings`: what the sources said, filtered and page by page.

mod filters;
mod nothing;
mod table;
#[cfg(test)]
pub(super) mod tests;

use domain::{ScopeStatus, Timestamp};
use leptos::prelude::*;
use store::{FindingCounts, FindingQuery, FindingRow, Reader};

use super::{Ask, Page};
use crate::components::{heading, listing, pager, search_field};
use crate::error::PageError;
use crate::query::Query;
use crate::shell::Here;
use crate::words;

/// The address of this list.
const PATH: &str = "/findings";
/// Rows on a page.
const ROWS: u32 = 50;

/// A page of findings.
#[derive(Debug, Clone)]
pub struct FindingsPage {
    /// The state of the page; the default filter is spelled out in it.
    pub query: Query,
    /// What the store was asked.
    pub asked: FindingQuery,
    /// The counts beside the filters.
    pub counts: FindingCounts,
    /// The rows.
    pub rows: Vec<FindingRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// When the last round ended; `None` before the first.
    pub judged: Option<Timestamp>,
    /// What is known of the places that were visited; read only where there is nothing to list.
    pub places: Vec<ScopeStatus>,
}

impl Page for FindingsPage {
    const HERE: Here = Here::Findings;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let query = filters::with_default(ask.query);
        let asked = filters::read(&query)?;
        let page = reader.finding_page(&asked).await?;
        let counts = reader.finding_counts(&asked).await?;
        let judged = reader.run_latest().await?.and_then(|run| run.ended);
        let places =
            if page.items.is_empty() { reader.scope_statuses().await? } else { Vec::new() };
        Ok(Self { query, asked, counts, rows: page.items, next: page.next, judged, places })
    }

    fn title(&self) -> String {
        "Findings".to_owned()
    }

    fn wait(&self) -> Option<u32> {
        (self.judged.is_none() && self.rows.is_empty()).then_some(3)
    }

    fn view(self) -> AnyView {
        let facets = filters::facets(&self);
        let shown = self.rows.len();
        let pages = pager(PATH, &self.query, self.next.clone(), shown);
        let rows =
            if self.rows.is_empty() { nothing::nothing(&self) } else { table::table(&self.rows) };
        let body = view! {
            <div class="listing-head">
                {filters::chips(&self.query)} <p class="listing-total">{total(&self)}</p>
            </div>
            {rows}
            {pages}
        };
        let sentence = "Every statement of every source, the worst first. A suppressed finding \
                        still fails and still counts in the scores.";
        let search = search_field(PATH, &self.query, "Search title, check, resource or id");
        view! { {heading("Findings", sentence, search)} {listing(facets, body)} }.into_any()
    }
}

/// How many there are. Samples are listed, but never counted.
fn total(page: &FindingsPage) -> AnyView {
    let counted = words::counted(page.counts.total, "finding", "findings");
    let told = if page.counts.at_least { format!("At least {counted}") } else { counted };
    let samples = page
        .rows
        .iter()
        .any(|row| row.sample)
        .then(|| view! { <span class="quiet">" · samples are shown, not counted"</span> });
    view! { <strong>{told}</strong> {samples} }.into_any()
}
