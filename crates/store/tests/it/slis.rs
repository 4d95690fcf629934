//! The ten indicators over what was stored.

use domain::Timestamp;
use domain::sli::invariant::Disposition;
use domain::sli::{Level, Reading, Sli, SliState};
use domain::telemetry::AuthCause;
use store::By;
use store::inspection::Inspected;
use store::sli::{Expectations, Registers};

use crate::fixture::{DAY, HOUR, NOW, Store};
use crate::telemetry::{add, audit, log, received, sign_in};

const MINUTE: i64 = 60_000;

async fn judged(store: &Store, sli: Sli, now: Timestamp) -> Reading {
    let readings =
        store.writer.sli_judge(&Registers::default(), Expectations::default(), now).await.unwrap();
    readings.into_iter().find(|reading| reading.sli == sli).unwrap()
}

#[tokio::test]
async fn an_empty_database_says_nothing_good() {
    let store = Store::new().await;
    let readings =
        store.writer.sli_judge(&Registers::default(), Expectations::default(), NOW).await.unwrap();
    assert_eq!(readings.len(), 10);
    for reading in readings {
        assert_ne!(reading.state, SliState::Met, "{:?}", reading.sli);
        assert!(!reading.why.is_empty(), "{:?}", reading.sli);
    }
}

#[tokio::test]
async fn rates_are_weighted_by_events_and_windows_add_up() {
    let store = Store::new().await;
    // Five hours in which ten of twenty failed, then an hour in which one of a hundred did.
    let mut number = 0;
    let mut some = |n: u64, bad: u64, at: Timestamp| -> Vec<_> {
        (0..n)
            .map(|index| {
                number += 1;
                let cause = (index < bad).then_some(AuthCause::Timeout);
                sign_in(number, at.plus(-(index as i64) * 100), cause)
            })
            .collect()
    };
    let hours: Vec<_> = (2..7).map(|ago| (ago, some(20, 10, NOW.plus(-ago * HOUR)))).collect();
    let recent = some(100, 1, NOW.plus(-10 * MINUTE));
    for (ago, logs) in hours {
        let at = NOW.plus(-ago * HOUR);
        store.writer.telemetry_add(received(vec![], logs), at).await.unwrap();
    }
    // The producer is heard in every hour, or too little was observed.
    let quiet = received(vec![], vec![log(90_000, NOW.plus(-HOUR))]);
    store.writer.telemetry_add(quiet, NOW.plus(-HOUR)).await.unwrap();
    add(&store, vec![], recent).await;
    let reading = judged(&store, Sli::AuthenticationSuccess, NOW).await;
    assert_eq!((reading.good, reading.total), (149, 200));
    assert_eq!(reading.state, SliState::Violated);
    let of = |length: i64| reading.windows.iter().find(|one| one.length_ms == length).unwrap();
    assert_eq!((of(HOUR).good, of(HOUR).bad), (99, 1));
    assert_eq!(of(5 * MINUTE).total(), 0);
    let six = of(6 * HOUR);
    assert_eq!((six.good, six.bad), (149, 51));
}

#[tokio::test]
async fn slices_that_are_still_open_are_not_evaluated() {
    let store = Store::new().await;
    add(&store, vec![], vec![sign_in(1, NOW, None)]).await;
    let reading = judged(&store, Sli::AuthenticationSuccess, NOW).await;
    assert_eq!((reading.state, reading.total), (SliState::NoData, 0));
    let reading = judged(&store, Sli::AuthenticationSuccess, NOW.plus(2 * MINUTE)).await;
    assert_eq!((reading.state, reading.total), (SliState::Met, 1));
}

#[tokio::test]
async fn silence_freezes_and_never_turns_green() {
    let store = Store::new().await;
    let bad = (0..50).map(|n| sign_in(n, NOW.plus(-MINUTE), Some(AuthCause::Fault))).collect();
    add(&store, vec![], bad).await;
    let now = NOW.plus(2 * MINUTE);
    let reading = judged(&store, Sli::AuthenticationSuccess, now).await;
    assert_eq!((reading.state, reading.level), (SliState::Violated, Level::Page));
    let later = NOW.plus(HOUR);
    let reading = judged(&store, Sli::AuthenticationSuccess, later).await;
    assert_eq!(reading.state, SliState::NoData);
    assert_eq!((reading.level, reading.frozen_since), (Level::Page, Some(later)));
    let changes = store.reader.sli_changes(Sli::AuthenticationSuccess, 10).await.unwrap();
    let states: Vec<_> = changes.iter().map(|change| change.after).collect();
    assert_eq!(states, [SliState::NoData, SliState::Violated]);
}

