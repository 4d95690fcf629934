//! A round that has ended: what it changed.

use domain::{Transition, TransitionKind};
use leptos::prelude::*;
use store::{DriftQuery, Reader, Run};

use super::{RunPage, first, visited};
use crate::components::{Empty, chips, empty, leads, mark, section, standing_mark};
use crate::error::PageError;
use crate::pages::drift::transitions;
use crate::pages::scored;
use crate::query::{self, Query};
use crate::words;

/// Changes shown.
const CHANGES: usize = 100;
/// Pages of changes that are read to find them.
const PAGES: usize = 8;

/// What is told of a round: what became better or worse.
const TOLD: [TransitionKind; 5] = [
    TransitionKind::Regressed,
    TransitionKind::New,
    TransitionKind::Resolved,
    TransitionKind::Removed,
    TransitionKind::LostSight,
];

/// The kinds of changes that are asked for; all that are told, where none is named.
pub(super) fn kinds(query: &Query) -> Result<Vec<TransitionKind>, PageError> {
    let known = |text: &str| TransitionKind::parse(text).filter(|kind| TOLD.contains(kind));
    let kinds = query.many("kind", known, || query::words(&TOLD, |kind| kind.as_str()))?;
    Ok(if kinds.is_empty() { TOLD.to_vec() } else { kinds })
}

/// The list is newest first and is read back to the round; a round that lies far back is told by
/// its counts alone.
pub(super) async fn changes(
    reader: &Reader,
    run: &Run,
    kinds: Vec<TransitionKind>,
) -> Result<Vec<Transition>, PageError> {
    let mut query =
        DriftQuery { kinds, since: Some(run.started), limit: 200, ..DriftQuery::default() };
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
    use TransitionKind::{LostSight, New, Regressed, Removed, Resolved};
    let run = &page.run;
    let kind = |kind: TransitionKind| run.transitions.get(&kind).copied().unwrap_or_default();
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
    let counted = |one: TransitionKind, word: &str| {
        let n = kind(one);
        leads(n > 0, changes_of(run, &[one]), format!("{} {word}", words::count(n)))
    };
    let tile_of = |kinds: &[TransitionKind], shape: &'static str, word: &'static str, rest| {
        let n: u64 = kinds.iter().map(|one| kind(*one)).sum();
        let href = (n > 0).then(|| changes_of(run, kinds));
        tile(words::count(n), if n > 0 { shape } else { "not-applicable" }, word, rest, href)
    };
    let (visit, places, word) = visited::places(run, page.visited);
    let read = page.visited.filter(|it| it.every && it.read > 0);
    let read = read.map(|_| "/collection?state=ok".to_owned());
    view! {
        <ul class="tiles">
            {score}
            {tile_of(&[Regressed, New], "fail", "New failures", counted(Regressed, "regressed"))}
            {tile_of(&[Resolved, Removed], "pass", "Resolved", counted(Removed, "removed"))}
            {tile_of(
                &[LostSight],
                "not-evaluated",
                "Lost sight",
                "known before, unknown now".into_any(),
            )}
            {tile(places, visit, word, visited::left_out(run, page.visited), read)}
        </ul>
        <p class="quiet">{findings(run)}</p>
    }
    .into_any()
}

/// How many findings came in: news of sources, which say nothing of states.
fn findings(run: &Run) -> String {
    format!(
        "The sources brought {} and changed {}.",
        words::counted(run.findings_new, "new finding", "new findings"),
        words::count(run.findings_changed),
    )
}

/// The page of a round with these changes alone.
fn changes_of(run: &Run, kinds: &[TransitionKind]) -> String {
    let query = kinds.iter().fold(Query::default(), |query, kind| query.and("kind", kind.as_str()));
    format!("{}#changes", query.href(&path(run)))
}

fn path(run: &Run) -> String {
    format!("/collection/runs/{}", run.id)
}

/// `+0.4 points, `: how far a score moved.
fn points(moved: f64) -> String {
    let moved = moved * 100.0;
    if moved.abs() < 0.05 { "unchanged, ".to_owned() } else { format!("{moved:+.1} points, ") }
}

/// A number with its shape and word, which leads to the list behind it where there is one, and one
/// fact below.
fn tile(
    number: String,
    shape: &'static str,
    word: &'static str,
    rest: AnyView,
    href: Option<String>,
) -> AnyView {
    let told = view! { <span class="tile-number">{number}</span> {mark(shape, word)} };
    let told = match href {
        Some(href) => view! { <a href=href>{told}</a> }.into_any(),
        None => told.into_any(),
    };
    view! { <li class="tile">{told} <span class="tile-rest">{rest}</span></li> }.into_any()
}

fn what_changed(page: &RunPage) -> AnyView {
    let kinds = kinds(&page.query).unwrap_or_else(|_| TOLD.to_vec());
    let told: u64 = kinds.iter().filter_map(|kind| page.run.transitions.get(kind)).sum();
    let shown = page.changes.len() as u64;
    let body = if shown > 0 {
        transitions(&page.changes)
    } else {
        let sentence = if told == 0 && page.query.get("kind").is_none() {
            "This round changed no evaluation for better or worse."
        } else if told == 0 {
            "This round made no such change."
        } else {
            "This round lies too far back for its list; the counts above are complete."
        };
        let sentence = sentence.to_owned();
        empty(Empty::Zero { sentence })
    };
    let cut = (0 < shown && shown < told).then(|| {
        let (shown, told) = (words::count(shown), words::count(told));
        let words = format!("{shown} of {told} are listed here; the drift page lists the rest.");
        view! { <p class="note">{words}</p> }
    });
    let chips = chips(&path(&page.run), &page.query, |name, value| {
        let kind = TransitionKind::parse(value).filter(|_| name == "kind")?;
        Some(("Kind".to_owned(), words::transition(kind).0.to_owned()))
    });
    let all = view! { <a href="/drift">"All drift"</a> };
    section("changes", "What changed", all, view! { {chips} {cut} {body} })
}
