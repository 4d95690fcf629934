//! Registers: vendors, systems, incidents, drills.
//!
//! Each register is a table of its own, and all are kept alike: a record has versions, each change
//! leaves the one before in the history, and nothing is ever removed. Every change is one entry of
//! the audit log in the same transaction, with the SHA-256 of the version that it made: the log
//! proves the register and its history without containing them.

use domain::Timestamp;
use domain::register::reading::{Named, told_apart};
use domain::register::{
    Drill, Ended, Fate, FieldKind, Incident, Known, Plan, Record, Registered, System, Vendor,
    differences,
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::audit::{self, By};
use crate::bulk::{Columns, Values};
use crate::error::Doing;
use crate::open::Durability;
use crate::register_columns::Table;
use crate::version::CHANGE;
use crate::{Reader, StoreError, Writer};

const DOING: &str = "changing a register";
const READING: &str = "reading a register";

const GONE: &str = "there is no such record in the register";
const ENDED: &str = "the record has ended; it stays as it is";
const STALE: &str =
    "somebody changed this record in the meantime; look at it again, then change it";
const TAKEN: &str = "a record of this name is in the register already";
const CANNOT_FOLLOW: &str = "the first evidence of an incident may only move earlier";

/// An earlier version of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier<T: Record> {
    /// Its number.
    pub version: i64,
    /// When it was made.
    pub changed: Timestamp,
    /// What it said.
    pub record: T,
}

/// What the audit log says of a version.
#[derive(Serialize)]
struct Facts<'a> {
    version: i64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    changed: &'a [&'static str],
    sha256: String,
}

/// What the audit log says of an end. The reason is text of a person and stays in the register.
#[derive(Serialize)]
struct EndFacts {
    version: i64,
    sha256: String,
    reason_sha256: String,
}

impl Writer {
    /// Registers something: an entry `add-vendor` on `vendor:7` and the like.
    ///
    /// A name that stands in the register already, in whatever case, is a
    /// [`StoreError::Conflict`].
    pub async fn record_add<T: Table>(&self, by: &By, record: &T) -> Result<T::Id, StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let id = add(&mut tx, by, record).await?;
        tx.commit().await.doing(DOING)?;
        Ok(id)
    }

    /// Changes a record; the version before stays in the history. Answers with the new version.
    /// Where nothing differs nothing is written.
    ///
    /// `version` is the one that was looked at. If another is there by now, or the record ended, it
    /// is a [`StoreError::Conflict`].
    pub async fn record_change<T: Table>(
        &self,
        by: &By,
        id: T::Id,
        version: i64,
        record: &T,
    ) -> Result<i64, StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let version = change(&mut tx, by, (id, version), record).await?;
        tx.commit().await.doing(DOING)?;
        Ok(version)
    }

    /// Ends a record for a reason: it does not count any more, and stays in the register as it is.
    /// The end is a version of its own.
    ///
    /// `version` is the one that was looked at. If another is there by now, or the record ended, it
    /// is a [`StoreError::Conflict`].
    pub async fn record_end<T: Table>(
        &self,
        by: &By,
        id: T::Id,
        version: i64,
        reason: &str,
    ) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let present = looked_at::<T>(&mut tx, id, version).await?;
        keep(&mut tx, &present).await?;
        let next = version + 1;
        let sql = format!(
            "UPDATE {} SET version = ?2, changed = ?3, ended = ?3, end_reason = ?4 WHERE id = ?1",
            T::TABLE
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(id.into())
            .bind(next)
            .bind(by.at.0)
            .bind(reason)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        let facts = EndFacts {
            version: next,
            sha256: sha256(&body(&present.record)?),
            reason_sha256: sha256(reason),
        };
        let act = by.did(&format!("end-{}", T::WORD), object::<T>(id)).with(&facts);
        audit::append(&mut tx, &act).await?;
        tx.commit().await.doing(DOING)
    }

    /// Does everything that an import would do, or nothing: each line that does something is an
    /// entry of its own, and lines with something wrong are left out.
    pub async fn record_import<T: Table>(&self, by: &By, plan: &Plan<T>) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        for line in &plan.lines {
            match &line.fate {
                Fate::Add(record) => {
                    add(&mut tx, by, record).await?;
                }
                Fate::Change { id, version, record, .. } => {
                    change(&mut tx, by, (*id, *version), record).await?;
                }
                Fate::Same | Fate::Wrong(_) => {}
            }
        }
        tx.commit().await.doing(DOING)
    }
}