#[tokio::test]
async fn a_gap_is_a_member_within_grace_and_a_violation_after() {
    let store = Store::new().await;
    add(&store, vec![], vec![audit(1, NOW), audit(2, NOW), audit(5, NOW)]).await;
    let soon = judged(&store, Sli::AuditCompleteness, NOW.plus(5 * MINUTE)).await;
    assert_eq!((soon.state, soon.good, soon.total), (SliState::AtRisk, 3, 5));
    let late = judged(&store, Sli::AuditCompleteness, NOW.plus(11 * MINUTE)).await;
    assert_eq!((late.state, late.level), (SliState::Violated, Level::Page));
    let open = store.reader.violation_page(Sli::AuditCompleteness, 10, None).await.unwrap();
    assert_eq!(open.items[0].what, "Events 3 to 4 of records are missing (2).");
    // They come after all.
    add(&store, vec![], vec![audit(3, NOW), audit(4, NOW)]).await;
    let healed = judged(&store, Sli::AuditCompleteness, NOW.plus(12 * MINUTE)).await;
    assert_eq!((healed.state, healed.good, healed.total), (SliState::Met, 5, 5));
    let open = store.reader.violation_page(Sli::AuditCompleteness, 10, None).await.unwrap();
    assert!(open.items[0].ended.is_some(), "what ended stays in sight until somebody closes it");
}

#[tokio::test]
async fn late_audit_events_are_bad_and_counted_by_how_late() {
    let store = Store::new().await;
    let mut logs: Vec<_> = (1..=98).map(|seq| audit(seq, NOW.plus(-1_000))).collect();
    logs.push(audit(99, NOW.plus(-61_000)));
    logs.push(audit(100, NOW.plus(-600_000)));
    add(&store, vec![], logs).await;
    let reading = judged(&store, Sli::AuditLatency, NOW.plus(2 * MINUTE)).await;
    assert_eq!((reading.good, reading.total), (98, 100));
    assert_eq!(reading.state, SliState::Violated, "98 % is below 99 %");
    let source = &store.reader.audit_sources(NOW).await.unwrap()[0];
    let (p50, p99) = (source.p50_ms.unwrap(), source.p99_ms.unwrap());
    assert!((1_000..=1_200).contains(&p50) && (61_000..=73_200).contains(&p99), "{p50} {p99}");
}

#[tokio::test]
async fn somebody_who_gets_in_after_refusals_stands_out_and_mistakes_do_not() {
    let store = Store::new().await;
    let refused = |n: u64| sign_in(n, NOW.plus(n as i64), Some(AuthCause::WrongCredential));
    let mut logs: Vec<_> = (0..4).map(refused).collect();
    logs.push(sign_in(4, NOW.plus(4), None));
    add(&store, vec![], logs).await;
    let reading = judged(&store, Sli::UnauthorisedAccess, NOW.plus(MINUTE)).await;
    assert_eq!(reading.state, SliState::Met, "four refusals are mistakes");
    // The second time in two requests.
    add(&store, vec![], (5..10).map(refused).collect()).await;
    add(&store, vec![], vec![sign_in(10, NOW.plus(10), None)]).await;
    let reading = judged(&store, Sli::UnauthorisedAccess, NOW.plus(MINUTE)).await;
    assert_eq!((reading.state, reading.level), (SliState::Violated, Level::Page));
    let rate = judged(&store, Sli::AuthenticationSuccess, NOW.plus(2 * MINUTE)).await;
    assert_eq!((rate.good, rate.total), (11, 11), "refusals are the system doing its work");
}

