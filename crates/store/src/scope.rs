//! How visits to a source in an account and region went.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{
    AccountId, Freshness, Outcome, Part, PartStatus, Region, RunId, Scope, ScopeState, ScopeStatus,
    Timestamp,
};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{Reader, StoreError, Writer, sweep};

const COLUMNS: &str = "SELECT s.source, p.account, p.region, s.state, s.parts, s.last_attempt, \
     s.last_success, s.took_ms, s.items, s.calls, s.throttled, s.problems, s.interval_ms, \
     s.next_due, s.watermark, s.last_full \
     FROM scope_status s JOIN place p ON p.id = s.place";

fn read(row: &SqliteRow) -> Result<ScopeStatus, StoreError> {
    let scope = Scope {
        source: row.code(0)?,
        account: AccountId::new(row.text(1)?),
        region: Region::new(row.text(2)?),
    };
    Ok(ScopeStatus {
        scope,
        state: row.code(3)?,
        parts: serde_json::from_str(&row.text(4)?).doing("reading a scope")?,
        last_attempt: row.maybe_time(5)?,
        last_success: row.maybe_time(6)?,
        took_ms: row.int(7)?,
        items: row.count(8)?,
        calls: row.count(9)?,
        throttled: row.count(10)?,
        problems: row.count(11)?,
        interval_ms: row.int(12)?,
        next_due: row.maybe_time(13)?,
        watermark: row.maybe_time(14)?,
        last_full: row.maybe_time(15)?,
    })
}

/// The stored status of a scope, configured or not.
pub(crate) async fn status_get(
    connection: &mut SqliteConnection,
    scope: &Scope,
    place: i64,
) -> Result<Option<ScopeStatus>, StoreError> {
    let sql = format!("{COLUMNS} WHERE s.source = ?1 AND s.place = ?2");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(scope.source.code())
        .bind(place)
        .fetch_optional(connection)
        .await
        .doing("reading a scope")?;
    row.as_ref().map(read).transpose()
}

/// The statuses of all configured scopes, sorted.
pub(crate) async fn statuses(
    connection: &mut SqliteConnection,
) -> Result<Vec<ScopeStatus>, StoreError> {
    let sql = format!("{COLUMNS} WHERE s.configured = 1");
    let rows =
        sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await.doing("reading the scopes")?;
    let mut statuses: Vec<ScopeStatus> = rows.iter().map(read).collect::<Result<_, _>>()?;
    statuses.sort_by(|a, b| a.scope.cmp(&b.scope));
    Ok(statuses)
}

/// Stores a status and marks its scope as configured.
pub(crate) async fn status_set(
    connection: &mut SqliteConnection,
    place: i64,
    status: &ScopeStatus,
) -> Result<(), StoreError> {
    const DOING: &str = "storing a scope's status";
    let time = |time: Option<Timestamp>| time.map(|time| time.0);
    sqlx::query(
        "INSERT INTO scope_status (source, place, configured, state, parts, last_attempt,
             last_success, took_ms, items, calls, throttled, problems, interval_ms, next_due,
             watermark, last_full)
         VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
         ON CONFLICT (source, place) DO UPDATE SET configured = 1, state = excluded.state,
             parts = excluded.parts, last_attempt = excluded.last_attempt,
             last_success = excluded.last_success, took_ms = excluded.took_ms,
             items = excluded.items, calls = excluded.calls, throttled = excluded.throttled,
             problems = excluded.problems, interval_ms = excluded.interval_ms,
             next_due = excluded.next_due, watermark = excluded.watermark,
             last_full = excluded.last_full",
    )
    .bind(status.scope.source.code())
    .bind(place)
    .bind(status.state.code())
    .bind(serde_json::to_string(&status.parts).doing(DOING)?)
    .bind(time(status.last_attempt))
    .bind(time(status.last_success))
    .bind(status.took_ms)
    .bind(status.items.cast_signed())
    .bind(status.calls.cast_signed())
    .bind(status.throttled.cast_signed())
    .bind(status.problems.cast_signed())
    .bind(status.interval_ms)
    .bind(time(status.next_due))
    .bind(time(status.watermark))
    .bind(time(status.last_full))
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok(())
}

impl Writer {
    /// Ends a visit: merges the outcome into the scope's status part by part, and takes what
    /// complete listings no longer contain out of the picture. One transaction.
    ///
    /// A part that failed keeps the time at which it was last read. A scope that nobody configured
    /// gets a row whose interval is the time until `next_due`.
    pub async fn scope_finish(
        &self,
        run: RunId,
        scope: &Scope,
        outcome: &Outcome,
        next_due: Timestamp,
    ) -> Result<(), StoreError> {
        const DOING: &str = "ending a visit";
        let mut inner = self.lock(Durability::Power).await?;
        let inner = &mut *inner;
        let mut known = std::mem::take(&mut inner.known);
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let place = known.place(&mut tx, &scope.account, &scope.region).await?;
        let before = status_get(&mut tx, scope, place).await?.unwrap_or_else(|| {
            ScopeStatus::never(scope.clone(), next_due.since(outcome.started).max(1))
        });
        let at = outcome.started.plus(outcome.took_ms);
        for sweep in &outcome.sweeps {
            sweep::apply(&mut tx, &mut known, run, scope, place, sweep, at).await?;
        }
        status_set(&mut tx, place, &merged(before, outcome, next_due)).await?;
        tx.commit().await.doing(DOING)?;
        inner.known = known;
        Ok(())
    }
}

fn merged(before: ScopeStatus, outcome: &Outcome, next_due: Timestamp) -> ScopeStatus {
    let complete = outcome.state == ScopeState::Ok;
    ScopeStatus {
        state: outcome.state,
        parts: parts_merged(before.parts, &outcome.parts),
        last_attempt: Some(outcome.started),
        last_success: if complete { Some(outcome.started) } else { before.last_success },
        took_ms: outcome.took_ms,
        items: outcome.items,
        calls: outcome.calls,
        throttled: outcome.throttled,
        problems: outcome.problems,
        next_due: Some(next_due),
        watermark: outcome.watermark.or(before.watermark),
        last_full: if outcome.full { Some(outcome.started) } else { before.last_full },
        scope: before.scope,
        interval_ms: before.interval_ms,
    }
}

fn parts_merged(
    mut parts: BTreeMap<Part, PartStatus>,
    outcome: &BTreeMap<Part, PartStatus>,
) -> BTreeMap<Part, PartStatus> {
    for (part, status) in outcome {
        let older = parts.get(part).and_then(|before| before.as_of);
        let status = PartStatus { as_of: status.as_of.or(older), ..status.clone() };
        parts.insert(*part, status);
    }
    parts
}

impl Reader {
    /// The statuses of all configured scopes, sorted.
    pub async fn scope_statuses(&self) -> Result<Vec<ScopeStatus>, StoreError> {
        Ok(self.statuses_shared().await?.to_vec())
    }

    async fn statuses_shared(&self) -> Result<Arc<[ScopeStatus]>, StoreError> {
        let read = async || {
            let mut connection = self.pool.acquire().await.doing("reading the scopes")?;
            Ok(Arc::from(statuses(&mut connection).await?))
        };
        self.memo().statuses.get_or_try_init(read).await.cloned()
    }

    /// The age of everything configured, at `now`.
    pub async fn freshness(&self, now: Timestamp) -> Result<Freshness, StoreError> {
        Ok(Freshness::new(now, self.statuses_shared().await?.iter().cloned()))
    }
}
