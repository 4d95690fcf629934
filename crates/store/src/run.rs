//! Rounds over the organisation: when they began, how they ended, what they changed.

use std::collections::BTreeMap;

use domain::{RunId, Timestamp, TransitionKind};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection as _};

use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{JudgeReport, Reader, StoreError, Writer};

/// What started a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// The time had come.
    Schedule,
    /// A person pressed the button.
    Person,
    /// `wardround collect`.
    Command,
    /// The demonstration.
    Demo,
}

/// Where a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// It goes on.
    Running,
    /// It ended.
    Done,
    /// The program stopped in the middle; the next round completes the picture.
    Interrupted,
}

/// One round over all scopes that were due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Rises with time.
    pub id: RunId,
    /// What started it.
    pub trigger: Trigger,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; `None` while it goes on.
    pub ended: Option<Timestamp>,
    /// Where it stands.
    pub state: RunState,
    /// Scopes to visit.
    pub scopes_total: u64,
    /// Scopes visited so far.
    pub scopes_done: u64,
    /// Visits that failed.
    pub failed: u64,
    /// Findings that were not known before.
    pub findings_new: u64,
    /// Findings that changed.
    pub findings_changed: u64,
    /// Transitions that its judgement noticed, by kind.
    pub transitions: BTreeMap<TransitionKind, u64>,
    /// The catalogue that judged it.
    pub catalogue_version: String,
}

const COLUMNS: &str = "SELECT id, cause, started, ended, state, scopes_total, scopes_done, failed, \
     findings_new, findings_changed, transitions, catalogue_version FROM run";

fn read(row: &SqliteRow) -> Result<Run, StoreError> {
    Ok(Run {
        id: RunId(row.int(0)?),
        trigger: row.code(1)?,
        started: row.time(2)?,
        ended: row.maybe_time(3)?,
        state: row.code(4)?,
        scopes_total: row.count(5)?,
        scopes_done: row.count(6)?,
        failed: row.count(7)?,
        findings_new: row.count(8)?,
        findings_changed: row.count(9)?,
        transitions: serde_json::from_str(&row.text(10)?).doing("reading a round")?,
        catalogue_version: row.text(11)?,
    })
}

impl Writer {
    /// Begins a round.
    pub async fn run_begin(
        &self,
        trigger: Trigger,
        scopes_total: u64,
        at: Timestamp,
    ) -> Result<RunId, StoreError> {
        const DOING: &str = "beginning a round";
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let row = sqlx::query(
            "INSERT INTO run (cause, started, state, scopes_total) VALUES (?1, ?2, ?3, ?4)
             RETURNING id",
        )
        .bind(trigger.code())
        .bind(at.0)
        .bind(RunState::Running.code())
        .bind(scopes_total.cast_signed())
        .fetch_one(&mut *tx)
        .await
        .doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        row.int(0).map(RunId)
    }

    /// Notes how far a round has come.
    pub async fn run_progress(&self, run: RunId, done: u64, failed: u64) -> Result<(), StoreError> {
        const DOING: &str = "noting a round's progress";
        let mut inner = self.lock(Durability::Kill).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        sqlx::query("UPDATE run SET scopes_done = ?2, failed = ?3 WHERE id = ?1")
            .bind(run.0)
            .bind(done.cast_signed())
            .bind(failed.cast_signed())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        tx.commit().await.doing(DOING)
    }

    /// Ends a round.
    pub async fn run_finish(
        &self,
        run: RunId,
        at: Timestamp,
        report: &JudgeReport,
    ) -> Result<Run, StoreError> {
        const DOING: &str = "ending a round";
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        sqlx::query("UPDATE run SET ended = ?2, state = ?3, transitions = ?4 WHERE id = ?1")
            .bind(run.0)
            .bind(at.0)
            .bind(RunState::Done.code())
            .bind(serde_json::to_string(&report.transitions).doing(DOING)?)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        let row = sqlx::query(AssertSqlSafe(format!("{COLUMNS} WHERE id = ?1")))
            .bind(run.0)
            .fetch_one(&mut *tx)
            .await
            .doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        read(&row)
    }

    /// Closes rounds that a stopped program left open; at start-up. Answers how many there were.
    pub async fn runs_close_interrupted(&self, at: Timestamp) -> Result<u64, StoreError> {
        const DOING: &str = "closing interrupted rounds";
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let closed = sqlx::query("UPDATE run SET state = ?1, ended = ?2 WHERE state = ?3")
            .bind(RunState::Interrupted.code())
            .bind(at.0)
            .bind(RunState::Running.code())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        Ok(closed.rows_affected())
    }
}

impl Reader {
    /// The last round that ended by itself.
    pub async fn run_latest(&self) -> Result<Option<Run>, StoreError> {
        self.memo().run_latest.get_or_try_init(|| self.run_in(RunState::Done)).await.cloned()
    }

    /// The round that goes on.
    pub async fn run_current(&self) -> Result<Option<Run>, StoreError> {
        self.run_in(RunState::Running).await
    }

    async fn run_in(&self, state: RunState) -> Result<Option<Run>, StoreError> {
        let sql = format!("{COLUMNS} WHERE state = ?1 ORDER BY id DESC LIMIT 1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(state.code())
            .fetch_optional(&self.pool)
            .await
            .doing("reading a round")?;
        row.as_ref().map(read).transpose()
    }

    /// One round.
    pub async fn run_get(&self, run: RunId) -> Result<Option<Run>, StoreError> {
        let row = sqlx::query(AssertSqlSafe(format!("{COLUMNS} WHERE id = ?1")))
            .bind(run.0)
            .fetch_optional(&self.pool)
            .await
            .doing("reading a round")?;
        row.as_ref().map(read).transpose()
    }

    /// Rounds before one, newest first.
    pub async fn run_page(
        &self,
        before: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        let sql = format!("{COLUMNS} WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(before.map_or(i64::MAX, |run| run.0))
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await
            .doing("reading rounds")?;
        rows.iter().map(read).collect()
    }
}
