//! `POST /ingest/eventbridge`: findings of GuardDuty and Security Hub as they happen, from an API
//! destination of Amazon EventBridge, so that they reach the queue in seconds and not with the next
//! round. The event's `detail` is what the service's own API answers, so the same mapping reads it.
//!
//! EventBridge delivers at least once and in any order (Amazon EventBridge User Guide, "API
//! destinations"): what was taken in before is known again, and a round reads the same finding later.

use std::collections::BTreeMap;

use app::access::{Route, Routes, Rule};
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use domain::Action::SendEvents;
use domain::alert::Signal;
use domain::{AccountId, Batch, Finding, Part, Region, Scope, Source, Timestamp};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::StoreError;
use store::alert::Seen;
use tower_http::limit::RequestBodyLimitLayer;
use utoipa::ToSchema;

use crate::http::Shared;
use crate::oncall::signal_of_event;
use crate::refusal::Problem;

/// The largest request: an event has at most 256 KiB (Amazon EventBridge quotas), and tools that
/// send several at once may.
pub const LARGEST: usize = 4 << 20;
/// Most events of one request.
const MOST: usize = 1_000;

/// What came of a request.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Received {
    /// Findings that were new or told something new.
    pub taken: u64,
    /// Findings that had been taken in before.
    pub repeated: u64,
    /// Events that are about no account of the organisation, or from another service.
    pub ignored: u64,
    /// What could not be read of the others.
    pub problems: Vec<String>,
}

/// An event, as EventBridge writes it.
#[derive(Debug, Deserialize)]
struct Event {
    source: String,
    account: String,
    region: String,
    detail: Value,
}

/// The route. It stands outside the limit for forms.
pub fn routes(shared: &Shared) -> (Router, Vec<Route>) {
    let (router, table) = Routes::new(shared.app.clone())
        .post("/ingest/eventbridge", Rule::may(SendEvents), receive)
        .with_state(shared.clone());
    (router.layer(RequestBodyLimitLayer::new(LARGEST)), table)
}

/// Takes findings in as they happen: one event of EventBridge, or a list of them.
#[utoipa::path(
    post,
    path = "/ingest/eventbridge",
    tag = "on-call",
    request_body = Value,
    responses(
        (status = 200, description = "What came of it", body = Received),
        (status = 400, description = "No event", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Nothing can be stored: send again", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn receive(State(shared): State<Shared>, body: Bytes) -> Response {
    let events = match events(&body) {
        Ok(events) => events,
        Err(why) => return Problem::new(StatusCode::BAD_REQUEST, why).into_response(),
    };
    match take(&shared, events).await {
        Ok(received) => Json(received).into_response(),
        Err(error) => {
            tracing::error!(%error, "events cannot be stored");
            let why = "Nothing can be stored at the moment; send again.";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, why).into_response()
        }
    }
}

/// One event, or a list of them.
fn events(body: &[u8]) -> Result<Vec<Event>, String> {
    const RIGHT: &str = "send one event of EventBridge as JSON, or a list of them: an object with \
                         source, account, region and detail";
    let value: Value =
        serde_json::from_slice(body).map_err(|_| format!("The body is not JSON; {RIGHT}."))?;
    let list = match value {
        Value::Array(list) => list,
        one => vec![one],
    };
    if list.len() > MOST {
        return Err(format!("More than {MOST} events at once; send smaller lists."));
    }
    list.into_iter()
        .enumerate()
        .map(|(index, one)| {
            serde_json::from_value(one)
                .map_err(|error| format!("Event {}: {error}; {RIGHT}.", index + 1))
        })
        .collect()
}

async fn take(shared: &Shared, events: Vec<Event>) -> Result<Received, StoreError> {
    let mut received = Received::default();
    let mut signals: Vec<Signal> = Vec::new();
    let mut findings: BTreeMap<Scope, Vec<Finding>> = BTreeMap::new();
    let now = shared.app.wall.now();
    for event in events {
        let Some((scope, mapped)) = mapped(shared, event, now) else {
            received.ignored += 1;
            continue;
        };
        match mapped {
            Ok(page) => {
                received.problems.extend(page.problems.iter().map(|it| it.message.clone()));
                let of = |one: &Finding| signal_of_event(one, &shared.organisation);
                signals.extend(page.findings.iter().map(of));
                findings.entry(scope).or_default().extend(page.findings);
            }
            Err(why) => received.problems.push(why),
        }
    }
    let oncall = &shared.app.oncall;
    let seen = Seen::events(signals);
    let taken = shared.app.writer.alerts_take(seen, &oncall.setting, now).await?;
    (received.taken, received.repeated) = (taken.taken, taken.repeated);
    if taken.notices > 0 {
        oncall.outbox.notify_one();
    }
    if taken.taken > 0 {
        oncall.changed();
    }
    keep(shared, findings, now).await?;
    Ok(received)
}

/// What the mapping of the service makes of an event; `None` for what is not about us.
fn mapped(
    shared: &Shared,
    event: Event,
    now: Timestamp,
) -> Option<(Scope, Result<collect::Page, String>)> {
    let account = AccountId::from(event.account);
    shared.organisation.account(&account)?;
    let (source, operation, body) = match event.source.as_str() {
        "aws.guardduty" => {
            (Source::GuardDuty, "GetFindings", json!({ "findings": [event.detail] }))
        }
        "aws.securityhub" => {
            let findings = event.detail.get("findings").cloned().unwrap_or_else(|| json!([]));
            (Source::SecurityHub, "GetFindings", json!({ "Findings": findings }))
        }
        _ => return None,
    };
    let scope = Scope { source, account, region: Region::from(event.region) };
    let body = body.to_string();
    let page = collect::replay(&scope, Part::Findings, operation, body.as_bytes(), now)?;
    Some((scope, page.map_err(|why| why.0)))
}

/// Keeps the findings, so that the page of the alert leads to one. Before the first round there is
/// nothing to put them to; that round reads them.
async fn keep(
    shared: &Shared,
    findings: BTreeMap<Scope, Vec<Finding>>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(run) = shared.app.reader.run_latest().await? else { return Ok(()) };
    for (scope, findings) in findings {
        let batch = Batch { findings, ..Batch::default() };
        shared.app.writer.ingest(run.id, &scope, batch, now).await?;
    }
    Ok(())
}
