//! `/runbook-runs/{id}`: a runbook at work.

use domain::Action;
use domain::Timestamp;
use domain::runbook::run::StepState;
use leptos::prelude::*;
use store::{Reader, RunbookRun, RunbookRunId};

use crate::access::Principal;
use crate::components::runbook::{
    Refused, Shown, Text, finish, fragment, history, progress, run_state, runbook_text, step,
    subject_link,
};
use crate::components::{at, copyable, crumbs, heading, section};
use crate::error::PageError;
use crate::pages::{Ask, Page};
use crate::shell::Here;

/// A run.
#[derive(Debug, Clone)]
pub struct RunbookRunPage {
    /// The run.
    pub run: RunbookRun,
    /// The present.
    pub now: Timestamp,
    /// Whether whoever looks may work on it.
    pub may_work: bool,
    /// Whether whoever looks may read the audit log.
    pub may_audit: bool,
    /// What was refused a moment ago.
    pub refused: Option<Refused>,
}

impl RunbookRunPage {
    /// A run, for somebody.
    pub async fn of(
        reader: &Reader,
        who: &Principal,
        now: Timestamp,
        id: &str,
    ) -> Result<Self, PageError> {
        let missing = || PageError::missing("run", id, "/runbook-runs");
        let number = id.parse().map(RunbookRunId).map_err(|_| missing())?;
        Ok(Self {
            run: reader.runbook_run(number).await?.ok_or_else(missing)?,
            now,
            may_work: who.may(Action::WorkRunbooks),
            may_audit: who.may(Action::ReadAudit),
            refused: None,
        })
    }

    fn shown(&self) -> Shown<'_> {
        Shown {
            run: &self.run,
            now: self.now,
            may_work: self.may_work,
            back: None,
            refused: self.refused.as_ref(),
        }
    }
}

impl Page for RunbookRunPage {
    const HERE: Here = Here::Runbooks;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        Self::of(reader, ask.who, ask.now, ask.id).await
    }

    fn title(&self) -> String {
        format!("{}: run {}", self.run.run.snapshot.title, self.run.id)
    }

    fn view(self) -> AnyView {
        let run = &self.run.run;
        let path = vec![
            ("/runbooks".to_owned(), "Runbooks".to_owned()),
            ("/runbook-runs".to_owned(), "Runs".to_owned()),
        ];
        let shown = self.shown();
        let standing = run.standing();
        let next = standing.next().filter(|_| run.seal.is_none()).map(|step| {
            let href = format!("#{}", fragment(self.run.id, Some(step), false));
            view! { <a class="button button-primary" href=href>"To the next open step"</a> }
        });
        let intro = (!run.snapshot.intro.is_empty()).then(|| {
            let text = Text::new("step-", "the introduction");
            let intro = runbook_text(&text, &run.snapshot.intro);
            section("intro", "Before you begin", (), view! { <div class="step-body">{intro}</div> })
        });
        let steps = run
            .snapshot
            .steps
            .iter()
            .zip(1..)
            .map(|(one, number)| {
                let state = standing.step(&one.id).unwrap_or(&StepState::Open);
                step(shown, number, one, state)
            })
            .collect_view();
        view! {
            <div class="run-page">
                {crumbs(path)}
                {heading(self.title(), sentence(shown), next)}
                {trouble(&self)}
                {progress(shown)}
                {facts(&self)}
                {intro}
                {section("steps", "Steps", (), view! { <ol class="steps">{steps}</ol> })}
                {finish(shown)}
                {section("history", "History", (), log(&self))}
            </div>
        }
        .into_any()
    }
}

fn sentence(shown: Shown<'_>) -> AnyView {
    let run = &shown.run.run;
    view! {
        {run_state(shown)} ". Opened " {at(run.opened)} " by " <bdi>{run.by.name().to_owned()}</bdi> "."
    }
    .into_any()
}

/// What was refused, with a link to where it stands.
fn trouble(page: &RunbookRunPage) -> Option<AnyView> {
    let refused = page.refused.as_ref()?;
    let step = (!refused.step.is_empty()).then_some(refused.step.as_str());
    let href = format!("#{}", fragment(page.run.id, step, false));
    let place = step.and_then(|id| page.run.run.step(id)).map_or_else(
        || "To the end of the run".to_owned(),
        |step| format!("To the step “{}”", step.title),
    );
    Some(
        view! {
            <div class="form-trouble" role="alert">
                <p>"Nothing was stored. " {refused.why.clone()}</p>
                <p><a href=href>{place}</a></p>
                {written(refused)}
            </div>
        }
        .into_any(),
    )
}

/// What somebody wrote: its form may be gone, because another settled the step.
fn written(refused: &Refused) -> Option<AnyView> {
    let fields = ["note", "why", "text", "reference-1", "reference-2", "reference-3"];
    let texts: Vec<&str> = fields.iter().filter_map(|name| refused.form.get(name)).collect();
    if texts.is_empty() {
        return None;
    }
    let items = texts
        .iter()
        .map(|it| view! { <li class="untrusted">{(*it).to_owned()}</li> })
        .collect_view();
    Some(view! { <p>"You wrote:"</p> <ul class="plain">{items}</ul> }.into_any())
}

fn facts(page: &RunbookRunPage) -> AnyView {
    let run = &page.run.run;
    let values = run
        .values
        .iter()
        .map(|(name, value)| {
            view! {
                <div class="fact">
                    <dt>{name.to_owned()}</dt>
                    <dd><bdi class="value">{value.to_owned()}</bdi></dd>
                </div>
            }
        })
        .collect_view();
    let snapshot = &run.snapshot;
    let href = format!("/runbooks/{}", snapshot.id);
    view! {
        <dl class="record-facts">
            <div class="fact"><dt>"For"</dt><dd>{subject_link(&run.subject)}</dd></div>
            <div class="fact">
                <dt>"Runbook"</dt>
                <dd>
                    <a href=href>{snapshot.id.clone()}</a>
                    {format!(", version {}. The run keeps the text as it was.", snapshot.version)}
                </dd>
            </div>
            <div class="fact"><dt>"SHA-256 of the text"</dt><dd>{copyable(&snapshot.sha256)}</dd></div>
            {values}
        </dl>
    }
    .into_any()
}

fn log(page: &RunbookRunPage) -> AnyView {
    let audit = page.may_audit.then(|| {
        let href = format!("/audit?object=runbook-run:{}", page.run.id);
        view! { <p><a href=href>"The entries of the audit log"</a></p> }
    });
    view! { {history(&page.run.run)} {audit} }.into_any()
}
