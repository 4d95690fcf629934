//! The audit log: appended to in the transaction of the change, or by itself.
//!
//! What an entry is and how it is chained stands in the crate `trail`; here is where it is kept.
//! Entries that come without a change, such as views, wait for each other: whoever gets the
//! writing connection first commits for all who wait, so that one sync to the disk serves many.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{Role, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use tokio::sync::oneshot::error::RecvError;
use tokio::sync::{Notify, oneshot};
use trail::{Detail, Entry, Hash, Link, Outcome};

use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::person::PersonId;
use crate::token::TokenId;
use crate::{StoreError, Writer};

const DOING: &str = "writing the audit log";
/// The longest that entries wait for each other.
const GATHER: Duration = Duration::from_millis(1);
/// Commits of a steady size before one more entry is waited for.
const PATIENCE: usize = 16;
/// Entries in one statement. A statement of each size up to this is kept prepared: see
/// [`mod@crate::open`].
const MOST_AT_ONCE: usize = 64;

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Somebody with an account.
    Person(PersonId),
    /// A program with an API token.
    Token(TokenId),
    /// Wardround itself, or an operator on its command line.
    System,
    /// Somebody who has not signed in.
    Nobody,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person:{}", id.0),
            Self::Token(id) => write!(f, "token:{}", id.0),
            Self::System => f.write_str("system"),
            Self::Nobody => f.write_str("nobody"),
        }
    }
}

/// Personal details of an act; kept beside the log and never in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// The account's name, or the name that was tried.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The network address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// What the browser or program calls itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub agent: String,
}

/// Who acts, when and from where: what every change must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// In which role.
    pub role: Option<Role>,
    /// From where.
    pub origin: Origin,
}

impl By {
    /// Wardround itself.
    pub fn system(at: Timestamp) -> Self {
        Self { at, actor: Actor::System, role: None, origin: Origin::default() }
    }

    /// Something that was done.
    pub fn did(&self, action: &str, object: impl Into<String>) -> Act {
        self.act(action, object, Outcome::Done)
    }

    /// Something that was refused.
    pub fn was_refused(&self, action: &str, object: impl Into<String>) -> Act {
        self.act(action, object, Outcome::Refused)
    }

    /// Something that was tried and failed.
    pub fn failed(&self, action: &str, object: impl Into<String>) -> Act {
        self.act(action, object, Outcome::Failed)
    }

    fn act(&self, action: &str, object: impl Into<String>, outcome: Outcome) -> Act {
        Act {
            by: self.clone(),
            action: action.to_owned(),
            object: object.into(),
            outcome,
            facts: String::new(),
        }
    }
}

/// One entry before it has a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Who, when, from where.
    pub by: By,
    /// What, as a verb with its noun: `sign-in`, `view-finding`.
    pub action: String,
    /// On what: kind and id, `person:3`; empty when the action says it all.
    pub object: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Facts that concern no person, as JSON; empty for none.
    pub facts: String,
}

impl Act {
    /// The same with facts.
    #[must_use]
    pub fn with(self, facts: &impl Serialize) -> Self {
        // Plain maps and numbers: nothing that cannot be written as JSON.
        Self { facts: serde_json::to_string(facts).unwrap_or_default(), ..self }
    }
}

/// An act that waits for a commit, and who waits with it.
#[derive(Debug)]
struct Waiting {
    act: Act,
    done: oneshot::Sender<Result<u64, String>>,
}

/// Acts that wait for the next commit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue(Arc<Gathering>);

#[derive(Debug, Default)]
struct Gathering {
    waiting: Mutex<Vec<Waiting>>,
    came: Notify,
    /// How many are worth waiting for: as many as lately came together.
    wanted: AtomicUsize,
    /// Commits since more than that were waited for.
    steady: AtomicUsize,
}

impl Queue {
    fn push(&self, one: Waiting) {
        self.waiting().push(one);
        self.0.came.notify_one();
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that wait, and those who are about to. A sync costs the same for one entry and for
    /// many, so while many come it is worth a moment to let them meet, as PostgreSQL does with
    /// `commit_delay`. Whoever is alone does not wait.
    async fn take(&self) -> Vec<Waiting> {
        let wanted = self.0.wanted.load(Ordering::Relaxed);
        if wanted > 1 {
            let enough = async {
                while self.waiting().len() < wanted {
                    self.0.came.notified().await;
                }
            };
            // Those who are there are enough, too.
            let _ = tokio::time::timeout(GATHER, enough).await;
        } else {
            tokio::task::yield_now().await;
        }
        let taken = std::mem::take(&mut *self.waiting());
        self.learn(wanted, taken.len());
        taken
    }

    /// Waits for one more next time, now and then, so that it is noticed when more come.
    fn learn(&self, wanted: usize, came: usize) {
        let steady = self.0.steady.fetch_add(1, Ordering::Relaxed);
        let more = came > 1 && came >= wanted && steady >= PATIENCE;
        if more || came < wanted {
            self.0.steady.store(0, Ordering::Relaxed);
        }
        self.0.wanted.store(came + usize::from(more), Ordering::Relaxed);
    }
}

impl Writer {
    /// Appends one entry and answers its number once it would survive a power cut.
    ///
    /// Many callers at once share a commit.
    pub async fn audit(&self, act: Act) -> Result<u64, StoreError> {
        let (done, mut told) = oneshot::channel();
        self.waiting.push(Waiting { act, done });
        // Whoever has the connection may commit this one too; then nobody needs to queue for it.
        let mut inner = tokio::select! {
            biased;
            told = &mut told => return heard(told),
            inner = self.lock(Durability::Power) => inner?,
        };
        if let Ok(result) = told.try_recv() {
            return heard(Ok(result));
        }
        let batch = self.waiting.take().await;
        let (acts, waiters): (Vec<Act>, Vec<_>) =
            batch.into_iter().map(|one| (one.act, one.done)).unzip();
        let committed = self.commit(&mut inner.connection, &acts).await;
        for (index, waiter) in waiters.into_iter().enumerate() {
            // Whoever does not wait any more has nothing to be told.
            let _ = waiter.send(match &committed {
                Ok(first) => Ok(first + index as u64),
                Err(error) => Err(error.to_string()),
            });
        }
        drop(inner);
        heard(told.await)
    }

