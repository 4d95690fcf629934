//! Numbers of the overview against the pages that they lead to.

use std::collections::BTreeMap;

use domain::catalogue::Class;
use domain::{Catalogue, ScoreScope, Tally};
use store::ScorePoint;

use super::{class_row, hero};
use crate::pages::safeguards::{self, Filters, SafeguardsPage, tests::point};
use crate::pages::scored::Tallies;
use crate::query::Query;

/// Every third section is met, every third is not, and nothing applies to the others.
fn latest() -> BTreeMap<String, ScorePoint> {
    let safeguards = Catalogue::get().safeguards.iter().enumerate();
    safeguards
        .map(|(index, safeguard)| {
            let met = [Some(true), Some(false), None][index % 3];
            let tally = Tally { pass: 3, fail: u64::from(met == Some(false)), ..Tally::default() };
            let scope = ScoreScope::Section(safeguard.section.clone()).to_string();
            (scope, point(safeguard.section.as_str(), met, tally))
        })
        .collect()
}

/// The page at an address of the list.
fn list(href: &str) -> SafeguardsPage {
    let query = Query::parse(href.split_once('?').map(|it| it.1));
    for (name, _) in query.pairs() {
        assert!(["class", "state"].contains(&name), "the list does not read “{name}”");
    }
    SafeguardsPage {
        filters: Filters::read(&query).unwrap(),
        query,
        goal: domain::Goal(0.9),
        stale: false,
        rows: safeguards::rows(&latest()),
        classes: BTreeMap::new(),
        explanations: BTreeMap::new(),
    }
}

#[test]
fn n_of_m_met_leads_to_exactly_these_safeguards() {
    let latest = latest();
    let mut sum = 0;
    for class in Class::ALL {
        let row = class_row(class, &latest, &Tallies::new());
        assert_eq!(list(&hero::met_href(&row)).counts(), (row.met, row.met), "{class:?}");
        let whole = format!("/safeguards?class={}", class.as_str());
        assert_eq!(list(&whole).counts(), (row.all, row.met), "{class:?}");
        sum += row.met;
    }
    assert!(sum > 10, "the comparison was about something");
}
