//! `/safeguards/{section}`: one safeguard, whether it is met, and what stands in the way.

mod controls;
mod evaluations;
mod head;
mod score;
#[cfg(test)]
mod tests;

use domain::id::DAY_MS;
use domain::{Catalogue, Control, Goal, Safeguard, ScoreScope, State, Tally, Timestamp};
use leptos::prelude::*;
use report::Point;
use store::{EvaluationQuery, EvaluationRow, Reader, ScorePoint};

use super::safeguards::{SafeguardRow, point_of, table};
use super::{Ask, Page, scored};
use crate::components::{Explanation, section};
use crate::error::PageError;
use crate::query::{Query, segment};
use crate::shell::Here;

pub use evaluations::Choice;

/// How far back the trend reaches.
const SPAN_MS: i64 = 90 * DAY_MS;

/// One safeguard.
#[derive(Debug, Clone)]
pub struct SafeguardPage {
    /// The number in the URL, which may be another way to write it.
    pub asked: String,
    /// The safeguard.
    pub safeguard: &'static Safeguard,
    /// The state of the page.
    pub query: Query,
    /// The present.
    pub now: Timestamp,
    /// What the organisation wants to reach.
    pub goal: Goal,
    /// Whether any source is stale now.
    pub stale: bool,
    /// Its score; `None` before the first round ended.
    pub point: Option<ScorePoint>,
    /// Its history.
    pub history: Vec<Point>,
    /// Where the score comes from.
    pub explanation: Explanation,
    /// The controls that support it or anything below it.
    pub controls: Vec<ControlLine>,
    /// The safeguards directly below it.
    pub below: Vec<SafeguardRow>,
    /// Which evaluations are listed.
    pub choice: Choice,
    /// The evaluations, by state.
    pub groups: Vec<Group>,
}

/// A control and how it fares.
#[derive(Debug, Clone)]
pub struct ControlLine {
    /// The control.
    pub control: &'static Control,
    /// Its evaluations.
    pub tally: Tally,
}

/// Evaluations in one state.
#[derive(Debug, Clone)]
pub struct Group {
    /// The state.
    pub state: State,
    /// How many there are in all.
    pub total: u64,
    /// Those on this page.
    pub rows: Vec<EvaluationRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

impl Page for SafeguardPage {
    const HERE: Here = Here::Safeguards;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let catalogue = Catalogue::get();
        let safeguard = catalogue
            .safeguard(ask.id)
            .ok_or_else(|| PageError::missing("safeguard", ask.id, "/safeguards"))?;
        let choice = Choice::read(ask.query)?;
        let latest = reader.scores_latest().await?;
        let tallies = reader.control_tallies(None).await?;
        let scope = ScoreScope::Section(safeguard.section.clone());
        let history = reader.score_history(&scope, ask.now.plus(-SPAN_MS)).await?;
        let controls: Vec<ControlLine> = catalogue
            .controls_of_section(&safeguard.section)
            .iter()
            .filter_map(|id| catalogue.control(id))
            .map(|control| ControlLine { control, tally: scored::tally_of(&tallies, &control.id) })
            .collect();
        let groups = groups(reader, ask, &choice, &controls).await?;
        let below = catalogue
            .safeguards
            .iter()
            .filter(|it| it.parent.as_ref() == Some(&safeguard.section))
            .map(|it| SafeguardRow::new(it, point_of(&latest, &it.section)))
            .collect();
        let point = point_of(&latest, &safeguard.section);
        Ok(Self {
            asked: ask.id.to_owned(),
            safeguard,
            query: ask.query.clone(),
            now: ask.now,
            goal: reader.organisation().await?.map_or(Goal(0.9), |it| it.goal),
            stale: reader.freshness(ask.now).await?.any_stale(),
            history: scored::points(&history),
            explanation: explanation(safeguard, point.as_ref(), &controls),
            point,
            controls,
            below,
            choice,
            groups,
        })
    }

    fn title(&self) -> String {
        format!("§ {} {}", self.safeguard.section, self.safeguard.title)
    }

    fn view(self) -> AnyView {
        let below = (!self.below.is_empty()).then(|| {
            let rows: Vec<&SafeguardRow> = self.below.iter().collect();
            let body = table("Standards and specifications below", &rows, self.goal, self.stale);
            section("below", "Standards and specifications below", (), body)
        });
        view! {
            {head::head(&self)}
            {score::score(&self)}
            {section("evaluations", "Evaluations", (), evaluations::evaluations(&self))}
            {section("controls", "Controls", (), controls::controls(&self))}
            {below}
        }
        .into_any()
    }
}

/// The address of a safeguard.
fn address(safeguard: &Safeguard) -> String {
    format!("/safeguards/{}", segment(safeguard.section.as_str()))
}

fn explanation(
    safeguard: &Safeguard,
    point: Option<&ScorePoint>,
    controls: &[ControlLine],
) -> Explanation {
    let weighed = controls
        .iter()
        .map(|line| domain::score::Weighed { severity: line.control.severity, tally: line.tally });
    let href = format!("{}#controls", address(safeguard));
    let explanation =
        Explanation::new(safeguard.title.clone(), href, scored::score(point), weighed);
    match point {
        Some(point) => explanation.of(point),
        None => explanation,
    }
}

async fn groups(
    reader: &Reader,
    ask: &Ask<'_>,
    choice: &Choice,
    controls: &[ControlLine],
) -> Result<Vec<Group>, PageError> {
    let mut groups = Vec::new();
    for state in choice.states() {
        let asked = EvaluationQuery {
            controls: Some(controls.iter().map(|line| line.control.id.clone()).collect()),
            states: vec![state],
            limit: choice.rows(),
            cursor: choice
                .pages()
                .then(|| ask.query.get("cursor").map(ToOwned::to_owned))
                .flatten(),
            ..EvaluationQuery::default()
        };
        let page = reader.evaluation_page(&asked).await?;
        let total = controls.iter().map(|line| line.tally.get(state)).sum();
        groups.push(Group { state, total, rows: page.items, next: page.next });
    }
    Ok(groups)
}
