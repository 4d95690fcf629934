//! Attempts at access: stored once, counted once, read in pages.

use std::collections::BTreeMap;

use domain::sli::{Reading, Sli, SliState};
use domain::telemetry::AuthCause;
use domain::{
    AccessEvent, AccessGap, AccessOutcome, Batch, ErrorClass, IdentityKind, Network, Part, Source,
    SourceError, Timestamp,
};
use store::AccessQuery;
use store::sli::{Expectations, Registers};

use crate::fixture::{EAST, HOUR, MAIN, NOW, OTHER, Store, WEST, outcome, scope};
use crate::telemetry::received;

const MINUTE: i64 = HOUR / 60;

fn event(n: i64) -> AccessEvent {
    let sign_in = n % 3 == 0;
    let denied = n % 2 == 0;
    AccessEvent {
        id: format!("event-{n}"),
        at: NOW.plus(-n * 7 * HOUR / 60),
        account: if n % 5 == 0 { OTHER } else { MAIN }.into(),
        region: EAST.into(),
        service: if sign_in { "signin" } else { "s3" }.to_owned(),
        action: if sign_in { "ConsoleLogin" } else { "GetBucketPolicy" }.to_owned(),
        outcome: if denied { AccessOutcome::Denied } else { AccessOutcome::Allowed },
        cause: denied.then_some(AuthCause::WrongCredential),
        identity: format!("role/{MAIN}/{}", n % 4),
        identity_kind: IdentityKind::Role,
        address_net: Network::parse("198.51.100.7"),
        mfa: sign_in.then_some(!denied),
        error_code: String::new(),
    }
}

async fn ingest(store: &Store, run: domain::RunId, events: Vec<AccessEvent>) {
    let batch = Batch { access: events, ..Batch::default() };
    let scope = scope(Source::CloudTrail, MAIN, EAST);
    store.writer.ingest(run, &scope, batch, NOW).await.unwrap();
}

/// Refused and let in of each identity in the last day, counted anew. Calls that were not denied are
/// no attempts.
fn recount(events: &[AccessEvent]) -> BTreeMap<String, (u64, u64)> {
    let mut counts = BTreeMap::<String, (u64, u64)>::new();
    for event in events {
        let denied = event.outcome == AccessOutcome::Denied;
        if denied || event.is_sign_in() {
            let count = counts.entry(event.identity.clone()).or_default();
            *(if denied { &mut count.0 } else { &mut count.1 }) += 1;
        }
    }
    counts
}

async fn counted(store: &Store) -> BTreeMap<String, (u64, u64)> {
    let rows = store.reader.attempts(None, NOW).await.unwrap();
    rows.into_iter().map(|row| (row.who, (row.refused, row.allowed))).collect()
}

#[tokio::test]
async fn an_event_counts_once_however_often_it_comes() {
    let (store, run) = Store::begun().await;
    let all: Vec<_> = (0..190).map(event).collect();
    ingest(&store, run, all[..120].to_vec()).await;
    // The next visit overlaps, and one answer may list an event twice.
    ingest(&store, run, [&all[90..], &all[150..160]].concat()).await;
    ingest(&store, run, all.clone()).await;
    let counted = counted(&store).await;
    assert_eq!(counted.len(), 4);
    assert_eq!(counted, recount(&all));
}

/// A failure of the system is nobody's attempt, and one without a cause neither extends nor ends a
/// run of refusals. What broke a sign-in is told by its source.
#[tokio::test]
async fn failures_count_by_their_cause() {
    let (store, run) = Store::begun().await;
    let failed =
        |n: i64, cause| AccessEvent { outcome: AccessOutcome::Failed, cause, ..sign_in(n, None) };
    let wrong = |n| sign_in(n, Some(AuthCause::WrongCredential));
    let mut events: Vec<_> = (0..4).map(wrong).collect();
    events.push(failed(4, None));
    events.push(failed(5, Some(AuthCause::Fault)));
    events.push(sign_in(6, None));
    ingest(&store, run, events).await;
    let who = sign_in(0, None).identity;
    assert_eq!(counted(&store).await, BTreeMap::from([(who.clone(), (5, 1))]));
    let found = async || {
        store.reader.violation_page(Sli::UnauthorisedAccess, 10, None).await.unwrap().items
    };
    assert_eq!(found().await, [], "four refusals are mistakes, whatever failed beside them");
    let bad = store.reader.sli_bad_events(Sli::AuthenticationSuccess, 10).await.unwrap();
    let told: Vec<_> = bad.iter().map(|bad| (bad.service.as_str(), bad.what.as_str())).collect();
    let source = "AWS CloudTrail";
    assert_eq!(
        told,
        [(source, "A sign-in failed: fault."), (source, "A sign-in failed: without a cause.")]
    );
    let mut events: Vec<_> = (10..15).map(wrong).collect();
    events.insert(3, failed(20, None));
    events.push(sign_in(21, None));
    ingest(&store, run, events).await;
    assert_eq!(found().await[0].what, format!("{who} got in after 5 refusals in a row."));
}

