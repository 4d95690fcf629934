//! What happens once a day: the log is folded into the file, and records past retention leave.

use domain::Timestamp;
use domain::id::DAY_MS;
use sqlx::{Connection, SqliteConnection};

use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{StoreError, Writer, access_event};

const DOING: &str = "keeping house";
/// Seven years: a year more than the six of 45 CFR 164.316(b)(2)(i).
const KEPT_MS: i64 = 7 * 366 * DAY_MS;

impl Writer {
    /// Removes evidence, scores, transitions and attempts at access that are older than seven years (the floor is six:
    /// 45 CFR 164.316(b)(2)(i)), except evidence of findings that still rest on it; then folds the
    /// write-ahead log into the database file.
    pub async fn housekeeping(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let before = now.plus(-KEPT_MS);
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        evidence_expire(&mut tx, before).await?;
        rounds_expire(&mut tx, before).await?;
        access_event::expire(&mut tx, before).await?;
        tx.commit().await.doing(DOING)?;
        for pragma in ["PRAGMA optimize", "PRAGMA wal_checkpoint(TRUNCATE)"] {
            sqlx::query(pragma).fetch_all(&mut inner.connection).await.doing(DOING)?;
        }
        Ok(())
    }
}

async fn evidence_expire(
    connection: &mut SqliteConnection,
    before: Timestamp,
) -> Result<(), StoreError> {
    let oldest = sqlx::query("SELECT taken_at FROM evidence_use ORDER BY id LIMIT 1")
        .fetch_optional(&mut *connection)
        .await
        .doing(DOING)?;
    match oldest {
        Some(row) if row.time(0)? < before => {}
        _ => return Ok(()),
    }
    sqlx::query(
        "DELETE FROM evidence_use WHERE taken_at < ?1
           AND batch NOT IN (SELECT batch FROM finding WHERE batch IS NOT NULL)",
    )
    .bind(before.0)
    .execute(&mut *connection)
    .await
    .doing(DOING)?;
    sqlx::query("DELETE FROM evidence WHERE id NOT IN (SELECT evidence FROM evidence_use)")
        .execute(connection)
        .await
        .doing(DOING)?;
    Ok(())
}

async fn rounds_expire(
    connection: &mut SqliteConnection,
    before: Timestamp,
) -> Result<(), StoreError> {
    let last = sqlx::query("SELECT max(id) FROM run WHERE started < ?1")
        .bind(before.0)
        .fetch_one(&mut *connection)
        .await
        .doing(DOING)?
        .maybe(0)?;
    let Some(last) = last else { return Ok(()) };
    for sql in ["DELETE FROM score WHERE run <= ?1", "DELETE FROM transition WHERE run <= ?1"] {
        sqlx::query(sql).bind(last).execute(&mut *connection).await.doing(DOING)?;
    }
    Ok(())
}
