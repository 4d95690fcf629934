//! What is listed.

use domain::Timestamp;
use domain::id::DAY_MS;
use leptos::prelude::*;
use store::{AuditQuery, Bounds};
use trail::Outcome;

use super::{AuditPage, PATH, actor_name, spaced};
use crate::components::{self, Choice, Facet, facet, hidden_fields};
use crate::error::PageError;
use crate::query::Query;
use crate::setting::Setting;

/// Outcomes with their words.
const OUTCOMES: [(Outcome, &str); 3] =
    [(Outcome::Done, "Done"), (Outcome::Refused, "Refused"), (Outcome::Failed, "Failed")];

/// The question to the store. A period that binds whoever looks narrows whatever was asked.
pub(super) fn read(query: &Query, bounds: Bounds) -> Result<AuditQuery, PageError> {
    let outcomes = || Outcome::ALL.map(Outcome::as_str).join(", ");
    let day = |name| query.one(name, Setting::day, || "a date: year-month-day".to_owned());
    let from = day("from")?;
    let to = day("to")?.map(|at: Timestamp| at.plus(DAY_MS));
    let text = |name: &str| query.get(name).map(str::to_owned);
    Ok(AuditQuery {
        actor: text("actor"),
        action: text("action"),
        object: text("object"),
        outcome: query.one("outcome", Outcome::parse, outcomes)?,
        from: from.max(bounds.from),
        to: match (to, bounds.to) {
            (Some(asked), Some(bound)) => Some(asked.min(bound)),
            (asked, bound) => asked.or(bound),
        },
        limit: 0,
        cursor: text("cursor"),
    })
}

pub(super) fn facets(page: &AuditPage) -> Vec<AnyView> {
    let of = |name, title, choices: Vec<(String, String)>| {
        let choices =
            choices.into_iter().map(|(value, word)| Choice { value, word, count: None }).collect();
        facet(PATH, &page.query, Facet { name, title, choices, many: false })
    };
    let outcomes = OUTCOMES.map(|(outcome, word)| (outcome.as_str().to_owned(), word.to_owned()));
    let actors = page.actors.iter().map(|it| (it.clone(), actor_name(page, it))).collect();
    let actions = page.actions.iter().map(|it| (it.clone(), spaced(it))).collect();
    vec![
        times(&page.query),
        of("outcome", "Outcome", outcomes.to_vec()),
        of("actor", "Who", actors),
        of("action", "What", actions),
    ]
}

fn times(query: &Query) -> AnyView {
    let value = |name: &str| query.get(name).unwrap_or_default().to_owned();
    view! {
        <form class="facet facet-form" method="get" action=PATH>
            {hidden_fields(query, &["from", "to"])}
            <label for="from">"From"</label>
            <input id="from" name="from" type="date" value=value("from")/>
            <label for="to">"To"</label>
            <input id="to" name="to" type="date" value=value("to")/>
            <button class="button">"Show"</button>
        </form>
    }
    .into_any()
}

pub(super) fn chips(page: &AuditPage) -> AnyView {
    components::chips(PATH, &page.query, |name, value| {
        let word = |title: &str, value: String| Some((title.to_owned(), value));
        match name {
            "actor" => word("Who", actor_name(page, value)),
            "action" => word("What", spaced(value)),
            "object" => word("On", value.to_owned()),
            "outcome" => word("Outcome", value.to_owned()),
            "from" => word("From", value.to_owned()),
            "to" => word("To", value.to_owned()),
            _ => None,
        }
    })
}
