//! The second look: everything stored is read once more, by whoever knows what to look for.
//!
//! Rows are handed out in the order in which they came, and handed out again from the beginning
//! when the redactor has changed: new rules judge old text too.

use domain::Timestamp;
use domain::sli::Sli;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::violation::{self, Noticed};
use crate::{Reader, StoreError, Writer};

const DOING: &str = "looking at telemetry again";

/// A table whose rows are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inspected {
    /// Spans.
    Spans,
    /// Log records.
    Logs,
}

impl Inspected {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Spans, Self::Logs];

    fn table(self) -> &'static str {
        match self {
            Self::Spans => "span",
            Self::Logs => "log_record",
        }
    }
}

/// A stored row: its number and its JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectedRow {
    /// Its number.
    pub id: i64,
    /// The trace it belongs to, in hexadecimal digits, or empty.
    pub trace: String,
    /// What is stored.
    pub detail: String,
}

/// A row in which something was found that should not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// The row.
    pub id: i64,
    /// The trace, or empty.
    pub trace: String,
    /// The rules that found it.
    pub rules: String,
    /// The row without it.
    pub clean: String,
    /// The name of a span before and after, where that held it: its trace bears it too.
    pub name: Option<(String, String)>,
}

impl Reader {
    /// The next rows that this redactor has not looked at.
    pub async fn inspection_next(
        &self,
        what: Inspected,
        redactor: &str,
        limit: u32,
    ) -> Result<Vec<InspectedRow>, StoreError> {
        let trace = match what {
            Inspected::Spans => "lower(hex(substr(key, 1, 16)))",
            Inspected::Logs => "coalesce(lower(hex(trace)), '')",
        };
        let sql = format!(
            "SELECT id, {trace}, detail FROM {} WHERE id > coalesce(
               (SELECT upto FROM inspection WHERE what = ?1 AND redactor = ?2), 0)
             ORDER BY id LIMIT ?3",
            what.table()
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(what.table())
            .bind(redactor)
            .bind(limit)
            .fetch_all(&self.pool)
            .await
            .doing(DOING)?;
        rows.iter()
            .map(|row| {
                Ok(InspectedRow { id: row.int(0)?, trace: row.text(1)?, detail: row.text(2)? })
            })
            .collect()
    }
}

impl Writer {
    /// Notes that rows up to a number were looked at. What was found is taken out, and each such
    /// row is a violation of M4 until a person closes it.
    pub async fn inspection_note(
        &self,
        what: Inspected,
        redactor: &str,
        (upto, examined): (Option<i64>, u64),
        leaks: &[Leak],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let durability = if leaks.is_empty() { Durability::Kill } else { Durability::Power };
        let mut inner = self.lock(durability).await?;
        if !leaks.is_empty() {
            // What is taken out must not lie about in the pages that it leaves.
            wipe(&mut inner.connection, "PRAGMA secure_delete = ON").await?;
        }
        let noted = note(&mut inner.connection, what, redactor, (upto, examined), leaks, now).await;
        if !leaks.is_empty() {
            wipe(&mut inner.connection, "PRAGMA secure_delete = OFF").await?;
            wipe(&mut inner.connection, "PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        noted
    }
}

async fn wipe(connection: &mut SqliteConnection, pragma: &'static str) -> Result<(), StoreError> {
    sqlx::query(pragma).fetch_all(connection).await.doing(DOING)?;
    Ok(())
}

async fn note(
    connection: &mut SqliteConnection,
    what: Inspected,
    redactor: &str,
    (upto, examined): (Option<i64>, u64),
    leaks: &[Leak],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await.doing(DOING)?;
    for leak in leaks {
        take_out(&mut tx, what, leak, now).await?;
    }
    if let Some(upto) = upto {
        sqlx::query(
            "INSERT INTO inspection (what, redactor, upto) VALUES (?1, ?2, ?3)
             ON CONFLICT (what) DO UPDATE SET redactor = excluded.redactor, upto = excluded.upto",
        )
        .bind(what.table())
        .bind(redactor)
        .bind(upto)
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
    }
    sqlx::query(
        "INSERT INTO inspection_day (day, examined, found, last_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (day) DO UPDATE SET examined = examined + excluded.examined,
           found = found + excluded.found, last_at = excluded.last_at",
    )
    .bind(now.day())
    .bind(examined as i64)
    .bind(leaks.len() as i64)
    .bind(now.0)
    .execute(&mut *tx)
    .await
    .doing(DOING)?;
    tx.commit().await.doing(DOING)
}

/// Puts the clean row in the place of the other, and notices that it was there.
async fn take_out(
    connection: &mut SqliteConnection,
    what: Inspected,
    leak: &Leak,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = format!("UPDATE {} SET detail = ?2 WHERE id = ?1", what.table());
    sqlx::query(AssertSqlSafe(sql))
        .bind(leak.id)
        .bind(&leak.clean)
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    if let Some((name, clean)) = &leak.name {
        for sql in [
            "UPDATE trace SET name = ?3 WHERE id = unhex(?1) AND name = ?2",
            "UPDATE phi_request SET name = ?3 WHERE trace = unhex(?1) AND name = ?2",
        ] {
            sqlx::query(sql)
                .bind(&leak.trace)
                .bind(name)
                .bind(clean)
                .execute(&mut *connection)
                .await
                .doing(DOING)?;
        }
    }
    let kind = if what == Inspected::Spans { "A span" } else { "A log record" };
    let link = if leak.trace.is_empty() {
        "/debug?view=redactor".to_owned()
    } else {
        format!("/debug/traces/{}", leak.trace)
    };
    let noticed = Noticed {
        key: format!("{}:{}", what.table(), leak.id),
        what: format!("{kind} was stored with {}; it has been taken out since.", leak.rules),
        link,
        at: now,
        ended: Some(now),
    };
    violation::notice(connection, Sli::UnredactedPhi, noticed, now).await
}
