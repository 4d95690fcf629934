//! The resources that a control judges.

use domain::{Evaluation, Reason, Tally};
use leptos::prelude::*;
use report::Width;
use store::EvaluationRow;

use super::ControlPage;
use crate::components::{
    Choice, Empty, Facet, ago, chart, chips, copyable, empty, facet, pager, scroll, section,
    state_mark, tally_title, verdict_link,
};
use crate::pages::controls::Wanted;
use crate::setting::Setting;

fn path(page: &ControlPage) -> String {
    format!("/controls/{}", page.control.id)
}

pub(super) fn list(page: &ControlPage) -> AnyView {
    let path = path(page);
    let filtered = ["state", "account", "region"].iter().any(|name| page.query.get(name).is_some());
    let body = if page.evaluations.is_empty() {
        let reason = match (filtered, page.tally.total()) {
            (true, _) => Empty::NoMatch { things: "evaluations", clear: path.clone() },
            (false, 0) => Empty::NoData,
            (false, _) => Empty::Zero { sentence: "There is nothing to judge.".to_owned() },
        };
        empty(reason)
    } else {
        scroll("Evaluations", table(page))
    };
    let shown = page.evaluations.len();
    let body = view! {
        <div class="states">{states(page, &path)}</div>
        {chips(&path, &page.query, chip)}
        {body}
        {pager(&path, &page.query, page.next.clone(), shown)}
    };
    let findings = format!("/findings?control={}", page.control.id);
    let aside = view! { <a href=findings>"Findings of this control"</a> };
    section("evaluations", "Resources", aside, body)
}

/// The unknown ones together and one by one; of these three, those that there are.
const STATES: [&str; 8] =
    ["fail", "unknown", "error", "stale", "not-evaluated", "pass", "excepted", "not-applicable"];

/// The states with their counts: of what the account and the region leave.
fn states(page: &ControlPage, path: &str) -> AnyView {
    let tally = left(page);
    let choices = STATES
        .into_iter()
        .filter_map(|value| {
            let wanted = Wanted::parse(value)?;
            let count = wanted.count(&tally);
            let part = matches!(wanted, Wanted::State(state) if state.unknown());
            let offered = !part || count > 0 || page.query.has("state", value);
            offered.then(|| Choice {
                value: value.to_owned(),
                word: wanted.word().to_owned(),
                count: Some(count),
            })
        })
        .collect();
    facet(path, &page.query, Facet { name: "state", title: "State", choices, many: false })
}

/// The evaluations in the account and the region that the page is filtered by.
fn left(page: &ControlPage) -> Tally {
    let is = |name, value: &str| page.query.get(name).is_none_or(|wanted| wanted == value);
    let mut left = Tally::default();
    for (account, region, tally) in &page.places {
        if is("account", account.as_str()) && is("region", region.as_str()) {
            left.merge(tally);
        }
    }
    left
}

fn chip(name: &str, value: &str) -> Option<(String, String)> {
    match name {
        "state" => Some(("State".to_owned(), Wanted::parse(value)?.word().to_owned())),
        "account" => Some(("Account".to_owned(), Setting::here().account_name(&value.into()))),
        "region" => Some(("Region".to_owned(), value.to_owned())),
        _ => None,
    }
}

fn table(page: &ControlPage) -> AnyView {
    let rows = page.evaluations.iter().map(row).collect_view();
    view! {
        <table class="evaluations">
            <caption class="hidden">"Evaluations, the failing ones first"</caption>
            <thead>
                <tr>
                    <th scope="col">"State"</th>
                    <th scope="col">"Resource"</th>
                    <th scope="col">"Reason"</th>
                    <th scope="col">"Account, region"</th>
                    <th scope="col">"Since"</th>
                    <th scope="col">"As of"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(row: &EvaluationRow) -> AnyView {
    let here = Setting::here();
    let evaluation = &row.evaluation;
    let as_of = evaluation.as_of.map_or_else(|| "never".into_any(), |at| ago(at).into_any());
    view! {
        <tr>
            <td class="nowrap">{state_mark(evaluation.state)}</td>
            <th scope="row">{name(row)}</th>
            <td class="reason">{reason(row)}</td>
            <td class="nowrap">
                {here.account_name(&evaluation.account)}
                <span class="below">{evaluation.region.to_string()}</span>
            </td>
            <td class="nowrap">{ago(row.since)}</td>
            <td class="nowrap">{as_of}</td>
        </tr>
    }
    .into_any()
}

fn name(row: &EvaluationRow) -> AnyView {
    let Evaluation { finding, resource, kind, .. } = &row.evaluation;
    let title = if kind.is_empty() && finding.is_none() {
        "the account as a whole".to_owned()
    } else {
        row.title.clone()
    };
    let name = match finding {
        Some(finding) => {
            view! { <a href=format!("/findings/{finding}")><bdi>{title}</bdi></a> }.into_any()
        }
        None => view! { <bdi>{title}</bdi> }.into_any(),
    };
    let kind = if kind.is_empty() { "id".to_owned() } else { kind.clone() };
    view! {
        {name}
        <details class="resource">
            <summary>{kind}</summary>
            {copyable(resource.as_str())}
        </details>
    }
    .into_any()
}

fn reason(row: &EvaluationRow) -> String {
    if row.evaluation.reason == Reason::Reported && !row.finding_reason.is_empty() {
        return row.finding_reason.clone();
    }
    row.evaluation.reason.sentence().to_owned()
}

pub(super) fn places(page: &ControlPage) -> AnyView {
    let here = Setting::here();
    let path = path(page);
    if page.places.is_empty() {
        return section("places", "Where", (), empty(Empty::NoData));
    }
    let rows = page
        .places
        .iter()
        .map(|(account, region, tally)| {
            let name = here.account_name(account);
            let bar = report::tally_bar(&tally_title(&name, tally), tally, Width::Narrow);
            let query =
                page.query.with("account", account.as_str()).with("region", region.as_str());
            let href = format!("{}#evaluations", query.href(&path));
            let counted = verdict_link(tally, |state| {
                format!("{}#evaluations", query.with("state", state).href(&path))
            });
            view! {
                <tr>
                    <th scope="row">
                        <a href=href>{name}</a> " "
                        <span class="below">{region.to_string()}</span>
                    </th>
                    <td class="bar">{chart(bar)}</td>
                    <td class="state">{counted}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table class="compact">
            <caption class="hidden">"Counts by account and region"</caption>
            <thead>
                <tr>
                    <th scope="col">"Account, region"</th>
                    <th scope="col">"Share"</th>
                    <th scope="col">"State"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    section("places", "Where", (), scroll("Counts by account and region", table))
}
