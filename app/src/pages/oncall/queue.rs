//! The queue: lanes with their counts, filters, rows.

use domain::alert::Class;
use leptos::prelude::*;
use store::alert::Lane;
use store::alert::queue::QueueRow;

use super::{OncallPage, PATH, STATES};
use crate::components::{
    Choice, Empty, Facet, ago, chips, empty, facet, incident_mark, pager, severity_mark,
};
use crate::query::Query;
use crate::setting::Setting;
use crate::words;

/// The lanes with their counts: the leading numbers of the page.
pub(super) fn lanes(page: &OncallPage) -> AnyView {
    let tiles = page
        .counts
        .iter()
        .filter(|count| count.lane != Lane::Over)
        .map(|count| {
            let href = Query::default().with("lane", count.lane.as_str()).href(PATH);
            let muted = match count.muted {
                0 => "none muted".to_owned(),
                n => format!("{} muted", words::count(n)),
            };
            let class = match (count.lane, count.incidents) {
                (Lane::Page, 1..) => "lane lane-page",
                _ => "lane",
            };
            let current = page.query.has("lane", count.lane.as_str()).then_some("true");
            view! {
                <li class=class>
                    <a href=href aria-current=current>
                        <span class="lane-title">{count.lane.title()}</span>
                        <strong class="lane-count">{words::count(count.incidents)}</strong>
                        <span class="lane-muted">{muted}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="lanes" aria-label="Lanes">{tiles}</ul> }.into_any()
}

/// The rows with what narrows them.
pub(super) fn queue(page: &OncallPage) -> AnyView {
    let word = |name: &str, value: &str| {
        let title = match name {
            "lane" => Lane::parse(value).map(|it| ("Lane", it.title().to_owned())),
            "class" => Class::parse(value).map(|it| ("Class", it.title().to_owned())),
            "state" => STATES.iter().find(|it| it.0 == value).map(|it| ("State", it.1.to_owned())),
            "account" => Some(("Account", value.to_owned())),
            "unjudged" => Some(("Judged", "not yet".to_owned())),
            "breach" => Some(("Breach", "presumed".to_owned())),
            _ => None,
        };
        title.map(|(name, title)| (name.to_owned(), title))
    };
    let body = if page.rows.items.is_empty() { nothing(page) } else { rows(page) };
    view! {
        <h2 class="hidden">"Queue"</h2>
        {chips(PATH, &page.query, word)}
        {body}
        {pager(PATH, &page.query, page.rows.next.clone(), page.rows.items.len())}
        {filters(page)}
    }
    .into_any()
}

/// Three reasons why the queue is empty: nothing was ever in it, nothing waits, the filters leave
/// nothing.
fn nothing(page: &OncallPage) -> AnyView {
    let of = |over: bool| {
        page.counts.iter().filter(|it| (it.lane == Lane::Over) == over).map(|it| it.incidents).sum()
    };
    let (open, over): (u64, u64) = (of(false), of(true));
    let filtered = page.query.pairs().any(|pair| pair.0 != "at");
    if filtered && open + over > 0 {
        return empty(Empty::NoMatch { things: "incidents", clear: PATH.to_owned() });
    }
    if open + over == 0 {
        return empty(Empty::Unwritten {
            title: "No incident yet",
            sentence: "Nothing has needed anybody so far. What failed before alerting began is \
                       listed among the findings.",
            way: None,
        });
    }
    let sentence = "Nothing waits: every incident is resolved.".to_owned();
    empty(Empty::Zero { sentence })
}

fn rows(page: &OncallPage) -> AnyView {
    let waiting = page.rows.items.iter().filter(|row| can_be_taken(page, row)).count();
    let bulk = waiting > 1;
    let mut lane = None;
    let rows = page
        .rows
        .items
        .iter()
        .map(|row| {
            let first = (lane != Some(row.lane)).then(|| {
                lane = Some(row.lane);
                view! { <li class="queue-lane">{row.lane.title()}</li> }
            });
            view! { {first} {one(page, row, bulk)} }
        })
        .collect_view();
    let list =
        view! { <ol class="queue" aria-label="Incidents, the most urgent first">{rows}</ol> };
    if !bulk {
        return list.into_any();
    }
    view! {
        <form method="post" action="/incidents/acknowledge" class="queue-form">
            <input type="hidden" name="back" value=page.query.href(PATH)/>
            {list}
            <p class="queue-bulk">
                <button class="button">"Acknowledge the chosen ones"</button>
            </p>
        </form>
    }
    .into_any()
}

/// Whether an incident waits for somebody who looks at this page.
fn can_be_taken(page: &OncallPage, row: &QueueRow) -> bool {
    page.may_work && row.lane != Lane::Over && !row.incident.acknowledged()
}

fn one(page: &OncallPage, row: &QueueRow, bulk: bool) -> AnyView {
    let it = &row.incident;
    let href = page.query.without("at").with("at", &it.id.to_string()).href(PATH);
    let chosen = page.selected.as_ref().is_some_and(|one| one.row.incident.id == it.id);
    let current = chosen.then_some("true");
    let class = if chosen { "queue-row queue-chosen" } else { "queue-row" };
    let account = row.account.as_ref().map(|id| Setting::here().account_name(&id.as_str().into()));
    let count = (row.alerts > 1).then(|| format!(" · {} alerts", words::count(row.alerts)));
    let muted = (row.muted > 0).then(|| format!(" · {} muted", words::count(row.muted)));
    let thing = it.scope.thing().map(|it| view! { <bdi>{it.to_owned()}</bdi> " · " });
    let whose = it.assignee.clone().map(|who| view! { " · " <bdi>{who}</bdi> });
    let choose = (bulk && can_be_taken(page, row)).then(|| {
        let label = format!("Choose incident {}", it.id);
        view! { <input type="checkbox" name="id" value=it.id.to_string() aria-label=label/> }
    });
    view! {
        <li class=class>
            {choose}
            <a href=href aria-current=current data-row=it.id.to_string()>
                <span class="queue-title">{it.title.clone()}</span>
                <span class="queue-marks">
                    {incident_mark(it)} {severity_mark(it.level.severity)}
                </span>
                <span class="below">
                    {thing} {it.level.class.title()} {account.map(|name| format!(" · {name}"))} " · "
                    {ago(it.opened_at)} {count} {muted} {whose}
                </span>
            </a>
        </li>
    }
    .into_any()
}

fn filters(page: &OncallPage) -> AnyView {
    let choice = |(value, word): (&str, &str)| Choice {
        value: value.to_owned(),
        word: word.to_owned(),
        count: None,
    };
    let lanes = page
        .counts
        .iter()
        .map(|it| Choice {
            value: it.lane.as_str().to_owned(),
            word: it.lane.title().to_owned(),
            count: Some(it.incidents),
        })
        .collect();
    let classes = Class::ALL
        .iter()
        .filter(|class| **class != Class::Ingest)
        .map(|class| choice((class.as_str(), class.title())))
        .collect();
    let accounts = Setting::here()
        .organisation
        .iter()
        .flat_map(|it| it.accounts.iter())
        .map(|it| choice((it.id.as_str(), &it.name)))
        .collect();
    let state = STATES.iter().map(|it| choice(*it)).collect();
    let judged = vec![choice(("yes", "Over, and nobody has said what it was"))];
    let presumed = vec![choice(("presumed", "Presumed, over or not (164.402(2))"))];
    let facets = [
        Facet { name: "lane", title: "Lane", choices: lanes, many: true },
        Facet { name: "class", title: "Class", choices: classes, many: true },
        Facet { name: "state", title: "State", choices: state, many: true },
        Facet { name: "account", title: "Account", choices: accounts, many: true },
        Facet { name: "breach", title: "Breach", choices: presumed, many: false },
        Facet { name: "unjudged", title: "Judgement", choices: judged, many: false },
    ];
    let facets = facets.into_iter().map(|it| facet(PATH, &page.query, it)).collect_view();
    view! {
        <details class="queue-filters">
            <summary>"Narrow the queue"</summary>
            <div class="queue-facets">{facets}</div>
        </details>
    }
    .into_any()
}
