//! Lists of runs, and single ones.

use domain::Timestamp;
use domain::runbook::run::{Ending, Subject};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;

use crate::bulk::Columns;
use crate::error::Doing;
use crate::runbook::{RunbookRun, RunbookRunId, get, read_ending, subject};
use crate::{Page, Reader, StoreError, cursor};

const DOING: &str = "listing runs of runbooks";

/// The most runs that are read whole for one subject. There is one for each runbook that somebody
/// opened for it.
pub const MOST_FOR_A_SUBJECT: usize = 20;

/// Which runs. `None` does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunbookQuery {
    /// Those that are open, or those that are sealed.
    pub open: Option<bool>,
    /// Of the runbook with this id.
    pub template: Option<String>,
    /// Opened for this.
    pub subject: Option<Subject>,
    /// Rows on a page, 1 to 200; 0 means 50.
    pub limit: u32,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A run in a list. The newest stands first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunbookRow {
    /// Its number.
    pub id: RunbookRunId,
    /// The id of the runbook.
    pub template: String,
    /// Its version.
    pub version: u32,
    /// Its title as it was.
    pub title: String,
    /// For what it was opened.
    pub subject: Subject,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By whom.
    pub opened_by: String,
    /// How many steps it has.
    pub steps: u64,
    /// Steps that are done or skipped.
    pub settled: u64,
    /// The title of the first open step.
    pub next_step: Option<String>,
    /// When the first of the open steps is due.
    pub due_at: Option<Timestamp>,
    /// Whether somebody signed since the last change of a step.
    pub signed: bool,
    /// How it ended.
    pub ending: Option<Ending>,
    /// When.
    pub ended_at: Option<Timestamp>,
    /// SHA-256 over all of it, once it is sealed.
    pub seal: Option<String>,
}

impl Reader {
    /// A run with its whole history.
    pub async fn runbook_run(&self, id: RunbookRunId) -> Result<Option<RunbookRun>, StoreError> {
        let mut tx = self.pool.begin().await.doing(DOING)?;
        get(&mut tx, id).await
    }

    /// A page of runs.
    pub async fn runbook_runs(&self, query: &RunbookQuery) -> Result<Page<RunbookRow>, StoreError> {
        let before: i64 = cursor::read('b', query.cursor.as_deref())?.unwrap_or(i64::MAX);
        let limit = cursor::rows(query.limit);
        let about = query.subject.as_ref().map(subject);
        let rows = sqlx::query(
            "SELECT id, template, version, title, subject_kind, subject, opened_at, opened_by,
               steps, settled, next_step, due_at, signed, ending, ended_at, seal
             FROM runbook_run
             WHERE id < ?1 AND (?2 IS NULL OR (seal IS NULL) = ?2)
               AND (?3 IS NULL OR template = ?3)
               AND (?4 IS NULL OR (subject_kind = ?4 AND subject = ?5))
             ORDER BY id DESC LIMIT ?6",
        )
        .bind(before)
        .bind(query.open.map(i64::from))
        .bind(query.template.as_deref())
        .bind(about.map(|about| about.0))
        .bind(about.map(|about| about.1))
        .bind(limit as i64 + 1)
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        let items: Vec<RunbookRow> = rows.iter().take(limit).map(read).collect::<Result<_, _>>()?;
        let next = match (rows.len() > limit, items.last()) {
            (true, Some(last)) => cursor::write('b', &last.id.0),
            _ => None,
        };
        Ok(Page { items, next })
    }

    /// The runs that were opened for something, whole; the newest first, at most
    /// [`MOST_FOR_A_SUBJECT`].
    pub async fn runbook_runs_for(
        &self,
        subject_of: &Subject,
    ) -> Result<Vec<RunbookRun>, StoreError> {
        let (kind, about) = subject(subject_of);
        let mut tx = self.pool.begin().await.doing(DOING)?;
        let rows = sqlx::query(
            "SELECT id FROM runbook_run WHERE subject_kind = ?1 AND subject = ?2
             ORDER BY id DESC LIMIT ?3",
        )
        .bind(kind)
        .bind(about)
        .bind(MOST_FOR_A_SUBJECT as i64)
        .fetch_all(&mut *tx)
        .await
        .doing(DOING)?;
        let mut runs = Vec::with_capacity(rows.len());
        for row in &rows {
            runs.extend(get(&mut tx, RunbookRunId(row.int(0)?)).await?);
        }
        Ok(runs)
    }
}

fn read(row: &SqliteRow) -> Result<RunbookRow, StoreError> {
    let about = row.text(5)?;
    let subject = match row.text(4)?.as_str() {
        "incident" => Subject::Incident(about),
        "alert" => Subject::Alert(about),
        _ => Subject::Alone,
    };
    Ok(RunbookRow {
        id: RunbookRunId(row.int(0)?),
        template: row.text(1)?,
        version: u32::try_from(row.int(2)?).unwrap_or(u32::MAX),
        title: row.text(3)?,
        subject,
        opened_at: row.time(6)?,
        opened_by: row.text(7)?,
        steps: row.count(8)?,
        settled: row.count(9)?,
        next_step: row.maybe_text(10)?,
        due_at: row.maybe_time(11)?,
        signed: row.int(12)? != 0,
        ending: row.maybe_text(13)?.as_deref().map(read_ending).transpose()?,
        ended_at: row.maybe_time(14)?,
        seal: row.maybe_text(15)?,
    })
}
