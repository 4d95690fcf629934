//! What can be done with a step: plain forms, each with the number of entries that were seen.

use domain::runbook::Step;
use domain::runbook::run::ProofKind;
use leptos::prelude::*;

use super::{Refused, Shown};
use crate::components::text_area;

/// Lines for evidence in a form. More of it is named by a ticket or a folder.
pub const LINES_OF_PROOF: usize = 3;

/// A form of a run; `step` is empty for what concerns all of it.
pub(super) fn form(
    shown: Shown<'_>,
    act: &'static str,
    step: &str,
    body: impl IntoView + 'static,
) -> AnyView {
    let step_field = (!step.is_empty())
        .then(|| view! { <input type="hidden" name="step" value=step.to_owned()/> });
    let back =
        shown.back.map(|back| view! { <input type="hidden" name="back" value=back.to_owned()/> });
    view! {
        <form method="post" action=format!("/runbook-runs/{act}") class="form form-step" novalidate>
            <input type="hidden" name="run" value=shown.run.id.to_string()/>
            <input type="hidden" name="entries" value=shown.run.entries().to_string()/>
            {step_field}
            {back}
            {trouble(shown.refused(act, step))}
            {body.into_any()}
        </form>
    }
    .into_any()
}

fn trouble(refused: Option<&Refused>) -> Option<AnyView> {
    let why = refused?.why.clone();
    Some(view! { <p class="field-flaw">{why}</p> }.into_any())
}

/// A line of text with its label.
pub(super) fn line(
    shown: Shown<'_>,
    (act, step, name): (&'static str, &str, &'static str),
    label: &'static str,
) -> AnyView {
    let id = format!("{}-{act}-{name}", shown.anchor(step));
    let wrong = shown.refused(act, step).map(|_| "true");
    view! {
        <label for=id.clone()>{label}</label>
        <input
            id=id
            name=name
            type="text"
            maxlength="500"
            autocomplete="off"
            value=shown.typed(act, step, name)
            aria-invalid=wrong
        />
    }
    .into_any()
}

/// Several lines of text with their label.
pub(super) fn lines(
    shown: Shown<'_>,
    (act, step, name): (&'static str, &str, &'static str),
    label: &'static str,
) -> AnyView {
    let id = format!("{}-{act}-{name}", shown.anchor(step));
    let text = shown.typed(act, step, name);
    view! {
        <label for=id.clone()>{label}</label>
        {text_area(id, name, 2, None, false, &text)}
    }
    .into_any()
}

/// A form behind a word, which is open while something in it is wrong.
pub(super) fn folded(
    shown: Shown<'_>,
    act: &'static str,
    step: &str,
    word: &'static str,
    body: impl IntoView + 'static,
) -> AnyView {
    let open = shown.refused(act, step).is_some();
    view! {
        <details class="change" open=open>
            <summary>{word}</summary>
            {form(shown, act, step, body)}
        </details>
    }
    .into_any()
}

/// A button that tells ears which step it is for.
pub(super) fn button(word: &'static str, title: &str, primary: bool) -> AnyView {
    let class = if primary { "button button-primary" } else { "button" };
    let label = format!("{word}: {title}");
    view! { <button class=class aria-label=label>{word}</button> }.into_any()
}

/// Says that a step is done, with what shows it.
pub(super) fn done(shown: Shown<'_>, step: &Step) -> AnyView {
    let rows = (1..=LINES_OF_PROOF).map(|row| proof(shown, step, row)).collect_view();
    let body = view! {
        <fieldset class="proofs">
            <legend>{step.evidence.title()}</legend>
            {rows}
            <p class="form-hint">
                "The id of a finding, a SHA-256, a ticket, a folder. Never PHI, and no names of patients."
            </p>
        </fieldset>
        {lines(shown, ("done", &step.id, "note"), "Remark (kept for good)")}
        {button("Done", &step.title, true)}
    };
    form(shown, "done", &step.id, body)
}

fn proof(shown: Shown<'_>, step: &Step, row: usize) -> AnyView {
    let (kind, reference) = (format!("kind-{row}"), format!("reference-{row}"));
    let id = |name: &str| format!("{}-{name}", shown.anchor(&step.id));
    let chosen = shown.typed("done", &step.id, &kind);
    // Most of what people write down is a ticket.
    let chosen = if chosen.is_empty() { ProofKind::Reference.as_str().to_owned() } else { chosen };
    let options = ProofKind::CHOICES
        .iter()
        .map(|(word, title)| view! { <option value=*word selected=*word == chosen>{*title}</option> })
        .collect_view();
    view! {
        <div class="proof">
            <select id=id(&kind) name=kind.clone() aria-label=format!("Kind of evidence {row}")>
                {options}
            </select>
            <input
                id=id(&reference)
                name=reference.clone()
                type="text"
                maxlength="200"
                autocomplete="off"
                spellcheck="false"
                aria-label=format!("Evidence {row}")
                value=shown.typed("done", &step.id, &reference)
            />
        </div>
    }
    .into_any()
}

/// What else can be done with a step that is open.
pub(super) fn more(shown: Shown<'_>, step: &Step) -> AnyView {
    let id = step.id.as_str();
    let skip = step.skippable.then(|| {
        let body = view! {
            {line(shown, ("skip", id, "why"), "Why; an auditor will ask")}
            {button("Skip", &step.title, false)}
        };
        folded(shown, "skip", id, "Skip this step", body)
    });
    view! { {skip} {remark(shown, step)} }.into_any()
}

/// A remark on a step.
pub(super) fn remark(shown: Shown<'_>, step: &Step) -> AnyView {
    let id = step.id.as_str();
    let body = view! {
        {lines(shown, ("remark", id, "text"), "Remark (kept for good)")}
        {button("Add the remark", &step.title, false)}
    };
    folded(shown, "remark", id, "Add a remark", body)
}

/// Opens a step again.
pub(super) fn undo(shown: Shown<'_>, step: &Step) -> AnyView {
    let id = step.id.as_str();
    let body = view! {
        {line(shown, ("undo", id, "why"), "Why; what was recorded stays")}
        {button("Open again", &step.title, false)}
    };
    folded(shown, "undo", id, "Open this step again", body)
}
