//! Runs in a table.

use domain::Timestamp;
use domain::runbook::run::Ending;
use leptos::prelude::*;
use store::RunbookRow;

use super::library::late;
use crate::components::runbook::{run_path, subject_link};
use crate::components::{ago, mark, scroll};

/// A table of runs.
pub(super) fn runs_table(name: &'static str, runs: &[RunbookRow], now: Timestamp) -> AnyView {
    let rows = runs.iter().map(|run| row(run, now)).collect_view();
    let table = view! {
        <table class="runs">
            <thead>
                <tr>
                    <th scope="col">"Run"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"For"</th>
                    <th scope="col" class="number">"Steps"</th>
                    <th scope="col">"Next"</th>
                    <th scope="col">"Opened"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll(name, table)
}

fn row(run: &RunbookRow, now: Timestamp) -> AnyView {
    let (shape, word) = match run.ending {
        Some(Ending::SignedOff) => ("pass", "Signed off, sealed"),
        Some(Ending::Abandoned) => ("not-applicable", "Abandoned, sealed"),
        None if late(run, now) => ("fail", "Overdue"),
        None if run.signed => ("excepted", "Signed, not sealed"),
        None => ("not-evaluated", "Open"),
    };
    let next = match (&run.next_step, run.due_at) {
        (Some(step), Some(due)) => {
            view! { {step.clone()} <span class="below">"First due " {ago(due)}</span> }.into_any()
        }
        (Some(step), None) => step.clone().into_any(),
        (None, _) if run.ending.is_none() => "Sign off and seal".into_any(),
        (None, _) => "–".into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="title">
                <a href=run_path(run.id)><bdi>{run.title.clone()}</bdi></a>
                <span class="below">{format!("Run {}, version {}", run.id, run.version)}</span>
            </th>
            <td class="nowrap">{mark(shape, word)}</td>
            <td>{subject_link(&run.subject)}</td>
            <td class="number">{format!("{} of {}", run.settled, run.steps)}</td>
            <td>{next}</td>
            <td>
                {ago(run.opened_at)} <span class="below">"by " <bdi>{run.opened_by.clone()}</bdi></span>
            </td>
        </tr>
    }
    .into_any()
}