    async fn commit(
        &self,
        connection: &mut SqliteConnection,
        acts: &[Act],
    ) -> Result<u64, StoreError> {
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await.doing(DOING)?;
        let first = append_all(&mut tx, acts).await?;
        self.versions.quiet_begin().await?;
        let committed = tx.commit().await.doing(DOING);
        self.versions.quiet_end().await?;
        committed.map(|()| first)
    }
}

/// The number of an entry, as whoever committed it told.
fn heard(told: Result<Result<u64, String>, RecvError>) -> Result<u64, StoreError> {
    told.unwrap_or_else(|_| Err("the entry was lost from its queue".to_owned()))
        .map_err(StoreError::Audit)
}

/// Appends one entry within a transaction of somebody else.
pub(crate) async fn append(
    connection: &mut SqliteConnection,
    act: &Act,
) -> Result<u64, StoreError> {
    append_all(connection, std::slice::from_ref(act)).await
}

/// The number of the first.
async fn append_all(connection: &mut SqliteConnection, acts: &[Act]) -> Result<u64, StoreError> {
    let (last, mut prev) = head(connection).await?;
    let mut rows = Vec::with_capacity(acts.len());
    for (index, act) in acts.iter().enumerate() {
        let row = Row::of(last + 1 + index as u64, prev, act)?;
        prev = row.link.hash;
        rows.push(row);
    }
    for some in rows.chunks(MOST_AT_ONCE) {
        write(connection, some).await?;
    }
    Ok(last + 1)
}

/// Number and hash of the last entry; zeros for an empty log.
pub(crate) async fn head(connection: &mut SqliteConnection) -> Result<(u64, Hash), StoreError> {
    let row = sqlx::query("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
        .fetch_optional(connection)
        .await
        .doing(DOING)?;
    match row {
        Some(row) => Ok((row.count(0)?, hash(&row.bytes(1)?)?)),
        None => Ok((0, Hash::GENESIS)),
    }
}

pub(crate) fn hash(bytes: &[u8]) -> Result<Hash, StoreError> {
    bytes.try_into().map(Hash).map_err(|_| StoreError::Unreadable {
        doing: DOING,
        what: format!("a hash of {} bytes", bytes.len()),
    })
}

/// An entry as it is stored.
struct Row {
    link: Link,
    detail: Option<Detail>,
}

impl Row {
    fn of(seq: u64, prev: Hash, act: &Act) -> Result<Self, StoreError> {
        let detail = detail(&act.by.origin)?;
        let entry = Entry {
            seq,
            at_us: act.by.at.0 * 1_000,
            actor: act.by.actor.to_string(),
            role: act.by.role.map_or("", Role::as_str).to_owned(),
            action: act.action.clone(),
            object: act.object.clone(),
            outcome: act.outcome,
            facts: act.facts.clone(),
            commitment: detail.as_ref().map(Detail::commitment),
        };
        Ok(Self { link: trail::link(prev, entry), detail })
    }
}

async fn write(connection: &mut SqliteConnection, rows: &[Row]) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO audit (seq, at_us, actor, role, action, object, outcome, facts, commitment,
                            prev, hash) VALUES {}",
        places(rows.len(), 11)
    );
    let mut insert = sqlx::query(AssertSqlSafe(sql));
    for Row { link, .. } in rows {
        insert = insert
            .bind(link.entry.seq.cast_signed())
            .bind(link.entry.at_us)
            .bind(&link.entry.actor)
            .bind(&link.entry.role)
            .bind(&link.entry.action)
            .bind(&link.entry.object)
            .bind(link.entry.outcome.code())
            .bind(&link.entry.facts)
            .bind(link.entry.commitment.map(Vec::from))
            .bind(&link.prev.0[..])
            .bind(&link.hash.0[..]);
    }
    insert.execute(&mut *connection).await.doing(DOING)?;
    let details: Vec<(u64, &Detail)> =
        rows.iter().filter_map(|row| Some((row.link.entry.seq, row.detail.as_ref()?))).collect();
    if details.is_empty() {
        return Ok(());
    }
    let places = places(details.len(), 3);
    let sql = format!("INSERT INTO audit_detail (seq, salt, text) VALUES {places}");
    let mut insert = sqlx::query(AssertSqlSafe(sql));
    for (seq, detail) in &details {
        insert = insert.bind(seq.cast_signed()).bind(&detail.salt[..]).bind(&detail.text);
    }
    insert.execute(connection).await.doing(DOING)?;
    Ok(())
}

/// `(?, ?), (?, ?)` for two rows of two columns.
fn places(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row; rows].join(", ")
}

fn detail(origin: &Origin) -> Result<Option<Detail>, StoreError> {
    if *origin == Origin::default() {
        return Ok(None);
    }
    let text = serde_json::to_string(origin).doing(DOING)?;
    Detail::new(text).map(Some).map_err(|error| StoreError::Audit(error.to_string()))
}
