//! What Wardround looked up for a step, and the button that lets it look.

use domain::Timestamp;
use domain::runbook::run::StepState;
use domain::runbook::{Check, Outcome, Step, StepCheck};
use leptos::prelude::*;

use super::Shown;
use super::forms::{button, form};
use crate::components::{at, mark};

/// The question, the last answer, and the button where somebody may ask.
pub(super) fn check(shown: Shown<'_>, step: &Step, state: &StepState) -> Option<AnyView> {
    let asked = step.check.as_ref()?;
    let answer = match state {
        StepState::Checked { outcome, at: looked } => {
            Some(answer(asked.check, outcome, Some(*looked)))
        }
        StepState::Done { checked: Some(outcome), .. } => Some(answer(asked.check, outcome, None)),
        _ => None,
    };
    let ask = (shown.open() && !state.settled())
        .then(|| form(shown, "check", &step.id, button("Run the check", &step.title, false)));
    Some(
        view! {
            <div class="step-check">
                <p>
                    <strong>{asked.check.title()}</strong> " "
                    <span class="quiet">{about(shown, asked)}</span>
                </p>
                {answer}
                {ask}
            </div>
        }
        .into_any(),
    )
}

/// About what it is asked: the values of the run.
fn about(shown: Shown<'_>, asked: &StepCheck) -> AnyView {
    let told = asked
        .with
        .iter()
        .map(|(_, name)| match shown.run.run.values.get(name) {
            Some(value) => view! { <bdi class="value">{value.to_owned()}</bdi> " " }.into_any(),
            None => view! { <span>{format!("{name}: empty ")}</span> }.into_any(),
        })
        .collect_view();
    told.into_any()
}

/// An answer with the time of the facts, and when Wardround looked.
pub(super) fn answer(check: Check, outcome: &Outcome, looked: Option<Timestamp>) -> AnyView {
    let shape = match outcome {
        Outcome::Yes { .. } if check.hopes_for_yes() => "pass",
        Outcome::No { .. } if !check.hopes_for_yes() => "pass",
        Outcome::Yes { .. } | Outcome::No { .. } => "fail",
        Outcome::Unknown { .. } => "not-evaluated",
    };
    let facts = outcome.as_of().map(|time| view! { ", by facts of " {at(time)} });
    let looked = looked.map(|time| view! { ", looked up " {at(time)} });
    let word = match outcome {
        Outcome::Yes { .. } => "Yes",
        Outcome::No { .. } => "No",
        Outcome::Unknown { .. } => "Unknown",
    };
    view! {
        <p class="step-answer">
            {mark(shape, word)} ": " {check.says(outcome)} <span class="quiet">{facts} {looked}</span>
        </p>
    }
    .into_any()
}
