//! `/runbook-runs`: all runs, the newest first.

use domain::Timestamp;
use domain::runbook::is_slug;
use leptos::prelude::*;
use store::{Page as List, Reader, RunbookQuery, RunbookRow};

use super::filled::{subject, subjects};
use super::table::runs_table;
use crate::components::{Choice, Empty, Facet, chips, crumbs, empty, facet, heading, pager};
use crate::error::PageError;
use crate::pages::{Ask, Page};
use crate::query::Query;
use crate::shell::Here;

const PATH: &str = "/runbook-runs";

/// All runs.
#[derive(Debug, Clone)]
pub struct RunsPage {
    /// The state of the page.
    pub query: Query,
    /// The present.
    pub now: Timestamp,
    /// The runs.
    pub runs: List<RunbookRow>,
}

impl Page for RunsPage {
    const HERE: Here = Here::Runbooks;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let query = ask.query;
        let state = |text: &str| match text {
            "open" => Some(true),
            "sealed" => Some(false),
            _ => None,
        };
        let template = |text: &str| is_slug(text).then(|| text.to_owned());
        let asked = RunbookQuery {
            open: query.one("state", state, || "open, sealed".to_owned())?,
            template: query.one("runbook", template, || "the id of a runbook".to_owned())?,
            subject: query.one("subject", subject, subjects)?,
            limit: 0,
            cursor: query.get("cursor").map(str::to_owned),
        };
        Ok(Self { query: query.clone(), now: ask.now, runs: reader.runbook_runs(&asked).await? })
    }

    fn title(&self) -> String {
        "Runs of runbooks".to_owned()
    }

    fn view(self) -> AnyView {
        let path = vec![("/runbooks".to_owned(), "Runbooks".to_owned())];
        let sentence = "Every run, with its whole history. Nothing is ever removed.";
        let choice = |value: &str, word: &str| Choice {
            value: value.to_owned(),
            word: word.to_owned(),
            count: None,
        };
        let choices = vec![choice("open", "Open"), choice("sealed", "Sealed")];
        let states =
            facet(PATH, &self.query, Facet { name: "state", title: "State", choices, many: false });
        let word = |name: &str, value: &str| match name {
            "state" => Some(("State".to_owned(), value.to_owned())),
            "runbook" => Some(("Runbook".to_owned(), value.to_owned())),
            "subject" => Some(("For".to_owned(), value.to_owned())),
            _ => None,
        };
        let filtered = self.query.pairs().any(|(name, _)| name != "cursor");
        let list = match (self.runs.items.is_empty(), filtered) {
            (true, true) => empty(Empty::NoMatch { things: "runs", clear: PATH.to_owned() }),
            (true, false) => {
                empty(Empty::Zero { sentence: "No runbook was ever started here.".to_owned() })
            }
            (false, _) => runs_table("Runs", &self.runs.items, self.now),
        };
        let shown = self.runs.items.len();
        view! {
            {crumbs(path)}
            {heading(self.title(), sentence, ())}
            <div class="states">{states}</div>
            {chips(PATH, &self.query, word)}
            {list}
            {pager(PATH, &self.query, self.runs.next, shown)}
        }
        .into_any()
    }
}
