//! The score strip and the four panels below it.

use domain::Tally;
use leptos::prelude::*;
use report::{Width, score_words};

use super::{CategoryCell, ControlRow, OverviewPage, SPAN_MS, ServiceRow, SourceRow};
use crate::components::{ago, chart, explain, mark, section, tally_title, verdict, visit_mark};
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
        format!("≤ {} · coverage {}", words::percent(score.hi), words::percent(score.coverage))
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

pub(super) fn encryption(services: &[ServiceRow]) -> AnyView {
    let rows = services
        .iter()
        .map(|row| {
            let href = format!("/controls?category=encryption&kind={}", row.kind);
            line(row.name, &href, &row.tally)
        })
        .collect_view();
    let all = view! { <a href="/controls?category=encryption">"All"</a> };
    section("encryption", "Encryption by service", all, table("Encryption by service", rows))
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
        .map(|row| line(row.name, &format!("/controls/{}", row.id), &row.tally))
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

fn line(name: &'static str, href: &str, tally: &Tally) -> AnyView {
    let (shape, words) = verdict(tally);
    let bar = report::tally_bar(&tally_title(name, tally), tally, Width::Narrow);
    view! {
        <tr>
            <th scope="row"><a href=href.to_owned()>{name}</a></th>
            <td class="bar">{chart(bar)}</td>
            <td class="state">{mark(shape, words)}</td>
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
    let (shape, word) = if row.stale {
        ("stale", "stale".to_owned())
    } else if row.failed > 0 {
        ("error", format!("{} of {} failed", row.failed, row.all))
    } else if row.read + row.off < row.all {
        ("not-evaluated", format!("{} of {} unread", row.all - row.read - row.off, row.all))
    } else if row.off > 0 {
        ("not-evaluated", format!("off in {} of {}", row.off, row.all))
    } else {
        ("pass", format!("{} of {} read", row.read, row.all))
    };
    let oldest = row.oldest.map_or_else(|| "never".into_any(), |at| ago(at).into_any());
    view! {
        <tr>
            <th scope="row"><a href=href>{row.source.title()}</a></th>
            <td class="quiet nowrap">{oldest}</td>
            <td class="state">{visit_mark(shape, word)}</td>
        </tr>
    }
    .into_any()
}
