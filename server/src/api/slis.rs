//! `GET /api/v1/slis`, `/slis/{id}`, `/gate` and `/openslo`.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::sli::invariant::Violation;
use domain::sli::{Kind, Member, Reading, Sli, Target, openslo};
use domain::{AccountId, Timestamp};
use http::Uri;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use store::sli_page::{BadEvent, SliChange, SliPoint};
use utoipa::ToSchema;

use super::answer::{Answer, json};
use super::query::Parameters;
use crate::http::Shared;
use crate::refusal::Problem;

/// An indicator and what it says.
#[derive(Debug, Serialize, ToSchema)]
pub struct Indicator {
    /// Its word in addresses.
    #[schema(value_type = String)]
    pub id: Sli,
    /// Its number, `M1` to `M10`.
    pub code: &'static str,
    /// Its name.
    pub title: &'static str,
    /// `ratio`, `threshold-ratio`, `invariant`, `coverage` or `deadline`.
    #[schema(value_type = String)]
    pub kind: Kind,
    /// A share, a count, or milliseconds.
    #[schema(value_type = Object)]
    pub target: Target,
    /// The target in words.
    pub target_words: String,
    /// What it asks, in plain words.
    pub question: &'static str,
    /// The sections of 45 CFR part 164 that ask for it.
    pub sections: &'static [&'static str],
    /// What it says: value, state, sums, burn rates, budget left, as-of and coverage.
    #[schema(value_type = Object)]
    pub reading: Reading,
}

/// All indicators.
#[derive(Debug, Serialize, ToSchema)]
pub struct Indicators {
    /// In the order of their numbers.
    pub items: Vec<Indicator>,
}

/// One indicator with everything behind it.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorDetail {
    /// What it says.
    pub indicator: Indicator,
    /// What counts.
    pub counts: &'static str,
    /// Members that keep it from its target, the oldest first.
    #[schema(value_type = Vec<Object>)]
    pub members: Vec<Member>,
    /// Bad events; those that nobody has closed first.
    #[schema(value_type = Vec<Object>)]
    pub violations: Vec<Violation>,
    /// The last bad events of a ratio, by their kind.
    #[schema(value_type = Vec<Object>)]
    pub events: Vec<BadEvent>,
    /// Its last changes of state, newest first.
    #[schema(value_type = Vec<Object>)]
    pub changes: Vec<SliChange>,
    /// The last reading of each hour of thirty days, oldest first.
    #[schema(value_type = Vec<Object>)]
    pub history: Vec<SliPoint>,
}

fn indicator(reading: Reading) -> Indicator {
    let definition = reading.sli.definition();
    Indicator {
        id: reading.sli,
        code: definition.code,
        title: definition.title,
        kind: definition.kind,
        target: definition.target,
        target_words: definition.target.to_string(),
        question: definition.question,
        sections: definition.sections,
        reading,
    }
}

/// All indicators.
#[utoipa::path(
    get,
    path = "/api/v1/slis",
    tag = "slis",
    responses((status = 200, description = "What the ten indicators say", body = Indicators))
)]
pub async fn slis(State(shared): State<Shared>, uri: Uri) -> Answer {
    Parameters::of(&uri, &[])?;
    let readings = shared.app.reader.sli_readings(shared.app.clock.now()).await?;
    json(&Indicators { items: readings.into_iter().map(indicator).collect() })
}

/// One indicator.
#[utoipa::path(
    get,
    path = "/api/v1/slis/{id}",
    tag = "slis",
    params(("id" = String, Path, description = "The word of the indicator, or its number such as `m1`")),
    responses(
        (status = 200, description = "The indicator and everything behind it", body = IndicatorDetail),
        (status = 404, description = "There is no such indicator", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sli(State(shared): State<Shared>, Path(id): Path<String>, uri: Uri) -> Answer {
    Parameters::of(&uri, &[])?;
    let Some(sli) = Sli::parse(&id) else {
        let all: Vec<&str> = Sli::ALL.iter().map(|sli| sli.as_str()).collect();
        let what = format!("There is no such indicator; there are {}.", all.join(", "));
        return Err(Problem::not_found(what));
    };
    let reader = &shared.app.reader;
    let now = shared.app.clock.now();
    let month = now.plus(-domain::sli::PERIOD_MS);
    json(&IndicatorDetail {
        indicator: indicator(reader.sli_reading(sli, now).await?),
        counts: sli.definition().counts,
        members: reader.sli_members(sli).await?,
        violations: reader.violation_page(sli, 100, None).await?.items,
        events: reader.sli_bad_events(sli, 100).await?,
        changes: reader.sli_changes(sli, 100).await?,
        history: reader.sli_history(sli, month).await?,
    })
}

/// What a deployment pipeline is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct GateAnswer {
    /// The account.
    #[schema(value_type = String)]
    pub account: AccountId,
    /// `go` or `stop`.
    #[schema(value_type = String)]
    pub decision: domain::sli::gate::Decision,
    /// Why, as sentences.
    pub reasons: Vec<String>,
    /// The calendar quarter, such as `2026-Q4`.
    pub quarter: String,
    /// Its first instant.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The first instant after it.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Points for the quarter.
    pub budget: f64,
    /// Points spent.
    pub spent: f64,
    /// Points left; negative when overspent.
    pub left: f64,
    /// What spent them, newest first, at most a hundred.
    #[schema(value_type = Vec<Object>)]
    pub regressions: Vec<domain::sli::gate::Regression>,
    /// The age of the oldest answer on which this rests.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<Timestamp>,
}

/// Go or stop, for a deployment pipeline.
#[utoipa::path(
    get,
    path = "/api/v1/gate",
    tag = "slis",
    params(("account" = String, Query, description = "The AWS account that is deployed to: twelve digits")),
    responses(
        (status = 200, description = "The decision; `decision` is `go` or `stop`", body = GateAnswer),
        (status = 400, description = "No account, or not one", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The account is not configured", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn gate(State(shared): State<Shared>, uri: Uri) -> Answer {
    let parameters = Parameters::of(&uri, &["account"])?;
    let Some(account) = parameters.account("account")? else {
        return Err(Problem::parameter(
            "account",
            "The account is missing.",
            "the twelve digits of a configured account",
        ));
    };
    let (budget, now) = (shared.app.installation.quarter_budget, shared.app.clock.now());
    let Some(gate) = shared.app.reader.gate(&account, budget, now).await? else {
        return Err(Problem::not_found("This account is not configured, so nobody knows."));
    };
    let mut regressions = gate.regressions;
    regressions.truncate(100);
    json(&GateAnswer {
        account: gate.account,
        decision: gate.decision,
        reasons: gate.reasons,
        quarter: gate.quarter.name,
        since: gate.quarter.begins,
        until: gate.quarter.ends,
        budget: gate.budget,
        spent: gate.spent,
        left: gate.left,
        regressions,
        as_of: gate.as_of,
    })
}

/// The indicators as OpenSLO documents.
#[utoipa::path(
    get,
    path = "/api/v1/openslo",
    tag = "slis",
    responses((status = 200, description = "A YAML stream of OpenSLO documents", body = String, content_type = "application/yaml"))
)]
pub async fn openslo(uri: Uri) -> Result<Response, Problem> {
    Parameters::of(&uri, &[])?;
    let mut text = String::new();
    for document in openslo::documents() {
        let document =
            serde_json::to_string_pretty(&document).map_err(|error| Problem::internal(&error))?;
        text.push_str("---\n");
        text.push_str(&document);
        text.push('\n');
    }
    Ok(([(CONTENT_TYPE, "application/yaml")], text).into_response())
}
