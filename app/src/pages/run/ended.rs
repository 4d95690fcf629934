//! A round that has ended: what it changed.

use domain::{Transition, TransitionKind};
use leptos::prelude::*;
use store::{DriftQuery, Reader, Run};

use super::{RunPage, first};
use crate::components::{Empty, empty, mark, section, standing_mark};
use crate::error::PageError;
use crate::pages::drift::transitions;
use crate::pages::scored;
use crate::words;

/// Changes shown.
const CHANGES: usize = 100;
/// Pages of changes that are read to find them.
const PAGES: usize = 8;

/// The list is newest first and is read back to the round; a round that lies far back is told by
/// its counts alone.
pub(super) async fn changes(reader: &Reader, run: &Run) -> Result<Vec<Transition>, PageError> {
    use TransitionKind::{LostSight, New, Regressed, Removed, Resolved};
    let mut query = DriftQuery {
        kinds: vec![Regressed, New, Resolved, Removed, LostSight],
        since: Some(run.started),
        limit: 200,
        ..DriftQuery::default()
    };
    let mut changes = Vec::new();
    for _ in 0..PAGES {
        let page = reader.transition_page(&query).await?;
        let passed = page.items.iter().any(|change| change.run < run.id);
        changes.extend(page.items.into_iter().filter(|change| change.run == run.id));
        query.cursor = page.next;
        if query.cursor.is_none() || passed || changes.len() >= CHANGES {
            break;
        }
    }
    changes.truncate(CHANGES);
    Ok(changes)
}

pub(super) fn ended(page: &RunPage) -> AnyView {
    view! {
        {summary(page)}
        {what_changed(page)}
        {first::first(page)}
    }
    .into_any()
}

fn summary(page: &RunPage) -> AnyView {
    let run = &page.run;
    let kind = |kind: TransitionKind| run.transitions.get(&kind).copied().unwrap_or_default();
    let worse = kind(TransitionKind::Regressed) + kind(TransitionKind::New);
    let better = kind(TransitionKind::Resolved) + kind(TransitionKind::Removed);
    let score = scored::score(page.overall.as_ref()).map(|score| {
        let standing = scored::standing(page.overall.as_ref(), page.goal, page.stale);
        let moved = scored::score(page.before.as_ref()).map(|before| points(score.lo - before.lo));
        view! {
            <li class="tile">
                <a href="/">
                    <span class="tile-number">{words::percent(score.lo)}</span>
                    {standing_mark(standing, Some(score), page.goal)}
                </a>
                <span class="tile-rest">
                    {moved} {format!("up to {}", words::percent(score.hi))}
                </span>
            </li>
        }
    });
    let lost = kind(TransitionKind::LostSight);
    let read = run.scopes_done.saturating_sub(run.failed);
    let shape = |n: u64, shape: &'static str| if n > 0 { shape } else { "not-applicable" };
    let regressed = format!("{} regressed", words::count(kind(TransitionKind::Regressed)));
    let removed = format!("{} removed", words::count(kind(TransitionKind::Removed)));
    let unknown = "known before, unknown now".to_owned();
    let failed = format!("{} failed", words::count(run.failed));
    let places = format!("{read} of {}", run.scopes_total);
    let visited = if run.failed > 0 { "error" } else { "pass" };
    let changed = format!("{} changed", words::count(run.findings_changed));
    view! {
        <ul class="tiles">
            {score}
            {tile(words::count(worse), shape(worse, "fail"), "New failures", regressed, "#changes")}
            {tile(words::count(better), shape(better, "pass"), "Resolved", removed, "#changes")}
            {tile(words::count(lost), shape(lost, "not-evaluated"), "Lost sight", unknown, "#changes")}
            {tile(places, visited, "Places read", failed, "/collection")}
            {tile(words::count(run.findings_new), "not-applicable", "New findings", changed, "/findings")}
        </ul>
    }
    .into_any()
}

/// `+0.4 points, `: how far a score moved.
fn points(moved: f64) -> String {
    let moved = moved * 100.0;
    if moved.abs() < 0.05 { "unchanged, ".to_owned() } else { format!("{moved:+.1} points, ") }
}

/// A number that leads somewhere, with its shape and word, and one fact below.
fn tile(
    number: String,
    shape: &'static str,
    word: &'static str,
    rest: String,
    href: &'static str,
) -> AnyView {
    view! {
        <li class="tile">
            <a href=href>
                <span class="tile-number">{number}</span>
                {mark(shape, word)}
            </a>
            <span class="tile-rest">{rest}</span>
        </li>
    }
    .into_any()
}

fn what_changed(page: &RunPage) -> AnyView {
    let all = view! { <a href="/drift">"All drift"</a> };
    let body = if page.changes.is_empty() {
        let told: u64 = page.run.transitions.values().sum();
        let sentence = if told == 0 {
            "This round changed no evaluation for better or worse."
        } else {
            "This round lies too far back for its list; the counts above are complete."
        };
        let sentence = sentence.to_owned();
        empty(Empty::Zero { sentence })
    } else {
        transitions(&page.changes)
    };
    section("changes", "What changed", all, body)
}
