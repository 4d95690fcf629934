//! A run beside what it was opened for.

use domain::Timestamp;
use domain::runbook::run::StepState;
use leptos::prelude::*;
use store::RunbookRun;

use super::step::{inside, state_mark};
use super::{Shown, fragment, progress, run_path, run_state};

/// The steps of a run in little space, with the same forms as on its own page: the next open step is
/// unfolded. After each act the browser comes back to `back`, a path of this product.
///
/// The ids of steps are `run-7-step-ID`, that of the end is `run-7-finish`.
pub fn runbook_beside(run: &RunbookRun, now: Timestamp, may_work: bool, back: &str) -> AnyView {
    let shown = Shown { run, now, may_work, back: Some(back), refused: None };
    let standing = run.run.standing();
    let next = standing.next().map(str::to_owned);
    let steps = run
        .run
        .snapshot
        .steps
        .iter()
        .zip(1..)
        .map(|(step, number)| {
            let state = standing.step(&step.id).cloned().unwrap_or(StepState::Open);
            let title = format!("{number}. {}", step.title);
            let open = next.as_deref() == Some(step.id.as_str());
            view! {
                <li
                    class=format!("step step-{}", state.as_str())
                    id=shown.anchor(&step.id)
                    tabindex="-1"
                >
                    <details open=open>
                        <summary>
                            <span class="step-title">{title.clone()}</span>
                            " "
                            {state_mark(shown, step, &state)}
                        </summary>
                        {inside(shown, &title, step, &state)}
                    </details>
                </li>
            }
        })
        .collect_view();
    let href = run_path(run.id);
    let (finish, words) = if run.run.seal.is_some() {
        (format!("{href}#history"), "The whole history, and the seal")
    } else {
        (format!("{href}#finish"), "Sign off, close, and the whole history")
    };
    let end = fragment(run.id, None, true);
    view! {
        <div class="runbook-beside">
            <div class="step-head">
                <h3><a href=href><bdi>{run.run.snapshot.title.clone()}</bdi></a></h3>
                {run_state(shown)}
            </div>
            {progress(shown)}
            <ol class="steps steps-compact">{steps}</ol>
            <p id=end tabindex="-1"><a href=finish>{words}</a></p>
        </div>
    }
    .into_any()
}
