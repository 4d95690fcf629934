use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{
    Account, ControlId, ErrorClass, FindingId, FindingState, Goal, Organisation, Part, PartStatus,
    Policy, ResourceKey, ResourceRef, Scope, ScopeState, ScopeStatus, Severity, Source,
    SourceError, Timestamp,
};
use jiff::tz::TimeZone;
use leptos::prelude::*;
use store::{FindingCounts, FindingRow};

use super::{FindingsPage, filters};
use crate::error::PageError;
use crate::pages::Page;
use crate::query::Query;
use crate::setting::Setting;

/// The present of all page tests.
pub(in crate::pages) const NOW: &str = "2026-11-23T09:00:00Z";
/// What an attacker may call a bucket.
pub(in crate::pages) const HOSTILE: &str =
    "</a></td><script>alert(1)</script><img src=x onerror=alert(2)>\" onfocus=\"x\u{202e}";

pub(in crate::pages) fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

/// A page as a browser gets it, for an organisation with one account.
pub(in crate::pages) fn html(page: impl Page) -> String {
    let organisation = Organisation {
        name: "Example Health".to_owned(),
        time_zone: "UTC".to_owned(),
        goal: Goal(0.9),
        accounts: vec![Account {
            id: "111122223333".into(),
            name: "EHR Production".to_owned(),
            role_arn: None,
            external_id: None,
            regions: vec!["us-east-1".into(), "us-west-2".into()],
            phi: true,
        }],
        policy: Policy::default(),
    };
    Owner::new_root(None).with(|| {
        provide_context(Setting {
            now: now(),
            zone: TimeZone::UTC,
            organisation: Some(Arc::new(organisation)),
        });
        page.view().to_html()
    })
}

/// Nothing of what was hostile has become markup.
pub(in crate::pages) fn harmless(html: &str) {
    assert!(html.contains("&lt;script&gt;") || html.contains("&lt;script>"), "{html}");
    assert!(!html.contains("<script"), "{html}");
    assert!(!html.contains("<img"), "{html}");
    for tag in html.split('<').filter_map(|piece| piece.split('>').next()) {
        assert!(!tag.contains("onfocus=\""), "{tag}");
        assert!(!tag.contains("style=\""), "{tag}");
    }
}

/// Tags that a page must have once.
pub(in crate::pages) fn one_heading(html: &str) {
    assert_eq!(html.matches("<h1").count(), 1, "{html}");
    assert_eq!(html.matches("<table").count(), html.matches("<caption").count(), "{html}");
}

fn row() -> FindingRow {
    FindingRow {
        id: FindingId::from("0123456789abcdef0123456789abcdef"),
        source: Source::SecurityHub,
        product: "Inspector".to_owned(),
        check: "S3.8".to_owned(),
        control: Some(ControlId::from("s3-public-access-blocked")),
        account: "111122223333".into(),
        region: "us-east-1".into(),
        title: "The bucket is public".to_owned(),
        severity: Severity::Critical,
        state: FindingState::Suppressed,
        state_since: now(),
        resource: ResourceRef {
            key: ResourceKey::from("arn:aws:s3:::charts"),
            kind: "AWS::S3::Bucket".to_owned(),
            name: "charts".to_owned(),
            account: "111122223333".into(),
            region: "us-east-1".into(),
        },
        resource_count: 3,
        created_at: now(),
        updated_at: now().plus(-7_200_000),
        first_seen: now(),
        sample: false,
    }
}

fn page(address: &str, rows: Vec<FindingRow>) -> FindingsPage {
    let query = filters::with_default(&Query::parse(address.split_once('?').map(|it| it.1)));
    FindingsPage {
        asked: filters::read(&query).unwrap(),
        query,
        counts: FindingCounts {
            total: rows.len() as u64,
            by_state: BTreeMap::from([(FindingState::Open, 7), (FindingState::Passed, 5)]),
            ..FindingCounts::default()
        },
        rows,
        next: None,
        judged: Some(now()),
        places: Vec::new(),
    }
}

#[test]
fn a_row_leads_to_its_finding_and_says_that_it_is_suppressed() {
    let html = html(page("/findings?state=suppressed", vec![row()]));
    one_heading(&html);
    assert!(html.contains("/findings/0123456789abcdef0123456789abcdef"));
    assert!(html.contains("mark-excepted\">Suppressed"));
    assert!(html.contains("severity-critical"));
    assert!(html.contains("charts and 2 more"));
    assert!(html.contains("S3 Bucket") && html.contains("EHR Production"));
    assert!(html.contains("Inspector") && html.contains("2 h ago"));
}

#[test]
fn the_default_filter_is_seen_and_can_be_taken_off() {
    let html = html(page("/findings", vec![row()]));
    assert!(html.contains("href=\"/findings?state=all\" class=\"chip\""), "{html}");
    // One more state is added to the default, not to nothing.
    assert!(html.contains("/findings?state=open&amp;state=passed"), "{html}");
}

#[test]
fn all_states_means_all() {
    let page = page("/findings?state=all&severity=high", vec![row()]);
    assert!(page.asked.states.is_empty());
    let html = html(page);
    assert!(html.contains("href=\"/findings?severity=high&amp;state=passed\""), "{html}");
    assert!(html.contains("href=\"/findings?state=all\""), "{html}");
}

