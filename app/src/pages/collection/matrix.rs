//! Source × account × region.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AccountId, Part, Region, ScopeState, ScopeStatus, Source, Timestamp};
use leptos::prelude::*;

use crate::components::{ago, leads, mark, scope_mark, scroll, visit_mark};
use crate::query::Query;
use crate::setting::Setting;
use crate::words;

type Places<'a> = BTreeMap<(AccountId, Region), BTreeMap<Source, &'a ScopeStatus>>;

pub(in crate::pages) fn matrix(shown: &[&ScopeStatus], now: Timestamp) -> AnyView {
    let mut places = Places::new();
    for status in shown.iter().copied() {
        let place = (status.scope.account.clone(), status.scope.region.clone());
        places.entry(place).or_default().insert(status.scope.source, status);
    }
    let sources: BTreeSet<Source> = shown.iter().map(|it| it.scope.source).collect();
    let heads =
        sources.iter().map(|source| view! { <th scope="col">{source.title()}</th> }).collect_view();
    let rows = places
        .iter()
        .map(|((account, region), cells)| row(now, account, region, &sources, cells))
        .collect_view();
    let table = view! {
        <table class="matrix">
            <caption class="hidden">"State of every source in every account and region"</caption>
            <thead>
                <tr>
                    <th scope="col">"Account"</th>
                    <th scope="col">"Region"</th>
                    {heads}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Sources by account and region", table)
}

fn row(
    now: Timestamp,
    account: &AccountId,
    region: &Region,
    sources: &BTreeSet<Source>,
    cells: &BTreeMap<Source, &ScopeStatus>,
) -> AnyView {
    let name = Setting::here().account_name(account);
    let cells = sources
        .iter()
        .map(|source| match cells.get(source) {
            Some(status) => cell(now, status),
            None => view! { <td class="quiet">"–"</td> }.into_any(),
        })
        .collect_view();
    view! {
        <tr>
            <th scope="row" class="nowrap">
                <a href=format!("/collection?account={account}")>{name}</a>
            </th>
            <td class="nowrap">{region.to_string()}</td>
            {cells}
        </tr>
    }
    .into_any()
}

fn cell(now: Timestamp, status: &ScopeStatus) -> AnyView {
    let state = if status.any_stale(now) && status.state == ScopeState::Ok {
        mark("stale", "Stale").into_any()
    } else {
        scope_mark(status.state).into_any()
    };
    let age = status.last_attempt.map(|at| {
        view! { <span class="below">{items(status)} ", " {ago(at)}</span> }
    });
    view! {
        <td>
            <details class="scope">
                <summary>{state}</summary>
                {details(now, status)}
            </details>
            {age}
        </td>
    }
    .into_any()
}

/// What the last visit read. Security Hub and GuardDuty send findings, which are a list; the items
/// of the others are rules, resources, plans, jobs and events, of which there is none.
fn items(status: &ScopeStatus) -> AnyView {
    let scope = &status.scope;
    let listed = matches!(scope.source, Source::SecurityHub | Source::GuardDuty);
    let href = Query::default()
        .with("state", "all")
        .with("source", scope.source.as_str())
        .with("account", scope.account.as_str())
        .with("region", scope.region.as_str())
        .href("/findings");
    let told = words::counted(status.items, "item", "items");
    leads(listed && status.items > 0, href, told)
}

fn details(now: Timestamp, status: &ScopeStatus) -> AnyView {
    let parts =
        status.scope.source.parts().iter().map(|part| part_line(now, status, *part)).collect_view();
    let numbers = format!(
        "{}, {}, {} throttled, {}",
        words::counted(status.items, "item", "items"),
        words::counted(status.calls, "call", "calls"),
        words::count(status.throttled),
        words::span(status.took_ms),
    );
    let next = status.next_due.map(|at| view! { <p class="quiet">"Next round " {ago(at)}</p> });
    view! {
        <div class="scope-body">
            <ul class="plain">{parts}</ul>
            <p class="quiet">{numbers}</p>
            {next}
        </div>
    }
    .into_any()
}

fn part_line(now: Timestamp, status: &ScopeStatus, part: Part) -> AnyView {
    use domain::freshness::Age;
    let name = part.as_str().replace('-', " ");
    let known = status.parts.get(&part);
    let off = known.is_some_and(|it| it.not_enabled);
    let error = known.and_then(|it| it.error.as_ref()).map(|error| {
        view! { <span class="scope-error">{error.operation.clone()} ": " {error.class.sentence()}</span> }
    });
    let (shape, words) = match (off, status.age_of(part, now)) {
        (true, _) | (false, Age::Never) => ("not-evaluated", None),
        (false, Age::Stale(at)) => ("stale", Some(at)),
        (false, Age::Fresh(at)) => ("pass", Some(at)),
    };
    let shape = if error.is_some() { "error" } else { shape };
    let age = words
        .map_or_else(|| if off { "off" } else { "never read" }.into_any(), |at| ago(at).into_any());
    view! { <li>{visit_mark(shape, name)} " " <span class="quiet">{age}</span> " " {error}</li> }
        .into_any()
}
