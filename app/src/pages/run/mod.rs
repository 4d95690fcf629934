//! `/collection/runs/{id}`: a round while it runs; then what it changed and what to fix first.

mod ended;
mod first;
mod visited;

use domain::{Goal, RunId, ScoreScope, Timestamp, Transition};
use leptos::prelude::*;
use store::{Reader, Run, RunState, ScorePoint};

use super::collection::{run_mark, trigger};
use super::{Ask, Page};
use crate::components::{ago, crumbs, heading, mark, validate};
use crate::error::PageError;
use crate::query::Query;
use crate::shell::Here;
use crate::state::Progress;
use crate::words;

pub use first::FixFirst;
pub use visited::Visited;

/// One round.
#[derive(Debug, Clone)]
pub struct RunPage {
    /// The round.
    pub run: Run,
    /// How far it is, if it is the present one.
    pub progress: Progress,
    /// The overall score that this round left.
    pub overall: Option<ScorePoint>,
    /// The overall score before it.
    pub before: Option<ScorePoint>,
    /// What it changed for better or worse, newest first.
    pub changes: Vec<Transition>,
    /// What fails now, the heaviest first.
    pub first: Vec<FixFirst>,
    /// Controls that fail in all.
    pub failing: u64,
    /// What the organisation wants to reach.
    pub goal: Goal,
    /// Whether any source is stale now.
    pub stale: bool,
    /// What is still known of its visits.
    pub visited: Option<Visited>,
    /// The present.
    pub now: Timestamp,
    /// The state of the page.
    pub query: Query,
}

impl Page for RunPage {
    const HERE: Here = Here::Collection;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let missing = || PageError::missing("round", ask.id, "/collection");
        let id = RunId(ask.id.parse().map_err(|_| missing())?);
        let run = reader.run_get(id).await?.ok_or_else(missing)?;
        let mut page = Self {
            run,
            progress: ask.progress.clone(),
            overall: None,
            before: None,
            changes: Vec::new(),
            first: Vec::new(),
            failing: 0,
            goal: reader.organisation().await?.map_or(Goal(0.9), |it| it.goal),
            stale: reader.freshness(ask.now).await?.any_stale(),
            visited: None,
            now: ask.now,
            query: ask.query.clone(),
        };
        let kinds = ended::kinds(ask.query)?;
        if page.running() {
            return Ok(page);
        }
        let scope = ScoreScope::Overall;
        page.before = reader.score_at(&scope, page.run.started).await?;
        page.overall = reader.score_of(&scope, page.run.id).await?;
        page.changes = ended::changes(reader, &page.run, kinds).await?;
        page.visited = Visited::of(&page.run, &reader.scope_statuses().await?);
        (page.first, page.failing) = first::load(reader).await?;
        Ok(page)
    }

    fn title(&self) -> String {
        format!("Round {}", self.run.id)
    }

    fn wait(&self) -> Option<u32> {
        self.running().then_some(2)
    }

    fn view(self) -> AnyView {
        let path = vec![("/collection".to_owned(), "Collection".to_owned())];
        let body = if self.running() { running(&self) } else { ended::ended(&self) };
        view! {
            {crumbs(path)}
            {heading(self.title(), sentence(&self), validate(&self.progress))}
            {body}
        }
        .into_any()
    }
}

impl RunPage {
    fn running(&self) -> bool {
        self.run.state == RunState::Running
    }
}

fn sentence(page: &RunPage) -> AnyView {
    let run = &page.run;
    let took = run.ended.map(|ended| format!(", took {}", words::span(ended.since(run.started))));
    view! {
        {run_mark(run)} ", begun " {ago(run.started)} " by " {trigger(run.trigger)} {took} "."
    }
    .into_any()
}

fn running(page: &RunPage) -> AnyView {
    let mine = page.progress.run == Some(page.run.id.0);
    let (done, total, failed) = if mine {
        (page.progress.done, page.progress.total, page.progress.failed)
    } else {
        (page.run.scopes_done, page.run.scopes_total, page.run.failed)
    };
    let note = (mine && !page.progress.note.is_empty())
        .then(|| view! { <p class="quiet">{page.progress.note.clone()}</p> });
    let judging = (mine && page.progress.phase == "judging")
        .then(|| view! { <p>"Everything is read; the controls are being judged."</p> });
    let failed = (failed > 0).then(|| {
        view! { <p>{mark("error", format!("{failed} failed so far"))}</p> }
    });
    view! {
        <div class="empty empty-no-data">
            <p class="empty-title">{format!("{done} of {total} places read")}</p>
            <progress
                aria-label="Round in progress"
                max=total.max(1).to_string()
                value=done.to_string()
            ></progress>
            {judging}
            {failed}
            {note}
            <p>"A place is one source in one account and region. This page shows the results by itself when the round ends."</p>
        </div>
    }
    .into_any()
}
