//! `GET /api/v1/collection`, `POST /api/v1/collection/run` and `GET /api/v1/collection/runs/{id}`.

use std::time::Duration;

use app::Progress;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use domain::{RunId, ScopeStatus};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode, Uri};
use serde::Serialize;
use store::{ProblemRow, Run};
use utoipa::ToSchema;

use super::answer::{Answer, json};
use super::query::{Parameters, path_id};
use super::schema;
use crate::http::Shared;
use crate::refusal::Problem;

/// How collecting stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Collection {
    /// How far the present round is.
    #[schema(value_type = schema::Progress)]
    pub progress: Progress,
    /// The last round that began.
    #[schema(value_type = Option<schema::Run>)]
    pub latest: Option<Run>,
    /// Source by account by region.
    #[schema(value_type = Vec<schema::ScopeStatus>)]
    pub scopes: Vec<ScopeStatus>,
    /// What could not be read in AWS's answers, the most recent hundred.
    #[schema(value_type = Vec<schema::ProblemRow>)]
    pub problems: Vec<ProblemRow>,
}

/// A round was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Asked {
    /// Whether this request started it; false when one was under way already.
    pub started: bool,
    /// Its number; `null` if it has not begun within two seconds.
    pub run: Option<i64>,
    /// How far it is.
    #[schema(value_type = schema::Progress)]
    pub progress: Progress,
}

/// The state of every scope, and of the present round.
#[utoipa::path(
    get,
    path = "/api/v1/collection",
    tag = "collection",
    responses((status = 200, description = "How collecting stands", body = Collection))
)]
pub async fn collection(State(shared): State<Shared>, uri: Uri) -> Answer {
    Parameters::of(&uri, &[])?;
    let reader = &shared.app.reader;
    json(&Collection {
        progress: shared.app.collector.progress(),
        latest: reader.run_latest().await?,
        scopes: reader.scope_statuses().await?,
        problems: reader.problem_page(100, None).await?.items,
    })
}

/// Time to wait for the round's number, so that the answer can name its address.
const PATIENCE: Duration = Duration::from_secs(2);

/// Starts a round over every scope, or names the one that is under way.
#[utoipa::path(
    post,
    path = "/api/v1/collection/run",
    tag = "collection",
    responses(
        (status = 202, description = "A round is under way; Location names it", body = Asked),
        (status = 403, description = "A page of another site asked", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn run(State(shared): State<Shared>, uri: Uri) -> Answer {
    Parameters::of(&uri, &[])?;
    let collector = &shared.app.collector;
    let mut progress = collector.subscribe();
    let before = progress.borrow_and_update().clone();
    let started = collector.run().is_ok();
    let begun = |now: &Progress| now.running || now.last_finished != before.last_finished;
    let waited = tokio::time::timeout(PATIENCE, progress.wait_for(begun)).await;
    let now = match waited {
        Ok(Ok(now)) => now.clone(),
        _ => collector.progress(),
    };
    let run = if now.running { now.run } else { now.last_finished };
    let location =
        run.map_or("/api/v1/collection".to_owned(), |run| format!("/api/v1/collection/runs/{run}"));
    let mut response = json(&Asked { started, run, progress: now })?;
    *response.status_mut() = StatusCode::ACCEPTED;
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response.into_response())
}

/// One round.
#[utoipa::path(
    get,
    path = "/api/v1/collection/runs/{id}",
    tag = "collection",
    params(("id" = i64, Path, description = "Its number")),
    responses(
        (status = 200, description = "The round", body = schema::Run),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such round", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn past(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Answer {
    Parameters::of(&uri, &[])?;
    let id = path_id(path, "the number of a round")?;
    let missing = || Problem::not_found("There is no round with this number.");
    let id = id.parse().map(RunId).map_err(|_| missing())?;
    json(&shared.app.reader.run_get(id).await?.ok_or_else(missing)?)
}
