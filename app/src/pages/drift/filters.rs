//! What the parameters of the page mean, and how they are offered.

use domain::id::DAY_MS;
use domain::{Catalogue, ControlId, Severity, Timestamp, TransitionKind};
use leptos::prelude::*;
use store::DriftQuery;

use super::{DriftPage, PATH, ROWS};
use crate::components::{self, Choice, Facet, facet};
use crate::error::PageError;
use crate::pages::place;
use crate::query::{self, Query};
use crate::setting::Setting;
use crate::words;

/// How far the page looks back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
    /// Ninety days.
    Quarter,
}

impl Span {
    const ALL: [Self; 3] = [Self::Week, Self::Month, Self::Quarter];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == text)
    }

    /// Its days.
    pub fn days(self) -> i64 {
        match self {
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 90,
        }
    }

    /// `last 30 days`.
    pub(super) fn words(self) -> String {
        format!("last {} days", self.days())
    }

    /// When it began: at the start of a UTC day, so that the first bar is a whole day.
    pub(super) fn since(self, now: Timestamp) -> Timestamp {
        Timestamp((now.day() - self.days() + 1) * DAY_MS)
    }

    /// The page without other filters.
    pub(super) fn href(self) -> String {
        Query::default().with("since", self.as_str()).href(PATH)
    }
}

pub(super) fn span(query: &Query) -> Result<Span, PageError> {
    let span = query.one("since", Span::parse, || query::words(&Span::ALL, |it| it.as_str()))?;
    Ok(span.unwrap_or(Span::Month))
}

pub(super) fn read(query: &Query, since: Timestamp) -> Result<DriftQuery, PageError> {
    let control = query.one(
        "control",
        |text| Catalogue::get().control(&ControlId::from(text)),
        || "the id of a control, such as s3-public-access-blocked".to_owned(),
    )?;
    Ok(DriftQuery {
        kinds: query.many("kind", TransitionKind::parse, || {
            query::words(&TransitionKind::ALL, |it| it.as_str())
        })?,
        severities: query
            .many("severity", Severity::parse, || query::words(&Severity::ALL, |it| it.as_str()))?,
        control: control.map(|it| it.id.clone()),
        account: place::judged_account_of(query)?,
        since: Some(since),
        limit: ROWS,
        cursor: query.get("cursor").map(ToOwned::to_owned),
    })
}

pub(super) fn facets(page: &DriftPage) -> Vec<AnyView> {
    let here = Setting::here();
    let plain = |value: &str, word: String| Choice { value: value.to_owned(), word, count: None };
    let kinds = TransitionKind::ALL
        .map(|kind| plain(kind.as_str(), words::transition(kind).0.to_owned()))
        .to_vec();
    let severities = Severity::ALL
        .map(|severity| plain(severity.as_str(), words::severity(severity).to_owned()))
        .to_vec();
    let spans = Span::ALL.map(|span| plain(span.as_str(), format!("{} days", span.days())));
    let accounts = here
        .organisation
        .iter()
        .flat_map(|it| &it.accounts)
        .map(|it| plain(it.id.as_str(), it.name.clone()))
        .collect();
    // The span is never absent: without a word in the URL the page shows thirty days.
    let query = match page.query.get("since") {
        Some(_) => page.query.clone(),
        None => page.query.with("since", page.span.as_str()),
    };
    vec![
        facet(PATH, &query, Facet { name: "kind", title: "Kind", choices: kinds, many: true }),
        facet(
            PATH,
            &page.query,
            Facet { name: "severity", title: "Severity", choices: severities, many: true },
        ),
        facet(
            PATH,
            &query,
            Facet { name: "since", title: "Looking back", choices: spans.to_vec(), many: false },
        ),
        facet(
            PATH,
            &page.query,
            Facet { name: "account", title: "Account", choices: accounts, many: false },
        ),
    ]
}

pub(super) fn chips(query: &Query) -> AnyView {
    let here = Setting::here();
    components::chips(PATH, query, |name, value| {
        let (title, shown) = match name {
            "kind" => ("Kind", words::transition(TransitionKind::parse(value)?).0.to_owned()),
            "severity" => ("Severity", words::severity(Severity::parse(value)?).to_owned()),
            "account" => ("Account", here.account_name(&place::judged(value)?)),
            "control" => {
                let control = Catalogue::get().control(&ControlId::from(value))?;
                ("Control", control.title.clone())
            }
            "since" => ("Looking back", format!("{} days", Span::parse(value)?.days())),
            _ => return None,
        };
        Some((title.to_owned(), shown))
    })
}

/// Whether anything but the span filters the list.
pub(super) fn filtered(query: &Query) -> bool {
    ["kind", "severity", "account", "control"].into_iter().any(|name| query.get(name).is_some())
}
