//! Bad events of invariants: noticed by the program, closed by a person.

use domain::Timestamp;
use domain::sli::Sli;
use domain::sli::invariant::{Closing, Disposition, Violation};
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, SqliteConnection};

use crate::audit::{self, By};
use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{Page, Reader, StoreError, Writer, cursor};

const DOING: &str = "keeping a violation";

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Noticed {
    /// Its identity: the same again is the same violation, until it is closed.
    pub(crate) key: String,
    pub(crate) what: String,
    pub(crate) link: String,
    pub(crate) at: Timestamp,
    /// When it ended, if it has.
    pub(crate) ended: Option<Timestamp>,
}

/// Opens a violation, or notes that a known one lasts.
///
/// What a person closed while it lasted stays closed as long as it goes on, and something that has
/// ended already is told once. Only what had ended and lasts again is a new violation.
pub(crate) async fn notice(
    connection: &mut SqliteConnection,
    sli: Sli,
    noticed: Noticed,
    now: Timestamp,
) -> Result<(), StoreError> {
    let known = sqlx::query(
        "SELECT id, closed_at IS NOT NULL AND ended IS NOT NULL FROM violation
         WHERE sli = ?1 AND key = ?2 ORDER BY id DESC LIMIT 1",
    )
    .bind(sli.code())
    .bind(&noticed.key)
    .fetch_optional(&mut *connection)
    .await
    .doing(DOING)?;
    if let Some(row) = known {
        let over = row.int(1)? == 1;
        if !over {
            return again(connection, row.int(0)?, noticed, now).await;
        }
        if noticed.ended.is_some() {
            return Ok(());
        }
    }
    sqlx::query(
        "INSERT INTO violation (sli, key, what, link, at, seen, ended)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(sli.code())
    .bind(noticed.key)
    .bind(noticed.what)
    .bind(noticed.link)
    .bind(noticed.at.0)
    .bind(now.0)
    .bind(noticed.ended.map(|at| at.0))
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok(())
}

async fn again(
    connection: &mut SqliteConnection,
    id: i64,
    noticed: Noticed,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE violation SET what = ?2, seen = ?3, ended = ?4 WHERE id = ?1")
        .bind(id)
        .bind(noticed.what)
        .bind(now.0)
        .bind(noticed.ended.map(|at| at.0))
        .execute(connection)
        .await
        .doing(DOING)?;
    Ok(())
}

/// Notes that violations which were not seen at an instant have ended by then.
pub(crate) async fn settle(
    connection: &mut SqliteConnection,
    sli: Sli,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE violation SET ended = ?2 WHERE sli = ?1 AND ended IS NULL AND seen < ?2")
        .bind(sli.code())
        .bind(now.0)
        .execute(connection)
        .await
        .doing(DOING)?;
    Ok(())
}

/// Counts of an indicator's violations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) open: u64,
    pub(crate) lasting: u64,
    /// Those that last, and that somebody accepted.
    pub(crate) accepted: u64,
    pub(crate) month: u64,
    pub(crate) last: Option<Timestamp>,
}

pub(crate) async fn counts(
    connection: &mut SqliteConnection,
    sli: Sli,
    now: Timestamp,
) -> Result<Counts, StoreError> {
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM violation WHERE sli = ?1 AND closed_at IS NULL),
           (SELECT count(*) FROM violation WHERE sli = ?1 AND closed_at IS NULL AND ended IS NULL),
           (SELECT count(*) FROM violation WHERE sli = ?1 AND ended IS NULL AND disposition = ?2),
           (SELECT count(*) FROM violation WHERE sli = ?1 AND at >= ?3),
           (SELECT max(at) FROM violation WHERE sli = ?1)",
    )
    .bind(sli.code())
    .bind(Disposition::AcceptedRisk.code())
    .bind(now.plus(-domain::sli::PERIOD_MS).0)
    .fetch_one(connection)
    .await
    .doing(DOING)?;
    Ok(Counts {
        open: row.count(0)?,
        lasting: row.count(1)?,
        accepted: row.count(2)?,
        month: row.count(3)?,
        last: row.maybe_time(4)?,
    })
}

