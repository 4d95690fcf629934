//! `/`: are we all right, how do we know, what do we do.

mod hero;
mod load;
mod panels;
mod response;
mod slis;
#[cfg(test)]
mod tests;
mod urgent;

use std::collections::BTreeMap;

use domain::catalogue::Class;
use domain::id::DAY_MS;
use domain::sli::Reading;
use domain::{Catalogue, Category, ControlId, Goal, ScoreScope, Source, Tally, Timestamp};
use leptos::prelude::*;
use report::Point;
use store::{FindingRow, Reader, ScorePoint};

pub use response::Response;

use super::scored::{self, Tallies, points};
use super::{Ask, Page, Unread};
use crate::around;
use crate::components::Explanation;
use crate::error::PageError;
use crate::shell::Here;
use crate::state::Progress;

/// How far back the trends reach.
const SPAN_MS: i64 = 90 * DAY_MS;
/// Findings shown with their deadlines.
const URGENT: u32 = 5;

/// The executive overview.
#[derive(Debug, Clone)]
pub struct OverviewPage {
    /// The present.
    pub now: Timestamp,
    /// What the organisation wants to reach.
    pub goal: Goal,
    /// Whether any source is stale now.
    pub stale: bool,
    /// The overall score; `None` before the first round ended.
    pub overall: Option<ScorePoint>,
    /// Its history.
    pub history: Vec<Point>,
    /// Where the overall score comes from.
    pub explanation: Explanation,
    /// The six categories.
    pub categories: Vec<CategoryCell>,
    /// The six classes of safeguards, with how many of their safeguards are met.
    pub classes: Vec<ClassRow>,
    /// What the ten indicators say.
    pub slis: Vec<Reading>,
    /// Incidents, and what may be a breach.
    pub response: Response,
    /// Encryption by service, the worst first.
    pub services: Vec<ServiceRow>,
    /// Audit logging.
    pub logging: Vec<ControlRow>,
    /// Backup and recovery.
    pub backup: Vec<ControlRow>,
    /// Open findings of high risk, the most overdue first.
    pub urgent: Vec<FindingRow>,
    /// How many there are in all.
    pub urgent_total: u64,
    /// How much could not be read, where there are none.
    pub unread: Unread,
    /// The sources.
    pub sources: Vec<SourceRow>,
    /// The present round.
    pub progress: Progress,
}

/// A cell of the score strip.
#[derive(Debug, Clone)]
pub struct CategoryCell {
    /// The category.
    pub category: Category,
    /// Its score.
    pub point: Option<ScorePoint>,
    /// Its history.
    pub history: Vec<Point>,
    /// Controls that fail somewhere.
    pub failing: u64,
    /// Where its score comes from.
    pub explanation: Explanation,
}

/// A class of safeguards.
#[derive(Debug, Clone)]
pub struct ClassRow {
    /// The class.
    pub class: Class,
    /// Its score.
    pub point: Option<ScorePoint>,
    /// Standards and specifications that are met.
    pub met: u64,
    /// Standards and specifications in all.
    pub all: u64,
    /// Where its score comes from.
    pub explanation: Explanation,
}

/// Encryption of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRow {
    /// The name.
    pub name: &'static str,
    /// How its resource types begin.
    pub kind: &'static str,
    /// Its evaluations.
    pub tally: Tally,
}

/// A control under a short name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlRow {
    /// The control.
    pub id: ControlId,
    /// The short name.
    pub name: &'static str,
    /// Its evaluations.
    pub tally: Tally,
}

/// A source over all places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// The source.
    pub source: Source,
    /// Places that answered everything.
    pub read: u64,
    /// Places where the service is off.
    pub off: u64,
    /// Places that failed, wholly or in part.
    pub failed: u64,
    /// Places in all.
    pub all: u64,
    /// Whether anything of it is stale.
    pub stale: bool,
    /// When its oldest part was read.
    pub oldest: Option<Timestamp>,
}

