//! Asks for a backup now.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::{because, onward};
use crate::state::AppState;

/// Wakes the task that makes backups. One that is asked for already is enough.
pub(crate) async fn backup(State(state): State<AppState>) -> Response {
    match &state.backups {
        Some(wake) => {
            let _ = wake.try_send(());
            onward("/system?backup=asked")
        }
        None => because(
            StatusCode::CONFLICT,
            "No recipient is configured for backups: set [backup] recipient in wardround.toml.",
        ),
    }
}
