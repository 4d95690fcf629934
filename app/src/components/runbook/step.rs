//! One step of a run.

use domain::Timestamp;
use domain::runbook::markdown::Block;
use domain::runbook::run::StepState;
use domain::runbook::{Step, Wanted};
use leptos::prelude::*;

use super::check::check;
use super::forms::{done, more, remark, undo};
use super::proof::proofs;
use super::{Shown, Text, runbook_text};
use crate::components::{ago, at, mark};

/// Who does a step, by when, and what shows it. `due` is the instant, where a run gives one.
pub fn duties(step: &Step, due: Option<Timestamp>) -> AnyView {
    let when = match (due, step.due) {
        (Some(due), _) => Some(view! { <li>"Due " {at(due)} " (" {ago(due)} ")"</li> }.into_any()),
        (None, Some(due)) => {
            let from = step.after.as_deref().unwrap_or("the opening");
            Some(view! { <li>{format!("Due {due} after {from}")}</li> }.into_any())
        }
        (None, None) => None,
    };
    let evidence =
        (step.evidence == Wanted::Required).then(|| view! { <li>{step.evidence.title()}</li> });
    let must = (!step.skippable).then(|| view! { <li>"Cannot be skipped"</li> });
    view! {
        <ul class="inline step-duties">
            <li>{step.role.title()}</li>
            {when}
            {evidence}
            {must}
        </ul>
    }
    .into_any()
}

/// A step of a run, with what can be done with it.
pub fn step(shown: Shown<'_>, number: usize, step: &Step, state: &StepState) -> AnyView {
    let anchor = shown.anchor(&step.id);
    let title_id = format!("{anchor}-title");
    let named_by = title_id.clone();
    let title = format!("{number}. {}", step.title);
    view! {
        <li
            class=format!("step step-{}", state.as_str())
            id=anchor
            tabindex="-1"
            aria-labelledby=named_by
        >
            <div class="step-head">
                <h3 id=title_id>{title.clone()}</h3>
                {state_mark(shown, step, state)}
            </div>
            {inside(shown, &title, step, state)}
        </li>
    }
    .into_any()
}

/// All of a step but its head.
pub(super) fn inside(shown: Shown<'_>, title: &str, step: &Step, state: &StepState) -> AnyView {
    let due = shown.run.run.due(step).filter(|_| !state.settled());
    view! {
        {duties(step, due)}
        <div class="step-body">{body(shown, title, &step.body)}</div>
        {check(shown, step, state)}
        {settled(state)}
        {forms(shown, step, state)}
    }
    .into_any()
}

fn body(shown: Shown<'_>, title: &str, blocks: &[Block]) -> AnyView {
    // Beside something else there may be several runs, and no two regions share a name.
    let name = match shown.back {
        Some(_) => format!("run {}, step {title}", shown.run.id),
        None => format!("step {title}"),
    };
    runbook_text(&Text::new(shown.prefix(), name), blocks)
}

/// The state of a step as shape and word.
pub(super) fn state_mark(shown: Shown<'_>, step: &Step, state: &StepState) -> AnyView {
    let late = shown.run.run.seal.is_none()
        && !state.settled()
        && shown.run.run.due(step).is_some_and(|due| due < shown.now);
    let (shape, word) = match state {
        StepState::Done { .. } => ("pass", "Done"),
        StepState::Skipped { .. } => ("not-applicable", "Skipped"),
        StepState::Open | StepState::Checked { .. } if late => ("fail", "Overdue"),
        StepState::Checked { .. } => ("excepted", "Looked up"),
        StepState::Open => ("not-evaluated", "Open"),
    };
    mark(shape, word).into_any()
}

/// What was recorded when it was done or skipped.
fn settled(state: &StepState) -> Option<AnyView> {
    match state {
        StepState::Open | StepState::Checked { .. } => None,
        StepState::Done { by, at: time, evidence, note, .. } => {
            let note =
                (!note.is_empty()).then(|| view! { <p class="untrusted">{note.clone()}</p> });
            Some(
                view! {
                    <div class="step-settled">
                        <p>"Done by " <bdi>{by.name().to_owned()}</bdi> ", " {at(*time)} "."</p>
                        {proofs(evidence)}
                        {note}
                    </div>
                }
                .into_any(),
            )
        }
        StepState::Skipped { by, at: time, why } => Some(
            view! {
                <div class="step-settled">
                    <p>"Skipped by " <bdi>{by.name().to_owned()}</bdi> ", " {at(*time)} ":"</p>
                    <p class="untrusted">{why.clone()}</p>
                </div>
            }
            .into_any(),
        ),
    }
}

fn forms(shown: Shown<'_>, step: &Step, state: &StepState) -> Option<AnyView> {
    if !shown.open() {
        return None;
    }
    let forms = if state.settled() {
        view! { {undo(shown, step)} {remark(shown, step)} }.into_any()
    } else {
        view! { {done(shown, step)} <div class="step-more">{more(shown, step)}</div> }.into_any()
    };
    Some(view! { <div class="step-forms">{forms}</div> }.into_any())
}