impl Page for OverviewPage {
    const HERE: Here = Here::Overview;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let catalogue = Catalogue::get();
        let since = ask.now.plus(-SPAN_MS);
        let goal = reader.organisation().await?.map_or(Goal(0.9), |it| it.goal);
        let freshness = reader.freshness(ask.now).await?;
        let latest = reader.scores_latest().await?;
        let tallies = reader.control_tallies(None).await?;
        let overall = latest.get(&ScoreScope::Overall.to_string()).cloned();
        let history = reader.score_history(&ScoreScope::Overall, since).await?;
        let mut categories = Vec::new();
        for category in Category::ALL {
            let scope = ScoreScope::Category(category);
            let history = points(&reader.score_history(&scope, since).await?);
            let point = latest.get(&scope.to_string()).cloned();
            categories.push(cell(category, point, history, &tallies));
        }
        let classes = Class::ALL.map(|class| class_row(class, &latest, &tallies)).to_vec();
        let weighed = scored::weighed(&tallies, catalogue.controls.values());
        let explanation = scored::explanation("Overall", "/controls", overall.as_ref(), weighed);
        Ok(Self {
            now: ask.now,
            goal,
            stale: freshness.any_stale(),
            explanation,
            overall,
            history: points(&history),
            categories,
            classes,
            slis: reader.sli_readings(ask.now).await?,
            response: Response {
                lanes: reader.oncall_counts().await?,
                presumed: reader.presumed_breaches().await?,
                watched: reader.feed_cursor().await?.is_some(),
            },
            services: load::services(catalogue, &tallies),
            logging: load::rows(&load::LOGGING, catalogue, &tallies),
            backup: load::rows(&load::BACKUP, catalogue, &tallies),
            urgent: reader.open_by_age(URGENT).await?,
            urgent_total: reader.finding_counts(&around::urgent()).await?.total,
            unread: Unread::of(freshness.scopes()),
            sources: load::sources(&freshness),
            progress: ask.progress.clone(),
        })
    }

    fn title(&self) -> String {
        "Overview".to_owned()
    }

    fn wait(&self) -> Option<u32> {
        self.overall.is_none().then_some(3)
    }

    fn view(self) -> AnyView {
        if self.overall.is_none() {
            return hero::waiting(&self.progress);
        }
        view! {
            <div class="overview">
                {hero::hero(&self)}
                {response::strip(&self)}
                {panels::strip(&self)}
                {slis::strip(&self.slis)}
                <div class="panels">
                    {panels::encryption(&self.services)}
                    {panels::logging(&self.logging)}
                    {panels::backup(&self.backup)}
                    {panels::freshness(&self.sources)}
                </div>
                {urgent::urgent(&self)}
            </div>
        }
        .into_any()
    }
}

fn cell(
    category: Category,
    point: Option<ScorePoint>,
    history: Vec<Point>,
    tallies: &Tallies,
) -> CategoryCell {
    let controls = || Catalogue::get().controls_of_category(category);
    let href = format!("/controls?category={}", category.as_str());
    let weighed = scored::weighed(tallies, controls());
    CategoryCell {
        category,
        history,
        failing: scored::failing(tallies, controls()),
        explanation: scored::explanation(category.title(), &href, point.as_ref(), weighed),
        point,
    }
}

fn class_row(class: Class, latest: &BTreeMap<String, ScorePoint>, tallies: &Tallies) -> ClassRow {
    let catalogue = Catalogue::get();
    let point = latest.get(&ScoreScope::Class(class).to_string()).cloned();
    let weighed = scored::weighed(tallies, catalogue.controls_of_class(class));
    let href = format!("/controls?class={}", class.as_str());
    ClassRow {
        class,
        met: met(catalogue, class, latest),
        all: assessable(catalogue, class).count() as u64,
        explanation: scored::explanation(class.title(), &href, point.as_ref(), weighed),
        point,
    }
}

fn assessable(catalogue: &Catalogue, class: Class) -> impl Iterator<Item = &domain::Safeguard> {
    use domain::catalogue::SafeguardKind::Section;
    catalogue.safeguards.iter().filter(move |it| it.class == class && it.kind != Section)
}

fn met(catalogue: &Catalogue, class: Class, latest: &BTreeMap<String, ScorePoint>) -> u64 {
    assessable(catalogue, class)
        .filter(|safeguard| {
            let scope = ScoreScope::Section(safeguard.section.clone()).to_string();
            latest.get(&scope).and_then(|point| point.met) == Some(true)
        })
        .count() as u64
}
