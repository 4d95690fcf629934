use std::collections::BTreeMap;

use domain::id::{DAY_MS, HOUR_MS};
use domain::{ControlId, Reason, RunId, Severity, State, Transition, TransitionKind};
use store::{DriftDay, Remediation};

use super::{DriftPage, Span, filters};
use crate::error::PageError;
use crate::pages::Page;
use crate::pages::findings::tests::{HOSTILE, harmless, html, now, one_heading};
use crate::query::Query;

fn transition() -> Transition {
    Transition {
        id: 1,
        at: now().plus(-2 * HOUR_MS),
        run: RunId(9),
        control: ControlId::from("s3-default-encryption"),
        severity: Severity::High,
        account: "111122223333".into(),
        region: "us-east-1".into(),
        resource: "arn:aws:s3:::charts".into(),
        kind: TransitionKind::Resolved,
        from: Some(State::Fail),
        to: Some(State::Pass),
        reason: Reason::Reported,
        failed_for_ms: Some(3 * DAY_MS),
    }
}

fn page(raw: &str, rows: Vec<Transition>) -> DriftPage {
    let query = Query::parse(Some(raw));
    DriftPage {
        span: filters::span(&query).unwrap(),
        query,
        now: now(),
        summary: BTreeMap::from([(TransitionKind::Regressed, 4), (TransitionKind::Resolved, 1)]),
        days: vec![DriftDay { day: now().day(), failed: 4, resolved: 1 }],
        remediation: BTreeMap::from([(
            Severity::Critical,
            Remediation { count: 2, median_ms: 9 * DAY_MS },
        )]),
        rows,
        next: None,
        rounds: 2,
    }
}

#[test]
fn a_change_is_told_from_state_to_state() {
    let html = html(page("", vec![transition()]));
    one_heading(&html);
    assert!(html.contains("mark-pass\">Resolved"));
    assert!(html.contains("href=\"/controls/s3-default-encryption\""));
    assert!(html.contains("href=\"/collection/runs/9\""));
    assert!(html.contains("3 days") && html.contains("EHR Production, us-east-1"));
}

#[test]
fn each_number_leads_to_its_list_and_the_net_is_told() {
    let html = html(page("since=7d&kind=new", vec![transition()]));
    assert!(html.contains("href=\"/drift?since=7d&amp;kind=regressed\""), "{html}");
    assert!(html.contains("Net: 3 more than before. 4 failures began and 1 ended."), "{html}");
    assert!(html.contains("last 7 days"));
}

#[test]
fn the_chart_has_its_numbers_as_a_table() {
    let html = html(page("", vec![transition()]));
    assert!(html.contains("<title id=\"daily-chart-t\">"));
    assert!(html.contains("4 new and 1 resolved failures in 30 days."));
    assert!(html.contains("Failures by UTC day"));
}

#[test]
fn remediation_that_takes_too_long_says_so() {
    let html = html(page("", vec![transition()]));
    assert!(html.contains("9 days, late"));
    let ended = "/drift?since=30d&amp;kind=resolved&amp;kind=removed&amp;severity=critical";
    assert!(html.contains(&format!("href=\"{ended}\" class=\"leads\">2<")), "{html}");
}

#[test]
fn what_appears_vanishes_or_is_lost_is_told() {
    let born = Transition { from: None, to: Some(State::Fail), ..transition() };
    let gone = Transition { from: Some(State::Fail), to: None, ..transition() };
    let lost = Transition {
        from: Some(State::Pass),
        to: Some(State::NotEvaluated),
        reason: Reason::AccessDenied,
        ..transition()
    };
    let html = html(page("", vec![born, gone, lost]));
    assert!(html.contains(">Not seen<") && html.contains(">Gone<"));
    assert!(html.contains(Reason::AccessDenied.sentence()));
}

#[test]
fn hostile_text_stays_text() {
    let mut row = transition();
    row.resource = HOSTILE.into();
    row.control = HOSTILE.into();
    row.region = HOSTILE.into();
    harmless(&html(page("", vec![row])));
}

#[test]
fn each_emptiness_has_its_own_words() {
    let mut none = page("", Vec::new());
    none.rounds = 0;
    assert_eq!(none.wait(), Some(3));
    assert!(html(none).contains("No data yet"));
    let mut first = page("", Vec::new());
    first.rounds = 1;
    assert!(html(first).contains("No history yet"));
    assert!(html(page("since=7d", Vec::new())).contains("Nothing changed in the last 7 days."));
    let filtered = html(page("kind=new&since=90d", Vec::new()));
    assert!(filtered.contains("No changes match these filters"));
    assert!(filtered.contains("href=\"/drift?since=90d\" class=\"button\""), "{filtered}");
    let mut quiet = page("", vec![transition()]);
    quiet.summary = BTreeMap::new();
    quiet.days = Vec::new();
    quiet.remediation = BTreeMap::new();
    let quiet = html(quiet);
    assert!(quiet.contains("No failure began and none ended."));
    assert!(quiet.contains("No failure began or ended in the last 30 days."));
    assert!(quiet.contains("No failure was resolved in the last 30 days."));
}

#[test]
fn wrong_parameters_are_named() {
    let names = |error| match error {
        Err(PageError::Parameter { name, .. }) => name,
        other => panic!("{other:?}"),
    };
    assert_eq!(names(filters::span(&Query::parse(Some("since=1y"))).map(|_| ())), "since");
    for (raw, name) in [("kind=x", "kind"), ("account=1", "account"), ("control=x", "control")] {
        let error = filters::read(&Query::parse(Some(raw)), now()).map(|_| ());
        assert_eq!(names(error), name);
    }
}

#[test]
fn a_span_begins_with_a_whole_day() {
    let since = Span::Week.since(now());
    assert_eq!(since.0 % DAY_MS, 0);
    assert_eq!(now().day() - since.day(), 6);
}
