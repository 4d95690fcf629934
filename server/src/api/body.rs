//! Bodies of requests.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use http::StatusCode;

use crate::refusal::Problem;

/// A body as JSON, or why it is none.
pub type Body<T> = Result<Json<T>, JsonRejection>;

/// What a body says; what is wrong with it is a 400 that names it.
pub fn read<T>(body: Body<T>) -> Result<T, Problem> {
    body.map(|Json(it)| it)
        .map_err(|wrong| Problem::new(StatusCode::BAD_REQUEST, wrong.body_text()))
}
