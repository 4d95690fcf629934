//! Open findings of high risk, and until when they should be fixed.

use domain::Timestamp;
use domain::finding::remediation_days;
use domain::id::DAY_MS;
use leptos::prelude::*;
use report::Deadline;
use store::FindingRow;

use super::OverviewPage;
use crate::components::{Empty, ago, chart, empty, mark, scroll, section, severity_mark};
use crate::setting::Setting;
use crate::words;

/// When a finding was first seen, by the source or by us.
fn first_seen(row: &FindingRow) -> Timestamp {
    row.first_seen.min(row.created_at)
}

fn due(row: &FindingRow) -> Option<Timestamp> {
    remediation_days(row.severity).map(|days| first_seen(row).plus(days * DAY_MS))
}

pub(super) fn urgent(page: &OverviewPage) -> AnyView {
    let href = "/findings?state=open&severity=critical&severity=high";
    let all = view! {
        <a href=href>{format!("All {}", words::count(page.urgent_total))}</a>
    };
    let body = if page.urgent.is_empty() {
        let sentence = page.unread.sentence("No finding of critical or high severity is open");
        empty(Empty::Zero { sentence })
    } else {
        scroll("Open findings of high risk", table(page))
    };
    section("urgent", "Open high-risk findings", all, body)
}

/// One axis for all rows: from the oldest first sight to a little after the last due date shown.
fn axis(page: &OverviewPage) -> (Timestamp, Timestamp) {
    let from = page.urgent.iter().map(first_seen).min().unwrap_or(page.now);
    let to = page.urgent.iter().filter_map(due).max().unwrap_or(page.now).max(page.now);
    (from, to.plus(DAY_MS))
}

fn table(page: &OverviewPage) -> AnyView {
    let (from, to) = axis(page);
    let rows = page.urgent.iter().map(|row| finding(page, row, from, to)).collect_view();
    view! {
        <table class="compact urgent">
            <caption class="hidden">"Open findings of high risk, the most overdue first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Severity"</th>
                    <th scope="col">"Finding"</th>
                    <th scope="col">"Resource"</th>
                    <th scope="col">"Account"</th>
                    <th scope="col">"First seen"</th>
                    <th scope="col">"Remediation timeline"</th>
                    <th scope="col">"Due"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn finding(page: &OverviewPage, row: &FindingRow, from: Timestamp, to: Timestamp) -> AnyView {
    let here = Setting::here();
    let (seen, due) = (first_seen(row), due(row));
    let deadline = Deadline { first_seen: seen, due, now: page.now };
    let told = told(due, page.now);
    let strip = report::remediation(
        &format!("First seen {}, {}", words::date(seen, &here.zone), told.1),
        deadline,
        from,
        to,
    );
    view! {
        <tr>
            <td>{severity_mark(row.severity)}</td>
            <th scope="row" class="title">
                <a href=format!("/findings/{}", row.id)>{row.title.clone()}</a>
            </th>
            <td class="clip">{row.resource.name.clone()}</td>
            <td class="clip">{here.account_name(&row.account)}</td>
            <td>{ago(seen)}</td>
            <td class="bar">{chart(strip)}</td>
            <td>{mark(told.0, told.1)}</td>
        </tr>
    }
    .into_any()
}

fn told(due: Option<Timestamp>, now: Timestamp) -> (&'static str, String) {
    match due {
        None => ("not-applicable", "no due date".to_owned()),
        Some(due) if due < now => ("fail", format!("overdue {}", words::span(now.since(due)))),
        Some(due) => ("stale", format!("in {}", words::span(due.since(now)))),
    }
}
