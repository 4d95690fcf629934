//! Reading what the indicators said.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::Timestamp;
use domain::sli::{Member, Reading, Sli, SliState};
use domain::telemetry::TraceId;
use serde::{Deserialize, Serialize};

use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::telemetry::hour::hour;
use crate::telemetry::slice::CLOUDTRAIL_NAME;
use crate::{Reader, StoreError};

const DOING: &str = "reading the indicators";

/// The last reading of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SliPoint {
    /// When.
    pub at: Timestamp,
    /// How it stood.
    pub state: SliState,
    /// The number, if there was one.
    pub value: Option<f64>,
    /// Good events or covered members.
    pub good: u64,
    /// All that count.
    pub total: u64,
    /// The share of the budget that was left.
    pub budget_left: Option<f64>,
}

/// An indicator went from one state to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SliChange {
    /// When.
    pub at: Timestamp,
    /// Before; `None` for the first.
    pub before: Option<SliState>,
    /// After.
    pub after: SliState,
    /// Why.
    pub why: String,
}

/// A bad event of a ratio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadEvent {
    /// When.
    pub at: Timestamp,
    /// Who told of it.
    pub service: String,
    /// What it was, by its kind.
    pub what: String,
    /// The trace in which it happened.
    pub trace: Option<TraceId>,
}

fn reading(stored: &BTreeMap<Sli, Reading>, sli: Sli, now: Timestamp) -> Reading {
    let never = || Reading::nothing(sli, now, "It has not been computed yet.");
    stored.get(&sli).cloned().unwrap_or_else(never)
}

impl Reader {
    /// The last bad events of a ratio, newest first. What CloudTrail tells has no producer.
    pub async fn sli_bad_events(&self, sli: Sli, limit: u32) -> Result<Vec<BadEvent>, StoreError> {
        let rows = sqlx::query(
            "SELECT b.at, coalesce(p.service, ?3), b.what, b.trace FROM bad_event b
             LEFT JOIN producer p ON p.id = b.producer
             WHERE b.sli = ?1 ORDER BY b.id DESC LIMIT ?2",
        )
        .bind(sli.code())
        .bind(limit)
        .bind(CLOUDTRAIL_NAME)
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        rows.iter()
            .map(|row| {
                Ok(BadEvent {
                    at: row.time(0)?,
                    service: row.text(1)?,
                    what: row.text(2)?,
                    trace: TraceId::from_bytes(&row.bytes(3).unwrap_or_default()),
                })
            })
            .collect()
    }

    /// What every indicator says at present, in the order of their numbers. One that was never
    /// computed has no data.
    pub async fn sli_readings(&self, now: Timestamp) -> Result<Vec<Reading>, StoreError> {
        let memo = self.memo();
        let stored = memo.slis.get_or_try_init(|| self.sli_stored()).await?;
        Ok(Sli::ALL.into_iter().map(|sli| reading(stored, sli, now)).collect())
    }

    /// What one indicator says at present.
    pub async fn sli_reading(&self, sli: Sli, now: Timestamp) -> Result<Reading, StoreError> {
        let memo = self.memo();
        let stored = memo.slis.get_or_try_init(|| self.sli_stored()).await?;
        Ok(reading(stored, sli, now))
    }

    async fn sli_stored(&self) -> Result<Arc<BTreeMap<Sli, Reading>>, StoreError> {
        let rows = sqlx::query("SELECT sli, reading FROM sli_now")
            .fetch_all(&self.pool)
            .await
            .doing(DOING)?;
        let mut stored = BTreeMap::new();
        for row in &rows {
            // One that another program wrote in another form is computed anew within a minute.
            if let Ok(reading) = serde_json::from_str::<Reading>(&row.text(1)?) {
                stored.insert(row.code(0)?, reading);
            }
        }
        Ok(Arc::new(stored))
    }

    /// The last reading of each hour since an instant, oldest first.
    pub async fn sli_history(
        &self,
        sli: Sli,
        since: Timestamp,
    ) -> Result<Vec<SliPoint>, StoreError> {
        let rows = sqlx::query(
            "SELECT at, state, value, good, total, budget_left FROM sli_history
             WHERE sli = ?1 AND hour >= ?2 ORDER BY hour",
        )
        .bind(sli.code())
        .bind(hour(since))
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        rows.iter()
            .map(|row| {
                Ok(SliPoint {
                    at: row.time(0)?,
                    state: row.code(1)?,
                    value: row.maybe_real(2)?,
                    good: row.count(3)?,
                    total: row.count(4)?,
                    budget_left: row.maybe_real(5)?,
                })
            })
            .collect()
    }

    /// The last changes of state, newest first.
    pub async fn sli_changes(&self, sli: Sli, limit: u32) -> Result<Vec<SliChange>, StoreError> {
        let rows = sqlx::query(
            "SELECT at, before, after, why FROM sli_change WHERE sli = ?1
             ORDER BY id DESC LIMIT ?2",
        )
        .bind(sli.code())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        rows.iter()
            .map(|row| {
                Ok(SliChange {
                    at: row.time(0)?,
                    before: row.maybe(1)?.map(SliState::read).transpose()?,
                    after: row.code(2)?,
                    why: row.text(3)?,
                })
            })
            .collect()
    }

    /// Members that keep an indicator from its target, the oldest first.
    pub async fn sli_members(&self, sli: Sli) -> Result<Vec<Member>, StoreError> {
        let rows = sqlx::query(
            "SELECT key, what, link, since, grace FROM sli_member WHERE sli = ?1 ORDER BY since",
        )
        .bind(sli.code())
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        rows.iter()
            .map(|row| {
                Ok(Member {
                    key: row.text(0)?,
                    what: row.text(1)?,
                    link: row.text(2)?,
                    since: row.time(3)?,
                    grace_ms: row.int(4)?,
                })
            })
            .collect()
    }
}
