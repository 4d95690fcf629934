//! `/controls`: every checkable statement and its counts.

mod filters;
mod sort;
mod table;
mod wanted;

use domain::{Catalogue, Control, Tally};
use leptos::prelude::*;
use store::Reader;

use super::{Ask, Page, place, scored};
use crate::components::{Empty, chips, empty, heading, listing, search_field};
use crate::error::PageError;
use crate::query::{Query, words as allowed};
use crate::shell::Here;
use crate::words;

pub use filters::{ControlCounts, Counts};
pub use sort::Sort;
pub use wanted::Wanted;

const PATH: &str = "/controls";

/// A control with its counts.
#[derive(Debug, Clone, Copy)]
pub struct ControlLine {
    /// The control.
    pub control: &'static Control,
    /// Its evaluations.
    pub tally: Tally,
}

/// The list of controls.
#[derive(Debug, Clone)]
pub struct ControlsPage {
    /// Rows that the filters leave, in order.
    pub lines: Vec<ControlLine>,
    /// How many controls every choice of a facet would leave.
    pub counts: ControlCounts,
    /// Controls in all.
    pub all: usize,
    /// Whether any round has ended.
    pub any: bool,
    /// The order.
    pub sort: Sort,
    /// The state of the page.
    pub query: Query,
}

impl Page for ControlsPage {
    const HERE: Here = Here::Controls;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let filter = filters::read(ask.query)?;
        let sort = ask.query.one("sort", Sort::parse, || allowed(&Sort::ALL, |it| it.as_str()))?;
        let sort = sort.unwrap_or(Sort::State);
        let account = place::judged_account_of(ask.query)?;
        let tallies = reader.control_tallies(account.as_ref()).await?;
        let any = reader.run_latest().await?.is_some();
        let catalogue = Catalogue::get();
        let mut lines: Vec<ControlLine> = catalogue
            .controls
            .values()
            .map(|control| ControlLine { control, tally: scored::tally_of(&tallies, &control.id) })
            .collect();
        // In an account that nobody watches nothing was judged, so none of its controls is listed.
        if any && account.is_some() && tallies.is_empty() {
            lines.clear();
        }
        let counts = filter.counts(&lines);
        lines.retain(|line| filter.takes(line));
        sort::order(&mut lines, sort);
        Ok(Self {
            lines,
            counts,
            all: catalogue.controls.len(),
            any,
            sort,
            query: ask.query.clone(),
        })
    }

    fn title(&self) -> String {
        "Controls".to_owned()
    }

    fn view(self) -> AnyView {
        let sentence = format!(
            "{} of {} checkable statements, each with the evaluations behind it.",
            words::count(self.lines.len() as u64),
            words::count(self.all as u64)
        );
        let body = if self.lines.is_empty() {
            empty(Empty::NoMatch { things: "controls", clear: PATH.to_owned() })
        } else {
            table::table(&self)
        };
        let unread = (!self.any).then(|| empty(Empty::NoData));
        view! {
            {heading("Controls", sentence, search_field(PATH, &self.query, "Search controls"))}
            {unread}
            {listing(
                filters::facets(&self),
                view! { {chips(PATH, &self.query, filters::chip)} {body} },
            )}
        }
        .into_any()
    }
}
