//! `/collection`: the plumbing: who was asked, where, when, and what went wrong.

mod matrix;
mod troubles;

pub(super) use troubles::{run_mark, trigger};

use domain::freshness::Age;
use domain::{AccountId, ScopeState, ScopeStatus, Source, Timestamp};
use leptos::prelude::*;
use store::{ProblemRow, Reader, Run};

use super::{Ask, Page};
use crate::components::{Empty, chips, empty, heading, section, validate};
use crate::error::PageError;
use crate::query::{Query, words as allowed};
use crate::setting::Setting;
use crate::shell::Here;
use crate::state::Progress;
use crate::words;

const PATH: &str = "/collection";
const PROBLEMS: u32 = 20;
const RUNS: u32 = 10;

/// What a cell of the matrix can be filtered by: how the visit went, or that its data are old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    State(ScopeState),
    Stale,
}

impl Wanted {
    fn parse(text: &str) -> Option<Self> {
        if text == "stale" {
            return Some(Self::Stale);
        }
        let known = ScopeState::ALL.into_iter().find(|state| state.as_str() == text);
        known.map(Self::State)
    }

    fn allowed() -> String {
        format!("stale, {}", allowed(&ScopeState::ALL, |state| state.as_str()))
    }

    fn takes(self, status: &ScopeStatus, now: Timestamp) -> bool {
        match self {
            Self::State(state) => status.state == state,
            Self::Stale => stale(status, now),
        }
    }
}

/// Whether any part of a scope has grown stale.
fn stale(status: &ScopeStatus, now: Timestamp) -> bool {
    status.parts.keys().any(|part| matches!(status.age_of(*part, now), Age::Stale(_)))
}

/// The state of the collection.
#[derive(Debug, Clone)]
pub struct CollectionPage {
    /// Scopes that the filters leave, sorted by source, account and region.
    pub scopes: Vec<ScopeStatus>,
    /// Scopes in all.
    pub all: usize,
    /// Answers that could not be read.
    pub problems: Vec<ProblemRow>,
    /// Past rounds, newest first.
    pub runs: Vec<Run>,
    /// The present round.
    pub progress: Progress,
    /// The present.
    pub now: Timestamp,
    /// The state of the page.
    pub query: Query,
}

impl Page for CollectionPage {
    const HERE: Here = Here::Collection;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let source = ask
            .query
            .one("source", Source::parse, || allowed(&Source::ALL, |source| source.as_str()))?;
        let wanted = ask.query.one("state", Wanted::parse, Wanted::allowed)?;
        let account = ask.query.get("account").map(AccountId::from);
        let mut scopes = reader.scope_statuses().await?;
        let all = scopes.len();
        scopes.retain(|status| {
            source.is_none_or(|source| status.scope.source == source)
                && account.as_ref().is_none_or(|account| status.scope.account == *account)
                && wanted.is_none_or(|wanted| wanted.takes(status, ask.now))
        });
        Ok(Self {
            scopes,
            all,
            problems: reader.problem_page(PROBLEMS, None).await?.items,
            runs: reader.run_page(None, RUNS).await?,
            progress: ask.progress.clone(),
            now: ask.now,
            query: ask.query.clone(),
        })
    }

    fn title(&self) -> String {
        "Collection".to_owned()
    }

    fn view(self) -> AnyView {
        let started = self.query.get("started").map(|_| {
            view! { <p class="notice">"A round was asked for; it begins in a moment."</p> }
        });
        let body = if self.scopes.is_empty() && self.all > 0 {
            empty(Empty::NoMatch { things: "places", clear: PATH.to_owned() })
        } else if self.scopes.is_empty() {
            empty(Empty::Zero {
                sentence: "No account is configured: add one to wardround.toml.".to_owned(),
            })
        } else {
            matrix::matrix(&self)
        };
        view! {
            {heading("Collection", sentence(&self), validate(&self.progress))}
            {started}
            {chips(PATH, &self.query, chip)}
            {section("matrix", "Sources by account and region", (), body)}
            {troubles::troubles(&self)}
            {troubles::problems(&self.problems)}
            {troubles::runs(&self.runs)}
        }
        .into_any()
    }
}

fn sentence(page: &CollectionPage) -> String {
    let count = |state| page.scopes.iter().filter(|it| it.state == state).count() as u64;
    let stale = page.scopes.iter().filter(|it| stale(it, page.now)).count() as u64;
    let failed = count(ScopeState::Failed) + count(ScopeState::Partial);
    let next = page.scopes.iter().filter_map(|status| status.next_due).min();
    let next = next.map_or_else(String::new, |at| {
        format!(
            " Next round {}.",
            if at <= page.now { "due now".to_owned() } else { words::relative(at, page.now) }
        )
    });
    format!(
        "{}: {} read, {} with failures, {} not enabled, {} not yet visited, {} stale.{next}",
        words::counted(page.scopes.len() as u64, "place", "places"),
        words::count(count(ScopeState::Ok)),
        words::count(failed),
        words::count(count(ScopeState::NotEnabled)),
        words::count(count(ScopeState::Never)),
        words::count(stale),
    )
}

fn chip(name: &str, value: &str) -> Option<(String, String)> {
    let (title, word) = match name {
        "source" => ("Source", Source::parse(value)?.title().to_owned()),
        "account" => ("Account", Setting::here().account_name(&value.into())),
        "state" => match Wanted::parse(value)? {
            Wanted::Stale => ("State", "Stale".to_owned()),
            Wanted::State(state) => ("State", words::scope_state(state).0.to_owned()),
        },
        _ => return None,
    };
    Some((title.to_owned(), word))
}
