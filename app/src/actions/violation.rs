//! Closing a violation of an indicator.

use axum::response::Response;
use domain::sli::invariant::Disposition;
use http::StatusCode;
use store::StoreError;

use super::{Caller, Form, because, failed, onward};

/// The longest reason, in characters.
const LONGEST_NOTE: usize = 500;

/// Takes `id`, `disposition` and `note`.
pub(crate) async fn close(caller: Caller, Form(form): Form) -> Response {
    let id = form.get("id").and_then(|id| id.parse::<i64>().ok());
    let disposition = form.get("disposition").and_then(Disposition::parse);
    let (Some(id), Some(disposition)) = (id, disposition) else {
        let why = "Name the violation (id) and a decision: confirmed, false-positive or \
                   accepted-risk.";
        return because(StatusCode::BAD_REQUEST, why);
    };
    let note = form.get("note").unwrap_or_default();
    if note.chars().count() > LONGEST_NOTE {
        return because(StatusCode::BAD_REQUEST, "The reason is longer than 500 characters.");
    }
    match caller.state.writer.violation_close(&caller.by(), id, disposition, note).await {
        Ok(sli) => onward(&format!("/slis/{}#violations", sli.as_str())),
        Err(StoreError::Conflict(why)) => because(StatusCode::CONFLICT, why),
        Err(error) => failed(&error),
    }
}