#[test]
fn hostile_text_stays_text() {
    let mut row = row();
    row.title = HOSTILE.to_owned();
    row.resource.name = HOSTILE.to_owned();
    row.resource.key = ResourceKey::from(HOSTILE);
    row.resource.kind = HOSTILE.to_owned();
    row.product = HOSTILE.to_owned();
    let mut page = page("/findings", vec![row]);
    page.query = page.query.with("q", HOSTILE);
    let html = html(page);
    harmless(&html);
    one_heading(&html);
}

#[test]
fn a_title_may_be_missing() {
    let mut row = row();
    row.title = "  ".to_owned();
    row.check = String::new();
    let html = html(page("/findings", vec![row]));
    assert!(html.contains("Untitled finding of Security Hub"));
}

#[test]
fn a_lower_bound_is_called_one_and_no_facet_is_a_false_zero() {
    let mut page = page("/findings?q=bucket", vec![row()]);
    page.counts = FindingCounts { total: 1000, at_least: true, ..FindingCounts::default() };
    let html = html(page);
    assert!(html.contains("At least 1\u{202f}000 findings"));
    assert!(!html.contains("facet-empty"));
}

#[test]
fn samples_are_marked() {
    let mut row = row();
    row.sample = true;
    let html = html(page("/findings", vec![row]));
    assert!(html.contains(">Sample<") && html.contains("samples are shown, not counted"));
}

#[test]
fn wrong_parameters_are_named() {
    let wrong = [
        ("state", "ajar"),
        ("severity", "purple"),
        ("source", "s3"),
        ("account", "12"),
        ("region", "<x>"),
        ("section", "164.999"),
        ("control", "none"),
    ];
    for (name, value) in wrong {
        let query = Query::parse(None).with(name, value);
        match filters::read(&filters::with_default(&query)) {
            Err(PageError::Parameter { name: told, allowed, .. }) => {
                assert_eq!(told, name);
                assert!(!allowed.is_empty());
            }
            other => panic!("{name}={value}: {other:?}"),
        }
    }
}

#[test]
fn a_section_and_a_control_leave_what_is_in_both() {
    let read = |raw| filters::read(&Query::parse(Some(raw))).unwrap().controls;
    assert_eq!(read("state=all"), None);
    assert!(read("section=164.312(a)(2)(iv)").unwrap().len() > 1);
    let both = read("section=164.312(a)(2)(iv)&control=s3-default-encryption");
    assert_eq!(both, Some(vec![ControlId::from("s3-default-encryption")]));
    assert_eq!(read("section=164.310(a)(1)&control=s3-default-encryption"), Some(Vec::new()));
}

#[test]
fn before_the_first_round_there_is_no_data() {
    let mut page = page("/findings", Vec::new());
    page.judged = None;
    assert_eq!(page.wait(), Some(3));
    assert!(html(page).contains("No data yet"));
}

#[test]
fn filters_that_match_nothing_can_be_cleared() {
    let html = html(page("/findings?severity=low&q=zzz", Vec::new()));
    assert!(html.contains("No findings match these filters"));
    assert!(html.contains("Clear all filters"));
}

#[test]
fn none_is_said_only_of_what_was_read() {
    let place = |state| ScopeStatus {
        state,
        ..ScopeStatus::never(
            Scope {
                source: Source::Config,
                account: "111122223333".into(),
                region: "us-east-1".into(),
            },
            1,
        )
    };
    let mut whole = page("/findings", Vec::new());
    whole.places = vec![place(ScopeState::Ok)];
    let whole = html(whole);
    assert!(whole.contains("empty-zero") && whole.contains("in the places that were read."));
    assert!(!whole.contains("could not be read in full"));
    let mut part = page("/findings", Vec::new());
    part.places = vec![place(ScopeState::Ok), place(ScopeState::Failed)];
    assert!(html(part).contains("1 of 2 places could not be read in full"));
}

#[test]
fn a_source_that_is_off_says_how_to_turn_it_on() {
    let mut page = page("/findings?source=guardduty", Vec::new());
    page.places = vec![source(Source::GuardDuty, ScopeState::NotEnabled)];
    let html = html(page);
    assert!(html.contains("GuardDuty is not enabled"));
    assert!(html.contains("EHR Production us-east-1"));
    assert!(html.contains("Create a GuardDuty detector"));
}

#[test]
fn a_missing_permission_is_named() {
    let mut page = page("/findings?source=securityhub", Vec::new());
    let mut place = source(Source::SecurityHub, ScopeState::Failed);
    let error = SourceError {
        part: Part::Findings,
        operation: "GetFindings".to_owned(),
        class: ErrorClass::Denied,
        code: "AccessDeniedException".to_owned(),
        message: String::new(),
        missing_action: Some("securityhub:GetFindings".to_owned()),
    };
    place.parts.insert(Part::Findings, PartStatus { error: Some(error), ..PartStatus::default() });
    page.places = vec![place];
    let html = html(page);
    assert!(html.contains("empty-denied") && html.contains("securityhub:GetFindings"));
}

fn source(source: Source, state: ScopeState) -> ScopeStatus {
    let scope = Scope { source, account: "111122223333".into(), region: "us-east-1".into() };
    ScopeStatus { state, ..ScopeStatus::never(scope, 1) }
}
