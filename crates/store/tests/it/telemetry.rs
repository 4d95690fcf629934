//! Telemetry: stored once, counted as it comes, and looked at a second time.

use domain::Timestamp;
use domain::sli::Sli;
use domain::sli::invariant::Disposition;
use domain::telemetry::{
    AuditFact, AuthCause, AuthFact, AuthOutcome, EventKey, LogRecord, Parcel, Position, Producer,
    Received, Redaction, Span, SpanId, SpanKind, SpanStatus, TraceId,
};
use proptest::prelude::*;
use serde_json::Map;
use store::By;
use store::inspection::{Inspected, Leak};
use store::sli::{Expectations, Registers};
use store::telemetry::{Added, Kept};
use store::telemetry_page::TraceQuery;

use crate::fixture::{DAY, NOW, Store};

pub const PORTAL: &str = "patient-portal";

pub fn log(number: u64, at: Timestamp) -> LogRecord {
    let mut key = [1; 16];
    key[..8].copy_from_slice(&number.to_be_bytes());
    LogRecord {
        key: EventKey(key),
        at,
        severity: 9,
        severity_text: "INFO".to_owned(),
        scope: "test".to_owned(),
        body: "signed in".to_owned(),
        attributes: Map::new(),
        trace: None,
        span: None,
        redactions: Vec::new(),
        auth: None,
        audit: None,
    }
}

pub fn sign_in(number: u64, at: Timestamp, cause: Option<AuthCause>) -> LogRecord {
    let outcome = if cause.is_some() { AuthOutcome::Failure } else { AuthOutcome::Success };
    let auth = Some(AuthFact { outcome, cause, who: Some("user:ab".to_owned()) });
    LogRecord { auth, ..log(number, at) }
}

pub fn audit(seq: u64, at: Timestamp) -> LogRecord {
    let audit = Some(AuditFact { producer: "records".to_owned(), seq: Some(seq) });
    LogRecord { audit, ..log(seq.wrapping_add(1_000_000), at) }
}

pub fn span(trace: u8, id: u8, at: Timestamp) -> Span {
    Span {
        trace: TraceId([trace; 16]),
        id: SpanId([id; 8]),
        parent: (id > 1).then_some(SpanId([1; 8])),
        name: format!("span {id}"),
        kind: SpanKind::Server,
        begun_us: at.0 * 1_000,
        lasted_us: 2_000,
        status: SpanStatus::Unset,
        status_message: String::new(),
        scope: String::new(),
        trace_state: String::new(),
        phi: false,
        attributes: Map::new(),
        events: Vec::new(),
        links: Vec::new(),
        redactions: Vec::new(),
        auth: None,
        audit: None,
    }
}

pub fn received(spans: Vec<Span>, logs: Vec<LogRecord>) -> Received {
    let producer = Producer { service: PORTAL.to_owned(), instance: "a".to_owned() };
    let parcel = Parcel { producer, redactions: Vec::new(), spans, logs };
    Received { parcels: vec![parcel], rejected: 0, why_rejected: None, redactor: "r1".to_owned() }
}

pub async fn add(store: &Store, spans: Vec<Span>, logs: Vec<LogRecord>) -> Added {
    store.writer.telemetry_add(received(spans, logs), NOW).await.unwrap()
}

#[tokio::test]
async fn what_comes_again_counts_once_in_the_same_request_and_in_another() {
    let store = Store::new().await;
    let logs = vec![sign_in(1, NOW, None), sign_in(1, NOW, None), sign_in(2, NOW, None)];
    let added = add(&store, vec![span(1, 1, NOW)], logs.clone()).await;
    assert_eq!((added.spans, added.logs, added.repeated), (1, 2, 1));
    let added = add(&store, vec![span(1, 1, NOW), span(1, 2, NOW)], logs).await;
    assert_eq!((added.spans, added.logs, added.repeated), (1, 0, 4));
    let producer = &store.reader.producers().await.unwrap()[0];
    assert_eq!((producer.sign_ins, producer.repeated), (2, 5));
    let traces = store.reader.trace_page(&TraceQuery::default()).await.unwrap();
    assert_eq!(traces.items[0].spans, 2);
}

