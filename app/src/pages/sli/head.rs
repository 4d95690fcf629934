//! The leading number, where it comes from, and its trend.

use domain::sli::{Kind, Reading, Target, percent};
use leptos::prelude::*;
use report::Series;

use super::{SPAN_MS, SliPage};
use crate::components::{ago, budget, call, chart, scroll, sli_mark};
use crate::pages::scored::ticks;
use crate::setting::Setting;
use crate::words;

pub(super) fn head(page: &SliPage) -> AnyView {
    let reading = &page.reading;
    let called = call(reading, page.now).map(|words| view! { <p class="note">{words} "."</p> });
    view! {
        <div class="detail-hero sli-hero">
            <div>
                <p class="leading">
                    <a href=behind(reading)>
                        <span class="leading-number">{reading.figure()}</span>
                    </a>
                    {sli_mark(reading.state)}
                </p>
                <p class="interval">{reading.why.clone()}</p>
                {called}
                {facts(reading)}
                {explain(reading)}
            </div>
            <div class="hero-trend">{trend(page)}</div>
        </div>
    }
    .into_any()
}

/// The list behind the number.
fn behind(reading: &Reading) -> &'static str {
    match reading.sli.definition().kind {
        Kind::Ratio | Kind::ThresholdRatio => "#events",
        Kind::Coverage | Kind::Deadline => "#members",
        Kind::Invariant => "#violations",
    }
}

fn facts(reading: &Reading) -> AnyView {
    let definition = reading.sli.definition();
    let fact =
        |name: &'static str, value: AnyView| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let as_of = reading.as_of.map_or_else(|| "never".into_any(), |at| ago(at).into_any());
    view! {
        <dl class="facts">
            {fact("Target", definition.target.to_string().into_any())}
            {fact("As of", as_of)}
            {reading.coverage.map(|share| fact("Observed", percent(share).into_any()))}
            {fact("Looked at", words::count(reading.examined).into_any())}
            {budget(reading).map(|words| fact("Budget", words.into_any()))}
            {reading.last_bad.map(|at| fact("Last bad", ago(at).into_any()))}
        </dl>
    }
    .into_any()
}

/// The formula with the actual numbers put in.
fn explain(reading: &Reading) -> AnyView {
    let definition = reading.sli.definition();
    let (good, total) = (words::count(reading.good), words::count(reading.total));
    let formula = match (definition.kind, reading.value) {
        (_, None) => "There is no number: nothing that counts was seen.".to_owned(),
        (Kind::Ratio | Kind::ThresholdRatio, Some(value)) => {
            format!("{good} good ÷ {total} that count = {}", percent(value))
        }
        (Kind::Coverage, Some(value)) => {
            format!("{good} covered ÷ {total} members = {}", percent(value))
        }
        (Kind::Invariant, Some(value)) => {
            format!("{value:.0} bad in 30 days, of {} looked at", words::count(reading.examined))
        }
        (Kind::Deadline, Some(value)) => {
            format!("The longest of {total} incidents: {value:.1} h; {good} within the limit")
        }
    };
    let left = reading.budget_left.map(|left| {
        let Target::Share(target) = definition.target else { return ().into_any() };
        let budget = 1.0 - target;
        let bad = reading.total - reading.good;
        let words = format!(
            "1 − ({} bad ÷ {total}) ÷ {:.3} % = {:.0} % of the budget of 30 days",
            words::count(bad),
            budget * 100.0,
            (left * 100.0).floor()
        );
        view! { <dt>"Budget left"</dt><dd class="formula">{words}</dd> }.into_any()
    });
    let debt = reading.debt_hours.map(|hours| {
        view! { <dt>"Debt"</dt><dd>{format!("{hours:.1} member-hours past their grace")}</dd> }
    });
    view! {
        <details class="explain">
            <summary>"Explain"</summary>
            <div class="explain-body">
                <p>{definition.kind.sentence()}</p>
                <dl>
                    <dt>"Number"</dt><dd class="formula">{formula}</dd>
                    {left}
                    {debt}
                    <dt>"Counted"</dt><dd>{reading.denominator.clone()}</dd>
                    <dt>"Computed"</dt><dd>{ago(reading.at)}</dd>
                </dl>
            </div>
        </details>
    }
    .into_any()
}

fn trend(page: &SliPage) -> AnyView {
    let here = Setting::here();
    let definition = page.reading.sli.definition();
    let from = page.now.plus(-SPAN_MS);
    let points: Vec<_> = page.history.iter().map(|point| (point.at, point.value)).collect();
    let ticks = ticks(from, page.now, 3, |at| words::short_date(at, &here.zone));
    let (target, most, figure): (f64, Option<f64>, fn(f64) -> String) = match definition.target {
        Target::Share(share) => (share, Some(1.0), percent),
        Target::Count(count) => (count as f64, None, |value| format!("{value:.0}")),
        Target::Within(ms) => {
            (ms as f64 / domain::id::HOUR_MS as f64, None, |value| format!("{value:.0} h"))
        }
    };
    let svg = report::series(&Series {
        id: "trend",
        title: "Hour by hour, last 30 days",
        points: &points,
        from,
        to: page.now,
        target,
        most,
        figure,
        ticks: &ticks,
        size: (620, 170),
    });
    let rows = page
        .history
        .iter()
        .rev()
        .take(48)
        .map(|point| {
            let value = point.value.map_or_else(|| "–".to_owned(), figure);
            view! {
                <tr>
                    <th scope="row">{words::moment(point.at, &here.zone)}</th>
                    <td>{point.state.title()}</td>
                    <td class="number">{value}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"The last 48 hours, newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Hour"</th>
                    <th scope="col">"State"</th>
                    <th scope="col" class="number">"Number"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    view! {
        <h2 class="quiet">"Last 30 days"</h2>
        {chart(svg)}
        <details class="data">
            <summary>"As a table"</summary>
            {scroll("The last 48 hours", table)}
        </details>
    }
    .into_any()
}
