//! `/suppressions`: who muted what, why, until when, and who approved it.

mod acts;
mod ask;
mod detail;
mod fields;
mod filled;
mod preview;
mod told;

use domain::Action;
use domain::Timestamp;
use domain::alert::suppression::Section;
use leptos::prelude::*;
use store::suppression::SuppressionCounts;
use store::{Page as Rows, Reader, SuppressionRow};

use super::{Ask, Page};
use crate::components::{
    Choice, Empty, Facet, Way, ago, at, chips, crumbs, empty, facet, heading, listing, pager,
    scroll,
};
use crate::error::PageError;
use crate::query::{self, Query};
use crate::shell::Here;
use crate::words;

pub use ask::AskPage;
pub use detail::SuppressionPage;
pub(crate) use detail::Typed;
pub use filled::Filled;
pub(crate) use told::address;

/// Its address.
pub(crate) const PATH: &str = "/suppressions";
/// The form's.
pub(crate) const NEW: &str = "/suppressions/new";

const PURPOSE: &str = "Alerts that nobody is told of for a while. They are stored, judged and \
                       counted all the same; only the telling is muted.";

/// The list.
#[derive(Debug, Clone)]
pub struct SuppressionsPage {
    /// The state of the page.
    pub query: Query,
    /// The present.
    pub now: Timestamp,
    /// What is shown.
    pub rows: Rows<SuppressionRow>,
    /// How many there are in each part.
    pub counts: SuppressionCounts,
    /// The parts that are asked for; empty for all.
    pub sections: Vec<Section>,
    /// Whether whoever looks may ask for one.
    pub may_ask: bool,
}

impl Page for SuppressionsPage {
    const HERE: Here = Here::OnCall;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let allowed = || query::words(Section::ALL, |one| one.as_str());
        let sections = ask.query.many("stage", Section::parse, allowed)?;
        let cursor = ask.query.get("cursor");
        Ok(Self {
            query: ask.query.clone(),
            now: ask.now,
            rows: reader.suppression_page(&sections, ask.now, 0, cursor).await?,
            counts: reader.suppression_counts(ask.now).await?,
            sections,
            may_ask: ask.who.may(Action::AskSuppressions),
        })
    }

    fn title(&self) -> String {
        "Suppressions".to_owned()
    }

    fn view(self) -> AnyView {
        let new = self.may_ask.then(|| {
            view! { <a class="button button-primary" href=NEW>"Ask for a suppression"</a> }
        });
        view! {
            {crumbs(vec![("/oncall".to_owned(), "On call".to_owned())])}
            {heading("Suppressions", PURPOSE, new)}
            {listing(vec![sections(&self)], body(&self))}
        }
        .into_any()
    }
}

fn sections(page: &SuppressionsPage) -> AnyView {
    let choices = Section::ALL
        .iter()
        .map(|one| Choice {
            value: one.as_str().to_owned(),
            word: one.title().to_owned(),
            count: Some(page.counts.of(*one)),
        })
        .collect();
    facet(PATH, &page.query, Facet { name: "stage", title: "Stage", choices, many: true })
}

fn body(page: &SuppressionsPage) -> AnyView {
    let word = |name: &str, value: &str| {
        let title = Section::parse(value).filter(|_| name == "stage")?.title();
        Some(("Stage".to_owned(), title.to_owned()))
    };
    let rows = if page.rows.items.is_empty() { nothing(page) } else { table(page) };
    let total = page.counts.all();
    let total = words::counted(total, "suppression", "suppressions");
    view! {
        <div class="listing-head"><p class="listing-total">{total}</p></div>
        {chips(PATH, &page.query, word)}
        {rows}
        {pager(PATH, &page.query, page.rows.next.clone(), page.rows.items.len())}
    }
    .into_any()
}

/// Nobody ever asked for one; none is in what was asked for, which is good news for two parts.
fn nothing(page: &SuppressionsPage) -> AnyView {
    if page.counts.all() == 0 {
        let way = page.may_ask.then(|| Way {
            href: NEW.to_owned(),
            words: "Ask for the first suppression".to_owned(),
        });
        return empty(Empty::Unwritten {
            title: "Nobody has asked for a suppression yet",
            sentence: "Every alert is told. A suppression mutes what is expected for a while, such \
                       as a scan during maintenance; somebody else has to approve it.",
            way,
        });
    }
    let sentence = match page.sections.as_slice() {
        [Section::Waiting] => "Nothing waits for approval.",
        [Section::Active] => "Nothing is muted now: every alert is told.",
        _ => {
            let clear = PATH.to_owned();
            return empty(Empty::NoMatch { things: "suppressions", clear });
        }
    };
    empty(Empty::Zero { sentence: sentence.to_owned() })
}

fn table(page: &SuppressionsPage) -> AnyView {
    let rows = page.rows.items.iter().map(|one| row(one, page.now)).collect_view();
    let table = view! {
        <table class="suppressions">
            <thead>
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col">"Stage"</th>
                    <th scope="col">"Until"</th>
                    <th scope="col" class="number">"Mutes now"</th>
                    <th scope="col">"Asked by"</th>
                    <th scope="col">"Why"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Suppressions", table)
}

fn row(row: &SuppressionRow, now: Timestamp) -> AnyView {
    let one = &row.suppression;
    let number = if row.mutes == 0 { "number zero" } else { "number" };
    let asked_by = row.called(&one.requested_by).to_owned();
    view! {
        <tr>
            <th scope="row" class="title">
                <a href=told::address(one.id)><bdi>{told::scope_words(one)}</bdi></a>
                <span class="below">{told::when_words(one)}</span>
            </th>
            <td class="nowrap">{told::stage_marks(one, now)}</td>
            <td class="nowrap">{at(one.mutes_until(now).unwrap_or_else(|| one.over_at()))}</td>
            <td class=number>{words::count(row.mutes)}</td>
            <td>
                <bdi>{asked_by}</bdi>
                <span class="below">{ago(one.requested_at)}</span>
            </td>
            <td class="reason">
                <bdi>{told::short(&one.reason)}</bdi>
                <span class="below"><bdi>{one.change_ref.clone()}</bdi></span>
            </td>
        </tr>
    }
    .into_any()
}
