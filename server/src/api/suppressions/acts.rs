//! Asking for suppressions and deciding about them, as JSON.

use app::access::Principal;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use domain::Timestamp;
use domain::alert::suppression::matcher::{Field, Matcher, Op};
use domain::alert::suppression::{Recurrence, Ruling};
use domain::alert::{Proposal, SuppressionId, WallTime, Weekday};
use domain::id::MINUTE_MS;
use domain::register::Flaw;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use store::StoreError;
use store::suppression::Asked;
use utoipa::ToSchema;

use super::items::{MatcherItem, RecurrenceItem, Suppressed};
use super::{number, told};
use crate::api::answer::Answer;
use crate::api::body::{Body, read};
use crate::http::Shared;
use crate::refusal::Problem;

/// What somebody asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskBody {
    /// All must hold: one account, and a group, a rule or an identity at least.
    matchers: Vec<MatcherItem>,
    /// It mutes nothing before; left out for now.
    #[schema(format = DateTime)]
    starts_at: Option<String>,
    /// It mutes nothing from then on.
    #[schema(format = DateTime)]
    ends_at: String,
    /// Windows that come back.
    recurrence: Option<RecurrenceItem>,
    /// Why.
    reason: String,
    /// The change or ticket that it belongs to.
    change_ref: String,
    /// Whether it is only written down.
    #[serde(default)]
    draft: bool,
    /// The one that it replaces, which ends at once.
    supersedes: Option<LookedAt>,
}

/// A suppression as somebody looked at it.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookedAt {
    /// Its number.
    id: i64,
    /// Its version.
    version: i64,
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    /// The version that was looked at.
    version: i64,
    /// A remark, or why.
    #[serde(default)]
    note: String,
}

/// A remark.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteBody {
    /// Its text.
    note: String,
}

type Number = Result<Path<String>, PathRejection>;

