//! Runbooks at work: opened, worked through, sealed.
//!
//! A run is a beginning that does not change and a history that only grows. Each act is one entry of
//! the history and one of the audit log in the same transaction, with the SHA-256 of the run up to
//! then: the log proves the history without containing it.

use std::fmt;

use domain::Timestamp;
use domain::runbook::run::{self, Ending, Entry, Seal, Subject};
use domain::runbook::{Act, Run, Template, Values, apply};
use serde::{Deserialize, Serialize};
use sqlx::{Connection, SqliteConnection};

use crate::audit::{self, Actor, By};
use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{StoreError, Writer};

const DOING: &str = "working on a runbook";
const READING: &str = "reading a run of a runbook";

const MEANWHILE: &str =
    "Somebody did something with this run in the meantime. Look at it, then do it again.";
const GONE: &str = "There is no such run.";

/// The number of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunbookRunId(pub i64);

impl fmt::Display for RunbookRunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A run with its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunbookRun {
    /// Its number.
    pub id: RunbookRunId,
    /// The run with its whole history.
    pub run: Run,
}

impl RunbookRun {
    /// How many entries its history has: what somebody who acts has seen.
    pub fn entries(&self) -> u32 {
        self.run.history.last().map_or(0, |entry| entry.number)
    }
}

/// What the audit log says of an opening.
#[derive(Serialize)]
struct Opened<'a> {
    runbook: &'a str,
    version: u32,
    runbook_sha256: &'a str,
    sha256: String,
}

/// What the audit log says of an act. What people wrote stays in the history.
#[derive(Serialize)]
struct Acted<'a> {
    entry: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    sha256: String,
}

impl Writer {
    /// Opens a run: an entry `open-runbook` on `runbook-run:7`. `values` come from [`Values::read`]
    /// with the same template.
    pub async fn runbook_open(
        &self,
        by: &By,
        template: &Template,
        values: Values,
        subject: Subject,
    ) -> Result<RunbookRunId, StoreError> {
        let run = Run::open(template, values, subject, who(by)?, by.at);
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let id = insert(&mut tx, &run).await?;
        let facts = Opened {
            runbook: &run.snapshot.id,
            version: run.snapshot.version,
            runbook_sha256: &run.snapshot.sha256,
            sha256: run.digest(),
        };
        let act = by.did("open-runbook", object(id)).with(&facts);
        audit::append(&mut tx, &act).await?;
        tx.commit().await.doing(DOING)?;
        Ok(id)
    }

    /// Does something with a run, and answers with the run after it.
    ///
    /// `seen` is the number of entries that whoever acts has seen. If there are others by now, it is
    /// a [`StoreError::Conflict`]; what the rules do not allow is [`StoreError::Refused`] with their
    /// sentence. A check is Wardround's word: the history says so, and the audit log who asked.
    pub async fn runbook_act(
        &self,
        by: &By,
        id: RunbookRunId,
        seen: u32,
        act: Act,
    ) -> Result<RunbookRun, StoreError> {
        let asker = who(by)?;
        let checked = matches!(act, Act::Checked { .. });
        let actor = if checked { run::By::Wardround } else { asker };
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let present = get(&mut tx, id).await?.ok_or(StoreError::Conflict(GONE))?;
        if present.entries() != seen {
            return Err(StoreError::Conflict(MEANWHILE));
        }
        let change = apply(&present.run, act, actor, by.at)
            .map_err(|refusal| StoreError::Refused(refusal.to_string()))?;
        append(&mut tx, id, &change.entry).await?;
        settle(&mut tx, id, &change.run).await?;
        let Entry { number, act, .. } = &change.entry;
        let outcome = match act {
            Act::Checked { outcome, .. } => Some(outcome.as_str()),
            _ => None,
        };
        let facts =
            Acted { entry: *number, step: act.step(), outcome, sha256: change.run.digest() };
        let act = by.did(action(act), object(id)).with(&facts);
        audit::append(&mut tx, &act).await?;
        tx.commit().await.doing(DOING)?;
        Ok(RunbookRun { id, run: change.run })
    }
}

fn object(id: RunbookRunId) -> String {
    format!("runbook-run:{id}")
}

/// The word in the audit log.
fn action(act: &Act) -> &'static str {
    match act {
        Act::Done { .. } => "do-runbook-step",
        Act::Skip { .. } => "skip-runbook-step",
        Act::Checked { .. } => "check-runbook-step",
        Act::Undo { .. } => "undo-runbook-step",
        Act::Remark { .. } => "remark-on-runbook",
        Act::SignOff { .. } => "sign-off-runbook",
        Act::Close => "close-runbook",
        Act::Abandon { .. } => "abandon-runbook",
    }
}

/// Who acts, as the history says it.
fn who(by: &By) -> Result<run::By, StoreError> {
    match by.actor {
        Actor::Person(_) => Ok(run::By::Person(by.called())),
        Actor::Token(_) => Ok(run::By::Program(by.actor.to_string())),
        Actor::System => Ok(run::By::Wardround),
        Actor::Nobody => Err(StoreError::Conflict("Sign in first: the history names who acts.")),
    }
}

