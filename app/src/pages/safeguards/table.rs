//! Safeguards as a tree.

use domain::catalogue::{Requirement, SafeguardKind};
use domain::{Goal, Tally};
use leptos::prelude::*;
use report::{Width, score_words};

use super::SafeguardRow;
use super::met::met_mark;
use crate::components::{chart, leads, leads_to_rest, scroll, tally_cells, tally_head};
use crate::pages::scored;
use crate::query::segment;
use crate::words;

/// A table of safeguards, in the order in which they are given.
pub(in crate::pages) fn table(
    caption: &str,
    rows: &[&SafeguardRow],
    goal: Goal,
    stale: bool,
) -> AnyView {
    let body = rows.iter().map(|row| safeguard(row, goal, stale)).collect_view();
    let table = view! {
        <table class="tree">
            <caption class="hidden">{format!("{caption}, in the order of the regulation")}</caption>
            <thead>
                <tr>
                    <th scope="col">"Section"</th>
                    <th scope="col">"Title"</th>
                    <th scope="col">"Requirement"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Interval"</th>
                    <th scope="col" class="number">"Score"</th>
                    <th scope="col" class="number">"Up to"</th>
                    <th scope="col" class="number">"Coverage"</th>
                    {tally_head()}
                </tr>
            </thead>
            <tbody>{body}</tbody>
        </table>
    };
    scroll(caption, table)
}

fn safeguard(row: &SafeguardRow, goal: Goal, stale: bool) -> AnyView {
    let safeguard = row.safeguard;
    let href = format!("/safeguards/{}", segment(safeguard.section.as_str()));
    let score = scored::score(row.point.as_ref());
    let standing = scored::standing(row.point.as_ref(), goal, stale);
    let title = score_words(&safeguard.title, score);
    let bar = report::score_bar(&title, score, standing, goal.0, Width::Narrow);
    let tally = row.point.as_ref().map_or_else(Tally::default, |point| point.tally);
    let unverified = format!("{href}?state=unknown#evaluations");
    let none = || "–".into_any();
    let lo = score
        .map_or_else(none, |it| leads(true, format!("{href}#controls"), words::percent(it.lo)));
    let hi = score
        .map_or_else(none, |it| leads(it.hi > it.lo, unverified.clone(), words::percent(it.hi)));
    let coverage = score.map_or_else(none, |it| leads_to_rest(it.coverage, unverified.clone()));
    view! {
        <tr class=tree_class(safeguard.kind)>
            <td class="mono nowrap">
                <a href=href.clone()>{format!("§ {}", safeguard.section)}</a>
            </td>
            <th scope="row" class="title">
                <a href=href.clone()>{safeguard.title.clone()}</a>
            </th>
            <td>{safeguard.requirement.map(requirement_mark)}</td>
            <td class="nowrap">{met_mark(safeguard, row.met)}</td>
            <td class="bar">{chart(bar)}</td>
            <td class="number">{lo}</td>
            <td class="number quiet">{hi}</td>
            <td class="number quiet">{coverage}</td>
            {tally_cells(&tally, |state| format!("{href}?state={state}#evaluations"))}
        </tr>
    }
    .into_any()
}

/// How far a row is set in.
fn tree_class(kind: SafeguardKind) -> &'static str {
    match kind {
        SafeguardKind::Section => "tree-section",
        SafeguardKind::Standard | SafeguardKind::Provision => "tree-standard",
        SafeguardKind::Specification => "tree-specification",
    }
}

/// `R` or `A`, with the whole word for those who ask or listen.
pub(in crate::pages) fn requirement_mark(requirement: Requirement) -> AnyView {
    let (letter, word) = match requirement {
        Requirement::Required => ("R", "Required"),
        Requirement::Addressable => ("A", "Addressable"),
    };
    view! {
        <abbr class=format!("requirement requirement-{}", requirement.as_str()) title=word>
            {letter}
        </abbr>
    }
    .into_any()
}