/// Somebody's sign-in, `n` seconds after an hour ago.
fn sign_in(n: i64, cause: Option<AuthCause>) -> AccessEvent {
    let outcome = if cause.is_some() { AccessOutcome::Denied } else { AccessOutcome::Allowed };
    let at = NOW.plus(n * 1_000 - HOUR);
    let (service, action) = ("signin".to_owned(), "ConsoleLogin".to_owned());
    AccessEvent { id: format!("sign-in-{n}"), at, service, action, outcome, cause, ..event(0) }
}

/// Refusals and a success are in a row by their own time, not by when they came.
#[tokio::test]
async fn what_comes_late_is_in_no_row() {
    let (store, run) = Store::begun().await;
    let wrong = |n| sign_in(n, Some(AuthCause::WrongCredential));
    let found = async || {
        store.reader.violation_page(Sli::UnauthorisedAccess, 10, None).await.unwrap().items.len()
    };
    ingest(&store, run, (100..103).map(wrong).collect()).await;
    ingest(&store, run, (0..3).map(wrong).chain([sign_in(50, None)]).collect()).await;
    assert_eq!(found().await, 0, "the success was before the refusals");
    ingest(&store, run, vec![sign_in(104, None)]).await;
    assert_eq!(found().await, 0, "three in a row");
    ingest(&store, run, (110..115).map(wrong).collect()).await;
    ingest(&store, run, vec![sign_in(109, None)]).await;
    assert_eq!(found().await, 0);
    ingest(&store, run, vec![sign_in(116, None)]).await;
    assert_eq!(found().await, 1);
}

