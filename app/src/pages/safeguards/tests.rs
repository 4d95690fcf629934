use std::collections::BTreeMap;

use domain::catalogue::Class;
use domain::{Catalogue, Goal, RunId, Score, ScoreScope, Tally};
use store::ScorePoint;

use super::{Filters, Met, SafeguardRow, SafeguardsPage, above};
use crate::error::PageError;
use crate::pages::findings::tests::{html, now, one_heading};
use crate::query::Query;

/// A stored score of one section.
pub(in crate::pages) fn point(section: &str, met: Option<bool>, tally: Tally) -> ScorePoint {
    ScorePoint {
        scope: ScoreScope::Section(section.into()).to_string(),
        run: RunId(3),
        at: now(),
        score: Some(Score { lo: 0.625, hi: 0.75, coverage: 0.875 }),
        met,
        tally,
        controls: 4,
        oldest_as_of: Some(now()),
        any_stale: false,
        catalogue_version: "2026.11.1".to_owned(),
    }
}

fn page(raw: &str, points: &[ScorePoint]) -> SafeguardsPage {
    let query = Query::parse(Some(raw));
    let of = |section: &str| {
        let scope = ScoreScope::Section(section.into()).to_string();
        points.iter().find(|point| point.scope == scope).cloned()
    };
    let classes = match points.first() {
        Some(point) => BTreeMap::from([(Class::Technical, point.clone())]),
        None => BTreeMap::new(),
    };
    SafeguardsPage {
        filters: Filters::read(&query).unwrap(),
        query,
        goal: Goal(0.9),
        stale: false,
        rows: Catalogue::get()
            .safeguards
            .iter()
            .map(|it| SafeguardRow::new(it, of(it.section.as_str())))
            .collect(),
        explanations: BTreeMap::new(),
        classes,
    }
}

fn failing() -> ScorePoint {
    point("164.312(b)", Some(false), Tally { pass: 5, fail: 2, stale: 1, ..Tally::default() })
}

#[test]
fn the_tree_holds_every_safeguard_with_its_score() {
    let html = html(page("", &[failing()]));
    assert_eq!(html.matches("<h1").count(), 1);
    for safeguard in &Catalogue::get().safeguards {
        let href = format!("href=\"/safeguards/{}\"", safeguard.section);
        assert!(html.contains(&href), "{href}");
    }
    one_heading(&html);
    assert!(html.contains("62\u{202f}%") && html.contains("75\u{202f}%"));
    assert!(html.contains("href=\"/safeguards/164.312(b)?state=fail#evaluations\""));
    assert!(html.contains("mark-fail\">Not met"));
    assert!(html.contains("Not evaluated: needs attestation"));
}

#[test]
fn each_number_leads_to_its_list() {
    let met = point("164.312(b)", Some(true), Tally { pass: 5, stale: 1, ..Tally::default() });
    let html = html(page("class=technical", &[met]));
    for href in [
        "/safeguards/164.312(b)#controls",
        "/safeguards/164.312(b)?state=unknown#evaluations",
        "/controls?class=technical",
        "/controls?class=technical&amp;state=unknown",
        "/safeguards?class=technical&amp;state=met",
    ] {
        assert!(html.contains(&format!("href=\"{href}\" class=\"leads\"")), "{href}: {html}");
    }
}

#[test]
fn met_is_never_said_of_what_nobody_knows() {
    let tally = |fail, stale| Tally { pass: 9, fail, stale, ..Tally::default() };
    let of = |met, tally| Met::of(Some(&point("164.312(b)", met, tally)));
    assert_eq!(Met::of(None), Met::Unknown);
    assert_eq!(of(Some(true), tally(0, 0)), Met::Yes);
    assert_eq!(of(Some(false), tally(1, 1)), Met::No);
    assert_eq!(of(Some(false), tally(0, 1)), Met::Unknown);
    assert_eq!(of(None, Tally::default()), Met::Nothing);
}

#[test]
fn filters_leave_the_tree_its_form() {
    let html = html(page("class=technical&state=not-met", &[failing()]));
    assert!(html.contains("href=\"/safeguards/164.312(b)\""));
    // The section above stays, its other standards go.
    assert!(html.contains("href=\"/safeguards/164.312\""));
    assert!(!html.contains("href=\"/safeguards/164.312(d)\""));
    assert!(!html.contains("href=\"/safeguards/164.308\""));
    assert!(html.contains("1 safeguard · ") && html.contains("0 met"), "{html}");
}

#[test]
fn each_emptiness_has_its_own_words() {
    let unmeasured = html(page("", &[]));
    assert!(unmeasured.contains("No data yet"));
    assert!(unmeasured.contains("href=\"/safeguards/164.312(b)\""), "the law is there anyway");
    let filtered = html(page("state=met", &[failing()]));
    assert!(filtered.contains("No safeguards match these filters"));
}

#[test]
fn wrong_parameters_are_named() {
    for (raw, name) in
        [("class=x", "class"), ("requirement=x", "requirement"), ("state=x", "state")]
    {
        match Filters::read(&Query::parse(Some(raw))) {
            Err(PageError::Parameter { name: told, .. }) => assert_eq!(told, name),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn ancestors_are_told_from_the_outside() {
    let safeguard = Catalogue::get().safeguard("164.312(a)(2)(iv)").unwrap();
    let chain: Vec<&str> = above(safeguard).iter().map(|it| it.section.as_str()).collect();
    assert_eq!(chain.first(), Some(&"164.312"));
    assert!(chain.len() >= 2);
}
