//! States: always a shape, a word and a colour together.

use domain::{FindingState, Goal, ScopeState, Score, Severity, Standing, State};
use leptos::prelude::*;

use crate::words;

/// A word with the shape of a state. The style sheet draws the shape.
pub fn mark<W: Into<String>>(shape: &str, word: W) -> impl IntoView + use<W> {
    let word: String = word.into();
    view! { <span class=format!("mark mark-{shape}")>{word}</span> }
}

/// The same about a visit and not about compliance: it keeps its colour on a page of old data.
pub fn visit_mark<W: Into<String>>(shape: &str, word: W) -> impl IntoView + use<W> {
    let word: String = word.into();
    view! { <span class=format!("mark mark-{shape} visit")>{word}</span> }
}

/// The state of an evaluation.
pub fn state_mark(state: State) -> impl IntoView + use<> {
    mark(state.as_str(), words::state(state))
}

/// The state of a finding.
pub fn finding_mark(state: FindingState) -> impl IntoView + use<> {
    let (word, shape) = words::finding_state(state);
    mark(shape, word)
}

/// How a visit went.
pub fn scope_mark(state: ScopeState) -> impl IntoView + use<> {
    let (word, shape) = words::scope_state(state);
    visit_mark(shape, word)
}

/// Where a score stands.
pub fn standing_mark(
    standing: Standing,
    score: Option<Score>,
    goal: Goal,
) -> impl IntoView + use<> {
    let reached = score.is_some_and(|score| score.lo >= goal.0);
    let (word, shape) = words::standing(standing, reached);
    mark(shape, word)
}

/// How bad it is.
pub fn severity_mark(severity: Severity) -> impl IntoView + use<> {
    view! {
        <span class=format!("severity severity-{}", severity.as_str())>
            {words::severity(severity)}
        </span>
    }
}
