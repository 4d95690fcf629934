//! The leading number, its trend, and the safeguards by class.

use domain::{Score, Standing};
use leptos::prelude::*;
use report::{Trend, Width, score_words};

use super::{ClassRow, OverviewPage, SPAN_MS};
use crate::components::{
    ago, chart, explain, explain_all, heading, leads, leads_to_rest, mark, scroll, standing_mark,
    validate,
};
use crate::pages::safeguards::Met;
use crate::pages::scored;
use crate::setting::Setting;
use crate::state::Progress;
use crate::words;

/// The controls that something is unknown of.
const UNVERIFIED: &str = "/controls?state=unknown";

/// The page before the first round has ended.
pub(super) fn waiting(progress: &Progress) -> AnyView {
    let body = if progress.running {
        let words = format!("{} of {} places read", progress.done, progress.total);
        view! {
            <div class="empty empty-no-data">
                <p class="empty-title">"The first round is under way"</p>
                <progress
                    aria-label="First round"
                    max=progress.total.max(1).to_string()
                    value=progress.done.to_string()
                ></progress>
                <p>{words} ". A place is one source in one account and region."</p>
                <p>"This page fills in by itself when the round ends."</p>
            </div>
        }
        .into_any()
    } else {
        view! {
            <div class="empty empty-no-data">
                <p class="empty-title">"No data yet"</p>
                <p>
                    "No round has been made. Start one here, or wait for the schedule; "
                    "nothing is green before something was measured."
                </p>
                {validate(progress)}
                <p><a href="/collection">"What will be read, and from where"</a></p>
            </div>
        }
        .into_any()
    };
    view! { {heading("HIPAA compliance", "Nothing has been measured yet.", ())} {body} }.into_any()
}

pub(super) fn hero(page: &OverviewPage) -> AnyView {
    let sentence = page.overall.as_ref().map(|point| {
        view! {
            "Judged " {ago(point.at)} " on data read " {point.oldest_as_of.map(ago)}
            " or later. " <a href="/collection">"Sources"</a>
        }
    });
    view! {
        {heading("HIPAA compliance", sentence, validate(&page.progress))}
        <div class="hero">
            {leading(page)}
            <div class="hero-trend">{trend(page)}</div>
            <section class="hero-classes" aria-labelledby="classes-title">
                <div class="hero-classes-head">
                    <h2 id="classes-title">
                        <a href="/safeguards">"Safeguards by class"</a>
                    </h2>
                    {explain_all(
                        "Where the scores of the classes come from",
                        page.classes.iter().map(|row| &row.explanation),
                    )}
                </div>
                {classes(page)}
            </section>
        </div>
    }
    .into_any()
}

fn leading(page: &OverviewPage) -> AnyView {
    let Some(score) = scored::score(page.overall.as_ref()) else {
        return view! {
            <div class="hero-score">
                {standing_mark(Standing::Unknown, None, page.goal)}
                <p>"No control applies to what was read."</p>
            </div>
        }
        .into_any();
    };
    let standing = scored::standing(page.overall.as_ref(), page.goal, page.stale);
    view! {
        <div class="hero-score">
            <p class="leading">
                <a href="/controls?sort=state">
                    <span class="leading-number">{number(score.lo)}</span>
                    <span class="leading-unit">"%"</span>
                    <span class="hidden">" verified"</span>
                </a>
                {standing_mark(standing, Some(score), page.goal)}
            </p>
            {interval(score)}
            <dl class="facts">
                <div>
                    <dt>"Coverage"</dt>
                    <dd>{leads_to_rest(score.coverage, UNVERIFIED.to_owned())}</dd>
                </div>
                <div><dt>"Goal"</dt><dd>{words::percent(page.goal.0)}</dd></div>
            </dl>
            {explain(&page.explanation)}
        </div>
    }
    .into_any()
}

fn number(share: f64) -> String {
    words::percent(share).trim_end_matches(['%', '\u{202f}']).to_owned()
}

fn interval(score: Score) -> AnyView {
    let shown = leads(score.hi > score.lo, UNVERIFIED.to_owned(), words::percent(score.hi));
    view! {
        <p class="interval">"up to " <strong>{shown}</strong> " if what is unverified passes"</p>
    }
    .into_any()
}

fn trend(page: &OverviewPage) -> AnyView {
    let here = Setting::here();
    let from = page.now.plus(-SPAN_MS);
    let ticks = scored::ticks(from, page.now, 3, |at| words::short_date(at, &here.zone));
    let svg = report::trend(&Trend {
        id: "trend",
        title: "Overall score, last 90 days",
        points: &page.history,
        from,
        to: page.now,
        goal: page.goal.0,
        ticks: &ticks,
        size: (560, 178),
    });
    view! {
        <h2 class="quiet">"Last 90 days"</h2>
        {chart(svg)}
        <details class="data">
            <summary>"As a table"</summary>
            {scroll("Scores of the last 90 days", history(page, &here))}
        </details>
    }
    .into_any()
}

fn history(page: &OverviewPage, here: &Setting) -> AnyView {
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
    view! {
        <table>
            <caption class="hidden">"Overall score by day, newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Day"</th>
                    <th scope="col" class="number">"Verified"</th>
                    <th scope="col" class="number">"Up to"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn classes(page: &OverviewPage) -> AnyView {
    let rows = page.classes.iter().map(|row| class(page, row)).collect_view();
    view! {
        <table class="compact">
            <caption class="hidden">"Score and safeguards met, by class"</caption>
            <thead class="hidden-head">
                <tr>
                    <th scope="col">"Class"</th>
                    <th scope="col">"Interval"</th>
                    <th scope="col" class="number">"Score"</th>
                    <th scope="col" class="number">"Met"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn class(page: &OverviewPage, row: &ClassRow) -> AnyView {
    let score = scored::score(row.point.as_ref());
    let standing = scored::standing(row.point.as_ref(), page.goal, page.stale);
    let name = row.class.title();
    let href = format!("/safeguards?class={}", row.class.as_str());
    let bar =
        report::score_bar(&score_words(name, score), score, standing, page.goal.0, Width::Narrow);
    let shown = score.map_or_else(
        || mark("not-evaluated", "none").into_any(),
        |score| leads(true, row.explanation.href.clone(), words::percent(score.lo)),
    );
    let met = leads(row.met > 0, met_href(row), words::count(row.met));
    let all = leads(row.all > 0, href.clone(), words::count(row.all));
    view! {
        <tr>
            <th scope="row"><a href=href>{name}</a></th>
            <td class="bar">{chart(bar)}</td>
            <td class="number">{shown}</td>
            <td class="number quiet">{met} " of " {all} " met"</td>
        </tr>
    }
    .into_any()
}

/// The safeguards of a class that are met.
pub(super) fn met_href(row: &ClassRow) -> String {
    format!("/safeguards?class={}&state={}", row.class.as_str(), Met::Yes.as_str())
}
