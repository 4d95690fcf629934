//! The score, its formula with the numbers put in, and its trend.

use domain::{Standing, Tally};
use leptos::prelude::*;
use report::{Trend, Width, score_words};

use super::{ControlLine, SPAN_MS, SafeguardPage, address};
use crate::components::{chart, explain, leads, leads_to_rest, mark, scroll, standing_mark};
use crate::pages::scored;
use crate::query::segment;
use crate::setting::Setting;
use crate::words;

pub(super) fn score(page: &SafeguardPage) -> AnyView {
    view! {
        <div class="detail-hero">
            {leading(page)}
            <div>{trend(page)}</div>
        </div>
    }
    .into_any()
}

fn leading(page: &SafeguardPage) -> AnyView {
    let point = page.point.as_ref();
    let Some(score) = scored::score(point) else {
        let told = if point.is_some() {
            "No control in scope applies, so there is nothing to score."
        } else {
            "Nothing has been measured yet."
        };
        return view! {
            <div class="hero-score">{standing_mark(Standing::Unknown, None, page.goal)} <p>{told}</p></div>
        }
        .into_any();
    };
    let standing = scored::standing(point, page.goal, page.stale);
    let title = score_words(&page.safeguard.title, Some(score));
    let bar = report::score_bar(&title, Some(score), standing, page.goal.0, Width::Wide);
    let number = words::percent(score.lo);
    let number = number.trim_end_matches(['%', '\u{202f}']).to_owned();
    let unverified = format!("{}?state=unknown#evaluations", address(page.safeguard));
    let hi = leads(score.hi > score.lo, unverified.clone(), words::percent(score.hi));
    view! {
        <div class="hero-score">
            <p class="leading">
                <a href="#controls">
                    <span class="leading-number">{number}</span>
                    <span class="leading-unit">"%"</span>
                    <span class="hidden">" verified"</span>
                </a>
                {standing_mark(standing, Some(score), page.goal)}
            </p>
            <p class="interval">
                "up to " <strong>{hi}</strong> " if what is unverified passes"
            </p>
            {chart(bar)}
            <dl class="facts">
                <div><dt>"Coverage"</dt><dd>{leads_to_rest(score.coverage, unverified)}</dd></div>
                <div><dt>"Goal"</dt><dd>{words::percent(page.goal.0)}</dd></div>
            </dl>
            {explain(&page.explanation)}
            {by_control(page)}
        </div>
    }
    .into_any()
}

/// The terms of the sum, one control a row.
fn by_control(page: &SafeguardPage) -> AnyView {
    let counts = |line: &&ControlLine| line.tally.total() == 0 || line.tally.applicable() > 0;
    let rows = page.controls.iter().filter(counts).map(term).collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"What each control adds to the score"</caption>
            <thead>
                <tr>
                    <th scope="col">"Control"</th>
                    <th scope="col" class="number">"Weight"</th>
                    <th scope="col" class="number">"Pass"</th>
                    <th scope="col" class="number">"Unknown"</th>
                    <th scope="col" class="number">"Adds"</th>
                    <th scope="col" class="number">"Could add"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    view! {
        <details class="explain">
            <summary>"Control by control"</summary>
            <div class="explain-body">
                <p>
                    "A control adds weight × pass ÷ applicable; it could add weight × unknown ÷ "
                    "applicable more. The score is the sum divided by the sum of the weights."
                </p>
                {scroll("What each control adds to the score", table)}
            </div>
        </details>
    }
    .into_any()
}

fn term(line: &ControlLine) -> AnyView {
    let Tally { pass, .. } = line.tally;
    let (all, unknown) = (line.tally.applicable(), line.tally.unknown());
    let weight = line.control.severity.weight();
    let share = |n: u64| if all == 0 { 0.0 } else { n as f64 / all as f64 };
    // What nobody looked at could be anything: nothing is proved, everything is possible.
    let could = if all == 0 { 1.0 } else { share(unknown) };
    let ratio = |n: u64| match all {
        0 => "none seen".to_owned(),
        _ => format!("{}/{}", words::count(n), words::count(all)),
    };
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/controls/{}", segment(line.control.id.as_str()))>
                    {line.control.title.clone()}
                </a>
            </th>
            <td class="number">{format!("{weight:.0}")}</td>
            <td class="number">{ratio(pass)}</td>
            <td class="number">{ratio(unknown)}</td>
            <td class="number">{format!("{:.2}", weight * share(pass))}</td>
            <td class="number">{format!("{:.2}", weight * could)}</td>
        </tr>
    }
    .into_any()
}

fn trend(page: &SafeguardPage) -> AnyView {
    if page.history.is_empty() {
        let told = "No history yet: a point is added with every round.";
        return view! {
            <h2 class="quiet">"Last 90 days"</h2>
            <p>{mark("not-evaluated", told)}</p>
        }
        .into_any();
    }
    let here = Setting::here();
    let from = page.now.plus(-SPAN_MS);
    let ticks = scored::ticks(from, page.now, 3, |at| words::short_date(at, &here.zone));
    let title = format!("Score of {}, last 90 days", page.safeguard.section);
    let svg = report::trend(&Trend {
        id: "trend",
        title: &title,
        points: &page.history,
        from,
        to: page.now,
        goal: page.goal.0,
        ticks: &ticks,
        size: (560, 178),
    });
    let rows = page
        .history
        .iter()
        .rev()
        .map(|point| {
            view! {
                <tr>
                    <th scope="row">{words::date(point.at, &here.zone)}</th>
                    <td class="number">{words::percent(point.lo)}</td>
                    <td class="number">{words::percent(point.hi)}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"Score by day, newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Day"</th>
                    <th scope="col" class="number">"Verified"</th>
                    <th scope="col" class="number">"Up to"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    view! {
        <h2 class="quiet">"Last 90 days"</h2>
        {chart(svg)}
        <details class="data">
            <summary>"As a table"</summary>
            {scroll("Scores of the last 90 days", table)}
        </details>
    }
    .into_any()
}