#[tokio::test]
async fn pages_hold_every_match_once_and_in_order() {
    let (store, run) = Store::begun().await;
    let mut all: Vec<_> = (0..300).map(event).collect();
    // Many at the same instant.
    for event in &mut all[100..140] {
        event.at = NOW.plus(-HOUR);
    }
    ingest(&store, run, all.clone()).await;
    for (query, matches) in [
        (AccessQuery::default(), all.clone()),
        (
            AccessQuery { identity: Some(format!("role/{MAIN}/2")), ..AccessQuery::default() },
            all.iter().filter(|event| event.identity.ends_with("/2")).cloned().collect(),
        ),
    ] {
        let mut read = Vec::new();
        let mut cursor = None;
        loop {
            let query = AccessQuery { limit: 7, cursor: cursor.take(), ..query.clone() };
            let page = store.reader.access_event_page(&query).await.unwrap();
            read.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert!(read.is_sorted_by(|a, b| a.at >= b.at));
        let (mut read, mut matches) = (read, matches);
        read.sort_by(|a, b| a.id.cmp(&b.id));
        matches.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(read, matches, "{query:?}");
    }
    let query = AccessQuery { cursor: Some("a31".to_owned()), ..AccessQuery::default() };
    assert!(store.reader.access_event_page(&query).await.is_err(), "another list's cursor");
}

#[tokio::test]
async fn gaps_are_told_for_the_time_that_they_touch() {
    let (store, run) = Store::begun().await;
    let gap = AccessGap { part: Part::Denials, since: NOW.plus(-5 * HOUR), until: NOW.plus(-HOUR) };
    let batch = Batch { access_gaps: vec![gap.clone(), gap.clone()], ..Batch::default() };
    let west = scope(Source::CloudTrail, MAIN, WEST);
    store.writer.ingest(run, &west, batch, NOW).await.unwrap();
    let told = store.reader.access_gaps(NOW.plus(-2 * HOUR), NOW).await.unwrap();
    let [row] = &told[..] else { panic!("{told:?}") };
    assert_eq!((row.region.as_str(), &row.gap), (WEST, &gap));
    assert_eq!(store.reader.access_gaps(NOW, NOW.plus(HOUR)).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_past_retention_leaves() {
    let (store, run) = Store::begun().await;
    ingest(&store, run, (0..50).map(event).collect()).await;
    store.writer.housekeeping(NOW).await.unwrap();
    let kept = store.reader.access_event_page(&AccessQuery::default()).await.unwrap();
    assert_eq!(kept.items.len(), 50);
    store.writer.housekeeping(NOW.plus(8 * 366 * 24 * HOUR)).await.unwrap();
    let kept = store.reader.access_event_page(&AccessQuery::default()).await.unwrap();
    assert!(kept.items.is_empty());
}

/// A visit to CloudTrail that got through to these parts, and to no others.
async fn visited(store: &Store, run: domain::RunId, at: Timestamp, parts: &[Part]) {
    let source = Source::CloudTrail;
    let mut visit = outcome(source, at, Vec::new());
    for (part, status) in &mut visit.parts {
        if !parts.contains(part) {
            status.as_of = None;
            status.error = Some(SourceError { part: *part, ..denied() });
        }
    }
    let scope = scope(source, MAIN, EAST);
    store.writer.scope_finish(run, &scope, &visit, at.plus(HOUR)).await.unwrap();
}

fn denied() -> SourceError {
    SourceError {
        part: Part::SignIns,
        operation: "LookupEvents".to_owned(),
        class: ErrorClass::Denied,
        code: "AccessDeniedException".to_owned(),
        message: "denied".to_owned(),
        missing_action: None,
    }
}

/// M1 and M5.
async fn judged(store: &Store, now: Timestamp) -> (Reading, Reading) {
    let (registers, expectations) = (Registers::default(), Expectations::default());
    let readings = store.writer.sli_judge(&registers, expectations, now).await.unwrap();
    let of = |sli| readings.iter().find(|reading| reading.sli == sli).unwrap().clone();
    (of(Sli::AuthenticationSuccess), of(Sli::UnauthorisedAccess))
}

const EVENTS: [Part; 2] = [Part::SignIns, Part::Denials];

#[tokio::test]
async fn attempts_are_not_fine_while_a_listing_of_them_is_late() {
    let (store, run) = Store::begun().await;
    ingest(&store, run, vec![sign_in(0, None)]).await;
    let states = async |at: Timestamp| {
        let (rate, attempts) = judged(&store, at).await;
        (rate.state, attempts.state)
    };
    let (met, none) = (SliState::Met, SliState::NoData);
    assert_eq!(states(NOW).await.1, none, "nobody says that it was ever read");
    visited(&store, run, NOW, &EVENTS).await;
    assert_eq!(states(NOW.plus(HOUR)).await, (met, met), "the age of trails is of no matter");
    // Sign-ins are read on and on, denied calls are not.
    let later = NOW.plus(5 * HOUR);
    visited(&store, run, later, &[Part::SignIns, Part::Trails]).await;
    assert_eq!(states(later).await, (met, none));
    let (_, attempts) = judged(&store, later).await;
    assert_eq!(attempts.as_of, Some(NOW), "as old as the older listing");
    assert!(attempts.why.starts_with("AWS CloudTrail should have been heard"), "{}", attempts.why);
    visited(&store, run, later, &EVENTS).await;
    assert_eq!(states(later).await, (met, met));
    let later = NOW.plus(10 * HOUR);
    visited(&store, run, later, &[Part::Denials, Part::Trails]).await;
    assert_eq!(states(later).await, (none, none));
    // A place whose listing was never read because it may not be is not at peace either.
    visited(&store, run, later, &EVENTS).await;
    let mut refused = outcome(Source::CloudTrail, later, Vec::new());
    refused.parts.values_mut().for_each(|part| {
        part.as_of = None;
        part.error = Some(denied());
    });
    let west = scope(Source::CloudTrail, OTHER, WEST);
    store.writer.scope_finish(run, &west, &refused, later.plus(HOUR)).await.unwrap();
    assert_eq!(states(later).await, (none, none));
}

#[tokio::test]
async fn attempts_are_not_fine_while_an_application_that_reports_them_is_silent() {
    let (store, run) = Store::begun().await;
    visited(&store, run, NOW, &EVENTS).await;
    let report = received(vec![], vec![crate::telemetry::sign_in(1, NOW.plus(-MINUTE), None)]);
    store.writer.telemetry_add(report, NOW).await.unwrap();
    assert_eq!(judged(&store, NOW.plus(5 * MINUTE)).await.1.state, SliState::Met);
    let (_, attempts) = judged(&store, NOW.plus(HOUR)).await;
    assert_eq!((attempts.state, attempts.as_of), (SliState::NoData, Some(NOW)));
}

#[tokio::test]
async fn attempts_are_not_fine_over_a_time_that_nobody_looked_at() {
    for (part, rate, hours, attempts) in [
        (Part::Denials, SliState::Met, 1, SliState::AtRisk),
        (Part::SignIns, SliState::AtRisk, 1, SliState::AtRisk),
        // More than a tenth of thirty days.
        (Part::Denials, SliState::Met, 73, SliState::NoData),
        (Part::SignIns, SliState::NoData, 73, SliState::NoData),
    ] {
        let (store, run) = Store::begun().await;
        ingest(&store, run, vec![sign_in(0, None)]).await;
        visited(&store, run, NOW, Source::CloudTrail.parts()).await;
        let gap = |since: i64, until: i64| AccessGap {
            part,
            since: NOW.plus(-since * HOUR),
            until: NOW.plus(-until * HOUR),
        };
        // Two that overlap count once; one before the period counts no more.
        let until = 100 - hours;
        let access_gaps = vec![gap(100, until), gap(100, until), gap(900, 800)];
        let batch = Batch { access_gaps, ..Batch::default() };
        store.writer.ingest(run, &scope(Source::CloudTrail, MAIN, EAST), batch, NOW).await.unwrap();
        let now = NOW.plus(MINUTE);
        let (m1, m5) = judged(&store, now).await;
        assert_eq!(
            (m1.state, m5.state),
            (rate, attempts),
            "{part:?} {hours}: {} {}",
            m1.why,
            m5.why
        );
        let seen = 1.0 - hours as f64 / 720.0;
        assert!((m5.coverage.unwrap() - seen).abs() < 1e-9, "{:?}", m5.coverage);
        // It leaves with its time.
        let past = NOW.plus(31 * 24 * HOUR);
        ingest(&store, run, vec![AccessEvent { at: past.plus(-HOUR), ..sign_in(1, None) }]).await;
        visited(&store, run, past, &EVENTS).await;
        assert_eq!(judged(&store, past).await.1.state, SliState::Met);
    }
}

/// What CloudTrail tells of an hour comes after it, and a process may have been away meanwhile.
#[tokio::test]
async fn a_surge_is_found_when_it_is_told_of_and_not_when_it_was() {
    let (store, run) = Store::begun().await;
    visited(&store, run, NOW, &EVENTS).await;
    judged(&store, NOW).await;
    let refused = |n: i64| AccessEvent {
        at: NOW.plus(n * 1_000 - 5 * HOUR),
        ..sign_in(n, Some(AuthCause::WrongCredential))
    };
    ingest(&store, run, (0..40).map(refused).collect()).await;
    // Half an hour passes until somebody judges.
    let (_, attempts) = judged(&store, NOW.plus(30 * MINUTE)).await;
    assert_eq!(attempts.state, SliState::Violated);
    let page = store.reader.violation_page(Sli::UnauthorisedAccess, 10, None).await.unwrap();
    let [found] = &page.items[..] else { panic!("{:?}", page.items) };
    assert!(found.what.contains("40 times"), "{}", found.what);
    judged(&store, NOW.plus(HOUR)).await;
    let again = store.reader.violation_page(Sli::UnauthorisedAccess, 10, None).await.unwrap();
    assert_eq!(again.items.len(), 1, "once");
}
