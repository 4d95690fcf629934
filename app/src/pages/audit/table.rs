//! The entries.

use leptos::prelude::*;
use store::AuditRow;
use trail::Outcome;

use super::{AuditPage, PATH, actor_name, spaced};
use crate::components::{at, mark, sticky};
use crate::query::{Query, segment};
use crate::setting::Setting;
use crate::words;

/// Characters of a SHA-256 in hexadecimal.
const HASH: usize = 64;

pub(super) fn table(page: &AuditPage) -> AnyView {
    let rows = page.rows.iter().map(|row| entry(page, row)).collect_view();
    let table = view! {
        <table class="audit">
            <caption class="hidden">"Entries, the latest first"</caption>
            <thead>
                <tr>
                    <th scope="col" class="number">"No."</th>
                    <th scope="col">"When"</th>
                    <th scope="col">"Who"</th>
                    <th scope="col">"What"</th>
                    <th scope="col">"On"</th>
                    <th scope="col">"Outcome"</th>
                    <th scope="col">"Hash"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    sticky("Entries", table)
}

fn entry(page: &AuditPage, row: &AuditRow) -> AnyView {
    let entry = &row.link.entry;
    let hash = row.link.hash.to_string();
    let short: String = hash.chars().take(10).collect();
    let when = domain::Timestamp(entry.at_us.div_euclid(1_000));
    view! {
        <tr>
            <td class="number">{words::count(entry.seq)}</td>
            <td class="nowrap">{at(when)}</td>
            <td>{who(page, row)}</td>
            <th scope="row">{spaced(&entry.action)} {facts(&entry.facts)}</th>
            <td class="clip">{object(page, &entry.object)}</td>
            <td class="nowrap">{outcome(entry.outcome)}</td>
            <td class="mono" title=hash>{short}</td>
        </tr>
    }
    .into_any()
}

/// Who, and from where. For those who did not sign in: the name that was tried.
fn who(page: &AuditPage, row: &AuditRow) -> AnyView {
    let entry = &row.link.entry;
    let detail = row.detail.as_ref().and_then(|it| serde_json::from_str(&it.text).ok());
    let detail: serde_json::Value = detail.unwrap_or_default();
    let text = |name: &str| detail.get(name).and_then(|it| it.as_str()).map(str::to_owned);
    let tried = (entry.actor == "nobody").then(|| text("name")).flatten();
    let tried = tried.map(|name| view! { <span class="below">"as “"<bdi>{name}</bdi>"”"</span> });
    let address = text("address").map(|it| view! { <span class="below"><bdi>{it}</bdi></span> });
    let role = (!entry.role.is_empty())
        .then(|| view! { <span class="quiet">{format!(" {}", entry.role)}</span> });
    view! { <bdi>{actor_name(page, &entry.actor)}</bdi> {role} {tried} {address} }.into_any()
}

fn facts(facts: &str) -> Option<AnyView> {
    let read: serde_json::Map<String, serde_json::Value> = serde_json::from_str(facts).ok()?;
    let all = |told: fn(&str) -> String| {
        let one = |(name, value): (&String, &serde_json::Value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), told);
            format!("{}: {value}", name.replace('_', " "))
        };
        read.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let whole = all(ToOwned::to_owned);
    Some(view! { <span class="below" title=whole>{all(told)}</span> }.into_any())
}

/// An instant as people read it, the beginning of a hash; anything else as it was written.
fn told(value: &str) -> String {
    if value.len() == HASH && value.bytes().all(|it| it.is_ascii_hexdigit()) {
        return format!("{}…", &value[..10]);
    }
    match value.parse::<jiff::Timestamp>() {
        Ok(at) => words::moment(domain::Timestamp(at.as_millisecond()), &Setting::here().zone),
        Err(_) => value.to_owned(),
    }
}

/// What it was done on: the thing itself, and everything that was done on it.
fn object(page: &AuditPage, object: &str) -> Option<AnyView> {
    if object.is_empty() {
        return None;
    }
    let (kind, id) = object.split_once(':').unwrap_or((object, ""));
    let own = match kind {
        "finding" => Some(format!("/findings/{}", segment(id))),
        "incident" => Some(format!("/incidents/{}", segment(id))),
        "run" => Some(format!("/collection/runs/{}", segment(id))),
        _ => None,
    };
    let word = match kind {
        "person" => page.names.get(object).cloned().unwrap_or_else(|| object.replace(':', " ")),
        "route" => id.to_owned(),
        _ => object.replace(':', " "),
    };
    let all = Query::default().with("object", object).href(PATH);
    let thing = match own {
        Some(href) => view! { <a href=href><bdi>{word}</bdi></a> }.into_any(),
        None => view! { <bdi>{word}</bdi> }.into_any(),
    };
    Some(view! { {thing} " " <a class="quiet" href=all>"all"</a> }.into_any())
}

fn outcome(outcome: Outcome) -> AnyView {
    match outcome {
        Outcome::Done => mark("pass", "Done").into_any(),
        Outcome::Refused => mark("fail", "Refused").into_any(),
        Outcome::Failed => mark("error", "Failed").into_any(),
    }
}
