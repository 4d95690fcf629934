//! `/collection`: the plumbing: who was asked, where, when, and what went wrong.

mod matrix;
mod troubles;

pub(super) use matrix::matrix;
pub(super) use troubles::{run_mark, trigger};

use domain::{ScopeState, ScopeStatus, Source, Timestamp};
use leptos::prelude::*;
use store::{ProblemRow, Reader, Run};

use super::{Ask, Page, place};
use crate::components::{Empty, chips, empty, heading, leads, section, validate};
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
    /// Failed, wholly or in part.
    Trouble,
    /// Anything but read in full.
    Unread,
    Stale,
}

impl Wanted {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "trouble" => Some(Self::Trouble),
            "unread" => Some(Self::Unread),
            "stale" => Some(Self::Stale),
            _ => {
                let known = ScopeState::ALL.into_iter().find(|state| state.as_str() == text);
                known.map(Self::State)
            }
        }
    }

    fn allowed() -> String {
        let states = allowed(&ScopeState::ALL, |state| state.as_str());
        format!("trouble, unread, stale, {states}")
    }

    fn word(self) -> &'static str {
        match self {
            Self::State(state) => words::scope_state(state).0,
            Self::Trouble => "With failures",
            Self::Unread => "Not read in full",
            Self::Stale => "Stale",
        }
    }

    fn takes(self, status: &ScopeStatus, now: Timestamp) -> bool {
        match self {
            Self::State(state) => status.state == state,
            Self::Trouble => matches!(status.state, ScopeState::Failed | ScopeState::Partial),
            Self::Unread => status.state != ScopeState::Ok,
            Self::Stale => status.any_stale(now),
        }
    }
}

/// The state of the collection.
#[derive(Debug, Clone)]
pub struct CollectionPage {
    /// Scopes that source and account leave, sorted by source, account and region. What the state
    /// leaves of them is listed.
    pub scopes: Vec<ScopeStatus>,
    /// Scopes in all.
    pub all: usize,
    /// Whether any scope was ever visited.
    pub visited: bool,
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
        // A wrong word is refused here; the right ones are read again where the places are shown.
        ask.query.one("state", Wanted::parse, Wanted::allowed)?;
        let account = place::account_of(ask.query)?;
        let mut scopes = reader.scope_statuses().await?;
        let all = scopes.len();
        let visited = scopes.iter().any(|status| status.last_attempt.is_some());
        scopes.retain(|status| {
            source.is_none_or(|source| status.scope.source == source)
                && account.as_ref().is_none_or(|account| status.scope.account == *account)
        });
        Ok(Self {
            scopes,
            all,
            visited,
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
        let shown = self.shown();
        let body = if shown.is_empty() && self.all > 0 {
            empty(Empty::NoMatch { things: "places", clear: PATH.to_owned() })
        } else if shown.is_empty() {
            empty(Empty::Zero {
                sentence: "No account is configured: add one to wardround.toml.".to_owned(),
            })
        } else {
            matrix(&shown, self.now)
        };
        view! {
            {heading("Collection", sentence(&self), validate(&self.progress))}
            {started}
            {chips(PATH, &self.query, chip)}
            {section("matrix", "Sources by account and region", (), body)}
            {troubles::troubles(&shown)}
            {troubles::problems(&self.problems, self.visited)}
            {troubles::runs(&self.runs)}
        }
        .into_any()
    }
}

impl CollectionPage {
    /// The places that all filters leave.
    fn shown(&self) -> Vec<&ScopeStatus> {
        let wanted = self.query.get("state").and_then(Wanted::parse);
        let takes =
            |status: &&ScopeStatus| wanted.is_none_or(|wanted| wanted.takes(status, self.now));
        self.scopes.iter().filter(takes).collect()
    }
}

/// Where the places stand; each number leads to its places.
fn sentence(page: &CollectionPage) -> AnyView {
    let told = |value: &str, word: &str| {
        let wanted = Wanted::parse(value);
        let takes = |status: &&ScopeStatus| wanted.is_some_and(|it| it.takes(status, page.now));
        let n = page.scopes.iter().filter(takes).count() as u64;
        let href = page.query.with("state", value).href(PATH);
        leads(n > 0, href, format!("{} {word}", words::count(n)))
    };
    let all = words::counted(page.scopes.len() as u64, "place", "places");
    let all = leads(page.query.get("state").is_some(), page.query.without("state").href(PATH), all);
    let next = page.scopes.iter().filter_map(|status| status.next_due).min();
    let next = next.map(|at| {
        if at <= page.now {
            return " Next round due now.".to_owned();
        }
        format!(" Next round {}.", words::relative(at, page.now))
    });
    view! {
        {all} ": " {told("ok", "read")} ", " {told("trouble", "with failures")} ", "
        {told("not-enabled", "not enabled")} ", " {told("never", "not yet visited")} ", "
        {told("stale", "stale")} "." {next}
    }
    .into_any()
}

fn chip(name: &str, value: &str) -> Option<(String, String)> {
    let (title, word) = match name {
        "source" => ("Source", Source::parse(value)?.title().to_owned()),
        "account" => ("Account", Setting::here().account_name(&value.into())),
        "state" => ("State", Wanted::parse(value)?.word().to_owned()),
        _ => return None,
    };
    Some((title.to_owned(), word))
}
