//! `/healthz` and `/readyz`, for whatever restarts the process or sends it traffic.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;

use crate::http::Shared;

/// The process is alive and answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// Always `ok`.
    pub status: &'static str,
    /// The version of the executable.
    pub version: &'static str,
}

/// Whether pages can be served.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Readiness {
    /// Whether pages can be served: the database answers, in the schema that this version knows.
    pub ready: bool,
    /// The database: `ok`, or that it does not answer.
    pub database: &'static str,
    /// Whether a first judgement exists. Pages are served without one and say so.
    pub judged: bool,
}

/// Answers as long as the process lives.
pub async fn healthz(State(shared): State<Shared>) -> Json<Health> {
    Json(Health { status: "ok", version: shared.app.version })
}

/// 200 when pages can be served, else 503.
pub async fn readyz(State(shared): State<Shared>) -> (StatusCode, Json<Readiness>) {
    let reader = &shared.app.reader;
    let database = reader.ready().await;
    let judged = reader.score_latest(&domain::ScoreScope::Overall).await;
    for error in [database.as_ref().err(), judged.as_ref().err()].into_iter().flatten() {
        tracing::error!(%error, "not ready");
    }
    let ready = database.is_ok() && judged.is_ok();
    let readiness = Readiness {
        ready,
        database: if ready { "ok" } else { "does not answer" },
        judged: judged.is_ok_and(|point| point.is_some()),
    };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}
