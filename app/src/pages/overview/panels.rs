//! The score strip and the four panels below it.

use domain::Tally;
use leptos::prelude::*;
use report::{Width, score_words};

use super::{CategoryCell, ControlRow, OverviewPage, SPAN_MS, ServiceRow, SourceRow};
use crate::components::{
    ago, chart, explain, leads, leads_to_rest, mark, section, tally_title, verdict, verdict_link,
    visit_mark,
};
use crate::pages::scored;
use crate::words;

/// Six equal cells.
pub(super) fn strip(page: &OverviewPage) -> AnyView {
    let cells = page.categories.iter().map(|cell| category(page, cell)).collect_view();
    view! {
        <section class="strip-section" aria-labelledby="categories-title">
            <h2 id="categories-title" class="hidden">"Categories"</h2>
            <ul class="strip">{cells}</ul>
        </section>
    }
    .into_any()
}

fn category(page: &OverviewPage, cell: &CategoryCell) -> AnyView {
    let score = scored::score(cell.point.as_ref());
    let standing = scored::standing(cell.point.as_ref(), page.goal, page.stale);
    let name = cell.category.title();
    let href = format!("/controls?category={}", cell.category.as_str());
    let bar =
        report::score_bar(&score_words(name, score), score, standing, page.goal.0, Width::Wide);
    let from = page.now.plus(-SPAN_MS);
    let spark = report::sparkline(&format!("{name}, last 90 days"), &cell.history, from, page.now);
    let shown = score.map_or_else(|| "–".to_owned(), |score| words::percent(score.lo));
    let failing = if cell.failing == 0 {
        view! { <span class="quiet">"none failing"</span> }.into_any()
    } else {
        let words = format!("{} failing", words::counted(cell.failing, "control", "controls"));
        view! { <a href=format!("{href}&state=fail")>{mark("fail", words)}</a> }.into_any()
    };
    let rest = score.map(|score| {
        let unverified = format!("{href}&state=unknown");
        let upper = leads(score.hi > score.lo, unverified.clone(), words::percent(score.hi));
        view! { "≤ " {upper} " · coverage " {leads_to_rest(score.coverage, unverified)} }
    });
    view! {
        <li class="cell">
            <h3><a href=href.clone()>{name}</a></h3>
            <div class="cell-row">
                <a class="cell-number" href=href>{shown}</a>
                {chart(spark)}
            </div>
            {chart(bar)}
            <p class="cell-rest">{rest}</p>
            <div class="cell-foot">
                <p class="cell-failing">{failing}</p>
                {explain(&cell.explanation)}
            </div>
        </li>
    }
    .into_any()
}

/// Services with a bar of their own; the others follow in two lines.
const SERVICES_SHOWN: usize = 5;

pub(super) fn encryption(services: &[ServiceRow]) -> AnyView {
    let (shown, rest) = services.split_at(services.len().min(SERVICES_SHOWN));
    let href = |row: &ServiceRow| format!("/controls?category=encryption&kind={}", row.kind);
    let rows = shown
        .iter()
        .map(|row| {
            let href = href(row);
            line(row.name, &href, &row.tally, |state| format!("{href}&state={state}"))
        })
        .collect_view();
    let others = (!rest.is_empty()).then(|| {
        let others = rest.iter().map(|row| other(row, href(row))).collect_view();
        view! { <ul class="others" aria-label="Further services">{others}</ul> }
    });
    let all = view! { <a href="/controls?category=encryption">"All"</a> };
    let body = view! { {table("Encryption by service", rows)} {others} };
    section("encryption", "Encryption by service", all, body)
}

/// A service in few words: its shape and its name, and its counts for those who ask or listen.
fn other(row: &ServiceRow, href: String) -> AnyView {
    let (shape, words) = verdict(&row.tally);
    let title = words.clone();
    view! {
        <li>
            <a href=href title=title>
                {mark(shape, row.name)} <span class="hidden">": " {words}</span>
            </a>
        </li>
    }
    .into_any()
}

pub(super) fn logging(controls: &[ControlRow]) -> AnyView {
    let all = view! { <a href="/controls?category=audit-logging">"All"</a> };
    section("logging", "Audit logging", all, controls_table("Audit logging", controls))
}

pub(super) fn backup(controls: &[ControlRow]) -> AnyView {
    let all = view! { <a href="/controls?category=backup-recovery">"All"</a> };
    section("backup", "Backup and recovery", all, controls_table("Backup and recovery", controls))
}

fn controls_table(caption: &'static str, controls: &[ControlRow]) -> AnyView {
    let rows = controls
        .iter()
        .map(|row| {
            let href = format!("/controls/{}", row.id);
            line(row.name, &href, &row.tally, |state| format!("{href}?state={state}#evaluations"))
        })
        .collect_view();
    table(caption, rows)
}

fn table(caption: &'static str, rows: impl IntoView + 'static) -> AnyView {
    view! {
        <table class="compact">
            <caption class="hidden">{caption}</caption>
            <thead class="hidden-head">
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col">"Share"</th>
                    <th scope="col">"State"</th>
                </tr>
            </thead>
            <tbody>{rows.into_any()}</tbody>
        </table>
    }
    .into_any()
}

/// A name, a bar, and the worst that can be said, which leads to what it counts.
fn line(
    name: &'static str,
    href: &str,
    tally: &Tally,
    counted: impl Fn(&'static str) -> String,
) -> AnyView {
    let bar = report::tally_bar(&tally_title(name, tally), tally, Width::Narrow);
    view! {
        <tr>
            <th scope="row"><a href=href.to_owned()>{name}</a></th>
            <td class="bar">{chart(bar)}</td>
            <td class="state">{verdict_link(tally, counted)}</td>
        </tr>
    }
    .into_any()
}

pub(super) fn freshness(sources: &[SourceRow]) -> AnyView {
    let rows = sources.iter().map(source).collect_view();
    let all = view! { <a href="/collection">"All"</a> };
    let body = view! {
        <table class="compact">
            <caption class="hidden">"Freshness of every source"</caption>
            <thead class="hidden-head">
                <tr>
                    <th scope="col">"Source"</th>
                    <th scope="col">"Oldest data"</th>
                    <th scope="col">"Places"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    section("freshness", "Sources", all, body)
}

fn source(row: &SourceRow) -> AnyView {
    let href = format!("/collection?source={}", row.source.as_str());
    let (state, shape, word) = if row.stale {
        ("stale", "stale", "stale".to_owned())
    } else if row.failed > 0 {
        ("trouble", "error", format!("{} of {} failed", row.failed, row.all))
    } else if row.read + row.off < row.all {
        let unread = row.all - row.read - row.off;
        ("never", "not-evaluated", format!("{unread} of {} unread", row.all))
    } else if row.off > 0 {
        ("not-enabled", "not-evaluated", format!("off in {} of {}", row.off, row.all))
    } else {
        ("ok", "pass", format!("{} of {} read", row.read, row.all))
    };
    let places = format!("{href}&state={state}");
    let oldest = row.oldest.map_or_else(|| "never".into_any(), |at| ago(at).into_any());
    view! {
        <tr>
            <th scope="row"><a href=href>{row.source.title()}</a></th>
            <td class="quiet nowrap">{oldest}</td>
            <td class="state"><a href=places>{visit_mark(shape, word)}</a></td>
        </tr>
    }
    .into_any()
}