#[derive(Serialize)]
struct Closed<'a> {
    sli: &'a str,
    disposition: &'a str,
    note: &'a str,
}

impl Writer {
    /// Closes a violation with a decision and its reason.
    ///
    /// One that lasts can only be closed as an accepted risk or a false positive: what is confirmed
    /// has to end first.
    pub async fn violation_close(
        &self,
        by: &By,
        id: i64,
        disposition: Disposition,
        note: &str,
    ) -> Result<Sli, StoreError> {
        let note = note.trim();
        if note.is_empty() {
            return Err(StoreError::Conflict("Say why: an auditor will ask."));
        }
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let row = sqlx::query("SELECT sli, ended, closed_at FROM violation WHERE id = ?1")
            .bind(id)
            .fetch_optional(&mut *tx)
            .await
            .doing(DOING)?;
        let Some(row) = row else {
            return Err(StoreError::Conflict("There is no such violation."));
        };
        let sli: Sli = row.code(0)?;
        if row.maybe(2)?.is_some() {
            return Err(StoreError::Conflict("Somebody has closed it already."));
        }
        if row.maybe(1)?.is_none() && disposition == Disposition::Confirmed {
            return Err(StoreError::Conflict(
                "It still lasts: mend it first, or accept the risk with a reason.",
            ));
        }
        sqlx::query(
            "UPDATE violation SET closed_at = ?2, closed_by = ?3, disposition = ?4, note = ?5
             WHERE id = ?1",
        )
        .bind(id)
        .bind(by.at.0)
        .bind(by.called())
        .bind(disposition.code())
        .bind(note)
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
        let facts = Closed { sli: sli.as_str(), disposition: disposition.as_str(), note };
        let act = by.did("close-violation", format!("violation:{id}")).with(&facts);
        audit::append(&mut tx, &act).await?;
        tx.commit().await.doing(DOING)?;
        Ok(sli)
    }
}

impl Reader {
    /// Violations of an indicator: those that nobody has closed first, then the newest.
    pub async fn violation_page(
        &self,
        sli: Sli,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Page<Violation>, StoreError> {
        let (closed, id) = cursor::read('v', cursor)?.unwrap_or((-1, i64::MAX));
        let limit = cursor::rows(limit);
        let rows = sqlx::query(
            "SELECT id, key, what, link, at, seen, ended, closed_at, closed_by, disposition, note,
               closed_at IS NOT NULL
             FROM violation WHERE sli = ?1
               AND ((closed_at IS NOT NULL) > ?2
                    OR ((closed_at IS NOT NULL) = ?2 AND id < ?3))
             ORDER BY closed_at IS NOT NULL, id DESC LIMIT ?4",
        )
        .bind(sli.code())
        .bind(closed)
        .bind(id)
        .bind(limit as i64 + 1)
        .fetch_all(&self.pool)
        .await
        .doing("reading violations")?;
        let mut items = Vec::with_capacity(limit);
        for row in rows.iter().take(limit) {
            items.push(read(row, sli)?);
        }
        let next = match rows.get(limit).and(rows.get(limit.saturating_sub(1))) {
            Some(row) => cursor::write('v', &(row.int(11)?, row.int(0)?)),
            None => None,
        };
        Ok(Page { items, next })
    }
}

fn read(row: &SqliteRow, sli: Sli) -> Result<Violation, StoreError> {
    let closed = match (row.maybe_time(7)?, row.maybe(9)?) {
        (Some(at), Some(code)) => Some(Closing {
            at,
            by: row.maybe_text(8)?.unwrap_or_default(),
            disposition: Disposition::read(code)?,
            note: row.maybe_text(10)?.unwrap_or_default(),
        }),
        _ => None,
    };
    Ok(Violation {
        id: row.int(0)?,
        sli,
        key: row.text(1)?,
        what: row.text(2)?,
        link: row.text(3)?,
        at: row.time(4)?,
        seen: row.time(5)?,
        ended: row.maybe_time(6)?,
        closed,
    })
}
