//! What the redactor takes out, and whether it works.

use leptos::prelude::*;
use store::telemetry_health::{RedactionRow, RedactorHealth};

use crate::components::{Empty, ago, day, empty, mark, scroll, section};
use crate::words;

pub(super) fn view(health: &RedactorHealth) -> AnyView {
    view! {
        {summary(health)}
        <div class="columns">
            <div class="column-main">
                {section("places", "Where identifiers stood", view! { <span class="quiet">"30 days"</span> }, places(&health.rows))}
            </div>
            <div class="column-side">
                {section("rules", "By kind", (), counts(&health.rules, "No identifier was found."))}
                {section("refusals", "Requests not taken", (), counts(&health.refusals, "Every request was taken."))}
            </div>
        </div>
    }
    .into_any()
}

fn summary(health: &RedactorHealth) -> AnyView {
    let taken: u64 = health.rules.values().sum();
    let second = match (health.looked, health.found) {
        (None, _) => mark("not-evaluated", "Nothing was looked at yet").into_any(),
        (Some(_), 0) => mark("pass", "Found nothing").into_any(),
        (Some(_), found) => {
            let words = words::counted(found, "record", "records");
            view! { <a href="/slis/unredacted-phi">{mark("fail", format!("Found something in {words}"))}</a> }
                .into_any()
        }
    };
    view! {
        <dl class="facts">
            <div><dt>"Taken out in 30 days"</dt><dd>{words::count(taken)}</dd></div>
            <div><dt>"Looked at a second time"</dt><dd>{words::count(health.examined)}</dd></div>
            <div><dt>"Second look"</dt><dd>{second}</dd></div>
            {health.looked.map(|at| view! { <div><dt>"Last looked"</dt><dd>{ago(at)}</dd></div> })}
        </dl>
        <p class="note">
            "What is taken out before anything is stored is a prevented leak. What the second look \
             finds in stored text is a violation of M4. The text itself is never kept."
        </p>
    }
    .into_any()
}

fn counts(counts: &std::collections::BTreeMap<String, u64>, none: &'static str) -> AnyView {
    if counts.is_empty() {
        return view! { <p class="quiet">{none}</p> }.into_any();
    }
    let mut sorted: Vec<_> = counts.iter().collect();
    sorted.sort_by_key(|(word, count)| (std::cmp::Reverse(**count), (*word).clone()));
    let rows = sorted
        .into_iter()
        .map(|(word, count)| {
            view! {
                <tr>
                    <th scope="row"><code>{word.clone()}</code></th>
                    <td class="number">{words::count(*count)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="compact">
            <thead class="hidden-head">
                <tr><th scope="col">"What"</th><th scope="col" class="number">"How often"</th></tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn places(rows: &[RedactionRow]) -> AnyView {
    if rows.is_empty() {
        let sentence = "Nothing had to be taken out in 30 days.".to_owned();
        return empty(Empty::Zero { sentence });
    }
    let rows = rows
        .iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row"><code>{row.rule.clone()}</code></th>
                    <td class="reason"><code>{row.path.clone()}</code></td>
                    <td class="nowrap">{row.position.as_str()}</td>
                    <td><bdi>{row.service.clone()}</bdi></td>
                    <td class="number">{words::count(row.count)}</td>
                    <td class="nowrap">{day(row.last)}</td>
                    <td class="quiet"><code>{row.redactor.clone()}</code></td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"Where identifiers stood, the most frequent first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Kind"</th>
                    <th scope="col">"Field"</th>
                    <th scope="col">"Position"</th>
                    <th scope="col">"Producer"</th>
                    <th scope="col" class="number">"How often"</th>
                    <th scope="col">"Last"</th>
                    <th scope="col">"Redactor"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Where identifiers stood", table)
}
