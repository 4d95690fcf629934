//! `GET /api/v1/findings` and `GET /api/v1/findings/{id}`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use domain::{Catalogue, FindingId, FindingState, Severity, Source};
use http::Uri;
use serde::Serialize;
use store::FindingQuery;

use super::answer::{Answer, json};
use super::query::{Parameters, path_id};
use super::schema;
use crate::http::Shared;
use crate::refusal::Problem;

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl<T> From<store::Page<T>> for Page<T> {
    fn from(page: store::Page<T>) -> Self {
        Self { items: page.items, next: page.next }
    }
}

const PARAMETERS: [&str; 10] = [
    "state", "severity", "source", "account", "region", "section", "control", "q", "limit",
    "cursor",
];

/// Findings, most severe first. Lists take several values, repeated or separated by commas.
#[utoipa::path(
    get,
    path = "/api/v1/findings",
    tag = "findings",
    params(
        ("state" = Option<Vec<String>>, Query, description = "open, suppressed, unknown, passed, resolved, archived, not-applicable"),
        ("severity" = Option<Vec<String>>, Query, description = "critical, high, medium, low, informational"),
        ("source" = Option<Vec<String>>, Query, description = "securityhub, config, guardduty, backup"),
        ("account" = Option<String>, Query, description = "An account: twelve digits, or organisation"),
        ("region" = Option<String>, Query, description = "A region"),
        ("section" = Option<Vec<String>>, Query, description = "A section of 45 CFR part 164 and what stands below it"),
        ("control" = Option<Vec<String>>, Query, description = "A control"),
        ("q" = Option<String>, Query, description = "Words that title, check, resource or native id begin with"),
        ("limit" = Option<u32>, Query, description = "Rows on a page, 1 to 200; 50 unless told"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page of findings", body = schema::FindingPage),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn findings(State(shared): State<Shared>, uri: Uri) -> Answer {
    let query = query(&Parameters::of(&uri, &PARAMETERS)?)?;
    let page = shared.app.reader.finding_page(&query).await?;
    json(&Page::from(page))
}

fn query(parameters: &Parameters) -> Result<FindingQuery, Problem> {
    Ok(FindingQuery {
        states: parameters.list(
            "state",
            FindingState::parse,
            &FindingState::ALL.map(FindingState::as_str),
        )?,
        severities: parameters.list(
            "severity",
            Severity::parse,
            &Severity::ALL.map(Severity::as_str),
        )?,
        sources: parameters.list("source", Source::parse, &Source::ALL.map(Source::as_str))?,
        account: parameters.account("account")?,
        region: parameters.region("region")?,
        controls: parameters.controls(Catalogue::get())?,
        q: parameters.words()?,
        limit: parameters.limit()?,
        cursor: parameters.cursor()?,
    })
}

/// One finding with its history and evidence.
#[utoipa::path(
    get,
    path = "/api/v1/findings/{id}",
    tag = "findings",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses(
        (status = 200, description = "The finding", body = schema::FindingDetail),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such finding", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn finding(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Answer {
    Parameters::of(&uri, &[])?;
    let id = path_id(path, "32 hexadecimal digits")?;
    match shared.app.reader.finding_get(&FindingId::new(id)).await? {
        Some(detail) => json(&detail),
        None => Err(Problem::not_found("There is no finding with this id.")),
    }
}
