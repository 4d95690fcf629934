//! Runbooks: their text, and a run with what is done in it. For the page of a run and for the page of
//! the incident that it stands beside.

mod beside;
mod check;
mod finish;
mod forms;
mod history;
mod proof;
mod step;
mod text;

use domain::Timestamp;
use domain::runbook::run::Subject;
use leptos::prelude::*;
use store::{RunbookRun, RunbookRunId};

pub use beside::runbook_beside;
pub use finish::finish;
pub use forms::LINES_OF_PROOF;
pub use history::history;
pub use step::{duties, step};
pub use text::{Text, runbook_text};

use crate::components::mark;
use crate::query::{Query, segment};
use crate::words;

/// What was filled in and refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refused {
    /// The last piece of the address of the form: `done`, `skip`.
    pub act: &'static str,
    /// The step; empty for the run.
    pub step: String,
    /// The fields.
    pub form: Query,
    /// Why.
    pub why: String,
}

/// A run as a page shows it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The run.
    pub run: &'a RunbookRun,
    /// The present.
    pub now: Timestamp,
    /// Whether whoever looks may work on it.
    pub may_work: bool,
    /// The path to go back to after each act; the page of the run where there is none.
    pub back: Option<&'a str>,
    /// What was refused a moment ago.
    pub refused: Option<&'a Refused>,
}

impl Shown<'_> {
    /// What the ids of steps begin with.
    fn prefix(&self) -> String {
        prefix(self.run.id, self.back.is_some())
    }

    /// The id of a step on the page.
    fn anchor(&self, step: &str) -> String {
        format!("{}{step}", self.prefix())
    }

    /// Whether its forms are shown.
    fn open(&self) -> bool {
        self.may_work && self.run.run.seal.is_none()
    }

    /// What was refused in this form.
    fn refused(&self, act: &str, step: &str) -> Option<&Refused> {
        self.refused.filter(|it| it.act == act && it.step == step)
    }

    /// What was filled in there.
    fn typed(&self, act: &str, step: &str, field: &str) -> String {
        let refused = self.refused(act, step);
        refused.and_then(|it| it.form.get(field)).unwrap_or_default().to_owned()
    }
}

/// What the ids of steps begin with: on a page of their own, or beside something else, where several
/// runs may stand.
fn prefix(run: RunbookRunId, beside: bool) -> String {
    if beside { format!("run-{run}-step-") } else { "step-".to_owned() }
}

/// The fragment to go to after an act: the step, or where the run is finished.
pub fn fragment(run: RunbookRunId, step: Option<&str>, beside: bool) -> String {
    match step {
        Some(step) => format!("{}{step}", prefix(run, beside)),
        None if beside => format!("run-{run}-finish"),
        None => "finish".to_owned(),
    }
}

/// The path of a run.
pub fn run_path(run: RunbookRunId) -> String {
    format!("/runbook-runs/{run}")
}

/// For what a run was opened, with a link to it.
pub fn subject_link(subject: &Subject) -> AnyView {
    match subject {
        Subject::Incident(id) => {
            let href = format!("/incidents/{}", segment(id));
            view! { <a href=href>"Incident " <bdi>{id.clone()}</bdi></a> }.into_any()
        }
        Subject::Alert(fingerprint) => {
            let short: String = fingerprint.chars().take(12).collect();
            view! { "Alert " <code title=fingerprint.clone()>{short}</code> }.into_any()
        }
        Subject::Alone => "Opened on its own".into_any(),
    }
}

/// How many steps are left, as a bar and in words.
pub fn progress(shown: Shown<'_>) -> AnyView {
    let run = &shown.run.run;
    let standing = run.standing();
    let all = standing.steps.len();
    let settled = all - standing.open().len();
    let late = if run.seal.is_some() { 0 } else { run.overdue(shown.now).len() };
    let late = (late > 0).then(|| {
        let told = words::counted(late as u64, "step overdue", "steps overdue");
        view! { " " {mark("fail", told)} }
    });
    view! {
        <div class="run-progress">
            <progress
                aria-label="Steps done or skipped"
                max=all.max(1).to_string()
                value=settled.to_string()
            ></progress>
            <span>{format!("{settled} of {all} steps done or skipped")}</span>
            {late}
        </div>
    }
    .into_any()
}

/// How the run stands, as a word.
pub fn run_state(shown: Shown<'_>) -> AnyView {
    let run = &shown.run.run;
    match &run.seal {
        Some(seal) => {
            let shape = match seal.ending {
                domain::runbook::run::Ending::SignedOff => "pass",
                domain::runbook::run::Ending::Abandoned => "not-applicable",
            };
            mark(shape, format!("Sealed: {}", seal.ending.title().to_lowercase())).into_any()
        }
        None if run.standing().signed.is_some() => {
            mark("excepted", "Signed, not sealed").into_any()
        }
        None if !run.overdue(shown.now).is_empty() => mark("fail", "Open, overdue").into_any(),
        None => mark("not-evaluated", "Open").into_any(),
    }
}
