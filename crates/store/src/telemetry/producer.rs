//! Who sends, and when they were last heard.

use domain::Timestamp;
use sqlx::{Connection, SqliteConnection};

use super::hour::hour;
use super::{DOING, SKEW_MS};
use crate::audit::{self, By};
use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{StoreError, Writer};

/// Services that may send. Their names come from outside, and each has counters.
pub const MOST: i64 = 1_000;

/// The number of a producer; none if there are too many already.
pub(super) async fn number(
    connection: &mut SqliteConnection,
    service: &str,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let known = sqlx::query("SELECT id FROM producer WHERE service = ?1")
        .bind(service)
        .fetch_optional(&mut *connection)
        .await
        .doing(DOING)?;
    if let Some(row) = known {
        return row.int(0).map(Some);
    }
    let row = sqlx::query(
        "INSERT INTO producer (service, first_seen, last_seen)
         SELECT ?1, ?2, ?2 WHERE (SELECT count(*) FROM producer) < ?3 RETURNING id",
    )
    .bind(service)
    .bind(now.0)
    .bind(MOST)
    .fetch_optional(connection)
    .await
    .doing(DOING)?;
    row.map(|row| row.int(0)).transpose()
}

/// What one request says of a producer.
#[derive(Debug)]
pub(super) struct Seen {
    now: Timestamp,
    sent: u64,
    pub(super) spans: u64,
    pub(super) logs: u64,
    pub(super) sign_ins: u64,
    pub(super) audits: u64,
    last_event: Option<Timestamp>,
    ahead_ms: i64,
    skewed: u64,
}

impl Seen {
    pub(super) fn new(now: Timestamp, sent: u64) -> Self {
        Self {
            now,
            sent,
            spans: 0,
            logs: 0,
            sign_ins: 0,
            audits: 0,
            last_event: None,
            ahead_ms: 0,
            skewed: 0,
        }
    }

    pub(super) fn repeated(&self) -> u64 {
        self.sent.saturating_sub(self.spans + self.logs)
    }

    /// Notes an event's own time; answers the time that counts, which is never in the future.
    pub(super) fn event(&mut self, at: Timestamp) -> Timestamp {
        let ahead = at.since(self.now);
        self.ahead_ms = self.ahead_ms.max(ahead);
        if ahead > SKEW_MS {
            self.skewed += 1;
        }
        self.last_event = self.last_event.max(Some(at));
        at.min(self.now)
    }

    pub(super) async fn write(
        self,
        connection: &mut SqliteConnection,
        producer: i64,
    ) -> Result<(), StoreError> {
        // Somebody who sends is not gone, whatever a person said before.
        sqlx::query(
            "UPDATE producer SET last_seen = max(last_seen, ?2),
               last_event = max(coalesce(last_event, ?3), coalesce(?3, last_event)),
               spans = spans + ?4, logs = logs + ?5, repeated = repeated + ?6,
               sign_ins = sign_ins + ?7, audits = audits + ?8, ahead = ?9, skewed = skewed + ?10,
               retired = NULL
             WHERE id = ?1",
        )
        .bind(producer)
        .bind(self.now.0)
        .bind(self.last_event.map(|at| at.0))
        .bind(self.spans as i64)
        .bind(self.logs as i64)
        .bind(self.repeated() as i64)
        .bind(self.sign_ins as i64)
        .bind(self.audits as i64)
        .bind(self.ahead_ms)
        .bind(self.skewed as i64)
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
        sqlx::query(
            "INSERT INTO producer_hour (producer, hour, events) VALUES (?1, ?2, ?3)
             ON CONFLICT (producer, hour) DO UPDATE SET events = events + excluded.events",
        )
        .bind(producer)
        .bind(hour(self.now))
        .bind((self.spans + self.logs) as i64)
        .execute(connection)
        .await
        .doing(DOING)?;
        Ok(())
    }
}

impl Writer {
    /// Notes that a producer is gone for good: nobody waits for it any more. Whoever sends again is
    /// back.
    pub async fn producer_retire(&self, by: &By, id: i64) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let changed = sqlx::query(
            "UPDATE producer SET retired = ?2 WHERE id = ?1 AND retired IS NULL RETURNING service",
        )
        .bind(id)
        .bind(by.at.0)
        .fetch_optional(&mut *tx)
        .await
        .doing(DOING)?;
        if changed.is_none() {
            return Err(StoreError::Conflict("There is no such producer, or it is gone already."));
        }
        audit::append(&mut tx, &by.did("retire-producer", format!("producer:{id}"))).await?;
        tx.commit().await.doing(DOING)
    }
}
