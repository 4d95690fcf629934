//! From the schema of yesterday to that of today: all the way or not at all.
//!
//! What is pending runs in one transaction, after a copy was made and looked at. A program that is
//! killed in between leaves the old schema; the copy stays until the operator removes it.

use std::path::{Path, PathBuf};

use sqlx::migrate::Migrator;
use sqlx::{Connection, Row, SqliteConnection};

use crate::StoreError;
use crate::backup::check_copy;
use crate::error::Doing;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

const DOING: &str = "bringing the database to this program's schema";

/// The folder of copies, beside the database.
const COPIES: &str = "backups";

/// The newest schema that this program knows.
pub fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Brings the schema up; answers with the copy that was made before.
pub(crate) async fn run(
    connection: &mut SqliteConnection,
    file: &Path,
) -> Result<Option<PathBuf>, StoreError> {
    let mut copied = None;
    let found = version(connection).await?;
    let known = newest();
    if let Some(found) = found {
        if found > known {
            return Err(StoreError::Newer { found, known });
        }
        if found < known {
            copied = Some(copy(connection, file, found, known).await?);
        }
    }
    let mut tx = connection.begin_with("BEGIN EXCLUSIVE").await.doing(DOING)?;
    // Each migration is a savepoint within.
    MIGRATIONS.run(&mut *tx).await?;
    let broken =
        sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut *tx).await.doing(DOING)?;
    if broken.is_some() {
        return Err(StoreError::Unreadable {
            doing: DOING,
            what: "rows would point nowhere; nothing was changed".to_owned(),
        });
    }
    tx.commit().await.doing(DOING)?;
    Ok(copied)
}

/// The schema of a database; `None` for a new file.
async fn version(connection: &mut SqliteConnection) -> Result<Option<i64>, StoreError> {
    const DOING: &str = "reading the schema's version";
    let any: bool =
        sqlx::query("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')")
            .fetch_one(&mut *connection)
            .await
            .doing(DOING)?
            .get(0);
    if !any {
        return Ok(None);
    }
    let row = sqlx::query("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(connection)
        .await
        .doing(DOING)?;
    Ok(row.get(0))
}

/// Copies the database as it was, and looks at the copy. A copy of an attempt that was killed is
/// made again.
async fn copy(
    connection: &mut SqliteConnection,
    file: &Path,
    found: i64,
    known: i64,
) -> Result<PathBuf, StoreError> {
    const DOING: &str = "copying the database before its schema changes";
    let folder = file.parent().unwrap_or(Path::new("")).join(COPIES);
    std::fs::create_dir_all(&folder).doing(DOING)?;
    let whole = folder.join(format!("before-{known}-schema-{found}.db"));
    let part = whole.with_extension("part");
    if part.exists() {
        std::fs::remove_file(&part).doing(DOING)?;
    }
    sqlx::query("VACUUM INTO ?1")
        .bind(part.display().to_string())
        .execute(connection)
        .await
        .doing(DOING)?;
    check_copy(&part).await?;
    std::fs::File::open(&part).and_then(|file| file.sync_all()).doing(DOING)?;
    std::fs::rename(&part, &whole).doing(DOING)?;
    Ok(whole)
}
