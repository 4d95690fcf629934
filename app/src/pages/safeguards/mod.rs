//! `/safeguards`: what the law wants, in the order of the regulation, and where it stands.

mod filters;
mod met;
mod table;
#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeMap;

use domain::catalogue::{Class, SafeguardKind};
use domain::{Catalogue, Goal, Safeguard, ScoreScope, SectionId};
use leptos::prelude::*;
use store::{Reader, ScorePoint};

use super::{Ask, Page, scored};
use crate::components::{
    Empty, Explanation, empty, explain, heading, leads, leads_to_rest, listing, mark, section,
    standing_mark,
};
use crate::error::PageError;
use crate::query::Query;
use crate::shell::Here;
use crate::words;

pub use filters::Filters;
pub use met::Met;
pub(super) use met::{met_mark, only_people};
pub(super) use table::table;

/// The address of this list.
const PATH: &str = "/safeguards";

/// All safeguards.
#[derive(Debug, Clone)]
pub struct SafeguardsPage {
    /// The state of the page.
    pub query: Query,
    /// What it means.
    pub filters: Filters,
    /// What the organisation wants to reach.
    pub goal: Goal,
    /// Whether any source is stale now.
    pub stale: bool,
    /// Every safeguard, in the order of the regulation.
    pub rows: Vec<SafeguardRow>,
    /// The scores of the classes.
    pub classes: BTreeMap<Class, ScorePoint>,
    /// Where the scores of the classes come from.
    pub explanations: BTreeMap<Class, Explanation>,
}

/// A safeguard and where it stands.
#[derive(Debug, Clone)]
pub struct SafeguardRow {
    /// The safeguard.
    pub safeguard: &'static Safeguard,
    /// Its score; `None` before the first round ended.
    pub point: Option<ScorePoint>,
    /// Whether it is met.
    pub met: Met,
}

impl SafeguardRow {
    /// Joins a safeguard with its latest score.
    pub fn new(safeguard: &'static Safeguard, point: Option<ScorePoint>) -> Self {
        let met = Met::of(point.as_ref());
        Self { safeguard, point, met }
    }

    /// Whether it asks for anything itself; bare sections only hold others.
    fn asks(&self) -> bool {
        self.safeguard.kind != SafeguardKind::Section
    }
}

/// What stands above a safeguard, the outermost first.
pub(super) fn above(safeguard: &Safeguard) -> Vec<&'static Safeguard> {
    let up = |it: &Safeguard| {
        it.parent.as_ref().and_then(|parent| Catalogue::get().safeguard(parent.as_str()))
    };
    let mut chain: Vec<_> = std::iter::successors(up(safeguard), |it| up(it)).collect();
    chain.reverse();
    chain
}

/// The latest score of a section among all latest scores.
pub(super) fn point_of(
    latest: &BTreeMap<String, ScorePoint>,
    section: &SectionId,
) -> Option<ScorePoint> {
    latest.get(&ScoreScope::Section(section.clone()).to_string()).cloned()
}

impl Page for SafeguardsPage {
    const HERE: Here = Here::Safeguards;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let filters = Filters::read(ask.query)?;
        let latest = reader.scores_latest().await?;
        let classes: BTreeMap<Class, ScorePoint> = Class::ALL
            .into_iter()
            .filter_map(|class| {
                Some((class, latest.get(&ScoreScope::Class(class).to_string())?.clone()))
            })
            .collect();
        let tallies = reader.control_tallies(None).await?;
        Ok(Self {
            query: ask.query.clone(),
            filters,
            goal: reader.organisation().await?.map_or(Goal(0.9), |it| it.goal),
            stale: reader.freshness(ask.now).await?.any_stale(),
            rows: rows(&latest),
            explanations: explanations(&classes, &tallies),
            classes,
        })
    }

    fn title(&self) -> String {
        "Safeguards".to_owned()
    }

    fn wait(&self) -> Option<u32> {
        self.classes.is_empty().then_some(3)
    }

    fn view(self) -> AnyView {
        let shown = self.shown();
        let (asking, met) = self.counts();
        let met_href = self.query.with("state", Met::Yes.as_str()).href(PATH);
        let total = format!("{} · ", words::counted(asking, "safeguard", "safeguards"));
        let met = leads(met > 0, met_href, format!("{} met", words::count(met)));
        let total = view! { <strong>{total} {met}</strong> };
        let unmeasured = self.classes.is_empty().then(|| empty(Empty::NoData));
        let body = if asking == 0 {
            empty(Empty::NoMatch { things: "safeguards", clear: PATH.to_owned() })
        } else {
            Class::ALL.map(|class| self.class(class, &shown)).into_iter().collect_view().into_any()
        };
        let body = view! {
            <div class="listing-head">
                {filters::chips(&self.query)}
                <p class="listing-total">{total}</p>
            </div>
            {unmeasured}
            {body}
        };
        let sentence = "Every standard and implementation specification of the HIPAA Security \
                        Rule and of the breach notification rule, 45 CFR part 164.";
        let facets = filters::facets(&self);
        view! { {heading("Safeguards", sentence, ())} {listing(facets, body)} }.into_any()
    }
}

