//! The evaluations that stand in the way, by state, each with its reason.

use domain::{Catalogue, Reason, State};
use leptos::prelude::*;
use store::EvaluationRow;

use super::{Group, SafeguardPage, address};
use crate::components::{Empty, ago, empty, pager, scroll, severity_mark, state_mark};
use crate::error::PageError;
use crate::pages::finding::kind_words;
use crate::query::{self, Query, segment};
use crate::setting::Setting;
use crate::words;

/// What stands in the way, the most telling first.
const IN_THE_WAY: [State; 4] = [State::Fail, State::Error, State::Stale, State::NotEvaluated];

/// Which evaluations are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The first few of everything that stands in the way.
    InTheWay,
    /// Everything that nobody knows.
    Unknown,
    /// One state, page by page.
    One(State),
}

impl Choice {
    /// Reads `state`.
    pub(super) fn read(query: &Query) -> Result<Self, PageError> {
        let parse = |text: &str| match text {
            "unknown" => Some(Self::Unknown),
            text => State::parse(text).map(Self::One),
        };
        let allowed = || format!("unknown, {}", query::words(&State::ALL, |it| it.as_str()));
        Ok(query.one("state", parse, allowed)?.unwrap_or(Self::InTheWay))
    }

    /// The states that are listed.
    pub(super) fn states(self) -> Vec<State> {
        match self {
            Self::InTheWay => IN_THE_WAY.to_vec(),
            Self::Unknown => IN_THE_WAY.into_iter().filter(|state| state.unknown()).collect(),
            Self::One(state) => vec![state],
        }
    }

    /// How many rows of each state.
    pub(super) fn rows(self) -> u32 {
        match self {
            Self::InTheWay => 10,
            Self::Unknown | Self::One(_) => 50,
        }
    }

    /// Whether there is one list to page through.
    pub(super) fn pages(self) -> bool {
        matches!(self, Self::One(_))
    }
}

pub(super) fn evaluations(page: &SafeguardPage) -> AnyView {
    let path = address(page.safeguard);
    let groups: Vec<AnyView> = page
        .groups
        .iter()
        .filter(|group| !group.rows.is_empty())
        .map(|group| group_view(page, &path, group))
        .collect();
    let body = if groups.is_empty() { nothing(page, &path) } else { groups.into_any() };
    view! { {choices(page, &path)} {body} }.into_any()
}

/// Which states there are, as links that keep the page.
fn choices(page: &SafeguardPage, path: &str) -> AnyView {
    let tally = page.controls.iter().fold(domain::Tally::default(), |mut sum, line| {
        sum.merge(&line.tally);
        sum
    });
    let link = |choice: Choice, href: String, words: String| {
        let current = (choice == page.choice).then_some("true");
        view! { <li><a class="chip" href=href aria-current=current>{words}</a></li> }
    };
    let first =
        link(Choice::InTheWay, format!("{path}#evaluations"), "What stands in the way".to_owned());
    let rest = State::ALL
        .into_iter()
        .filter(|state| tally.get(*state) > 0)
        .map(|state| {
            let words = format!("{} {}", words::state(state), words::count(tally.get(state)));
            let href = format!("{path}?state={}#evaluations", state.as_str());
            link(Choice::One(state), href, words)
        })
        .collect_view();
    view! { <ul class="chips" aria-label="Evaluations by state">{first} {rest}</ul> }.into_any()
}

fn nothing(page: &SafeguardPage, path: &str) -> AnyView {
    if page.point.is_none() {
        return empty(Empty::NoData);
    }
    match page.choice {
        Choice::InTheWay => {
            let sentence = "No evaluation fails and none is unknown.".to_owned();
            empty(Empty::Zero { sentence })
        }
        _ => empty(Empty::NoMatch { things: "evaluations", clear: format!("{path}#evaluations") }),
    }
}

fn group_view(page: &SafeguardPage, path: &str, group: &Group) -> AnyView {
    let here = Setting::here();
    let rows = group.rows.iter().map(|row| evaluation(row, &here)).collect_view();
    let shown = group.rows.len();
    let total = words::counted(group.total, "evaluation", "evaluations");
    let caption = format!("Evaluations in the state {}", words::state(group.state).to_lowercase());
    let table = view! {
        <table class="evaluations">
            <caption class="hidden">{caption.clone()}</caption>
            <thead>
                <tr>
                    <th scope="col">"Severity"</th>
                    <th scope="col">"Resource"</th>
                    <th scope="col">"Account, region"</th>
                    <th scope="col">"Control"</th>
                    <th scope="col">"Why"</th>
                    <th scope="col">"Since"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let more = if page.choice.pages() {
        pager(path, &page.query, group.next.clone(), shown)
    } else if group.next.is_some() {
        let href = format!("{path}?state={}#evaluations", group.state.as_str());
        view! { <p><a class="button" href=href>{format!("All {total}")}</a></p> }.into_any()
    } else {
        ().into_any()
    };
    view! {
        <div class="group">
            <h3>{state_mark(group.state)} <span class="quiet">{total}</span></h3>
            {scroll(caption, table)}
            {more}
        </div>
    }
    .into_any()
}

fn evaluation(row: &EvaluationRow, here: &Setting) -> AnyView {
    let evaluation = &row.evaluation;
    let control = Catalogue::get().control(&evaluation.control);
    let control_title =
        control.map_or_else(|| evaluation.control.to_string(), |it| it.title.clone());
    view! {
        <tr>
            <td>{severity_mark(row.severity)}</td>
            <th scope="row" class="clip">{resource(row)}</th>
            <td class="clip">
                {here.account_name(&evaluation.account)} <br/>
                <span class="quiet">{evaluation.region.to_string()}</span>
            </td>
            <td>
                <a href=format!("/controls/{}", segment(evaluation.control.as_str()))>
                    {control_title}
                </a>
            </td>
            <td class="untrusted" dir="auto">{why(row)}</td>
            <td class="nowrap">{ago(row.since)}</td>
        </tr>
    }
    .into_any()
}

/// The resource, leading to the finding that decided; a gap names no resource.
fn resource(row: &EvaluationRow) -> AnyView {
    let evaluation = &row.evaluation;
    if evaluation.kind.is_empty() && evaluation.finding.is_none() {
        return view! { <span class="quiet">"no resource named"</span> }.into_any();
    }
    let name = match row.title.trim() {
        "" => evaluation.resource.short().to_owned(),
        title => title.to_owned(),
    };
    let key = evaluation.resource.to_string();
    let name = match &evaluation.finding {
        Some(finding) => {
            let href = format!("/findings/{finding}");
            view! { <a href=href title=key><bdi>{name}</bdi></a> }.into_any()
        }
        None => view! { <bdi title=key>{name}</bdi> }.into_any(),
    };
    view! { {name} <br/> <span class="quiet">{kind_words(&evaluation.kind)}</span> }.into_any()
}

/// The source's words where it spoke, our sentence where nobody did.
fn why(row: &EvaluationRow) -> String {
    let reason = row.evaluation.reason;
    match row.finding_reason.trim() {
        "" => reason.sentence().to_owned(),
        words if reason == Reason::Reported => words.to_owned(),
        words => format!("{} {words}", reason.sentence()),
    }
}