/// For what a run was opened, as two texts.
pub(crate) fn subject(subject: &Subject) -> (&'static str, &str) {
    match subject {
        Subject::Incident(id) => ("incident", id),
        Subject::Alert(fingerprint) => ("alert", fingerprint),
        Subject::Alone => ("alone", ""),
    }
}

async fn insert(connection: &mut SqliteConnection, run: &Run) -> Result<RunbookRunId, StoreError> {
    let (kind, subject) = subject(&run.subject);
    let (next, due) = waits(run);
    let row = sqlx::query(
        "INSERT INTO runbook_run (beginning, template, version, title, subject_kind, subject,
           opened_at, opened_by, steps, entries, settled, next_step, due_at, signed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, ?10, ?11, 0) RETURNING id",
    )
    .bind(serde_json::to_string(run).doing(DOING)?)
    .bind(&run.snapshot.id)
    .bind(i64::from(run.snapshot.version))
    .bind(&run.snapshot.title)
    .bind(kind)
    .bind(subject)
    .bind(run.opened.0)
    .bind(run.by.name())
    .bind(run.snapshot.steps.len() as i64)
    .bind(next)
    .bind(due.map(|at| at.0))
    .fetch_one(connection)
    .await
    .doing(DOING)?;
    Ok(RunbookRunId(row.int(0)?))
}

/// The title of the first open step, and when the first of the open steps is due.
fn waits(run: &Run) -> (Option<&str>, Option<Timestamp>) {
    let open = run.standing().open();
    let mut steps = run.snapshot.steps.iter().filter(|step| open.contains(&step.id));
    let due = steps.clone().filter_map(|step| run.due(step)).min();
    (steps.next().map(|step| step.title.as_str()), due)
}

async fn append(
    connection: &mut SqliteConnection,
    id: RunbookRunId,
    entry: &Entry,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO runbook_entry (run, number, at, by, act) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(id.0)
        .bind(i64::from(entry.number))
        .bind(entry.at.0)
        .bind(serde_json::to_string(&entry.by).doing(DOING)?)
        .bind(serde_json::to_string(&entry.act).doing(DOING)?)
        .execute(connection)
        .await
        .doing(DOING)?;
    Ok(())
}

/// Writes what lists show of a run, and its seal once it has one.
async fn settle(
    connection: &mut SqliteConnection,
    id: RunbookRunId,
    run: &Run,
) -> Result<(), StoreError> {
    let standing = run.standing();
    let settled = standing.steps.iter().filter(|(_, state)| state.settled()).count();
    let sealed = run.seal.is_some();
    let (next, due) = if sealed { (None, None) } else { waits(run) };
    let last = run.history.last();
    sqlx::query(
        "UPDATE runbook_run SET entries = ?2, settled = ?3, next_step = ?4, due_at = ?5,
           signed = ?6, ending = ?7, ended_at = ?8, seal = ?9 WHERE id = ?1",
    )
    .bind(id.0)
    .bind(last.map_or(0, |entry| i64::from(entry.number)))
    .bind(settled as i64)
    .bind(next)
    .bind(due.map(|at| at.0))
    .bind(i64::from(standing.signed.is_some()))
    .bind(run.seal.as_ref().map(|seal| seal.ending.as_str()))
    .bind(last.filter(|_| sealed).map(|entry| entry.at.0))
    .bind(run.seal.as_ref().map(|seal| seal.sha256.as_str()))
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok(())
}

/// A run with its history.
pub(crate) async fn get(
    connection: &mut SqliteConnection,
    id: RunbookRunId,
) -> Result<Option<RunbookRun>, StoreError> {
    let row = sqlx::query("SELECT beginning, ending, seal FROM runbook_run WHERE id = ?1")
        .bind(id.0)
        .fetch_optional(&mut *connection)
        .await
        .doing(READING)?;
    let Some(row) = row else { return Ok(None) };
    let mut run: Run = serde_json::from_str(&row.text(0)?).doing(READING)?;
    run.seal = match (row.maybe_text(1)?, row.maybe_text(2)?) {
        (Some(ending), Some(sha256)) => Some(Seal { ending: read_ending(&ending)?, sha256 }),
        _ => None,
    };
    let rows =
        sqlx::query("SELECT number, at, by, act FROM runbook_entry WHERE run = ?1 ORDER BY number")
            .bind(id.0)
            .fetch_all(connection)
            .await
            .doing(READING)?;
    for row in &rows {
        run.history.push(Entry {
            number: u32::try_from(row.int(0)?).unwrap_or(u32::MAX),
            at: row.time(1)?,
            by: serde_json::from_str(&row.text(2)?).doing(READING)?,
            act: serde_json::from_str(&row.text(3)?).doing(READING)?,
        });
    }
    Ok(Some(RunbookRun { id, run }))
}

/// Reads how a run ended.
pub(crate) fn read_ending(word: &str) -> Result<Ending, StoreError> {
    Ending::parse(word).ok_or_else(|| StoreError::Unreadable {
        doing: READING,
        what: format!("“{word}” is no ending of a run"),
    })
}