async fn add<T: Table>(
    connection: &mut SqliteConnection,
    by: &By,
    record: &T,
) -> Result<T::Id, StoreError> {
    free(connection, None, record).await?;
    let mut values = Values::new(T::COLUMNS.len() + 3);
    values.int(1).int(by.at.0).int(by.at.0);
    record.bind(&mut values);
    let places = vec!["?"; T::COLUMNS.len() + 3].join(", ");
    let sql = format!(
        "INSERT INTO {} (version, added, changed, {}) VALUES ({places}) RETURNING id",
        T::TABLE,
        T::COLUMNS.join(", ")
    );
    let row = sqlx::query_with(AssertSqlSafe(sql), values.finish().doing(DOING)?)
        .fetch_one(&mut *connection)
        .await
        .doing(DOING)?;
    let id = T::Id::from(row.int(0)?);
    let facts = Facts { version: 1, changed: &[], sha256: sha256(&body(record)?) };
    let act = by.did(&format!("add-{}", T::WORD), object::<T>(id)).with(&facts);
    audit::append(connection, &act).await?;
    Ok(id)
}

async fn change<T: Table>(
    connection: &mut SqliteConnection,
    by: &By,
    (id, version): (T::Id, i64),
    record: &T,
) -> Result<i64, StoreError> {
    let present = looked_at::<T>(connection, id, version).await?;
    let changed = differences(&present.record, record, &Known::default());
    if changed.is_empty() {
        return Ok(version);
    }
    if record.follows(&present.record).is_some() {
        return Err(StoreError::Conflict(CANNOT_FOLLOW));
    }
    free(connection, Some(id), record).await?;
    keep(connection, &present).await?;
    let next = version + 1;
    let mut values = Values::new(T::COLUMNS.len() + 3);
    values.int(next).int(by.at.0);
    record.bind(&mut values);
    values.int(id.into());
    let sql = format!(
        "UPDATE {} SET version = ?, changed = ?, {} = ? WHERE id = ?",
        T::TABLE,
        T::COLUMNS.join(" = ?, ")
    );
    sqlx::query_with(AssertSqlSafe(sql), values.finish().doing(DOING)?)
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    let facts = Facts { version: next, changed: &changed, sha256: sha256(&body(record)?) };
    let act = by.did(&format!("change-{}", T::WORD), object::<T>(id)).with(&facts);
    audit::append(connection, &act).await?;
    Ok(next)
}

/// The record, as long as it stands and says what it said to whoever looked at that version.
async fn looked_at<T: Table>(
    connection: &mut SqliteConnection,
    id: T::Id,
    version: i64,
) -> Result<Registered<T>, StoreError> {
    match get::<T>(connection, id).await? {
        None => Err(StoreError::Conflict(GONE)),
        Some(present) if !present.stands() => Err(StoreError::Conflict(ENDED)),
        Some(present) if present.version != version => Err(StoreError::Conflict(STALE)),
        Some(present) => Ok(present),
    }
}

/// Puts a version into the history.
async fn keep<T: Table>(
    connection: &mut SqliteConnection,
    present: &Registered<T>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO register_history (register, record, version, changed, body)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(T::WORD)
    .bind(present.id.into())
    .bind(present.version)
    .bind(present.changed.0)
    .bind(body(&present.record)?)
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok(())
}

/// Refuses a name that another record has.
async fn free<T: Table>(
    connection: &mut SqliteConnection,
    but: Option<T::Id>,
    record: &T,
) -> Result<(), StoreError> {
    if !T::UNIQUE {
        return Ok(());
    }
    let sql =
        format!("SELECT 1 FROM {} WHERE name = ?1 AND ended IS NULL AND id IS NOT ?2", T::TABLE);
    let taken = sqlx::query(AssertSqlSafe(sql))
        .bind(record.title())
        .bind(but.map(Into::<i64>::into))
        .fetch_optional(connection)
        .await
        .doing(DOING)?;
    taken.map_or(Ok(()), |_| Err(StoreError::Conflict(TAKEN)))
}

fn object<T: Table>(id: T::Id) -> String {
    format!("{}:{id}", T::WORD)
}

fn body<T: Table>(record: &T) -> Result<String, StoreError> {
    serde_json::to_string(record).doing(DOING)
}