#[tokio::test]
async fn more_refusals_than_usual_stand_out_once() {
    let store = Store::new().await;
    let refused = |n: u64| sign_in(n, NOW, Some(AuthCause::WrongCredential));
    add(&store, vec![], (0..40).map(refused).collect()).await;
    for minute in 1..4 {
        judged(&store, Sli::UnauthorisedAccess, NOW.plus(minute * MINUTE)).await;
    }
    let open = store.reader.violation_page(Sli::UnauthorisedAccess, 10, None).await.unwrap();
    assert_eq!(open.items.len(), 1);
    assert!(open.items[0].what.contains("40 times"), "{}", open.items[0].what);
}

#[tokio::test]
async fn an_old_gap_leaves_the_share_and_stays_a_violation() {
    let store = Store::new().await;
    let old = NOW.plus(-40 * DAY);
    let lost = received(vec![], vec![audit(1, old), audit(4, old)]);
    store.writer.telemetry_add(lost, old).await.unwrap();
    judged(&store, Sli::AuditCompleteness, old.plus(HOUR)).await;
    let found = || store.reader.violation_page(Sli::AuditCompleteness, 10, None);
    assert_eq!(found().await.unwrap().items[0].ended, None);
    add(&store, vec![], vec![audit(5, NOW)]).await;
    let reading = judged(&store, Sli::AuditCompleteness, NOW.plus(MINUTE)).await;
    assert_eq!((reading.good, reading.total), (2, 2), "numbers 4 and 5 are one stretch");
    let violations = found().await.unwrap().items;
    assert_eq!((violations.len(), violations[0].ended), (1, None), "time fills no gap");
}

#[tokio::test]
async fn absurd_numbers_break_no_sum() {
    let store = Store::new().await;
    let logs = vec![audit(1, NOW), audit(u64::MAX, NOW), audit(1 << 53, NOW)];
    add(&store, vec![], logs).await;
    let reading = judged(&store, Sli::AuditCompleteness, NOW.plus(HOUR)).await;
    assert_eq!((reading.good, reading.total), (2, 1 << 53));
    let source = &store.reader.audit_sources(NOW).await.unwrap()[0];
    assert_eq!((source.unnumbered, source.missing), (1, (1 << 53) - 2));
}

#[tokio::test]
async fn an_accepted_gap_stays_closed_while_it_lasts_and_is_no_success() {
    let store = Store::new().await;
    add(&store, vec![], vec![audit(1, NOW), audit(3, NOW)]).await;
    judged(&store, Sli::AuditCompleteness, NOW.plus(HOUR)).await;
    let found =
        async || store.reader.violation_page(Sli::AuditCompleteness, 10, None).await.unwrap().items;
    let id = found().await[0].id;
    let by = By::system(NOW.plus(HOUR));
    let close =
        |disposition| store.writer.violation_close(&by, id, disposition, "The disk was lost.");
    assert!(close(Disposition::Confirmed).await.is_err(), "it still lasts");
    close(Disposition::AcceptedRisk).await.unwrap();
    for minute in 1..4 {
        judged(&store, Sli::AuditCompleteness, NOW.plus(HOUR + minute * MINUTE)).await;
    }
    assert_eq!(found().await.len(), 1, "it is not opened again each minute");
}

#[tokio::test]
async fn what_waits_for_its_second_look_is_not_clean() {
    let store = Store::new().await;
    add(&store, vec![], vec![log(1, NOW), log(2, NOW)]).await;
    let rows = store.reader.inspection_next(Inspected::Logs, "r1", 1).await.unwrap();
    let later = NOW.plus(2 * MINUTE);
    let looked = (Some(rows[0].id), 1);
    store.writer.inspection_note(Inspected::Logs, "r1", looked, &[], later).await.unwrap();
    let reading = judged(&store, Sli::UnredactedPhi, later).await;
    assert_eq!((reading.state, reading.examined), (SliState::NoData, 1), "{}", reading.why);
    let rest = (Some(rows[0].id + 1), 1);
    store.writer.inspection_note(Inspected::Logs, "r1", rest, &[], later).await.unwrap();
    assert_eq!(judged(&store, Sli::UnredactedPhi, later).await.state, SliState::Met);
}
