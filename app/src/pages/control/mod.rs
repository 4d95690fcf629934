//! `/controls/{id}`: one statement: where it stands, why, what to do, on which evidence.

mod about;
mod evaluations;

pub(crate) use crate::components::prose;
pub(crate) use about::how;

use domain::{AccountId, Catalogue, Control, ControlId, Region, Tally, Timestamp, Transition};
use leptos::prelude::*;
use store::{DriftQuery, EvaluationQuery, EvaluationRow, Reader};

use super::controls::Wanted;
use super::{Ask, Page, place};
use crate::components::{crumbs, heading, mark, severity_mark, state_mark};
use crate::error::PageError;
use crate::query::Query;
use crate::setting::Setting;
use crate::shell::Here;
use crate::words;

/// Evaluations on a page.
const ROWS: u32 = 50;
/// Changes shown.
const CHANGES: u32 = 20;

/// One control.
#[derive(Debug, Clone)]
pub struct ControlPage {
    /// The control.
    pub control: &'static Control,
    /// Its evaluations in all.
    pub tally: Tally,
    /// Its evaluations by account and region.
    pub places: Vec<(AccountId, Region, Tally)>,
    /// Since when the oldest present failure fails.
    pub failing_since: Option<Timestamp>,
    /// Evaluations that the filters leave.
    pub evaluations: Vec<EvaluationRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// What changed lately, newest first.
    pub changes: Vec<Transition>,
    /// The state of the page.
    pub query: Query,
}

impl Page for ControlPage {
    const HERE: Here = Here::Controls;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let id = ControlId::from(ask.id);
        let Some(control) = Catalogue::get().control(&id) else {
            return Err(PageError::missing("control", ask.id, "/controls"));
        };
        let wanted = ask.query.one("state", Wanted::parse, Wanted::allowed)?;
        let places = reader.control_account_tallies(&id).await?;
        let mut tally = Tally::default();
        for (_, _, place) in &places {
            tally.merge(place);
        }
        let asked = EvaluationQuery {
            control: Some(id.clone()),
            states: wanted.map(Wanted::states).unwrap_or_default(),
            account: place::judged_account_of(ask.query)?,
            region: place::region_of(ask.query)?,
            limit: ROWS,
            cursor: ask.query.get("cursor").map(str::to_owned),
            ..EvaluationQuery::default()
        };
        let evaluations = reader.evaluation_page(&asked).await?;
        let failing_since = reader.control_failing_since(&id).await?;
        let drift = DriftQuery { control: Some(id), limit: CHANGES, ..DriftQuery::default() };
        Ok(Self {
            control,
            tally,
            places,
            failing_since,
            evaluations: evaluations.items,
            next: evaluations.next,
            changes: reader.transition_page(&drift).await?.items,
            query: ask.query.clone(),
        })
    }

    fn title(&self) -> String {
        self.control.title.clone()
    }

    fn view(self) -> AnyView {
        let path = vec![
            ("/controls".to_owned(), "Controls".to_owned()),
            (
                format!("/controls?category={}", self.control.category.as_str()),
                self.control.category.title().to_owned(),
            ),
        ];
        view! {
            {crumbs(path)}
            {heading(self.control.title.clone(), sentence(&self), severity_mark(self.control.severity))}
            <div class="columns">
                <div class="column-main">
                    {about::why(self.control)}
                    {about::fix(self.control)}
                    {evaluations::list(&self)}
                    {changes(&self)}
                </div>
                <div class="column-side">
                    {evaluations::places(&self)}
                    {about::sections(self.control)}
                    {about::answered_by(self.control)}
                </div>
            </div>
        }
        .into_any()
    }
}

/// Where it stands, in one sentence.
fn sentence(page: &ControlPage) -> AnyView {
    let (tally, control) = (&page.tally, page.control);
    let all = words::counted(tally.applicable(), "resource", "resources");
    if control.attestation {
        return view! {
            {mark("not-evaluated", "Needs attestation.")}
            " Only a person can say whether this holds, and nobody has."
        }
        .into_any();
    }
    if tally.fail > 0 {
        let here = Setting::here();
        let since = page.failing_since.map_or_else(
            || "Failing".to_owned(),
            |at| format!("Failing since {}", words::date(at, &here.zone)),
        );
        let words = format!("{since} on {} of {all}.", words::count(tally.fail));
        let rest = (tally.unknown() > 0)
            .then(|| format!(" {} more are unknown.", words::count(tally.unknown())));
        return view! { {mark("fail", words)} {rest} }.into_any();
    }
    if tally.applicable() == 0 {
        let none = if tally.total() == 0 { "Nobody has looked yet." } else { "Nothing applies." };
        let shape = if tally.total() == 0 { "not-evaluated" } else { "not-applicable" };
        return mark(shape, none).into_any();
    }
    if tally.unknown() > 0 {
        let words = format!("Unknown on {} of {all};", words::count(tally.unknown()));
        let rest = format!(" {} pass, none fails.", words::count(tally.pass));
        return view! { {mark("not-evaluated", words)} {rest} }.into_any();
    }
    mark("pass", format!("Passes on all of {all}.")).into_any()
}

fn changes(page: &ControlPage) -> AnyView {
    use crate::components::{Empty, ago, empty, scroll, section};
    let here = Setting::here();
    if page.changes.is_empty() {
        let sentence = "No evaluation of this control has changed its state yet.".to_owned();
        return section("history", "History", (), empty(Empty::Zero { sentence }));
    }
    let rows = page
        .changes
        .iter()
        .map(|change| {
            view! {
                <tr>
                    <td class="nowrap">{ago(change.at)}</td>
                    <th scope="row" class="clip">{change.resource.short().to_owned()}</th>
                    <td class="clip">{here.account_name(&change.account)}</td>
                    <td class="nowrap">{change.region.to_string()}</td>
                    <td class="nowrap">
                        {change.from.map_or_else(|| "first seen".into_any(), |it| state_mark(it).into_any())}
                        " → "
                        {change.to.map_or_else(|| "gone".into_any(), |it| state_mark(it).into_any())}
                    </td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"Changes, newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"Resource"</th>
                    <th scope="col">"Account"</th>
                    <th scope="col">"Region"</th>
                    <th scope="col">"Change"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let all = view! { <a href=format!("/drift?control={}", page.control.id)>"All changes"</a> };
    section("history", "History", all, scroll("History", table))
}
