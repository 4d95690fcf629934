//! What people do with an incident, as JSON.

use app::access::Principal;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use domain::alert::{Act, Disposition};
use domain::id::MINUTE_MS;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{IncidentDetail, number, told};
use crate::api::answer::Answer;
use crate::api::body::{Body, read};
use crate::http::Shared;
use crate::refusal::Problem;

/// An act that needs nothing said.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ActBody {
    /// The version that was looked at; without it the act is done however the incident stands.
    version: Option<u64>,
}

/// To whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignBody {
    /// The version that was looked at.
    version: Option<u64>,
    /// The name.
    to: String,
}

/// For how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SnoozeBody {
    /// The version that was looked at.
    version: Option<u64>,
    /// Minutes; the class bounds them.
    minutes: u32,
}

/// What it turned out to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveBody {
    /// The version that was looked at.
    version: Option<u64>,
    /// confirmed, false-positive, accepted-risk, benign or duplicate.
    disposition: String,
    /// Why; 20 characters at least where it was about PHI.
    #[serde(default)]
    reason: String,
}

/// Some words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordsBody {
    /// The version that was looked at.
    version: Option<u64>,
    /// The words; never about a patient.
    text: String,
}

/// A contact.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactBody {
    /// Its name.
    contact: String,
}

type Number = Result<Path<String>, PathRejection>;

async fn act(
    shared: &Shared,
    principal: &Principal,
    path: Number,
    (version, act): (Option<u64>, Act),
) -> Answer {
    let id = number(path)?;
    let oncall = &shared.app.oncall;
    let by = principal.by(shared.app.wall.now());
    shared.app.writer.incident_act(&by, id, version, act, &oncall.setting).await?;
    oncall.stir();
    told(shared, id).await
}

/// Takes it, for a while.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{id}/acknowledge",
    tag = "on-call",
    params(("id" = i64, Path, description = "Its number")),
    request_body = ActBody,
    responses(
        (status = 200, description = "As it stands then", body = IncidentDetail),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn acknowledge(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<ActBody>,
) -> Answer {
    let it = read(body)?;
    act(&shared, &principal, path, (it.version, Act::Acknowledge)).await
}

/// Makes it somebody's.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{id}/assign",
    tag = "on-call",
    params(("id" = i64, Path, description = "Its number")),
    request_body = AssignBody,
    responses(
        (status = 200, description = "As it stands then", body = IncidentDetail),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn assign(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<AssignBody>,
) -> Answer {
    let it = read(body)?;
    act(&shared, &principal, path, (it.version, Act::Assign { to: it.to })).await
}

/// Lets it wait.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{id}/snooze",
    tag = "on-call",
    params(("id" = i64, Path, description = "Its number")),
    request_body = SnoozeBody,
    responses(
        (status = 200, description = "As it stands then", body = IncidentDetail),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn snooze(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<SnoozeBody>,
) -> Answer {
    let it = read(body)?;
    let until = shared.app.wall.now().plus(i64::from(it.minutes) * MINUTE_MS);
    act(&shared, &principal, path, (it.version, Act::Snooze { until })).await
}

/// Calls the next in line.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{id}/escalate",
    tag = "on-call",
    params(("id" = i64, Path, description = "Its number")),
    request_body = ActBody,
    responses(
        (status = 200, description = "As it stands then", body = IncidentDetail),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn escalate(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<ActBody>,
) -> Answer {
    let it = read(body)?;
    act(&shared, &principal, path, (it.version, Act::Escalate)).await
}

/// Ends it, and says what it was.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{id}/resolve",
    tag = "on-call",
    params(("id" = i64, Path, description = "Its number")),
    request_body = ResolveBody,
    responses(
        (status = 200, description = "As it stands then", body = IncidentDetail),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn resolve(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<ResolveBody>,
) -> Answer {
    let it = read(body)?;
    let Some(disposition) = Disposition::parse(&it.disposition) else {
        let words = Disposition::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
        let why = format!("disposition must be one of {words}.");
        return Err(Problem::new(StatusCode::BAD_REQUEST, why));
    };
    let reason = it.reason;
    act(&shared, &principal, path, (it.version, Act::Resolve { disposition, reason })).await
}

/// Brings it back; `text` says why.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{id}/reopen",
    tag = "on-call",
    params(("id" = i64, Path, description = "Its number")),
    request_body = WordsBody,
    responses(
        (status = 200, description = "As it stands then", body = IncidentDetail),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn reopen(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<WordsBody>,
) -> Answer {
    let it = read(body)?;
    act(&shared, &principal, path, (it.version, Act::Reopen { reason: it.text })).await
}

/// Adds to its timeline.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{id}/note",
    tag = "on-call",
    params(("id" = i64, Path, description = "Its number")),
    request_body = WordsBody,
    responses(
        (status = 200, description = "As it stands then", body = IncidentDetail),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn note(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<WordsBody>,
) -> Answer {
    let it = read(body)?;
    act(&shared, &principal, path, (it.version, Act::Note { text: it.text })).await
}

/// Sends a test message to a contact.
#[utoipa::path(
    post,
    path = "/api/v1/notifications/test",
    tag = "on-call",
    request_body = ContactBody,
    responses(
        (status = 202, description = "It is on its way"),
        (status = 409, description = "There is no such contact", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn test(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    body: Body<ContactBody>,
) -> Answer {
    let it = read(body)?;
    let oncall = &shared.app.oncall;
    let by = principal.by(shared.app.wall.now());
    let tried = shared.app.writer.contact_try(&by, &it.contact, &oncall.setting).await;
    tried?;
    oncall.stir();
    Ok(accepted())
}

/// Sends a notification again that was refused or given up.
#[utoipa::path(
    post,
    path = "/api/v1/notifications/{id}/again",
    tag = "on-call",
    params(("id" = i64, Path, description = "Its number")),
    responses(
        (status = 202, description = "It is on its way"),
        (status = 409, description = "It was delivered, or there is none", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn again(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
) -> Answer {
    let id = number(path)?.0;
    let by = principal.by(shared.app.wall.now());
    shared.app.writer.delivery_again(&by, id).await?;
    shared.app.oncall.stir();
    Ok(accepted())
}

fn accepted() -> axum::response::Response {
    axum::response::IntoResponse::into_response(StatusCode::ACCEPTED)
}
