//! Saying that a producer of telemetry is gone for good.

use axum::response::Response;
use http::StatusCode;
use store::StoreError;

use super::{Caller, Form, because, failed, onward};

/// Takes `id`. Nothing is removed, and whoever sends again is back.
pub(crate) async fn retire(caller: Caller, Form(form): Form) -> Response {
    let Some(id) = form.get("id").and_then(|id| id.parse::<i64>().ok()) else {
        return because(StatusCode::BAD_REQUEST, "Name the producer by its number (id).");
    };
    match caller.state.writer.producer_retire(&caller.by(), id).await {
        Ok(()) => onward("/debug?view=audit#producers"),
        Err(StoreError::Conflict(why)) => because(StatusCode::CONFLICT, why),
        Err(error) => failed(&error),
    }
}
