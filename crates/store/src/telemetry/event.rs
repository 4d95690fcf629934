//! Spans and log records themselves.

use std::collections::{BTreeMap, HashSet};

use domain::Timestamp;
use domain::telemetry::{LogRecord, Span, SpanId, SpanStatus, TraceId};
use sqlx::SqliteConnection;

use super::{DOING, once};
use crate::StoreError;
use crate::bulk::{Bulk, Columns};
use crate::error::Doing;

/// A trace and a span within it.
pub(crate) fn span_key(trace: TraceId, span: SpanId) -> [u8; 24] {
    let mut key = [0; 24];
    key[..16].copy_from_slice(&trace.0);
    key[16..].copy_from_slice(&span.0);
    key
}

const KNOWN_SPANS: Bulk =
    Bulk { head: "SELECT key FROM span WHERE key IN", width: 1, tail: "", doing: DOING };
const KNOWN_LOGS: Bulk =
    Bulk { head: "SELECT key FROM log_record WHERE key IN", width: 1, tail: "", doing: DOING };

async fn known(
    connection: &mut SqliteConnection,
    bulk: &Bulk,
    keys: &[Vec<u8>],
) -> Result<HashSet<Vec<u8>>, StoreError> {
    let mut known = HashSet::new();
    let read = |row: &sqlx::sqlite::SqliteRow| {
        known.insert(row.bytes(0)?);
        Ok(())
    };
    bulk.select(connection, keys, read).await?;
    Ok(known)
}

/// Those that never came before.
pub(super) async fn new_spans(
    connection: &mut SqliteConnection,
    spans: Vec<Span>,
) -> Result<Vec<Span>, StoreError> {
    let key = |span: &Span| span_key(span.trace, span.id).to_vec();
    let keys: Vec<Vec<u8>> = spans.iter().map(key).collect();
    let known = known(connection, &KNOWN_SPANS, &keys).await?;
    Ok(once(spans, key, known))
}

/// Those that never came before.
pub(super) async fn new_logs(
    connection: &mut SqliteConnection,
    logs: Vec<LogRecord>,
) -> Result<Vec<LogRecord>, StoreError> {
    let key = |log: &LogRecord| log.key.0.to_vec();
    let keys: Vec<Vec<u8>> = logs.iter().map(key).collect();
    let known = known(connection, &KNOWN_LOGS, &keys).await?;
    Ok(once(logs, key, known))
}

const PUT_SPANS: Bulk = Bulk {
    head: "INSERT INTO span (key, producer, begun, lasted, received, detail) VALUES",
    width: 6,
    tail: "",
    doing: DOING,
};

const PUT_TRACES: Bulk = Bulk {
    head: "INSERT INTO trace (id, begun, ended, producer, name, rooted, spans, errors, redacted, \
           phi) VALUES",
    width: 10,
    tail: "ON CONFLICT (id) DO UPDATE SET begun = min(begun, excluded.begun), \
           ended = max(ended, excluded.ended), \
           producer = CASE WHEN excluded.rooted THEN excluded.producer ELSE producer END, \
           name = CASE WHEN excluded.rooted THEN excluded.name ELSE name END, \
           rooted = max(rooted, excluded.rooted), spans = spans + excluded.spans, \
           errors = errors + excluded.errors, redacted = redacted + excluded.redacted, \
           phi = max(phi, excluded.phi)",
    doing: DOING,
};

struct Trace {
    begun: i64,
    ended: i64,
    name: String,
    rooted: bool,
    spans: i64,
    errors: i64,
    redacted: i64,
    phi: bool,
}

fn traces(spans: &[Span]) -> BTreeMap<TraceId, Trace> {
    let mut traces: BTreeMap<TraceId, Trace> = BTreeMap::new();
    for span in spans {
        let root = span.parent.is_none();
        let ended = span.begun_us.saturating_add(span.lasted_us);
        let trace = traces.entry(span.trace).or_insert_with(|| Trace {
            begun: span.begun_us,
            ended,
            name: span.name.clone(),
            rooted: root,
            spans: 0,
            errors: 0,
            redacted: 0,
            phi: false,
        });
        trace.begun = trace.begun.min(span.begun_us);
        trace.ended = trace.ended.max(ended);
        if root && !trace.rooted {
            trace.name.clone_from(&span.name);
            trace.rooted = true;
        }
        trace.spans += 1;
        trace.errors += i64::from(span.status == SpanStatus::Error);
        trace.redacted += span.redactions.iter().map(|one| i64::from(one.count)).sum::<i64>();
        trace.phi |= span.phi;
    }
    traces
}

/// The stored form of a span or log record, with the instance that sent it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Stored<T> {
    /// `service.instance.id`, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instance: String,
    /// The record.
    #[serde(flatten)]
    pub event: T,
}

fn stored<T: serde::Serialize>(instance: &str, event: &T) -> Result<String, StoreError> {
    serde_json::to_string(&Stored { instance: instance.to_owned(), event }).doing(DOING)
}

pub(super) async fn insert_spans(
    connection: &mut SqliteConnection,
    producer: i64,
    now: Timestamp,
    instance: &str,
    spans: Vec<Span>,
) -> Result<(), StoreError> {
    let traces: Vec<_> = traces(&spans).into_iter().collect();
    PUT_TRACES
        .execute(connection, traces, |values, (id, trace)| {
            values.bytes(id.0).int(trace.begun).int(trace.ended).int(producer).text(trace.name);
            values.int(trace.rooted.into()).int(trace.spans).int(trace.errors);
            values.int(trace.redacted).int(trace.phi.into());
        })
        .await?;
    let mut rows = Vec::with_capacity(spans.len());
    for span in spans {
        rows.push((stored(instance, &span)?, span));
    }
    PUT_SPANS
        .execute(connection, rows, |values, (detail, span)| {
            values.bytes(span_key(span.trace, span.id));
            values.int(producer).int(span.begun_us).int(span.lasted_us).int(now.0).text(detail);
        })
        .await
}

const PUT_LOGS: Bulk = Bulk {
    head: "INSERT INTO log_record (key, producer, at, received, trace, detail) VALUES",
    width: 6,
    tail: "",
    doing: DOING,
};

pub(super) async fn insert_logs(
    connection: &mut SqliteConnection,
    producer: i64,
    now: Timestamp,
    instance: &str,
    logs: Vec<LogRecord>,
) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(logs.len());
    for log in logs {
        rows.push((stored(instance, &log)?, log));
    }
    PUT_LOGS
        .execute(connection, rows, |values, (detail, log)| {
            values.bytes(log.key.0).int(producer).int(log.at.0).int(now.0);
            values.maybe_bytes(log.trace.map(|trace| trace.0.to_vec())).text(detail);
        })
        .await
}
