//! Copies of the database: made while it is in use, and looked at before they are believed.

use std::path::Path;
use std::time::Duration;

use domain::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Row, SqliteConnection};
use trail::Verifier;

use crate::audit::{self, By};
use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{Reader, StoreError, Writer, audit_page};

const DOING: &str = "making a backup";

/// What was found in a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Rows of all tables.
    pub rows: u64,
    /// Entries of the audit log, all of which verify.
    pub head: u64,
    /// The schema's version.
    pub schema: i64,
}

/// A backup as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The file.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub digest: Option<[u8; 32]>,
    /// Rows of all tables.
    pub rows: u64,
    /// Entries of the audit log.
    pub head: u64,
    /// Why it failed.
    pub error: Option<String>,
}

fn read(row: &SqliteRow) -> Result<Backup, StoreError> {
    Ok(Backup {
        at: row.time(0)?,
        took_ms: row.count(1)?,
        file: row.text(2)?,
        bytes: row.count(3)?,
        digest: row.bytes(4)?.try_into().ok(),
        rows: row.count(5)?,
        head: row.count(6)?,
        error: row.maybe_text(7)?,
    })
}

impl Reader {
    /// Writes a consistent copy into a new file, while others read and write (`VACUUM INTO`).
    pub async fn copy_into(&self, file: &Path) -> Result<(), StoreError> {
        let mut connection = SqliteConnectOptions::new()
            .filename(self.file.as_ref())
            .busy_timeout(Duration::from_secs(30))
            .disable_statement_logging()
            .connect()
            .await
            .doing(DOING)?;
        sqlx::query("VACUUM INTO ?1")
            .bind(file.display().to_string())
            .execute(&mut connection)
            .await
            .doing(DOING)?;
        std::fs::File::open(file).and_then(|file| file.sync_all()).doing(DOING)
    }

    /// The last backups, the latest first.
    pub async fn backups(&self, limit: u32) -> Result<Vec<Backup>, StoreError> {
        let rows = sqlx::query(
            "SELECT at, took_ms, file, bytes, digest, rows, head, error FROM backup
             ORDER BY id DESC LIMIT ?1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .doing("reading backups")?;
        rows.iter().map(read).collect()
    }
}

impl Writer {
    /// Remembers how a backup ended.
    pub async fn backup_note(&self, by: &By, backup: &Backup) -> Result<(), StoreError> {
        use sqlx::Connection as _;
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        sqlx::query(
            "INSERT INTO backup (at, took_ms, file, bytes, digest, rows, head, error)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(backup.at.0)
        .bind(backup.took_ms.cast_signed())
        .bind(&backup.file)
        .bind(backup.bytes.cast_signed())
        .bind(backup.digest.map(Vec::from))
        .bind(backup.rows.cast_signed())
        .bind(backup.head.cast_signed())
        .bind(&backup.error)
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
        let act = if backup.error.is_none() {
            by.did("back-up", "database")
        } else {
            by.failed("back-up", "database")
        };
        audit::append(&mut tx, &act).await?;
        tx.commit().await.doing(DOING)
    }
}

/// Opens a copy and looks at all of it: SQLite's own check, foreign keys, every link of the audit
/// log, and how many rows there are.
pub async fn check_copy(file: &Path) -> Result<Checked, StoreError> {
    const DOING: &str = "checking a backup";
    let mut connection = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .immutable(true)
        .disable_statement_logging()
        .connect()
        .await
        .doing(DOING)?;
    for pragma in ["PRAGMA integrity_check", "PRAGMA foreign_key_check"] {
        let rows = sqlx::query(pragma).fetch_all(&mut connection).await.doing(DOING)?;
        let fault = rows.iter().map(|row| row.try_get::<String, _>(0).unwrap_or_default());
        if let Some(fault) = fault.into_iter().find(|fault| fault != "ok") {
            return Err(StoreError::Unreadable { doing: DOING, what: fault });
        }
    }
    let schema = sqlx::query("SELECT max(version) FROM _sqlx_migrations WHERE success")
        .fetch_one(&mut connection)
        .await
        .doing(DOING)?
        .int(0)?;
    let head = verify(&mut connection).await?;
    let rows = count(&mut connection).await?;
    Ok(Checked { rows, head, schema })
}

async fn verify(connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    let any = sqlx::query("SELECT 1 FROM sqlite_schema WHERE name = 'audit'")
        .fetch_optional(&mut *connection)
        .await
        .doing(DOING)?;
    // A copy from before there was a log.
    if any.is_none() {
        return Ok(0);
    }
    let mut verifier = Verifier::starting_after(0, trail::Hash::GENESIS);
    let mut last = 0;
    loop {
        let rows = audit_page::links_after(connection, last, 1_000).await?;
        let Some(end) = rows.last() else { return Ok(last) };
        let end = end.link.entry.seq;
        for row in &rows {
            verifier.push(&row.link).map_err(|fault| StoreError::Unreadable {
                doing: "verifying the audit log of a backup",
                what: fault.to_string(),
            })?;
        }
        last = end;
    }
}

async fn count(connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    let tables = sqlx::query(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
           AND name NOT LIKE 'finding\\_text%' ESCAPE '\\'",
    )
    .fetch_all(&mut *connection)
    .await
    .doing(DOING)?;
    let mut sum = 0;
    for table in &tables {
        let sql = format!("SELECT count(*) FROM \"{}\"", table.text(0)?);
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut *connection).await.doing(DOING)?;
        sum += row.count(0)?;
    }
    Ok(sum)
}
