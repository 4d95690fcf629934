//! The whole history of a run.

use domain::runbook::run::Entry;
use domain::runbook::{Act, Run};
use leptos::prelude::*;

use super::check::answer;
use super::proof::proofs;
use crate::components::at;

/// Every entry in order, after the opening.
pub fn history(run: &Run) -> AnyView {
    let items = run
        .history
        .iter()
        .map(|entry| {
            view! {
                <li id=format!("entry-{}", entry.number)>
                    <span class="quiet">{format!("{} · ", entry.number)}</span>
                    {at(entry.at)}
                    " · "
                    <bdi>{entry.by.name().to_owned()}</bdi>
                    " "
                    {told(run, entry)}
                </li>
            }
        })
        .collect_view();
    view! {
        <ol class="timeline">
            <li>{at(run.opened)} " · " <bdi>{run.by.name().to_owned()}</bdi> " opened the run."</li>
            {items}
        </ol>
    }
    .into_any()
}

fn told(run: &Run, entry: &Entry) -> AnyView {
    let title = |id: &str| {
        let title = run.step(id).map_or_else(|| id.to_owned(), |step| step.title.clone());
        format!("“{title}”")
    };
    let words = |text: &str| {
        (!text.is_empty()).then(|| view! { <p class="untrusted">{text.to_owned()}</p> })
    };
    match &entry.act {
        Act::Done { step, evidence, note } => view! {
            {format!("did {}.", title(step))} {proofs(evidence)} {words(note)}
        }
        .into_any(),
        Act::Skip { step, why } => {
            view! { {format!("skipped {}:", title(step))} {words(why)} }.into_any()
        }
        Act::Undo { step, why } => {
            view! { {format!("opened {} again:", title(step))} {words(why)} }.into_any()
        }
        Act::Checked { step, outcome } => {
            let check = run.step(step).and_then(|step| step.check.as_ref());
            let answer = check.map(|check| answer(check.check, outcome, None));
            view! { {format!("looked something up for {}.", title(step))} {answer} }.into_any()
        }
        Act::Remark { step: Some(step), text } => {
            view! { {format!("remarked on {}:", title(step))} {words(text)} }.into_any()
        }
        Act::Remark { step: None, text } => view! { "remarked:" {words(text)} }.into_any(),
        Act::SignOff { note } => view! { "signed the run off." {words(note)} }.into_any(),
        Act::Close => "closed and sealed the run.".into_any(),
        Act::Abandon { why } => view! { "abandoned and sealed the run:" {words(why)} }.into_any(),
    }
}
