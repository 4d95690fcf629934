//! How long telemetry is kept. It is no evidence: what was concluded from it is kept elsewhere.

use domain::Timestamp;
use domain::id::DAY_MS;
use sqlx::{AssertSqlSafe, Connection};

use super::{DOING, QUIETLY};
use crate::error::Doing;
use crate::open::Durability;
use crate::{StoreError, Writer};

/// Rows that are removed in one transaction, so that nobody waits for long.
const AT_ONCE: i64 = 5_000;

/// How long each table is kept, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Spans and traces.
    pub traces_days: i64,
    /// Log records.
    pub logs_days: i64,
}

impl Default for Kept {
    fn default() -> Self {
        Self { traces_days: 14, logs_days: 30 }
    }
}

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Rows of events.
    pub events: u64,
    /// Whether more is due.
    pub more: bool,
}

/// How long attempts are counted by who made them.
const ATTEMPTS_DAYS: i64 = 62;

/// Counters that indicators no longer read: a day more than their longest window.
const COUNTERS: [(&str, &str, i64); 10] = [
    ("sli_minute", "minute < ?1 / 60000", 4),
    ("sli_hour", "hour < ?1 / 3600000", 62),
    ("producer_hour", "hour < ?1 / 3600000", 62),
    ("duration_hour", "hour < ?1 / 3600000", 62),
    ("audit_lag", "hour < ?1 / 3600000", 62),
    ("attempt_hour", "hour < ?1 / 3600000", ATTEMPTS_DAYS),
    ("phi_request", "at < ?1", 32),
    ("bad_event", "at < ?1", 32),
    ("redaction", "day < ?1 / 86400000", 2_200),
    ("refusal", "day < ?1 / 86400000", 2_200),
];

impl Writer {
    /// Removes what is past its time, a bounded piece at a time. Once an hour is enough: some of
    /// these tables have no index by age.
    pub async fn telemetry_expire(
        &self,
        kept: Kept,
        now: Timestamp,
    ) -> Result<Removed, StoreError> {
        let mut inner = self.lock(Durability::Kill).await?;
        let mut tx = inner.connection.begin_with(QUIETLY).await.doing(DOING)?;
        let mut removed = Removed::default();
        for (table, days) in [("span", kept.traces_days), ("log_record", kept.logs_days)] {
            let sql = format!(
                "DELETE FROM {table} WHERE id IN
                   (SELECT id FROM {table} WHERE received < ?1 ORDER BY received LIMIT ?2)"
            );
            let gone = sqlx::query(AssertSqlSafe(sql))
                .bind(now.plus(-days * DAY_MS).0)
                .bind(AT_ONCE)
                .execute(&mut *tx)
                .await
                .doing(DOING)?
                .rows_affected();
            removed.events += gone;
            removed.more |= gone == AT_ONCE.cast_unsigned();
        }
        // A trace leaves with its spans, which are at most as old as it. What ended before began
        // before, and that is what the index knows.
        let gone = sqlx::query(
            "DELETE FROM trace WHERE id IN
               (SELECT id FROM trace WHERE begun < ?1 AND ended < ?1 ORDER BY begun LIMIT ?2)",
        )
        .bind(now.plus(-kept.traces_days * DAY_MS).0.saturating_mul(1_000))
        .bind(AT_ONCE)
        .execute(&mut *tx)
        .await
        .doing(DOING)?
        .rows_affected();
        removed.more |= gone == AT_ONCE.cast_unsigned();
        // Who has not tried to get in for so long begins anew.
        sqlx::query(
            "DELETE FROM identity WHERE id IN
               (SELECT id FROM identity i WHERE last_refused < ?1 AND NOT EXISTS
                 (SELECT 1 FROM attempt_hour a WHERE a.identity = i.id) LIMIT ?2)",
        )
        .bind(now.plus(-ATTEMPTS_DAYS * DAY_MS).0)
        .bind(AT_ONCE)
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
        for (table, before, days) in COUNTERS {
            let sql = format!("DELETE FROM {table} WHERE {before}");
            sqlx::query(AssertSqlSafe(sql))
                .bind(now.plus(-days * DAY_MS).0)
                .execute(&mut *tx)
                .await
                .doing(DOING)?;
        }
        tx.commit().await.doing(DOING)?;
        Ok(removed)
    }
}
