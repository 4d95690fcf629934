//! The numbers above the list.

use domain::id::DAY_MS;
use domain::{Severity, Timestamp, TransitionKind};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use report::Day;
use store::{DriftDay, Remediation};

use super::{DriftPage, PATH};
use crate::components::{Empty, chart, empty, leads, mark, scroll, severity_mark};
use crate::query::Query;
use crate::words;

/// The kinds that are counted above the list, each with what it means.
const KINDS: [(TransitionKind, &str); 6] = [
    (TransitionKind::Regressed, "passed before, fails now"),
    (TransitionKind::New, "fails, never seen before"),
    (TransitionKind::Resolved, "failed before, passes now"),
    (TransitionKind::Removed, "failing resource is gone"),
    (TransitionKind::LostSight, "was known, is unknown now"),
    (TransitionKind::Confirmed, "was unknown, passes now"),
];

pub(super) fn summary(page: &DriftPage) -> AnyView {
    let count = |kind| page.summary.get(&kind).copied().unwrap_or(0);
    let cells = KINDS
        .map(|(kind, meaning)| {
            let (word, shape) = words::transition(kind);
            let n = count(kind);
            // The number counts the whole organisation, so its list has no other filter.
            let href = Query::default()
                .with("since", page.span.as_str())
                .with("kind", kind.as_str())
                .href(PATH);
            view! {
                <li class="tile">
                    <a href=href>
                        <span class="tile-number">{words::count(n)}</span>
                        " "
                        {mark(shape, word)}
                    </a>
                    <span class="tile-rest">{meaning}</span>
                </li>
            }
        })
        .into_iter()
        .collect_view();
    let failed = count(TransitionKind::Regressed) + count(TransitionKind::New);
    let resolved = count(TransitionKind::Resolved) + count(TransitionKind::Removed);
    view! { <ul class="tiles">{cells}</ul> <p class="net">{net(failed, resolved)}</p> }.into_any()
}

/// Which way it goes.
fn net(failed: u64, resolved: u64) -> String {
    let sum = format!(
        "{} began and {} ended",
        words::counted(failed, "failure", "failures"),
        words::count(resolved)
    );
    match failed.cmp(&resolved) {
        _ if failed + resolved == 0 => "No failure began and none ended.".to_owned(),
        std::cmp::Ordering::Greater => {
            format!("Net: {} more than before. {sum}.", words::count(failed - resolved))
        }
        std::cmp::Ordering::Less => {
            format!("Net: {} fewer than before. {sum}.", words::count(resolved - failed))
        }
        std::cmp::Ordering::Equal => format!("Net: as many as before. {sum}."),
    }
}

pub(super) fn daily(page: &DriftPage) -> AnyView {
    if page.days.iter().all(|day| day.failed + day.resolved == 0) {
        let sentence = format!("No failure began or ended in the {}.", page.span.words());
        return empty(Empty::Zero { sentence });
    }
    let days = filled(page);
    let every = days.len().div_ceil(5).max(1);
    let bars: Vec<Day> = days
        .iter()
        .enumerate()
        .map(|(index, day)| Day {
            label: if index % every == every / 2 { label(day.day) } else { String::new() },
            new: day.failed,
            resolved: day.resolved,
        })
        .collect();
    let title = format!("Failures that began and ended, {}", page.span.words());
    let svg = report::daily("daily-chart", &title, &bars, (860, 170));
    view! {
        <p class="legend">
            {mark("fail", "began, upwards")} " " {mark("pass", "ended, downwards")}
            <span class="quiet">" · days in UTC"</span>
        </p>
        {chart(svg)}
        <details class="data">
            <summary>"As a table"</summary>
            {scroll("Failures by day", days_table(&page.days))}
        </details>
    }
    .into_any()
}

/// Every day of the span, also those on which nothing happened.
fn filled(page: &DriftPage) -> Vec<DriftDay> {
    let (first, last) = (page.span.since(page.now).day(), page.now.day());
    (first..=last)
        .map(|day| {
            let known = page.days.iter().find(|known| known.day == day);
            known.copied().unwrap_or(DriftDay { day, ..DriftDay::default() })
        })
        .collect()
}

/// Days are counted in UTC, so they are named in UTC.
fn label(day: i64) -> String {
    words::short_date(Timestamp(day * DAY_MS), &TimeZone::UTC)
}

fn days_table(days: &[DriftDay]) -> AnyView {
    let rows = days
        .iter()
        .rev()
        .filter(|day| day.failed + day.resolved > 0)
        .map(|day| {
            let date = words::date(Timestamp(day.day * DAY_MS), &TimeZone::UTC);
            view! {
                <tr>
                    <th scope="row">{date}</th>
                    <td class="number">{words::count(day.failed)}</td>
                    <td class="number">{words::count(day.resolved)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table>
            <caption class="hidden">"Failures by UTC day, newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Day"</th>
                    <th scope="col" class="number">"Began"</th>
                    <th scope="col" class="number">"Ended"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

pub(super) fn remediation(page: &DriftPage) -> AnyView {
    if page.remediation.values().all(|it| it.count == 0) {
        let sentence = format!("No failure was resolved in the {}.", page.span.words());
        return empty(Empty::Zero { sentence });
    }
    let rows = Severity::ALL
        .into_iter()
        .filter_map(|severity| {
            let told = page.remediation.get(&severity).filter(|it| it.count > 0)?;
            Some(remediated(page, severity, *told))
        })
        .collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"Median time to remediate, by severity of the control"</caption>
            <thead>
                <tr>
                    <th scope="col">"Severity"</th>
                    <th scope="col" class="number">"Median"</th>
                    <th scope="col" class="number">"Ended"</th>
                    <th scope="col" class="number">"Goal"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Time to remediate", table)
}

fn remediated(page: &DriftPage, severity: Severity, told: Remediation) -> AnyView {
    let goal = domain::finding::remediation_days(severity);
    let late = goal.is_some_and(|days| told.median_ms > days * DAY_MS);
    // The median is taken of the failures that ended: those resolved and those removed.
    let ended = Query::default()
        .with("since", page.span.as_str())
        .and("kind", TransitionKind::Resolved.as_str())
        .and("kind", TransitionKind::Removed.as_str())
        .and("severity", severity.as_str());
    let median = words::span(told.median_ms);
    let median =
        if late { mark("fail", format!("{median}, late")).into_any() } else { median.into_any() };
    view! {
        <tr>
            <th scope="row">{severity_mark(severity)}</th>
            <td class="number">{median}</td>
            <td class="number">{leads(true, ended.href(PATH), words::count(told.count))}</td>
            <td class="number quiet">{goal.map(|days| format!("{days} days"))}</td>
        </tr>
    }
    .into_any()
}