/// Asks for a suppression, or for another in the place of one.
#[utoipa::path(
    post,
    path = "/api/v1/suppressions",
    tag = "suppressions",
    request_body = AskBody,
    responses(
        (status = 201, description = "It is kept; Location names it", body = Suppressed),
        (status = 400, description = "Everything that is wrong with it", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn ask(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    body: Body<AskBody>,
) -> Answer {
    let body = read(body)?;
    let now = shared.app.wall.now();
    let proposal = proposal(&body, now)?;
    let (by, writer) = (principal.by(now), &shared.app.writer);
    let asked = match body.supersedes {
        Some(old) => {
            let old = (SuppressionId(old.id), old.version);
            writer.suppression_supersede(&by, old, &proposal).await
        }
        None => writer.suppression_ask(&by, &proposal, body.draft).await,
    };
    let id = kept(asked)?;
    let mut response = told(&shared, id).await?;
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/suppressions/{id}")) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// Hands a draft in.
#[utoipa::path(
    post,
    path = "/api/v1/suppressions/{id}/hand-in",
    tag = "suppressions",
    params(("id" = i64, Path, description = "Its number")),
    request_body = DecisionBody,
    responses(
        (status = 200, description = "As it stands then", body = Suppressed),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn hand_in(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<DecisionBody>,
) -> Answer {
    let (id, it) = (number(path)?, read(body)?);
    let by = principal.by(shared.app.wall.now());
    kept(shared.app.writer.suppression_hand_in(&by, id, it.version).await)?;
    told(&shared, id).await
}

/// Approves what somebody else asked for, exactly as it stands.
#[utoipa::path(
    post,
    path = "/api/v1/suppressions/{id}/approve",
    tag = "suppressions",
    params(("id" = i64, Path, description = "Its number")),
    request_body = DecisionBody,
    responses(
        (status = 200, description = "As it stands then", body = Suppressed),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn approve(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<DecisionBody>,
) -> Answer {
    decide(&shared, &principal, (path, body), Ruling::Approve).await
}

/// Says no.
#[utoipa::path(
    post,
    path = "/api/v1/suppressions/{id}/reject",
    tag = "suppressions",
    params(("id" = i64, Path, description = "Its number")),
    request_body = DecisionBody,
    responses(
        (status = 200, description = "As it stands then", body = Suppressed),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn reject(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<DecisionBody>,
) -> Answer {
    decide(&shared, &principal, (path, body), Ruling::Reject).await
}

/// Approves afterwards what was taken in an emergency.
#[utoipa::path(
    post,
    path = "/api/v1/suppressions/{id}/ratify",
    tag = "suppressions",
    params(("id" = i64, Path, description = "Its number")),
    request_body = DecisionBody,
    responses(
        (status = 200, description = "As it stands then", body = Suppressed),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn ratify(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<DecisionBody>,
) -> Answer {
    decide(&shared, &principal, (path, body), Ruling::Ratify).await
}

/// Takes one's own in an emergency, for an hour at most.
#[utoipa::path(
    post,
    path = "/api/v1/suppressions/{id}/emergency",
    tag = "suppressions",
    params(("id" = i64, Path, description = "Its number")),
    request_body = DecisionBody,
    responses(
        (status = 200, description = "As it stands then", body = Suppressed),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn emergency(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<DecisionBody>,
) -> Answer {
    decide(&shared, &principal, (path, body), Ruling::Emergency).await
}

/// Ends one before its time.
#[utoipa::path(
    post,
    path = "/api/v1/suppressions/{id}/revoke",
    tag = "suppressions",
    params(("id" = i64, Path, description = "Its number")),
    request_body = DecisionBody,
    responses(
        (status = 200, description = "As it stands then", body = Suppressed),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn revoke(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<DecisionBody>,
) -> Answer {
    decide(&shared, &principal, (path, body), Ruling::Revoke).await
}

/// What the decisions have in common.
async fn decide(
    shared: &Shared,
    principal: &Principal,
    (path, body): (Number, Body<DecisionBody>),
    ruling: Ruling,
) -> Answer {
    let (id, it) = (number(path)?, read(body)?);
    let by = principal.by(shared.app.wall.now());
    let writer = &shared.app.writer;
    writer.suppression_decide(&by, (id, it.version), ruling, &it.note).await?;
    told(shared, id).await
}

/// Remarks something.
#[utoipa::path(
    post,
    path = "/api/v1/suppressions/{id}/note",
    tag = "suppressions",
    params(("id" = i64, Path, description = "Its number")),
    request_body = NoteBody,
    responses(
        (status = 200, description = "As it stands then", body = Suppressed),
        (status = 409, description = "It cannot be as things stand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn note(
    State(shared): State<Shared>,
    Extension(principal): Extension<Principal>,
    path: Number,
    body: Body<NoteBody>,
) -> Answer {
    let (id, it) = (number(path)?, read(body)?);
    let by = principal.by(shared.app.wall.now());
    shared.app.writer.suppression_note(&by, id, &it.note).await?;
    told(&shared, id).await
}

fn kept(asked: Result<Asked, StoreError>) -> Result<SuppressionId, Problem> {
    match asked? {
        Asked::Kept(id) => Ok(id),
        Asked::Flawed(flaws) => Err(flawed(&flaws)),
    }
}

/// Everything that is wrong, each with its field.
fn flawed(flaws: &[Flaw]) -> Problem {
    let told: Vec<String> =
        flaws.iter().map(|flaw| format!("{}: {}", flaw.field, flaw.sentence)).collect();
    Problem::new(StatusCode::BAD_REQUEST, told.join(" "))
}

/// What a body asks for; what is no time, day or word is told at once.
fn proposal(body: &AskBody, now: Timestamp) -> Result<Proposal, Problem> {
    let mut flaws = Vec::new();
    let starts_at = match &body.starts_at {
        Some(text) => time("starts_at", text, &mut flaws),
        None => now,
    };
    let proposal = Proposal {
        matchers: body.matchers.iter().filter_map(|one| matcher(one, &mut flaws)).collect(),
        starts_at,
        ends_at: time("ends_at", &body.ends_at, &mut flaws),
        recurrence: body.recurrence.as_ref().and_then(|one| recurrence(one, &mut flaws)),
        reason: body.reason.clone(),
        change_ref: body.change_ref.clone(),
    };
    if flaws.is_empty() { Ok(proposal) } else { Err(flawed(&flaws)) }
}

fn time(field: &'static str, text: &str, flaws: &mut Vec<Flaw>) -> Timestamp {
    Timestamp::parse(text).unwrap_or_else(|| {
        flaws.push(Flaw::new(field, "This is no time such as 2027-03-14T08:00:00Z."));
        Timestamp(0)
    })
}

fn matcher(one: &MatcherItem, flaws: &mut Vec<Flaw>) -> Option<Matcher> {
    let read = Field::parse(&one.field).zip(Op::parse(&one.op));
    if read.is_none() {
        let sentence = format!("There is no condition {:?} {:?}.", one.field, one.op);
        flaws.push(Flaw::new("matchers", sentence));
    }
    read.map(|(field, op)| Matcher::new(field, op, one.value.clone()))
}

fn recurrence(one: &RecurrenceItem, flaws: &mut Vec<Flaw>) -> Option<Recurrence> {
    let days: Option<Vec<Weekday>> = one.days.iter().map(|word| Weekday::parse(word)).collect();
    let read = days.zip(WallTime::parse(&one.starts));
    if read.is_none() {
        let sentence = "Days are mon to sun, and a window starts at a time such as 02:30.";
        flaws.push(Flaw::new("recurrence", sentence));
    }
    read.map(|(days, at)| Recurrence {
        zone: one.zone.clone(),
        days,
        at,
        duration_ms: one.minutes.saturating_mul(MINUTE_MS),
    })
}
