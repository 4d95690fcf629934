//! Whether anything that pages show was committed.
//!
//! Each transaction that changes such a thing raises a number within itself, in this process or in
//! another. Entries of the audit log that come alone do not: each view of a finding writes one, and
//! rendered pages would never be kept.

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{Row, SqliteConnection};
use tokio::sync::Mutex;

use crate::StoreError;
use crate::error::Doing;

/// Begins a transaction that changes what pages show.
pub(crate) const CHANGE: &str = "BEGIN IMMEDIATE; UPDATE content SET version = version + 1";

/// Asks a connection of its own. Those who ask at the same time share an answer.
#[derive(Debug)]
pub(crate) struct Versions {
    asked: AtomicU64,
    last: Mutex<Last>,
}

#[derive(Debug)]
struct Last {
    connection: SqliteConnection,
    /// Everybody up to this number asked before the answer was read.
    answered: u64,
    version: i64,
}

impl Versions {
    pub(crate) fn new(connection: SqliteConnection) -> Self {
        let last = Last { connection, answered: 0, version: 0 };
        Self { asked: AtomicU64::new(0), last: Mutex::new(last) }
    }

    /// The number, read after this was called.
    pub(crate) async fn content(&self) -> Result<i64, StoreError> {
        let own = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut last = self.last.lock().await;
        if last.answered < own {
            let asked = self.asked.load(Ordering::SeqCst);
            last.version = sqlx::query("SELECT version FROM content")
                .fetch_one(&mut last.connection)
                .await
                .doing("asking whether the data changed")?
                .get(0);
            last.answered = asked;
        }
        Ok(last.version)
    }
}
