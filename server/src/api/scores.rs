//! `GET /api/v1/scores`.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::catalogue::{Class, Requirement, SafeguardKind};
use domain::{Catalogue, Category, Goal, Score, ScoreScope, SectionId, Standing, Tally, Timestamp};
use http::Uri;
use serde::Serialize;
use store::ScorePoint;
use utoipa::ToSchema;

use super::answer::{Answer, json};
use super::query::Parameters;
use super::schema;
use crate::http::Shared;
use crate::refusal::Problem;

/// All scores of the last judgement.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scores {
    /// When they were computed; `null` before the first judgement.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<Timestamp>,
    /// When the oldest data that they rest on was read.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub oldest_as_of: Option<Timestamp>,
    /// Whether data that they rest on is older than three intervals.
    pub any_stale: bool,
    /// The round after which they were computed.
    pub run: Option<i64>,
    /// The catalogue that they were computed with.
    pub catalogue_version: String,
    /// The score that the organisation wants to reach, between 0 and 1.
    pub goal: f64,
    /// Everything; `null` before the first judgement.
    #[schema(value_type = Option<schema::Score>)]
    pub overall: Option<Score>,
    /// `good`, `warning`, `bad` or `unknown`.
    #[schema(value_type = String)]
    pub standing: Standing,
    /// The six categories.
    pub categories: Vec<CategoryScore>,
    /// Every safeguard, in the order of the regulation.
    pub safeguards: Vec<SafeguardScore>,
}

/// The score of a category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryScore {
    /// Its word in addresses.
    #[schema(value_type = String)]
    pub id: Category,
    /// Its title.
    pub title: &'static str,
    /// Whether everything applicable passes; `null` when nothing is applicable or known.
    pub met: Option<bool>,
    /// Its score; `null` when there is nothing to score.
    #[schema(value_type = Option<schema::Score>)]
    pub score: Option<Score>,
    /// `good`, `warning`, `bad` or `unknown`.
    #[schema(value_type = String)]
    pub standing: Standing,
    /// Evaluations by state.
    #[schema(value_type = schema::Tally)]
    pub evaluations: Tally,
}

/// The score of a safeguard.
#[derive(Debug, Serialize, ToSchema)]
pub struct SafeguardScore {
    /// The section of 45 CFR part 164.
    #[schema(value_type = String)]
    pub section: SectionId,
    /// Its title in the regulation.
    pub title: String,
    /// Its class.
    #[schema(value_type = String)]
    pub class: Class,
    /// `section`, `standard`, `specification` or `provision`.
    #[schema(value_type = String)]
    pub kind: SafeguardKind,
    /// `required`, `addressable`, or `null` for bare sections.
    #[schema(value_type = Option<String>)]
    pub requirement: Option<Requirement>,
    /// The section above it.
    #[schema(value_type = Option<String>)]
    pub parent: Option<SectionId>,
    /// Whether everything applicable passes; `null` when nothing is applicable or known.
    pub met: Option<bool>,
    /// Its score; `null` when there is nothing to score.
    #[schema(value_type = Option<schema::Score>)]
    pub score: Option<Score>,
    /// Evaluations by state.
    #[schema(value_type = schema::Tally)]
    pub evaluations: Tally,
}

/// All scores.
#[utoipa::path(
    get,
    path = "/api/v1/scores",
    tag = "scores",
    responses(
        (status = 200, description = "All scores of the last judgement", body = Scores),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn scores(State(shared): State<Shared>, uri: Uri) -> Answer {
    Parameters::of(&uri, &[])?;
    let reader = &shared.app.reader;
    let goal = reader.organisation().await?.map_or(Goal(1.0), |organisation| organisation.goal);
    let points = reader.scores_latest().await?;
    json(&all(Catalogue::get(), goal, &points))
}

fn all(catalogue: &Catalogue, goal: Goal, points: &BTreeMap<String, ScorePoint>) -> Scores {
    let point = |scope: ScoreScope| points.get(&scope.to_string());
    let overall = point(ScoreScope::Overall);
    Scores {
        as_of: overall.map(|point| point.at),
        oldest_as_of: overall.and_then(|point| point.oldest_as_of),
        any_stale: overall.is_some_and(|point| point.any_stale),
        run: overall.map(|point| point.run.0),
        catalogue_version: overall
            .map_or_else(|| catalogue.version.to_owned(), |point| point.catalogue_version.clone()),
        goal: goal.0,
        overall: overall.and_then(|point| point.score),
        standing: standing(overall, goal),
        categories: Category::ALL
            .into_iter()
            .map(|id| category(id, point(ScoreScope::Category(id)), goal))
            .collect(),
        safeguards: catalogue
            .safeguards
            .iter()
            .map(|safeguard| {
                let point = point(ScoreScope::Section(safeguard.section.clone()));
                SafeguardScore {
                    section: safeguard.section.clone(),
                    title: safeguard.title.clone(),
                    class: safeguard.class,
                    kind: safeguard.kind,
                    requirement: safeguard.requirement,
                    parent: safeguard.parent.clone(),
                    met: point.and_then(|point| point.met),
                    score: point.and_then(|point| point.score),
                    evaluations: point.map(|point| point.tally).unwrap_or_default(),
                }
            })
            .collect(),
    }
}

fn category(id: Category, point: Option<&ScorePoint>, goal: Goal) -> CategoryScore {
    CategoryScore {
        id,
        title: id.title(),
        met: point.and_then(|point| point.met),
        score: point.and_then(|point| point.score),
        standing: standing(point, goal),
        evaluations: point.map(|point| point.tally).unwrap_or_default(),
    }
}

fn standing(point: Option<&ScorePoint>, goal: Goal) -> Standing {
    let score = point.and_then(|point| point.score);
    Standing::of(score, goal, point.is_some_and(|point| point.any_stale))
}
