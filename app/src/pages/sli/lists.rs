//! Members, events, what it counts, and how its state changed.

use domain::Timestamp;
use domain::sli::{Definition, Kind, Member};
use leptos::prelude::*;
use store::sli_page::{BadEvent, SliChange};

use super::SliPage;
use crate::components::{ago, mark, scroll, section, sli_mark};
use crate::query::segment;
use crate::words;

/// Members that keep it from its target; nothing for kinds that have none.
pub(super) fn members(page: &SliPage) -> AnyView {
    let kind = page.reading.sli.definition().kind;
    if !matches!(kind, Kind::Coverage | Kind::Deadline) {
        return ().into_any();
    }
    if page.members.is_empty() {
        let words = "None that is known.";
        return section("members", "What breaks it", (), view! { <p class="quiet">{words}</p> });
    }
    let rows = page.members.iter().map(|one| member(one, page.now)).collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"Members that are not covered, the oldest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col">"Since"</th>
                    <th scope="col">"State"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let shown = words::count(page.members.len() as u64);
    section(
        "members",
        "What breaks it",
        view! { <span class="quiet">{shown} " listed"</span> },
        scroll("What breaks it", table),
    )
}

fn member(member: &Member, now: Timestamp) -> AnyView {
    let what = if member.link.is_empty() {
        member.what.clone().into_any()
    } else {
        view! { <a href=member.link.clone()>{member.what.clone()}</a> }.into_any()
    };
    let state = if member.overdue(now) {
        let words = format!("{} past its grace", words::span(member.debt_ms(now)));
        mark("fail", words).into_any()
    } else {
        let left = member.grace_ms - now.since(member.since);
        mark("stale", format!("{} of grace left", words::span(left))).into_any()
    };
    view! {
        <tr>
            <th scope="row" class="reason"><bdi>{what}</bdi></th>
            <td class="nowrap">{ago(member.since)}</td>
            <td class="nowrap">{state}</td>
        </tr>
    }
    .into_any()
}

/// The last bad events of a ratio.
pub(super) fn events(page: &SliPage) -> AnyView {
    let kind = page.reading.sli.definition().kind;
    if !matches!(kind, Kind::Ratio | Kind::ThresholdRatio) {
        return ().into_any();
    }
    if page.events.is_empty() {
        return section(
            "events",
            "Bad events",
            (),
            view! { <p class="quiet">"None is known."</p> },
        );
    }
    let rows = page.events.iter().map(event).collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"The last bad events, newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"Who told"</th>
                    <th scope="col">"What"</th>
                    <th scope="col">"Trace"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    section(
        "events",
        "Bad events",
        view! { <span class="quiet">"the last, by their kind"</span> },
        scroll("Bad events", table),
    )
}

fn event(event: &BadEvent) -> AnyView {
    let trace = event.trace.map(|trace| {
        let short: String = trace.to_string().chars().take(8).collect();
        view! { <a href=format!("/debug/traces/{trace}")><code>{short}</code></a> }
    });
    view! {
        <tr>
            <td class="nowrap">{ago(event.at)}</td>
            <td><bdi>{event.service.clone()}</bdi></td>
            <th scope="row" class="reason">{event.what.clone()}</th>
            <td>{trace}</td>
        </tr>
    }
    .into_any()
}

pub(super) fn about(definition: &'static Definition) -> AnyView {
    let sections = definition
        .sections
        .iter()
        .map(|id| {
            let base = id.split('(').next().unwrap_or(id);
            let known = domain::Catalogue::get().safeguard(id).is_some();
            let href = format!("/safeguards/{}", segment(if known { id } else { base }));
            let words = format!("§ {id}");
            if known {
                view! { <li><a href=href>{words}</a></li> }.into_any()
            } else {
                view! { <li>{words}</li> }.into_any()
            }
        })
        .collect_view();
    let controls = definition
        .sli
        .controls()
        .iter()
        .map(|id| view! { <li><a href=format!("/controls/{id}")>{*id}</a></li> })
        .collect_view();
    let rests = (!definition.sli.controls().is_empty())
        .then(|| view! { <h3>"Rests on"</h3> <ul class="plain roomy">{controls}</ul> });
    let body = view! {
        <p class="note">{definition.counts}</p>
        <h3>"Asked for by 45 CFR part 164"</h3>
        <ul class="plain roomy">{sections}</ul>
        {rests}
    };
    section("about", "What counts", (), body)
}

pub(super) fn changes(page: &SliPage) -> AnyView {
    let items = page.changes.iter().map(change).collect_view();
    let body = if page.changes.is_empty() {
        view! { <p class="quiet">"It has not been computed yet."</p> }.into_any()
    } else {
        view! { <ul class="timeline">{items}</ul> }.into_any()
    };
    section("changes", "How it changed", (), body)
}

fn change(change: &SliChange) -> AnyView {
    view! {
        <li>
            {sli_mark(change.after)} " " {ago(change.at)}
            <span class="below">{change.why.clone()}</span>
        </li>
    }
    .into_any()
}
