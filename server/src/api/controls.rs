//! `GET /api/v1/controls` and `GET /api/v1/controls/{id}`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use domain::{
    AccountId, Catalogue, Category, Control, ControlId, Region, Source, State as Is, Tally,
};
use http::Uri;
use serde::Serialize;
use store::{EvaluationQuery, EvaluationRow};
use utoipa::ToSchema;

use super::answer::{Answer, json};
use super::findings::Page;
use super::query::{Parameters, path_id};
use super::schema;
use crate::http::Shared;
use crate::refusal::Problem;

/// All controls.
#[derive(Debug, Serialize, ToSchema)]
pub struct Controls {
    /// The catalogue's version.
    pub catalogue_version: &'static str,
    /// The controls, by id.
    pub items: Vec<ControlRow>,
}

/// A control with how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ControlRow {
    /// The control.
    #[schema(value_type = schema::Control)]
    pub control: &'static Control,
    /// The sources that can answer it.
    #[schema(value_type = Vec<String>)]
    pub sources: Vec<Source>,
    /// Evaluations by state; all zero before the first judgement.
    #[schema(value_type = schema::Tally)]
    pub evaluations: Tally,
}

/// One control, where it stands how, and a page of its evaluations.
#[derive(Debug, Serialize, ToSchema)]
pub struct ControlDetail {
    /// The control.
    #[schema(value_type = schema::Control)]
    pub control: &'static Control,
    /// The sources that can answer it.
    #[schema(value_type = Vec<String>)]
    pub sources: Vec<Source>,
    /// Evaluations by state.
    #[schema(value_type = schema::Tally)]
    pub evaluations: Tally,
    /// Account by account and region by region.
    pub places: Vec<Place>,
    /// Evaluations, failures first.
    #[schema(value_type = Vec<schema::EvaluationRow>)]
    pub items: Vec<EvaluationRow>,
    /// The cursor of the next page of evaluations.
    pub next: Option<String>,
}

/// How a control stands in an account and region.
#[derive(Debug, Serialize, ToSchema)]
pub struct Place {
    /// The account.
    #[schema(value_type = String)]
    pub account: AccountId,
    /// The region.
    #[schema(value_type = String)]
    pub region: Region,
    /// Evaluations by state.
    #[schema(value_type = schema::Tally)]
    pub evaluations: Tally,
}

/// All controls of the catalogue with their evaluations by state.
#[utoipa::path(
    get,
    path = "/api/v1/controls",
    tag = "controls",
    params(
        ("category" = Option<Vec<String>>, Query, description = "One of the six categories"),
        ("section" = Option<Vec<String>>, Query, description = "A section of 45 CFR part 164 and what stands below it"),
        ("account" = Option<String>, Query, description = "Counts of this account alone: twelve digits, or organisation"),
    ),
    responses(
        (status = 200, description = "The controls", body = Controls),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn controls(State(shared): State<Shared>, uri: Uri) -> Answer {
    let parameters = Parameters::of(&uri, &["category", "section", "account"])?;
    let catalogue = Catalogue::get();
    let categories =
        parameters.list("category", Category::parse, &Category::ALL.map(Category::as_str))?;
    let below = parameters.controls(catalogue)?;
    let account = parameters.account("account")?;
    let tallies = shared.app.reader.control_tallies(account.as_ref()).await?;
    let items = catalogue
        .controls
        .values()
        .filter(|control| categories.is_empty() || categories.contains(&control.category))
        .filter(|control| below.as_ref().is_none_or(|below| below.contains(&control.id)))
        .map(|control| ControlRow {
            control,
            sources: control.sources(),
            evaluations: tallies.get(&control.id).copied().unwrap_or_default(),
        })
        .collect();
    json(&Controls { catalogue_version: catalogue.version, items })
}

/// One control with a page of its evaluations, failures first.
#[utoipa::path(
    get,
    path = "/api/v1/controls/{id}",
    tag = "controls",
    params(
        ("id" = String, Path, description = "A stable slug such as s3-public-access-blocked"),
        ("state" = Option<String>, Query, description = "Evaluations in this state alone"),
        ("account" = Option<String>, Query, description = "Evaluations in this account alone: twelve digits, or organisation"),
        ("region" = Option<String>, Query, description = "Evaluations in this region alone"),
        ("limit" = Option<u32>, Query, description = "Rows on a page, 1 to 200; 50 unless told"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "The control", body = ControlDetail),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such control", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn control(
    State(shared): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Answer {
    let parameters = Parameters::of(&uri, &["state", "account", "region", "limit", "cursor"])?;
    let id = ControlId::new(path_id(path, "an id from /api/v1/controls")?);
    let Some(control) = Catalogue::get().control(&id) else {
        return Err(Problem::not_found("There is no control with this id."));
    };
    let states = parameters.list("state", Is::parse, &Is::ALL.map(Is::as_str))?;
    if states.len() > 1 {
        return Err(Problem::parameter("state", "One state at a time.", "one value"));
    }
    let query = EvaluationQuery {
        control: Some(id.clone()),
        states,
        account: parameters.account("account")?,
        region: parameters.region("region")?,
        limit: parameters.limit()?,
        cursor: parameters.cursor()?,
        ..EvaluationQuery::default()
    };
    let reader = &shared.app.reader;
    let page = Page::from(reader.evaluation_page(&query).await?);
    let places: Vec<Place> = reader
        .control_account_tallies(&id)
        .await?
        .into_iter()
        .map(|(account, region, evaluations)| Place { account, region, evaluations })
        .collect();
    let mut evaluations = Tally::default();
    for place in &places {
        evaluations.merge(&place.evaluations);
    }
    let (items, next) = (page.items, page.next);
    json(&ControlDetail { control, sources: control.sources(), evaluations, places, items, next })
}
