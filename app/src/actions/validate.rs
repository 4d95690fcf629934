//! Starts a round and leads to its page.

use std::time::Duration;

use axum::extract::State;
use axum::response::Redirect;

use crate::state::AppState;

/// How long to wait for the collector to say which round it began.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks for a round. Leads to the page of the round that runs: the one just started, or the one
/// that was under way already.
pub async fn validate(State(state): State<AppState>) -> Redirect {
    let mut watch = state.collector.subscribe();
    let before = watch.borrow().last_finished;
    // Busy is no failure: the person wants to see a round, and one is running.
    let _ = state.collector.run();
    let seen = watch.wait_for(|progress| {
        progress.running && progress.run.is_some() || progress.last_finished != before
    });
    let run = match tokio::time::timeout(PATIENCE, seen).await {
        Ok(Ok(progress)) if progress.running => progress.run,
        Ok(Ok(progress)) => progress.last_finished,
        _ => None,
    };
    match run {
        Some(run) => Redirect::to(&format!("/collection/runs/{run}")),
        None => Redirect::to("/collection?started=1"),
    }
}