#[tokio::test]
async fn a_trace_comes_in_any_order_and_is_named_by_its_root() {
    let store = Store::new().await;
    let child = Span { status: SpanStatus::Error, phi: true, ..span(7, 2, NOW) };
    add(&store, vec![child], vec![]).await;
    let log = LogRecord { trace: Some(TraceId([7; 16])), ..log(1, NOW) };
    add(&store, vec![span(7, 1, NOW.plus(-5))], vec![log]).await;
    let query = TraceQuery { phi: true, errors: true, ..TraceQuery::default() };
    let page = store.reader.trace_page(&query).await.unwrap();
    let row = &page.items[0];
    assert_eq!((row.name.as_str(), row.spans, row.errors, row.phi), ("span 1", 2, 1, true));
    assert_eq!(row.lasted_us, 7_000);
    assert_eq!(row.audited, Some(false));
    let detail = store.reader.trace_get(TraceId([7; 16])).await.unwrap().unwrap();
    assert_eq!((detail.spans.len(), detail.logs.len()), (2, 1));
    assert_eq!(detail.spans[1].span.status, SpanStatus::Error);
    let none = TraceQuery { redacted: true, ..TraceQuery::default() };
    assert!(store.reader.trace_page(&none).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn lists_of_traces_go_on_where_they_ended() {
    let store = Store::new().await;
    let spans = (1..=7).map(|trace| span(trace, 1, NOW.plus(i64::from(trace / 2)))).collect();
    add(&store, spans, vec![]).await;
    let mut query = TraceQuery { limit: 3, ..TraceQuery::default() };
    let mut seen = Vec::new();
    loop {
        let page = store.reader.trace_page(&query).await.unwrap();
        seen.extend(page.items.iter().map(|row| row.id.0[0]));
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn an_audit_event_before_its_request_is_joined_too() {
    let store = Store::new().await;
    let (early, late, never) = (NOW.plus(-3_600_000), NOW.plus(-3_500_000), NOW.plus(-3_400_000));
    let audited = |seq, trace| LogRecord { trace: Some(TraceId([trace; 16])), ..audit(seq, early) };
    let phi = |trace, at| Span { phi: true, ..span(trace, 1, at) };
    add(&store, vec![], vec![audited(1, 1)]).await;
    add(&store, vec![phi(1, early), phi(2, late), phi(3, never)], vec![]).await;
    add(&store, vec![], vec![audited(2, 2)]).await;
    let readings =
        store.writer.sli_judge(&Registers::default(), Expectations::default(), NOW).await.unwrap();
    let reading = &readings[1];
    assert_eq!((reading.good, reading.total), (2 + 2, 2 + 3), "two numbers and two requests");
    let members = store.reader.sli_members(Sli::AuditCompleteness).await.unwrap();
    assert_eq!(members.len(), 1);
    assert!(members[0].link.ends_with(&TraceId([3; 16]).to_string()));
}

#[tokio::test]
async fn what_was_taken_out_is_counted_by_rule_and_place() {
    let store = Store::new().await;
    let redaction = |path: &str| Redaction {
        rule: "ssn".to_owned(),
        position: Position::Value,
        path: path.to_owned(),
        count: 2,
    };
    let redactions =
        vec![redaction("events[0].attributes.note"), redaction("events[1].attributes.note")];
    add(&store, vec![Span { redactions, ..span(1, 1, NOW) }], vec![]).await;
    store.writer.telemetry_refused(&[("redactor", 1)].into(), NOW).await.unwrap();
    let health = store.reader.redactor_health(NOW).await.unwrap();
    assert_eq!(health.rows.len(), 1);
    assert_eq!(health.rows[0].path, "span.events[].attributes.note");
    assert_eq!((health.rows[0].count, health.rules["ssn"], health.refusals["redactor"]), (4, 4, 1));
}

#[tokio::test]
async fn the_second_look_takes_out_what_it_finds_and_a_person_closes_it() {
    let store = Store::new().await;
    add(&store, vec![span(1, 1, NOW)], vec![log(1, NOW)]).await;
    let rows = store.reader.inspection_next(Inspected::Logs, "r1", 10).await.unwrap();
    assert_eq!(rows.len(), 1);
    let clean = rows[0].detail.replace("signed in", "[mrn]");
    let (id, trace) = (rows[0].id, rows[0].trace.clone());
    let leaks = [Leak { id, trace, rules: "mrn".to_owned(), clean, name: None }];
    let note = store.writer.inspection_note(Inspected::Logs, "r1", (Some(id), 1), &leaks, NOW);
    note.await.unwrap();
    assert!(store.reader.inspection_next(Inspected::Logs, "r1", 10).await.unwrap().is_empty());
    let again = store.reader.inspection_next(Inspected::Logs, "r2", 10).await.unwrap();
    assert!(again[0].detail.contains("[mrn]"), "another redactor looks from the beginning");

    let registers = Registers::default();
    let judge = || store.writer.sli_judge(&registers, Expectations::default(), NOW);
    assert_eq!(judge().await.unwrap()[3].state, domain::sli::SliState::Violated);
    let open = store.reader.violation_page(Sli::UnredactedPhi, 10, None).await.unwrap();
    let by = By::system(NOW);
    let close =
        |note| store.writer.violation_close(&by, open.items[0].id, Disposition::Confirmed, note);
    assert!(close(" ").await.is_err(), "a reason is wanted");
    close("The logger was mended.").await.unwrap();
    assert!(close("Again.").await.is_err(), "it is closed");
    assert_eq!(judge().await.unwrap()[3].state, domain::sli::SliState::Met);
    let closed = store.reader.violation_page(Sli::UnredactedPhi, 10, None).await.unwrap();
    assert_eq!(closed.items[0].closed.as_ref().unwrap().note, "The logger was mended.");
}

#[tokio::test]
async fn events_leave_after_their_time_and_what_was_counted_stays() {
    let store = Store::new().await;
    let old = NOW.plus(-40 * DAY);
    let request = received(vec![span(1, 1, old)], vec![audit(1, old), audit(3, old)]);
    store.writer.telemetry_add(request, old).await.unwrap();
    let removed = store.writer.telemetry_expire(Kept::default(), NOW).await.unwrap();
    assert_eq!((removed.events, removed.more), (3, false));
    assert!(store.reader.trace_page(&TraceQuery::default()).await.unwrap().items.is_empty());
    let sources = store.reader.audit_sources(old).await.unwrap();
    assert_eq!((sources[0].events, sources[0].gaps, sources[0].missing), (2, 1, 1));
}

#[tokio::test]
async fn a_clock_that_runs_ahead_is_told_and_does_not_reach_the_future() {
    let store = Store::new().await;
    add(&store, vec![], vec![sign_in(1, NOW.plus(600_000), None)]).await;
    let producer = &store.reader.producers().await.unwrap()[0];
    assert_eq!((producer.ahead_ms, producer.skewed), (600_000, 1));
    let registers = Registers::default();
    let judged = store.writer.sli_judge(&registers, Expectations::default(), NOW.plus(120_000));
    assert_eq!(judged.await.unwrap()[0].good, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// However numbers come, ranges are what a set of them would be.
    #[test]
    fn numbers_in_any_order_become_the_same_ranges(
        batches in prop::collection::vec(prop::collection::vec(1_u64..60, 1..12), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Store::new().await;
            let mut all = std::collections::BTreeSet::new();
            let mut sent = 0;
            for batch in &batches {
                let mut logs = Vec::new();
                for seq in batch {
                    all.insert(*seq);
                    sent += 1;
                    logs.push(LogRecord { key: log(sent, NOW).key, ..audit(*seq, NOW) });
                }
                add(&store, vec![], logs).await;
            }
            let row = store.reader.audit_sources(NOW).await.unwrap().remove(0);
            let gaps = all.iter().zip(all.iter().skip(1)).filter(|(a, b)| *b - *a > 1).count();
            let span = all.last().unwrap() - all.first().unwrap() + 1;
            prop_assert_eq!(row.gaps, gaps as u64);
            prop_assert_eq!(row.missing, span - all.len() as u64);
            prop_assert_eq!(row.repeated, sent - all.len() as u64);
            prop_assert_eq!(row.events, sent);
            Ok(())
        })?;
    }
}
