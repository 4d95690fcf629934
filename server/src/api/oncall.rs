//! `/api/v1/alerts`, `/incidents` and `/notifications`: the on-call queue, for programs, and what
//! people do with an incident.
//!
//! A token may read. Working on incidents is for people: a timeline names a person.

pub mod acts;
mod items;

use app::access::{Routes, Rule};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use domain::Action::{ReadAlerts, TryContacts, WorkIncidents};
use domain::alert::{Class, IncidentId};
use http::Uri;
use store::alert::Lane;
use store::alert::detail::AlertQuery;
use store::alert::notices::{DeliveryQuery, DeliveryState};
use store::alert::queue::QueueQuery;

use super::answer::{Answer, json};
use super::query::{Parameters, path_id};
use crate::http::Shared;
use crate::refusal::Problem;

pub use items::{Alerts, IncidentDetail, Incidents, Notifications};

/// Every address of the queue with its methods.
pub fn routes(routes: Routes<Shared>) -> Routes<Shared> {
    const READ: Rule = Rule::may(ReadAlerts);
    const ONE: Rule = Rule::may(ReadAlerts).logged("view-incident", "incident");
    const WORK: Rule = Rule::may(WorkIncidents).stored();
    const TRY: Rule = Rule::may(TryContacts).stored();
    routes
        .get("/api/v1/alerts", READ, alerts)
        .get("/api/v1/incidents", READ, incidents)
        .get("/api/v1/incidents/{id}", ONE, incident)
        .get("/api/v1/notifications", READ, notifications)
        .post("/api/v1/incidents/{id}/acknowledge", WORK, acts::acknowledge)
        .post("/api/v1/incidents/{id}/assign", WORK, acts::assign)
        .post("/api/v1/incidents/{id}/snooze", WORK, acts::snooze)
        .post("/api/v1/incidents/{id}/escalate", WORK, acts::escalate)
        .post("/api/v1/incidents/{id}/resolve", WORK, acts::resolve)
        .post("/api/v1/incidents/{id}/reopen", WORK, acts::reopen)
        .post("/api/v1/incidents/{id}/note", WORK, acts::note)
        .post("/api/v1/notifications/test", TRY, acts::test)
        .post("/api/v1/notifications/{id}/again", TRY, acts::again)
}

/// Alerts, those that were seen last first.
#[utoipa::path(
    get,
    path = "/api/v1/alerts",
    tag = "on-call",
    params(
        ("firing" = Option<String>, Query, description = "yes or no"),
        ("phi" = Option<String>, Query, description = "yes: only those that may touch PHI"),
        ("incident" = Option<i64>, Query, description = "Only those of this incident"),
        ("limit" = Option<u32>, Query, description = "1 to 200, 50 by default"),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = Alerts),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn alerts(State(shared): State<Shared>, uri: Uri) -> Answer {
    let parameters = Parameters::of(&uri, &["firing", "phi", "incident", "limit", "cursor"])?;
    let query = AlertQuery {
        incident: incident_of(&parameters)?,
        firing: yes_or_no(&parameters, "firing")?,
        phi: yes_or_no(&parameters, "phi")?.unwrap_or(false),
        limit: parameters.limit()?,
        cursor: parameters.cursor()?,
    };
    let page = shared.app.reader.alert_page(&query).await?;
    json(&items::alerts(page))
}

/// Incidents of the on-call queue, the most urgent first; those that are over when asked for.
#[utoipa::path(
    get,
    path = "/api/v1/incidents",
    tag = "on-call",
    params(
        ("lane" = Option<Vec<String>>, Query, description = "page, ticket, digest, over; the first three by default"),
        ("class" = Option<Vec<String>>, Query, description = "page-phi, page-pipe, page-slo, ticket"),
        ("limit" = Option<u32>, Query, description = "1 to 200, 50 by default"),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = Incidents),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn incidents(State(shared): State<Shared>, uri: Uri) -> Answer {
    let parameters = Parameters::of(&uri, &["lane", "class", "limit", "cursor"])?;
    let (lanes, classes) = (Lane::ALL.map(Lane::as_str), Class::ALL.map(Class::as_str));
    let query = QueueQuery {
        lanes: parameters.list("lane", Lane::parse, &lanes)?,
        classes: parameters.list("class", Class::parse, &classes)?,
        limit: parameters.limit()?,
        cursor: parameters.cursor()?,
        ..QueueQuery::default()
    };
    let reader = &shared.app.reader;
    let (counts, page) = (reader.oncall_counts().await?, reader.oncall_queue(&query).await?);
    json(&items::incidents(&counts, page))
}

/// One incident with its timeline, its alerts, and whether the audit log proves the timeline.
#[utoipa::path(
    get,
    path = "/api/v1/incidents/{id}",
    tag = "on-call",
    params(("id" = i64, Path, description = "Its number")),
    responses(
        (status = 200, description = "The incident", body = IncidentDetail),
        (status = 404, description = "There is none", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn incident(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
) -> Answer {
    told(&shared, number(path)?).await
}

/// What was told, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/notifications",
    tag = "on-call",
    params(
        ("state" = Option<Vec<String>>, Query, description = "waits, sending, delivered, refused, given-up"),
        ("incident" = Option<i64>, Query, description = "Only those of this incident"),
        ("limit" = Option<u32>, Query, description = "1 to 200, 50 by default"),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = Notifications),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn notifications(State(shared): State<Shared>, uri: Uri) -> Answer {
    let parameters = Parameters::of(&uri, &["state", "incident", "limit", "cursor"])?;
    let states = DeliveryState::ALL.map(DeliveryState::as_str);
    let query = DeliveryQuery {
        incident: incident_of(&parameters)?,
        states: parameters.list("state", DeliveryState::parse, &states)?,
        limit: parameters.limit()?,
        cursor: parameters.cursor()?,
    };
    let page = shared.app.reader.delivery_page(&query).await?;
    json(&items::notifications(page))
}

/// An incident as it stands.
pub(super) async fn told(shared: &Shared, id: IncidentId) -> Answer {
    let reader = &shared.app.reader;
    let Some(row) = reader.oncall_incident(id).await? else {
        return Err(Problem::not_found("There is no such incident."));
    };
    let (timeline, proof) = reader.incident_timeline(id).await?;
    let query = AlertQuery { incident: Some(id), limit: 200, ..AlertQuery::default() };
    let alerts = reader.alert_page(&query).await?;
    json(&items::detail(&row, timeline, proof, alerts.items))
}

pub(super) fn number(path: Result<Path<String>, PathRejection>) -> Result<IncidentId, Problem> {
    let allowed = "an incident's number";
    path_id(path, allowed)?
        .parse()
        .map(IncidentId)
        .map_err(|_| Problem::not_found("There is no such incident."))
}

fn incident_of(parameters: &Parameters) -> Result<Option<IncidentId>, Problem> {
    let wrong = || Problem::parameter("incident", "This is no number.", "an incident's number");
    parameters
        .text("incident")?
        .map(|text| text.parse().map(IncidentId).map_err(|_| wrong()))
        .transpose()
}

fn yes_or_no(parameters: &Parameters, name: &'static str) -> Result<Option<bool>, Problem> {
    match parameters.text(name)? {
        None => Ok(None),
        Some("yes") => Ok(Some(true)),
        Some("no") => Ok(Some(false)),
        Some(_) => Err(Problem::parameter(name, "This is neither yes nor no.", "yes or no")),
    }
}