/// Every safeguard with its latest score.
pub(super) fn rows(latest: &BTreeMap<String, ScorePoint>) -> Vec<SafeguardRow> {
    let row = |it| SafeguardRow::new(it, point_of(latest, &it.section));
    Catalogue::get().safeguards.iter().map(row).collect()
}

fn explanations(
    classes: &BTreeMap<Class, ScorePoint>,
    tallies: &scored::Tallies,
) -> BTreeMap<Class, Explanation> {
    let explanation = |(class, point): (&Class, &ScorePoint)| {
        let weighed = scored::weighed(tallies, Catalogue::get().controls_of_class(*class));
        let href = controls_of(*class);
        (*class, scored::explanation(class.title(), &href, Some(point), weighed))
    };
    classes.iter().map(explanation).collect()
}

/// The controls behind the score of a class.
fn controls_of(class: Class) -> String {
    format!("/controls?class={}", class.as_str())
}

impl SafeguardsPage {
    /// How many safeguards the filters leave, and how many of these are met.
    pub(super) fn counts(&self) -> (u64, u64) {
        let left = || self.rows.iter().filter(|row| row.asks() && self.filters.leave(row));
        (left().count() as u64, left().filter(|row| row.met == Met::Yes).count() as u64)
    }

    /// The rows that the filters leave, and what stands above them, so that the tree keeps its
    /// form.
    fn shown(&self) -> Vec<&SafeguardRow> {
        let left: Vec<&SafeguardRow> =
            self.rows.iter().filter(|row| row.asks() && self.filters.leave(row)).collect();
        let holds = |row: &SafeguardRow| {
            left.iter()
                .any(|it| above(it.safeguard).iter().any(|up| up.section == row.safeguard.section))
        };
        self.rows.iter().filter(|row| row.asks() && self.filters.leave(row) || holds(row)).collect()
    }

    fn class(&self, class: Class, shown: &[&SafeguardRow]) -> Option<AnyView> {
        let rows: Vec<&SafeguardRow> =
            shown.iter().copied().filter(|row| row.safeguard.class == class).collect();
        if rows.is_empty() {
            return None;
        }
        let point = self.classes.get(&class);
        let score = match scored::score(point) {
            None => mark("not-evaluated", "Not measured").into_any(),
            Some(score) => {
                let href = controls_of(class);
                let unverified = format!("{href}&state=unknown");
                let upper =
                    leads(score.hi > score.lo, unverified.clone(), words::percent(score.hi));
                view! {
                    {standing_mark(
                        scored::standing(point, self.goal, self.stale),
                        Some(score),
                        self.goal,
                    )}
                    " "
                    <strong>{leads(true, href, words::percent(score.lo))}</strong>
                    <span class="quiet">
                        " up to " {upper} ", coverage "
                        {leads_to_rest(score.coverage, unverified)}
                    </span>
                    {self.explanations.get(&class).map(explain)}
                }
                .into_any()
            }
        };
        let body = table(class.title(), &rows, self.goal, self.stale);
        Some(section(class.as_str(), class.title(), score, body))
    }
}
