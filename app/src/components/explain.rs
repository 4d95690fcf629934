//! Where a number comes from, with the actual numbers put in.

use domain::score::Weighed;
use domain::{Score, Tally, Timestamp};
use leptos::prelude::*;

use super::{at, scroll};
use crate::words;

/// Everything that a score rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// What the score is about, e.g. `Encryption`.
    pub name: String,
    /// The score.
    pub score: Option<Score>,
    /// The controls that it weighs.
    pub controls: Vec<Weighed>,
    /// The controls that left the sums, because nothing applies.
    pub left_out: u64,
    /// When the oldest data was read.
    pub as_of: Option<Timestamp>,
    /// The catalogue's version.
    pub catalogue: String,
    /// The list behind it.
    pub href: String,
}

impl Explanation {
    /// Takes the tallies of the controls of a scope.
    pub fn new(
        name: impl Into<String>,
        href: impl Into<String>,
        score: Option<Score>,
        controls: impl IntoIterator<Item = Weighed>,
    ) -> Self {
        let counts = |weighed: &Weighed| {
            let tally = &weighed.tally;
            tally.total() == 0 || tally.applicable() > 0
        };
        let (controls, out): (Vec<_>, Vec<_>) = controls.into_iter().partition(counts);
        Self {
            name: name.into(),
            score,
            controls,
            left_out: out.len() as u64,
            as_of: None,
            catalogue: domain::catalogue::VERSION.to_owned(),
            href: href.into(),
        }
    }

    /// With the age and the catalogue of what was stored.
    #[must_use]
    pub fn of(mut self, point: &store::ScorePoint) -> Self {
        self.as_of = point.oldest_as_of;
        self.catalogue.clone_from(&point.catalogue_version);
        self
    }

    fn weight(&self) -> f64 {
        self.controls.iter().map(|control| control.severity.weight()).sum()
    }

    fn tally(&self) -> Tally {
        let mut sum = Tally::default();
        for control in &self.controls {
            sum.merge(&control.tally);
        }
        sum
    }
}

/// How every score is made.
const RULE: &str = "Each control counts the share of its resources that pass, weighted by \
    severity: critical 10, high 5, medium 2, low 1.";

/// The disclosure.
pub fn explain(explanation: &Explanation) -> AnyView {
    let Some(score) = explanation.score else {
        let words = "No control in scope applies, so there is nothing to score. That is not 100 %.";
        return disclosure(view! { <p>{words}</p> }.into_any());
    };
    let (weight, tally) = (explanation.weight(), explanation.tally());
    let part = |share: f64| format!("{:.1}", share * weight);
    let formula = format!(
        "{} verified ÷ {weight:.0} possible = {}",
        part(score.lo),
        words::percent(score.lo)
    );
    let upper = format!(
        "({} verified + {} unverified) ÷ {weight:.0} = {}",
        part(score.lo),
        part(score.hi - score.lo),
        words::percent(score.hi)
    );
    let coverage = format!(
        "{} looked at ÷ {weight:.0} = {}",
        part(score.coverage),
        words::percent(score.coverage)
    );
    let rows = view! {
        <p>{RULE}</p>
        <dl>
            <dt>"Score"</dt><dd class="formula">{formula}</dd>
            <dt>"Up to"</dt><dd class="formula">{upper}</dd>
            <dt>"Coverage"</dt><dd class="formula">{coverage}</dd>
            <dt>"Numerator"</dt><dd>{numerator(&tally)}</dd>
            <dt>"Denominator"</dt><dd>{denominator(explanation, &tally)}</dd>
            <dt>"Left out"</dt><dd>{left_out(explanation, &tally)}</dd>
            <dt>"As of"</dt><dd>{explanation.as_of.map(at)}{none(explanation.as_of)}</dd>
            <dt>"Sources"</dt>
            <dd>
                "Security Hub, AWS Config, GuardDuty, AWS Backup; catalogue "
                {explanation.catalogue.clone()} ". "
                <a href=explanation.href.clone()>"The controls behind it"</a>
            </dd>
        </dl>
    };
    disclosure(rows.into_any())
}

/// One disclosure for scores that stand together: the formula of each, in a table.
pub fn explain_all<'a>(
    caption: &'static str,
    explanations: impl IntoIterator<Item = &'a Explanation>,
) -> AnyView {
    let rows: Vec<AnyView> = explanations.into_iter().map(explained).collect();
    let table = view! {
        <table>
            <caption class="hidden">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col" class="number">"Verified ÷ possible = score"</th>
                    <th scope="col" class="number">"With the unverified"</th>
                    <th scope="col" class="number">"Coverage"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    disclosure(view! { <p>{RULE}</p> {scroll(caption, table)} }.into_any())
}

fn explained(explanation: &Explanation) -> AnyView {
    let name = view! {
        <th scope="row">
            <a href=explanation.href.clone()>{explanation.name.clone()}</a>
        </th>
    };
    let Some(score) = explanation.score else {
        return view! { <tr>{name} <td colspan="3">"No control applies: nothing to score"</td></tr> }
            .into_any();
    };
    let weight = explanation.weight();
    let formula =
        |share: f64| format!("{:.1} ÷ {weight:.0} = {}", share * weight, words::percent(share));
    view! {
        <tr>
            {name}
            <td class="number formula">{formula(score.lo)}</td>
            <td class="number">{formula(score.hi)}</td>
            <td class="number">{words::percent(score.coverage)}</td>
        </tr>
    }
    .into_any()
}

fn none(at: Option<Timestamp>) -> Option<&'static str> {
    at.is_none().then_some("nothing was read yet")
}

fn numerator(tally: &Tally) -> String {
    format!("{} pass on fresh data", words::counted(tally.pass, "evaluation", "evaluations"))
}

fn denominator(explanation: &Explanation, tally: &Tally) -> String {
    format!(
        "{} of {}: {} pass, {} fail, {} unknown ({} not evaluated, {} stale, {} unreadable)",
        words::counted(tally.applicable(), "evaluation", "evaluations"),
        words::counted(explanation.controls.len() as u64, "control", "controls"),
        words::count(tally.pass),
        words::count(tally.fail),
        words::count(tally.unknown()),
        words::count(tally.not_evaluated),
        words::count(tally.stale),
        words::count(tally.error),
    )
}

fn left_out(explanation: &Explanation, tally: &Tally) -> String {
    format!(
        "{} to which nothing applies; in the others {} excepted and {} not applicable",
        words::counted(explanation.left_out, "control", "controls"),
        words::count(tally.excepted),
        words::count(tally.not_applicable),
    )
}

fn disclosure(body: AnyView) -> AnyView {
    view! {
        <details class="explain">
            <summary>"Explain"</summary>
            <div class="explain-body">{body}</div>
        </details>
    }
    .into_any()
}
