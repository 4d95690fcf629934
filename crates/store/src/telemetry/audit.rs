//! Audit logs that count their events: which numbers came, and how late.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::telemetry::AuditFact;
use sqlx::SqliteConnection;

use super::DOING;
use super::hour::{bucket, hour};
use crate::StoreError;
use crate::bulk::{Bulk, Columns};
use crate::error::Doing;

/// Logs that may count their events. Their names come from outside.
const MOST: i64 = 1_000;

/// The greatest number that counts: up to it numbers in JSON are exact (RFC 8259, section 6), and
/// sums of all logs fit. Beyond, an event is as good as unnumbered.
const GREATEST: u64 = 1 << 53;

/// What one request says of each log.
#[derive(Debug, Default)]
pub(super) struct Audits(BTreeMap<String, Log>);

#[derive(Debug)]
struct Log {
    producer: i64,
    last_event: Timestamp,
    events: u64,
    unnumbered: u64,
    numbers: Vec<(u64, Timestamp)>,
    lags: BTreeMap<(i64, i64), i64>,
}

/// Numbers that came, without a gap between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
}

impl Audits {
    pub(super) fn note(&mut self, producer: i64, at: Timestamp, lag_ms: i64, fact: &AuditFact) {
        let log = self.0.entry(fact.producer.clone()).or_insert_with(|| Log {
            producer,
            last_event: at,
            events: 0,
            unnumbered: 0,
            numbers: Vec::new(),
            lags: BTreeMap::new(),
        });
        log.last_event = log.last_event.max(at);
        log.events += 1;
        match fact.seq {
            Some(number) if number <= GREATEST => log.numbers.push((number, at)),
            _ => log.unnumbered += 1,
        }
        *log.lags.entry((hour(at), bucket(lag_ms))).or_default() += 1;
    }

    pub(super) async fn write(
        self,
        connection: &mut SqliteConnection,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for (name, log) in self.0 {
            log.write(connection, &name, now).await?;
        }
        Ok(())
    }
}

const LAGS: Bulk = Bulk {
    head: "INSERT INTO audit_lag (source, hour, bucket, n) VALUES",
    width: 4,
    tail: "ON CONFLICT (source, hour, bucket) DO UPDATE SET n = n + excluded.n",
    doing: DOING,
};

impl Log {
    async fn write(
        self,
        connection: &mut SqliteConnection,
        name: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = sqlx::query(
            "INSERT INTO audit_source (name, producer, first_seen, last_seen, last_event, events,
               unnumbered)
             SELECT ?1, ?2, ?3, ?3, ?4, ?5, ?6
             WHERE (SELECT count(*) FROM audit_source) < ?7
                OR EXISTS (SELECT 1 FROM audit_source WHERE name = ?1)
             ON CONFLICT (name) DO UPDATE SET producer = excluded.producer,
               last_seen = excluded.last_seen, last_event = max(last_event, excluded.last_event),
               events = events + excluded.events, unnumbered = unnumbered + excluded.unnumbered
             RETURNING id",
        )
        .bind(name)
        .bind(self.producer)
        .bind(now.0)
        .bind(self.last_event.0)
        .bind(self.events as i64)
        .bind(self.unnumbered as i64)
        .bind(MOST)
        .fetch_optional(&mut *connection)
        .await
        .doing(DOING)?;
        let Some(row) = row else { return Ok(()) };
        let source = row.int(0)?;
        LAGS.execute(connection, self.lags.into_iter().collect(), |values, (key, n)| {
            values.int(source).int(key.0).int(key.1).int(n);
        })
        .await?;
        let mut repeated = 0;
        for range in ranges(self.numbers, &mut repeated) {
            repeated += merge(connection, source, range).await?;
        }
        if repeated > 0 {
            sqlx::query("UPDATE audit_source SET repeated = repeated + ?2 WHERE id = ?1")
                .bind(source)
                .bind(repeated)
                .execute(connection)
                .await
                .doing(DOING)?;
        }
        Ok(())
    }
}

/// Numbers as ranges; counts those that came more than once.
fn ranges(mut numbers: Vec<(u64, Timestamp)>, repeated: &mut i64) -> Vec<Range> {
    numbers.sort_unstable();
    let mut ranges: Vec<Range> = Vec::new();
    for (number, at) in numbers {
        let Ok(number) = i64::try_from(number) else { continue };
        match ranges.last_mut() {
            Some(range) if number == range.last => *repeated += 1,
            Some(range) if number == range.last + 1 => {
                range.last = number;
                range.last_at = at.0;
            }
            _ => ranges.push(Range { first: number, last: number, first_at: at.0, last_at: at.0 }),
        }
    }
    ranges
}

/// Puts a range among the others and joins what touches; answers how many numbers were there.
async fn merge(
    connection: &mut SqliteConnection,
    source: i64,
    mut range: Range,
) -> Result<i64, StoreError> {
    let rows = sqlx::query(
        "DELETE FROM audit_range WHERE source = ?1 AND last >= ?2 - 1 AND first <= ?3 + 1
           AND first >= (SELECT coalesce(max(first), ?2) FROM audit_range
                         WHERE source = ?1 AND first <= ?2)
         RETURNING first, last, first_at, last_at",
    )
    .bind(source)
    .bind(range.first)
    .bind(range.last)
    .fetch_all(&mut *connection)
    .await
    .doing(DOING)?;
    let mut repeated = 0;
    let (first, last) = (range.first, range.last);
    for row in &rows {
        let old = Range {
            first: row.int(0)?,
            last: row.int(1)?,
            first_at: row.int(2)?,
            last_at: row.int(3)?,
        };
        repeated += (old.last.min(last) - old.first.max(first) + 1).max(0);
        if old.first < range.first {
            (range.first, range.first_at) = (old.first, old.first_at);
        }
        if old.last > range.last {
            (range.last, range.last_at) = (old.last, old.last_at);
        }
    }
    sqlx::query(
        "INSERT INTO audit_range (source, first, last, first_at, last_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(source)
    .bind(range.first)
    .bind(range.last)
    .bind(range.first_at)
    .bind(range.last_at)
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok(repeated)
}
