//! Whether anything that pages show was committed.
//!
//! SQLite tells a connection whether others have committed (`PRAGMA data_version`). Entries of the
//! audit log that come alone must not count: each view of a finding writes one, and rendered pages
//! would never be kept. So whoever commits such entries says so around the commit, and the change
//! that is seen then is taken for theirs. No other process can come between: the writer holds
//! SQLite's write lock until its commit.

use sqlx::{Row, SqliteConnection};
use tokio::sync::Mutex;

use crate::StoreError;
use crate::error::Doing;

/// Asks a connection of its own, which does nothing else: the answer belongs to a connection.
#[derive(Debug)]
pub(crate) struct Versions(Mutex<Sentinel>);

#[derive(Debug)]
struct Sentinel {
    connection: SqliteConnection,
    seen: Option<i64>,
    content: i64,
    quiet: bool,
}

impl Versions {
    pub(crate) fn new(connection: SqliteConnection) -> Self {
        Self(Mutex::new(Sentinel { connection, seen: None, content: 0, quiet: false }))
    }

    /// Changes with every commit that is not quiet.
    pub(crate) async fn content(&self) -> Result<i64, StoreError> {
        self.0.lock().await.look().await
    }

    /// The next commit shows nothing on pages. To be called while holding the write lock.
    pub(crate) async fn quiet_begin(&self) -> Result<(), StoreError> {
        let mut sentinel = self.0.lock().await;
        sentinel.look().await?;
        sentinel.quiet = true;
        Ok(())
    }

    /// That commit has ended, well or not.
    pub(crate) async fn quiet_end(&self) -> Result<(), StoreError> {
        let mut sentinel = self.0.lock().await;
        let looked = sentinel.look().await;
        sentinel.quiet = false;
        looked.map(|_| ())
    }
}

impl Sentinel {
    async fn look(&mut self) -> Result<i64, StoreError> {
        let now: i64 = sqlx::query("PRAGMA data_version")
            .fetch_one(&mut self.connection)
            .await
            .doing("asking whether the data changed")?
            .get(0);
        if self.seen != Some(now) {
            self.seen = Some(now);
            if !std::mem::take(&mut self.quiet) {
                self.content += 1;
            }
        }
        Ok(self.content)
    }
}
