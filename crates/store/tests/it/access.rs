//! Attempts at access: stored once, counted by the hour, read in pages.

use std::collections::BTreeMap;

use domain::telemetry::AuthCause;
use domain::{
    AccessEvent, AccessGap, AccessOutcome, Batch, IdentityKind, Network, Part, Source, Timestamp,
};
use store::{AccessHour, AccessQuery};

use crate::fixture::{EAST, HOUR, MAIN, NOW, OTHER, Store, WEST, scope};

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

/// What the counters must say, counted anew.
fn recount(events: &[AccessEvent]) -> Vec<AccessHour> {
    let mut hours = BTreeMap::new();
    for event in events {
        let hour = event.at.0.div_euclid(HOUR) * HOUR;
        let (account, identity) = (event.account.clone(), event.identity.clone());
        let cause = event.cause.map(AuthCause::as_str);
        *hours
            .entry((hour, account, identity, event.is_sign_in(), event.outcome, cause))
            .or_insert(0) += 1;
    }
    hours
        .into_iter()
        .map(|((hour, account, identity, sign_in, outcome, cause), n)| AccessHour {
            hour: Timestamp(hour),
            account,
            identity,
            sign_in,
            outcome,
            cause: cause.and_then(AuthCause::parse),
            n,
        })
        .collect()
}

#[tokio::test]
async fn an_event_counts_once_however_often_it_comes() {
    let (store, run) = Store::begun().await;
    let all: Vec<_> = (0..300).map(event).collect();
    ingest(&store, run, all[..200].to_vec()).await;
    // The next visit overlaps, and one answer may list an event twice.
    ingest(&store, run, [&all[150..], &all[250..260]].concat()).await;
    ingest(&store, run, all.clone()).await;
    let hours = store.reader.access_hours(Timestamp(0), NOW.plus(HOUR)).await.unwrap();
    assert_eq!(hours, recount(&all));
    // Hours, and nothing but the hours that were asked for.
    let since = NOW.plus(-5 * HOUR);
    let late = store.reader.access_hours(since, NOW.plus(HOUR)).await.unwrap();
    let begin = since.0.div_euclid(HOUR) * HOUR;
    assert!(!late.is_empty() && late.len() < hours.len());
    assert!(late.iter().all(|hour| hour.hour.0 >= begin));
    assert_eq!(store.reader.access_hours(NOW.plus(HOUR), NOW.plus(2 * HOUR)).await.unwrap(), []);
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
            AccessQuery { account: Some(OTHER.into()), ..AccessQuery::default() },
            all.iter().filter(|event| event.account.as_str() == OTHER).cloned().collect(),
        ),
        (
            AccessQuery {
                outcome: Some(AccessOutcome::Denied),
                identity: Some(format!("role/{MAIN}/2")),
                since: Some(NOW.plus(-9 * HOUR)),
                ..AccessQuery::default()
            },
            all.iter()
                .filter(|event| event.outcome == AccessOutcome::Denied)
                .filter(|event| event.identity.ends_with("/2"))
                .filter(|event| event.at >= NOW.plus(-9 * HOUR))
                .cloned()
                .collect::<Vec<_>>(),
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
    assert_eq!(store.reader.access_hours(Timestamp(0), NOW.plus(HOUR)).await.unwrap(), []);
}
