//! What to fix first.

use std::cmp::Reverse;

use domain::{Catalogue, Control, State, Tally};
use leptos::prelude::*;
use store::{EvaluationQuery, EvaluationRow, Reader};

use super::RunPage;
use crate::components::{Empty, empty, mark, prose, section, severity_mark};
use crate::error::PageError;
use crate::pages::control::how;
use crate::pages::scored;
use crate::setting::Setting;
use crate::words;

/// Controls told in full.
const FIRST: usize = 8;
/// Resources named for each.
const NAMED: u32 = 3;

/// A control that fails, with some of the resources on which it does.
#[derive(Debug, Clone)]
pub struct FixFirst {
    /// The control.
    pub control: &'static Control,
    /// Its evaluations.
    pub tally: Tally,
    /// Some failing resources.
    pub resources: Vec<EvaluationRow>,
}

/// What weighs most in the score and fails: by severity, then by how much fails.
pub(super) async fn load(reader: &Reader) -> Result<(Vec<FixFirst>, u64), PageError> {
    let tallies = reader.control_tallies(None).await?;
    let mut failing: Vec<(&'static Control, Tally)> = Catalogue::get()
        .controls
        .values()
        .map(|control| (control, scored::tally_of(&tallies, &control.id)))
        .filter(|(_, tally)| tally.fail > 0)
        .collect();
    failing.sort_by_key(|(control, tally)| (control.severity, Reverse(tally.fail)));
    let count = failing.len() as u64;
    let mut first = Vec::new();
    for (control, tally) in failing.into_iter().take(FIRST) {
        let query = EvaluationQuery {
            control: Some(control.id.clone()),
            states: vec![State::Fail],
            limit: NAMED,
            ..EvaluationQuery::default()
        };
        let resources = reader.evaluation_page(&query).await?.items;
        first.push(FixFirst { control, tally, resources });
    }
    Ok((first, count))
}

pub(super) fn first(page: &RunPage) -> AnyView {
    if page.first.is_empty() {
        let sentence = if page.overall.is_some() {
            "No control fails on what was read."
        } else {
            "Nothing has been judged yet."
        };
        let body = empty(Empty::Zero { sentence: sentence.to_owned() });
        return section("first", "What to fix first", (), body);
    }
    let items = page.first.iter().map(item).collect_view();
    let all = view! {
        <a href="/controls?state=fail">
            {format!("All {}", words::counted(page.failing, "failing control", "failing controls"))}
        </a>
    };
    section(
        "first",
        "What to fix first, as things stand now",
        all,
        view! { <ol class="fixes">{items}</ol> },
    )
}

fn item(fix: &FixFirst) -> AnyView {
    let here = Setting::here();
    let control = fix.control;
    let href = format!("/controls/{}?state=fail#evaluations", control.id);
    let resources = fix
        .resources
        .iter()
        .map(|row| {
            let place =
                format!("{} {}", here.account_name(&row.evaluation.account), row.evaluation.region);
            let reason = if row.finding_reason.is_empty() {
                row.evaluation.reason.sentence().to_owned()
            } else {
                row.finding_reason.clone()
            };
            view! {
                <li>
                    <strong><bdi>{row.title.clone()}</bdi></strong> " "
                    <span class="quiet">{place}</span> " " <span dir="auto">{reason}</span>
                </li>
            }
        })
        .collect_view();
    let count = format!(
        "{} of {} fail",
        words::count(fix.tally.fail),
        words::counted(fix.tally.applicable(), "resource", "resources")
    );
    view! {
        <li class="fix">
            <div class="fix-head">
                {severity_mark(control.severity)}
                <h3><a href=format!("/controls/{}", control.id)>{control.title.clone()}</a></h3>
                <a href=href>{mark("fail", count)}</a>
            </div>
            <ul class="plain fix-resources">{resources}</ul>
            {prose(&control.why)}
            <details class="explain">
                <summary>"How to fix it"</summary>
                <div class="explain-body">{how(control)}</div>
            </details>
        </li>
    }
    .into_any()
}
