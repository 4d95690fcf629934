//! The rows.

use domain::{Catalogue, State, Transition, TransitionKind};
use leptos::prelude::*;

use crate::components::{ago, mark, severity_mark, state_mark, sticky};
use crate::query::segment;
use crate::setting::Setting;
use crate::words;

pub(in crate::pages) fn table(rows: &[Transition]) -> AnyView {
    let here = Setting::here();
    let rows = rows.iter().map(|row| transition(row, &here)).collect_view();
    let table = view! {
        <table class="transitions">
            <caption class="hidden">"Changes, the latest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Noticed"</th>
                    <th scope="col">"Kind"</th>
                    <th scope="col">"Control"</th>
                    <th scope="col">"Severity"</th>
                    <th scope="col">"Resource"</th>
                    <th scope="col">"From, to"</th>
                    <th scope="col" class="number">"Failed for"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    sticky("Changes", table)
}

fn transition(row: &Transition, here: &Setting) -> AnyView {
    let (word, shape) = words::transition(row.kind);
    let place = format!("{}, {}", here.account_name(&row.account), row.region);
    let run = row.run;
    view! {
        <tr>
            <td class="nowrap">
                {ago(row.at)} " "
                <a class="quiet" href=format!("/collection/runs/{run}")>{format!("round {run}")}</a>
            </td>
            <td class="nowrap">{mark(shape, word)}</td>
            <th scope="row" class="title">{control(row)}</th>
            <td>{severity_mark(row.severity)}</td>
            <td class="clip" title=row.resource.to_string()>
                <bdi>{row.resource.short().to_owned()}</bdi> <br/>
                <span class="quiet">{place}</span>
            </td>
            <td class="nowrap">
                {end(row.from, "Not seen")} <span class="arrow" aria-hidden="true">" → "</span>
                <span class="hidden">" became "</span> {end(row.to, absent(row.kind))}
                {unknown(row)}
            </td>
            <td class="number">{row.failed_for_ms.map(words::span)}</td>
        </tr>
    }
    .into_any()
}

/// The word for no state: the resource left, or merely nobody speaks of it any more.
fn absent(kind: TransitionKind) -> &'static str {
    if kind == TransitionKind::LostSight { "Out of sight" } else { "Gone" }
}

/// A control that a later catalogue dropped keeps its id.
fn control(row: &Transition) -> AnyView {
    match Catalogue::get().control(&row.control) {
        Some(control) => view! {
            <a href=format!("/controls/{}", segment(row.control.as_str()))>
                {control.title.clone()}
            </a>
        }
        .into_any(),
        None => row.control.to_string().into_any(),
    }
}

fn end(state: Option<State>, absent: &'static str) -> AnyView {
    match state {
        Some(state) => state_mark(state).into_any(),
        None => mark("not-applicable", absent).into_any(),
    }
}

/// Why nobody knows any more.
fn unknown(row: &Transition) -> Option<AnyView> {
    row.to
        .is_some_and(State::unknown)
        .then(|| view! { <br/> <span class="quiet">{row.reason.sentence()}</span> }.into_any())
}
