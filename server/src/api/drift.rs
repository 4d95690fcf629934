//! `GET /api/v1/drift`.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::id::DAY_MS;
use domain::{Catalogue, Severity, Timestamp, Transition, TransitionKind};
use http::Uri;
use serde::Serialize;
use store::{DriftDay, DriftQuery, Remediation};
use utoipa::ToSchema;

use super::answer::{Answer, json};
use super::query::Parameters;
use super::schema;
use crate::http::Shared;
use crate::refusal::Problem;

/// What changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Drift {
    /// From when on; thirty days ago unless told.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Transitions by kind since then.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub summary: BTreeMap<TransitionKind, u64>,
    /// Day by day, oldest first.
    pub daily: Vec<Day>,
    /// How long failures had lasted that were resolved since then, by severity.
    #[schema(value_type = BTreeMap<String, schema::Remediation>)]
    pub time_to_remediate: BTreeMap<Severity, Remediation>,
    /// Transitions that match the parameters, newest first.
    pub items: Vec<Change>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// One UTC day.
#[derive(Debug, Serialize, ToSchema)]
pub struct Day {
    /// Its date.
    #[schema(format = Date)]
    pub date: String,
    /// New and regressed failures.
    pub failed: u64,
    /// Failures that were resolved or removed.
    pub resolved: u64,
}

/// A transition with what it means.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// What it means.
    #[schema(value_type = String)]
    pub kind: TransitionKind,
    /// The transition.
    #[schema(value_type = schema::Transition)]
    pub transition: Transition,
}

const PARAMETERS: [&str; 6] = ["kind", "control", "account", "since", "limit", "cursor"];

/// What changed, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/drift",
    tag = "drift",
    params(
        ("kind" = Option<Vec<String>>, Query, description = "regressed, new, resolved, removed, lost-sight, confirmed, other"),
        ("control" = Option<String>, Query, description = "A control"),
        ("account" = Option<String>, Query, description = "An account: twelve digits, or organisation"),
        ("since" = Option<String>, Query, description = "From this time on (RFC 3339); thirty days ago unless told"),
        ("limit" = Option<u32>, Query, description = "Rows on a page, 1 to 200; 50 unless told"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "What changed", body = Drift),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn drift(State(shared): State<Shared>, uri: Uri) -> Answer {
    let parameters = Parameters::of(&uri, &PARAMETERS)?;
    // A whole day as the border, so that the cursor of one page fits the next request.
    let month = Timestamp((shared.app.clock.now().day() - 30) * DAY_MS);
    let since = parameters.since()?.unwrap_or(month);
    let mut controls = parameters.controls(Catalogue::get())?.unwrap_or_default();
    if controls.len() > 1 {
        return Err(Problem::parameter("control", "One control at a time.", "one value"));
    }
    let query = DriftQuery {
        kinds: parameters.list(
            "kind",
            TransitionKind::parse,
            &TransitionKind::ALL.map(TransitionKind::as_str),
        )?,
        severities: Vec::new(),
        control: controls.pop(),
        account: parameters.account("account")?,
        since: Some(since),
        limit: parameters.limit()?,
        cursor: parameters.cursor()?,
    };
    let reader = &shared.app.reader;
    let page = reader.transition_page(&query).await?;
    json(&Drift {
        since,
        summary: reader.drift_summary(since).await?,
        daily: reader.drift_daily(since).await?.iter().map(day).collect(),
        time_to_remediate: reader.time_to_remediate(since).await?,
        items: page.items.into_iter().map(change).collect(),
        next: page.next,
    })
}

fn day(day: &DriftDay) -> Day {
    let date = Timestamp(day.day * DAY_MS).rfc3339().chars().take(10).collect();
    Day { date, failed: day.failed, resolved: day.resolved }
}

fn change(transition: Transition) -> Change {
    Change { kind: transition.kind, transition }
}
