//! The file, its settings, and the two ways to hold it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, SqliteConnection};
use tokio::sync::{Mutex, MutexGuard};

use crate::StoreError;
use crate::audit::{Head, MOST_AT_ONCE, Queue};
use crate::error::Doing;
use crate::intern::Known;
use crate::memo::{Memo, Newest};
use crate::migrate;
use crate::version::Versions;

/// The name of the file in a data folder.
pub const FILE: &str = "wardround.db";

/// Statements that the writing connection keeps prepared: as many as sqlx would, and one for each
/// size of a batch of the audit log.
const STATEMENTS: usize = 100 + MOST_AT_ONCE;

/// Reads. Cheap to clone; cannot write.
#[derive(Debug, Clone)]
pub struct Reader {
    pub(crate) pool: SqlitePool,
    pub(crate) file: Arc<Path>,
    /// The copy that was made before the schema changed, if it did.
    pub(crate) copied: Option<Arc<Path>>,
    pub(crate) versions: Arc<Versions>,
    pub(crate) newest: Newest,
    /// What this reader remembers, if it does.
    pub(crate) memo: Option<Arc<Memo>>,
}

/// Writes, one transaction at a time. Cheap to clone; all clones share the one connection.
#[derive(Debug, Clone)]
pub struct Writer {
    inner: Arc<Mutex<Inner>>,
    pub(crate) waiting: Queue,
}

/// The writing connection and what it remembers.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) connection: SqliteConnection,
    pub(crate) known: Known,
    /// Number and hash of the last entry of the audit log, while nobody else can have written one.
    pub(crate) head: Option<Head>,
    durability: Durability,
}

/// What a commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Killing the program. A power cut may take it back, but only together with everything after
    /// it; the next [`Durability::Power`] commit makes it permanent.
    Kill,
    /// A power cut.
    Power,
}

impl Writer {
    /// Waits for the connection, to write anything.
    pub(crate) async fn lock(
        &self,
        durability: Durability,
    ) -> Result<MutexGuard<'_, Inner>, StoreError> {
        let mut inner = self.lock_for_entries(durability).await?;
        inner.head = None;
        Ok(inner)
    }

    /// Waits for the connection, to write nothing but entries of the audit log.
    pub(crate) async fn lock_for_entries(
        &self,
        durability: Durability,
    ) -> Result<MutexGuard<'_, Inner>, StoreError> {
        let mut inner = self.inner.lock().await;
        if inner.durability != durability {
            let pragma = match durability {
                Durability::Kill => "PRAGMA synchronous = NORMAL",
                Durability::Power => "PRAGMA synchronous = FULL",
            };
            sqlx::query(pragma)
                .execute(&mut inner.connection)
                .await
                .doing("setting the durability of a commit")?;
            inner.durability = durability;
        }
        Ok(inner)
    }
}

/// Opens the database, makes it if it is not there, and brings it to this program's schema.
///
/// `dir_or_file` is a data folder, in which the file is called [`FILE`], or a file ending in `.db`
/// or `.sqlite`. A database of a newer program is refused with [`StoreError::Newer`].
pub async fn open(dir_or_file: &Path) -> Result<(Writer, Reader), StoreError> {
    let file = file_of(dir_or_file);
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).doing("making the data folder")?;
    }
    let options = SqliteConnectOptions::new()
        .filename(&file)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(30))
        .disable_statement_logging();
    let writing = options
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .statement_cache_capacity(STATEMENTS)
        .pragma("cache_size", "-24576")
        .pragma("temp_store", "memory")
        // A long write leaves a long log; this is how much of it is kept for the next one.
        .pragma("journal_size_limit", "67108864")
        // Findings touch pages all over the indexes; a long log writes each of them back once.
        .pragma("wal_autocheckpoint", "16000");
    let mut connection = writing.connect().await.doing("opening the database")?;
    let copied = migrate::run(&mut connection, &file).await?.map(Into::into);
    let reading =
        options.pragma("query_only", "ON").pragma("cache_size", "-8192").row_buffer_size(256);
    let pool = SqlitePoolOptions::new()
        .max_connections(4)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        // A statement of SQLite cannot fail because its connection idled: there is no network.
        .test_before_acquire(false)
        .connect_with(reading.clone())
        .await
        .doing("opening the database for reading")?;
    let sentinel = reading.connect().await.doing("opening the database for reading")?;
    let versions = Arc::new(Versions::new(sentinel));
    let durability = Durability::Power;
    let inner = Inner { connection, known: Known::default(), head: None, durability };
    let writer = Writer { inner: Arc::new(Mutex::new(inner)), waiting: Queue::default() };
    let newest = Newest::default();
    Ok((writer, Reader { pool, file: file.into(), copied, versions, newest, memo: None }))
}

fn file_of(dir_or_file: &Path) -> PathBuf {
    let named = dir_or_file.extension().is_some_and(|end| end == "db" || end == "sqlite");
    if named && !dir_or_file.is_dir() { dir_or_file.to_owned() } else { dir_or_file.join(FILE) }
}

impl Reader {
    /// A number that changes whenever anything was committed that a page may show, by this process
    /// or another. Entries of the audit log that came alone do not count. It says nothing else, and
    /// means nothing to another `Reader`.
    pub async fn version(&self) -> Result<i64, StoreError> {
        self.versions.content().await
    }

    /// The copy that was made before the schema changed at opening, if it did.
    pub fn copied(&self) -> Option<&Path> {
        self.copied.as_deref()
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT count(*) FROM meta")
            .fetch_one(&self.pool)
            .await
            .doing("asking the database")?;
        Ok(())
    }
}
