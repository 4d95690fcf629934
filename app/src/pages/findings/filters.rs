//! What the parameters of the list mean, and how they are offered.

use domain::{Catalogue, ControlId, FindingState, Severity, Source};
use leptos::prelude::*;
use store::FindingQuery;

use super::{FindingsPage, PATH, ROWS};
use crate::components::{self, Choice, Facet, facet_settled};
use crate::error::PageError;
use crate::pages::place;
use crate::query::{self, Query};
use crate::setting::Setting;
use crate::words;

/// The value of `state` that filters nothing.
const ALL: &str = "all";
/// Longest search.
const LONGEST: usize = 200;

/// Without a state the list shows what is open. The default is put into the query, so that it is
/// a filter like any other: seen, and taken off by its chip.
pub(super) fn with_default(query: &Query) -> Query {
    if query.get("state").is_some() {
        return query.clone();
    }
    let mut pairs = Query::parse(None).and("state", FindingState::Open.as_str());
    for (name, value) in query.pairs().filter(|pair| pair.0 != "cursor") {
        pairs = pairs.and(name, value);
    }
    match query.get("cursor") {
        Some(cursor) => pairs.with("cursor", cursor),
        None => pairs,
    }
}

/// The state that a link leads to: no state would mean the default, so "all" is said aloud.
pub(super) fn settle(query: Query) -> Query {
    let all = query.has("state", ALL);
    match query.all("state").count() {
        0 => query.with("state", ALL),
        1 => query,
        _ if all => query.without_value("state", ALL),
        _ => query,
    }
}

/// Reads the parameters.
pub(super) fn read(query: &Query) -> Result<FindingQuery, PageError> {
    let catalogue = Catalogue::get();
    let states = query.many(
        "state",
        |text| if text == ALL { Some(None) } else { FindingState::parse(text).map(Some) },
        || format!("{}, {ALL}", query::words(&FindingState::ALL, |it| it.as_str())),
    )?;
    let section = query.one(
        "section",
        |text| catalogue.safeguard(text),
        || "the number of a safeguard, such as 164.312(b)".to_owned(),
    )?;
    let control = query.one(
        "control",
        |text| catalogue.control(&ControlId::from(text)),
        || "the id of a control, such as s3-public-access-blocked".to_owned(),
    )?;
    Ok(FindingQuery {
        states: if states.contains(&None) {
            Vec::new()
        } else {
            states.into_iter().flatten().collect()
        },
        severities: query
            .many("severity", Severity::parse, || query::words(&Severity::ALL, |it| it.as_str()))?,
        sources: query
            .many("source", Source::parse, || query::words(&Source::ALL, |it| it.as_str()))?,
        account: place::account_of(query)?,
        region: place::region_of(query)?,
        controls: controls(
            section.map(|it| catalogue.controls_of_section(&it.section)),
            control.map(|it| &it.id),
        ),
        q: query.one("q", search, || format!("at most {LONGEST} characters"))?,
        limit: ROWS,
        cursor: query.get("cursor").map(ToOwned::to_owned),
    })
}

/// Both together leave only what is in both.
fn controls(section: Option<&[ControlId]>, control: Option<&ControlId>) -> Option<Vec<ControlId>> {
    match (section, control) {
        (None, None) => None,
        (Some(section), None) => Some(section.to_vec()),
        (None, Some(control)) => Some(vec![control.clone()]),
        (Some(section), Some(control)) => {
            Some(section.iter().filter(|it| *it == control).cloned().collect())
        }
    }
}

fn search(text: &str) -> Option<String> {
    (text.chars().count() <= LONGEST).then(|| text.trim().to_owned())
}

/// The facets, with how many findings each value leaves. Lower bounds are not shown: a zero among
/// them would not be a zero.
pub(super) fn facets(page: &FindingsPage) -> Vec<AnyView> {
    let counts = &page.counts;
    let exact = |n: Option<&u64>| (!counts.at_least).then(|| n.copied().unwrap_or(0));
    let choice = |value: &str, word: &str, count| Choice {
        value: value.to_owned(),
        word: word.to_owned(),
        count,
    };
    let states = FindingState::ALL
        .map(|it| choice(it.as_str(), words::finding_state(it).0, exact(counts.by_state.get(&it))));
    let severities = Severity::ALL
        .map(|it| choice(it.as_str(), words::severity(it), exact(counts.by_severity.get(&it))));
    let sources =
        Source::JUDGED.map(|it| choice(it.as_str(), it.title(), exact(counts.by_source.get(&it))));
    let here = Setting::here();
    let accounts = known(
        here.organisation.iter().flat_map(|it| &it.accounts).map(|it| &it.id),
        counts.by_account.keys(),
        page.asked.account.as_ref(),
    )
    .into_iter()
    .map(|id| choice(id.as_str(), &here.account_name(id), exact(counts.by_account.get(id))))
    .collect();
    let regions = known(
        here.organisation.iter().flat_map(|it| &it.accounts).flat_map(|it| &it.regions),
        counts.by_region.keys(),
        page.asked.region.as_ref(),
    )
    .into_iter()
    .map(|it| choice(it.as_str(), it.as_str(), exact(counts.by_region.get(it))))
    .collect();
    [
        Facet { name: "state", title: "State", choices: states.to_vec(), many: true },
        Facet { name: "severity", title: "Severity", choices: severities.to_vec(), many: true },
        Facet { name: "source", title: "Source", choices: sources.to_vec(), many: true },
        Facet { name: "account", title: "Account", choices: accounts, many: false },
        Facet { name: "region", title: "Region", choices: regions, many: false },
    ]
    .into_iter()
    .map(|it| facet_settled(PATH, &page.query, it, settle))
    .collect()
}

/// What is configured, then what is only known from findings, each once.
fn known<'a, T: PartialEq>(
    configured: impl Iterator<Item = &'a T>,
    found: impl Iterator<Item = &'a T>,
    chosen: Option<&'a T>,
) -> Vec<&'a T> {
    let mut all = Vec::new();
    for one in configured.chain(found).chain(chosen) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// The applied filters in words.
pub(super) fn chips(query: &Query) -> AnyView {
    let here = Setting::here();
    components::chips_settled(PATH, query, |name, value| chip(&here, name, value), settle)
}

fn chip(here: &Setting, name: &str, value: &str) -> Option<(String, String)> {
    let catalogue = Catalogue::get();
    let (title, shown) = match name {
        "state" => ("State", words::finding_state(FindingState::parse(value)?).0.to_owned()),
        "severity" => ("Severity", words::severity(Severity::parse(value)?).to_owned()),
        "source" => ("Source", Source::parse(value)?.title().to_owned()),
        "account" => ("Account", here.account_name(&place::account(value)?)),
        "region" => ("Region", value.to_owned()),
        "section" => {
            let safeguard = catalogue.safeguard(value)?;
            ("Section", format!("{} {}", safeguard.section, safeguard.title))
        }
        "control" => ("Control", catalogue.control(&ControlId::from(value))?.title.clone()),
        "q" => ("Search", format!("“{value}”")),
        _ => return None,
    };
    Some((title.to_owned(), shown))
}

/// Whether anything but the default filters the list.
pub(super) fn filtered(query: &Query) -> bool {
    let plain = |name: &str, value: &str| match name {
        "state" => value == ALL || value == FindingState::Open.as_str(),
        "severity" | "source" | "account" | "region" | "section" | "control" | "q" => false,
        _ => true,
    };
    query.all("state").count() > 1 || !query.pairs().all(|(name, value)| plain(name, value))
}