fn sha256(body: &str) -> String {
    hex::encode(Sha256::digest(body.as_bytes()))
}

/// How many columns stand before those of the record.
const BEFORE: usize = 6;

fn select<T: Table>(rest: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "SELECT id, version, added, changed, ended, end_reason, {} FROM {} {rest}",
        T::COLUMNS.join(", "),
        T::TABLE
    ))
}

fn read<T: Table>(row: &SqliteRow) -> Result<Registered<T>, StoreError> {
    let reason = row.maybe_text(5)?.unwrap_or_default();
    Ok(Registered {
        id: T::Id::from(row.int(0)?),
        version: row.int(1)?,
        added: row.time(2)?,
        changed: row.time(3)?,
        ended: row.maybe_time(4)?.map(|at| Ended { at, reason }),
        record: T::of_columns(row, BEFORE)?,
    })
}

async fn get<T: Table>(
    connection: &mut SqliteConnection,
    id: T::Id,
) -> Result<Option<Registered<T>>, StoreError> {
    let row = sqlx::query(select::<T>("WHERE id = ?1"))
        .bind(id.into())
        .fetch_optional(connection)
        .await
        .doing(READING)?;
    row.as_ref().map(read).transpose()
}

impl Reader {
    /// A whole register, with what has ended: vendors and systems by name, incidents and drills
    /// from the newest on.
    pub async fn register<T: Table>(&self) -> Result<Vec<Registered<T>>, StoreError> {
        let rows = sqlx::query(select::<T>(T::ORDER)).fetch_all(&self.pool).await.doing(READING)?;
        rows.iter().map(read).collect()
    }

    /// All vendors.
    pub async fn vendor_list(&self) -> Result<Vec<Registered<Vendor>>, StoreError> {
        self.register().await
    }

    /// All systems.
    pub async fn system_list(&self) -> Result<Vec<Registered<System>>, StoreError> {
        self.register().await
    }

    /// All incidents.
    pub async fn incident_list(&self) -> Result<Vec<Registered<Incident>>, StoreError> {
        self.register().await
    }

    /// All drills.
    pub async fn drill_list(&self) -> Result<Vec<Registered<Drill>>, StoreError> {
        self.register().await
    }

    /// One record.
    pub async fn record_get<T: Table>(
        &self,
        id: T::Id,
    ) -> Result<Option<Registered<T>>, StoreError> {
        let mut connection = self.pool.acquire().await.doing(READING)?;
        get(&mut connection, id).await
    }

    /// The earlier versions of a record, the oldest first.
    pub async fn record_history<T: Table>(&self, id: T::Id) -> Result<Vec<Earlier<T>>, StoreError> {
        let rows = sqlx::query(
            "SELECT version, changed, body FROM register_history
             WHERE register = ?1 AND record = ?2 ORDER BY version",
        )
        .bind(T::WORD)
        .bind(id.into())
        .fetch_all(&self.pool)
        .await
        .doing(READING)?;
        let earlier = |row: &SqliteRow| {
            Ok(Earlier {
                version: row.int(0)?,
                changed: row.time(1)?,
                record: serde_json::from_str(&row.text(2)?).doing(READING)?,
            })
        };
        rows.iter().map(earlier).collect()
    }

    /// What such records may refer to, at an instant. What none of their fields names is not read.
    pub async fn register_known<T: Table>(&self, now: Timestamp) -> Result<Known, StoreError> {
        let refers = |kind: FieldKind| T::FIELDS.iter().any(|field| field.kind == kind);
        let mut known = Known { now, ..Known::default() };
        if refers(FieldKind::Vendor) {
            known.vendors = self.names::<Vendor>().await?;
        }
        if refers(FieldKind::System) {
            known.systems = self.names::<System>().await?;
        }
        Ok(known)
    }

    async fn names<T: Table>(&self) -> Result<Vec<(T::Id, String)>, StoreError> {
        let sql = format!(
            "SELECT id, name, ended IS NOT NULL FROM {} ORDER BY ended IS NOT NULL, name, id",
            T::TABLE
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.pool).await.doing(READING)?;
        let named = |row: &SqliteRow| {
            Ok(Named { id: T::Id::from(row.int(0)?), name: row.text(1)?, ended: row.int(2)? != 0 })
        };
        let all: Vec<Named<T::Id>> = rows.iter().map(named).collect::<Result<_, StoreError>>()?;
        Ok(told_apart(&all))
    }
}
