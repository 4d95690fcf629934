//! What applications send, stored once each with the counters that pages and indicators read.
//!
//! One transaction for a request: events, counters, sequence numbers and sums of slices are stored
//! together or not at all. What came before, in this request or another, counts once.

mod attempt;
mod audit;
mod bad;
mod duration;
mod event;
pub(crate) mod hour;
mod producer;
mod redaction;
mod request;
mod retention;
pub(crate) mod slice;

use std::collections::{BTreeMap, HashSet};

use domain::Timestamp;
use domain::sli::Sli;
use domain::telemetry::{
    AuditFact, AuthCause, AuthFact, Judged, LogRecord, Parcel, Received, Span, TraceId,
};
use sqlx::{Connection, SqliteConnection};

use self::slice::Slices;
use crate::error::Doing;
use crate::open::Durability;
use crate::{StoreError, Writer};

pub(crate) use duration::SIGN_IN;
pub use event::Stored;
pub use retention::{Kept, Removed};

pub(crate) const DOING: &str = "storing telemetry";

/// Telemetry does not age rendered pages: those that show it are made anew each time.
const QUIETLY: &str = "BEGIN IMMEDIATE";

/// Applications are expected to deliver an audit event within this time, in milliseconds.
pub const AUDIT_CEILING_MS: i64 = 60_000;

/// A producer's clock may be ahead of ours by this much, in milliseconds.
const SKEW_MS: i64 = 2_000;

/// What was stored of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    /// New spans.
    pub spans: u64,
    /// New log records.
    pub logs: u64,
    /// Events that were there before.
    pub repeated: u64,
    /// Events of producers beyond a thousand.
    pub refused: u64,
}

impl Writer {
    /// Stores what one request brought. When it answers, a killed process loses none of it.
    pub async fn telemetry_add(
        &self,
        received: Received,
        now: Timestamp,
    ) -> Result<Added, StoreError> {
        let mut inner = self.lock(Durability::Kill).await?;
        let mut tx = inner.connection.begin_with(QUIETLY).await.doing(DOING)?;
        let mut added = Added::default();
        let mut sums = Sums::default();
        for mut parcel in received.parcels {
            // A record without any time happened when it came, as far as anybody knows.
            parcel.logs.iter_mut().filter(|log| log.at.0 == 0).for_each(|log| log.at = now);
            parcel_add(&mut tx, parcel, now, &mut added, &mut sums).await?;
        }
        sums.write(&mut tx, now, &received.redactor).await?;
        tx.commit().await.doing(DOING)?;
        Ok(added)
    }

    /// Counts requests that were not taken, by reason.
    pub async fn telemetry_refused(
        &self,
        refusals: &BTreeMap<&'static str, u64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Kill).await?;
        let mut tx = inner.connection.begin_with(QUIETLY).await.doing(DOING)?;
        redaction::refused(&mut tx, refusals, now).await?;
        tx.commit().await.doing(DOING)
    }
}

/// Everything that is counted while a request is taken apart, written once at its end.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    slices: Slices,
    durations: duration::Durations,
    audits: audit::Audits,
    requests: request::Requests,
    pub(crate) attempts: attempt::Attempts,
    redactions: redaction::Redactions,
    bad: bad::BadEvents,
}

impl Sums {
    pub(crate) async fn write(
        self,
        connection: &mut SqliteConnection,
        now: Timestamp,
        redactor: &str,
    ) -> Result<(), StoreError> {
        self.slices.write(connection).await?;
        self.durations.write(connection).await?;
        self.audits.write(connection, now).await?;
        self.requests.write(connection).await?;
        self.attempts.write(connection, now).await?;
        self.bad.write(connection).await?;
        self.redactions.write(connection, now, redactor).await
    }

    pub(crate) fn auth(
        &mut self,
        producer: i64,
        at: Timestamp,
        fact: &AuthFact,
        trace: Option<TraceId>,
    ) {
        let judged = fact.judged();
        self.slices.add(Sli::AuthenticationSuccess, producer, at, judged);
        if judged != Judged::Good {
            let cause = fact.cause.map_or("without a cause", AuthCause::as_str);
            let what = format!("A sign-in failed: {cause}.");
            self.bad.note(Sli::AuthenticationSuccess, producer, at, what, trace);
        }
        if let Some(who) = &fact.who {
            self.attempts.note(who, at, fact);
        }
    }

