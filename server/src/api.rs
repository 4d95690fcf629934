//! The JSON API: the values that pages show, for programs.

mod answer;
mod collection;
mod controls;
mod drift;
mod findings;
mod openapi;
mod query;
pub mod schema;
mod scores;

use axum::Router;
use axum::routing::{get, post};
use http::StatusCode;

use crate::http::Shared;
use crate::refusal::{Problem, sentence};

pub use answer::TIMES;
pub use openapi::document;

/// Every address of the API with its methods.
pub fn router(shared: Shared) -> Router {
    Router::new()
        .route("/api/v1/scores", get(scores::scores))
        .route("/api/v1/findings", get(findings::findings))
        .route("/api/v1/findings/{id}", get(findings::finding))
        .route("/api/v1/controls", get(controls::controls))
        .route("/api/v1/controls/{id}", get(controls::control))
        .route("/api/v1/drift", get(drift::drift))
        .route("/api/v1/collection", get(collection::collection))
        .route("/api/v1/collection/run", post(collection::run))
        .route("/api/v1/collection/runs/{id}", get(collection::past))
        .route("/api/v1/openapi.json", get(openapi::openapi))
        .route("/api", get(nothing))
        .route("/api/{*rest}", get(nothing))
        .method_not_allowed_fallback(wrong_method)
        .with_state(shared)
}

async fn nothing() -> Problem {
    Problem::not_found(
        "There is nothing at this address; /api/v1/openapi.json lists what there is.",
    )
}

async fn wrong_method() -> Problem {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    Problem::new(status, sentence(status))
}