    fn audit(
        &mut self,
        producer: i64,
        (at, now): (Timestamp, Timestamp),
        fact: &AuditFact,
        trace: Option<TraceId>,
    ) {
        let lag_ms = now.since(at).max(0);
        let judged = if lag_ms < AUDIT_CEILING_MS { Judged::Good } else { Judged::Bad };
        if judged == Judged::Bad {
            let number = fact.seq.map(|seq| format!(" {seq}")).unwrap_or_default();
            let what =
                format!("Event{number} of {} came after {} s.", fact.producer, lag_ms / 1_000);
            self.bad.note(Sli::AuditLatency, producer, at, what, trace);
        }
        self.slices.add(Sli::AuditLatency, producer, at, judged);
        self.audits.note(producer, at, lag_ms, fact);
        if let Some(trace) = trace {
            self.requests.audited(trace, at);
        }
    }
}

async fn parcel_add(
    connection: &mut SqliteConnection,
    parcel: Parcel,
    now: Timestamp,
    added: &mut Added,
    sums: &mut Sums,
) -> Result<(), StoreError> {
    let sent = (parcel.spans.len() + parcel.logs.len()) as u64;
    let Some(producer) = producer::number(connection, &parcel.producer.service, now).await? else {
        added.refused += sent;
        return Ok(());
    };
    let spans = event::new_spans(connection, parcel.spans).await?;
    let logs = event::new_logs(connection, parcel.logs).await?;
    let mut seen = producer::Seen::new(now, sent);
    seen.spans = spans.len() as u64;
    seen.logs = logs.len() as u64;
    sums.redactions.note(producer, "resource", &parcel.redactions);
    for span in &spans {
        count_span(span, producer, now, sums, &mut seen);
    }
    for log in &logs {
        count_log(log, producer, now, sums, &mut seen);
    }
    added.spans += seen.spans;
    added.logs += seen.logs;
    added.repeated += seen.repeated();
    event::insert_spans(connection, producer, now, &parcel.producer.instance, spans).await?;
    event::insert_logs(connection, producer, now, &parcel.producer.instance, logs).await?;
    seen.write(connection, producer).await
}

fn count_span(
    span: &Span,
    producer: i64,
    now: Timestamp,
    sums: &mut Sums,
    seen: &mut producer::Seen,
) {
    let at = seen.event(Timestamp(span.begun_us.saturating_add(span.lasted_us) / 1_000));
    sums.redactions.note(producer, "span", &span.redactions);
    sums.durations.note(producer, at, span);
    if span.phi {
        sums.requests.served(span.trace, producer, at, &span.name);
    }
    if let Some(fact) = &span.auth {
        seen.sign_ins += 1;
        sums.auth(producer, at, fact, Some(span.trace));
    }
    if let Some(fact) = &span.audit {
        seen.audits += 1;
        sums.audit(producer, (at, now), fact, Some(span.trace));
    }
}

fn count_log(
    log: &LogRecord,
    producer: i64,
    now: Timestamp,
    sums: &mut Sums,
    seen: &mut producer::Seen,
) {
    let at = seen.event(log.at);
    sums.redactions.note(producer, "log", &log.redactions);
    if let Some(fact) = &log.auth {
        seen.sign_ins += 1;
        sums.auth(producer, at, fact, log.trace);
    }
    if let Some(fact) = &log.audit {
        seen.audits += 1;
        sums.audit(producer, (at, now), fact, log.trace);
    }
}

/// Leaves one of each.
fn once<T, K: std::hash::Hash + Eq>(
    items: Vec<T>,
    key: impl Fn(&T) -> K,
    known: HashSet<K>,
) -> Vec<T> {
    let mut known = known;
    items.into_iter().filter(|item| known.insert(key(item))).collect()
}
