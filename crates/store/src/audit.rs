//! The audit log: appended to in the transaction of the change, or by itself.
//!
//! What an entry is and how it is chained stands in the crate `trail`; here is where it is kept.
//! Entries that come without a change, such as views, wait in a queue: a task commits all that wait
//! together, so that one sync to the disk serves many, and ends when nobody waits any more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{Role, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, SqliteConnection};
use tokio::sync::oneshot;
use trail::{Detail, Entry, Hash, Link, Outcome};

use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::{Durability, Inner};
use crate::person::PersonId;
use crate::token::TokenId;
use crate::{StoreError, Writer};

const DOING: &str = "writing the audit log";
/// Entries in one statement. One of each size up to this is kept prepared.
pub(crate) const MOST_AT_ONCE: usize = 64;

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

    /// The account's name, or what acted where no account did.
    pub fn called(&self) -> String {
        if self.origin.name.is_empty() { self.actor.to_string() } else { self.origin.name.clone() }
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

/// An entry that has no number yet, with its personal details under their commitment.
#[derive(Debug)]
struct Ready {
    entry: Entry,
    detail: Option<Detail>,
}

impl Ready {
    fn of(act: Act) -> Result<Self, StoreError> {
        let detail = detail(&act.by.origin)?;
        let entry = Entry {
            seq: 0,
            at_us: act.by.at.0 * 1_000,
            actor: act.by.actor.to_string(),
            role: act.by.role.map_or("", Role::as_str).to_owned(),
            action: act.action,
            object: act.object,
            outcome: act.outcome,
            facts: act.facts,
            commitment: detail.as_ref().map(Detail::commitment),
        };
        Ok(Self { entry, detail })
    }
}

/// An act that waits for a commit, and who waits with it.
#[derive(Debug)]
struct Waiting {
    ready: Ready,
    done: oneshot::Sender<Result<u64, String>>,
}

/// Acts that wait for the next commit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue(Arc<Mutex<Waiters>>);

#[derive(Debug, Default)]
struct Waiters {
    acts: Vec<Waiting>,
    /// Whether somebody commits for them.
    served: bool,
}

impl Queue {
    fn waiters(&self) -> MutexGuard<'_, Waiters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts one in, and says whether nobody commits at present: then the caller must see to it.
    fn push(&self, one: Waiting) -> bool {
        let mut waiters = self.waiters();
        waiters.acts.push(one);
        !std::mem::replace(&mut waiters.served, true)
    }

    /// Those who wait the longest, as many as go into one statement. Where nobody waits, the next
    /// one finds nobody who commits.
    fn take(&self) -> Vec<Waiting> {
        let mut waiters = self.waiters();
        waiters.served = !waiters.acts.is_empty();
        let count = waiters.acts.len().min(MOST_AT_ONCE);
        waiters.acts.drain(..count).collect()
    }
}

/// Commits for those who wait. If it is broken off, nobody waits for ever.
struct Serving {
    writer: Writer,
    over: bool,
}

impl Drop for Serving {
    fn drop(&mut self) {
        if !self.over {
            *self.writer.waiting.waiters() = Waiters::default();
        }
    }
}

impl Serving {
    async fn run(mut self) {
        let writer = self.writer.clone();
        loop {
            let mut locked = writer.lock_for_entries(Durability::Power).await;
            // Those who were just told that their entry is on the disk may have the next one ready.
            tokio::task::yield_now().await;
            let batch = writer.waiting.take();
            self.over = batch.is_empty();
            if self.over {
                break;
            }
            let (acts, waiters): (Vec<Ready>, Vec<_>) =
                batch.into_iter().map(|one| (one.ready, one.done)).unzip();
            let committed = match &mut locked {
                Ok(inner) => commit(inner, acts).await,
                Err(error) => Err(StoreError::Audit(format!("{DOING}: {error}"))),
            };
            tell(waiters, &committed);
        }
    }
}

fn tell(waiters: Vec<oneshot::Sender<Result<u64, String>>>, committed: &Result<u64, StoreError>) {
    for (index, waiter) in waiters.into_iter().enumerate() {
        // Whoever does not wait any more has nothing to be told.
        let _ = waiter.send(match committed {
            Ok(first) => Ok(first + index as u64),
            Err(error) => Err(error.to_string()),
        });
    }
}

impl Writer {
    /// Appends one entry and answers its number once it would survive a power cut.
    ///
    /// Many callers at once share a commit. It goes on without the callers: one who stops waiting
    /// takes nothing away from the others, and the entry is written all the same.
    pub async fn audit(&self, act: Act) -> Result<u64, StoreError> {
        let (done, told) = oneshot::channel();
        if self.waiting.push(Waiting { ready: Ready::of(act)?, done }) {
            tokio::spawn(Serving { writer: self.clone(), over: false }.run());
        }
        told.await
            .unwrap_or_else(|_| Err(format!("{DOING}: the entry was lost from its queue")))
            .map_err(StoreError::Audit)
    }
}

/// A transaction of its own; the answer is the number of the first entry.
///
/// Each call crosses to SQLite's own thread and back, which takes longer than to write a row. So
/// entries are first chained to the head that is remembered, in one call. If another process wrote
/// in between, their numbers are taken: nothing is written, and they are chained to the head that
/// is there.
async fn commit(inner: &mut Inner, mut acts: Vec<Ready>) -> Result<u64, StoreError> {
    let connection = &mut inner.connection;
    if let Some(head) = inner.head.take() {
        let rows = chain(head, acts);
        if write(connection, "BEGIN IMMEDIATE; ", &rows, "; COMMIT").await.is_ok() {
            inner.head = Some(last(&rows, head));
            return Ok(head.0 + 1);
        }
        roll_back(connection).await;
        acts = rows.into_iter().map(Row::unchained).collect();
    }
    let begun = format!("BEGIN IMMEDIATE; {HEAD}");
    let row = sqlx::query(AssertSqlSafe(begun)).fetch_optional(&mut *connection).await;
    let written = async {
        let head = read_head(row.doing(DOING)?)?;
        let rows = chain(head, acts);
        write(connection, "", &rows, "; COMMIT").await?;
        Ok((head, last(&rows, head)))
    };
    match written.await {
        Ok((before, head)) => {
            inner.head = Some(head);
            Ok(before.0 + 1)
        }
        Err(error) => {
            roll_back(connection).await;
            Err(error)
        }
    }
}

async fn roll_back(connection: &mut SqliteConnection) {
    // Where nothing was begun there is nothing to take back.
    let _ = sqlx::query("ROLLBACK").execute(connection).await;
}

/// Appends one entry within a transaction of somebody else.
pub(crate) async fn append(
    connection: &mut SqliteConnection,
    act: &Act,
) -> Result<u64, StoreError> {
    append_all(connection, vec![Ready::of(act.clone())?]).await
}

/// Appends entries within a transaction of somebody else, as many as there are.
pub(crate) async fn append_many(
    connection: &mut SqliteConnection,
    acts: Vec<Act>,
) -> Result<(), StoreError> {
    let mut ready = Vec::with_capacity(acts.len());
    for act in acts {
        ready.push(Ready::of(act)?);
    }
    let mut ready = ready.into_iter();
    loop {
        let some: Vec<Ready> = ready.by_ref().take(MOST_AT_ONCE).collect();
        if some.is_empty() {
            return Ok(());
        }
        append_all(connection, some).await?;
    }
}

/// The number of the first.
async fn append_all(
    connection: &mut SqliteConnection,
    acts: Vec<Ready>,
) -> Result<u64, StoreError> {
    let head = head(connection).await?;
    write(connection, "", &chain(head, acts), "").await?;
    Ok(head.0 + 1)
}

/// Gives acts their numbers and hashes, each over the one before.
fn chain((last, mut prev): Head, acts: Vec<Ready>) -> Vec<Row> {
    let numbers = last + 1..;
    let row = |(seq, ready)| {
        let row = Row::of(seq, prev, ready);
        prev = row.link.hash;
        row
    };
    numbers.zip(acts).map(row).collect()
}

/// Number and hash of the last entry; zeros for an empty log.
pub(crate) type Head = (u64, Hash);

fn last(rows: &[Row], before: Head) -> Head {
    rows.last().map_or(before, |row| (row.link.entry.seq, row.link.hash))
}

const HEAD: &str = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";

/// The head of the log as it is stored.
pub(crate) async fn head(connection: &mut SqliteConnection) -> Result<Head, StoreError> {
    read_head(sqlx::query(HEAD).fetch_optional(connection).await.doing(DOING)?)
}

fn read_head(row: Option<SqliteRow>) -> Result<Head, StoreError> {
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
    fn of(seq: u64, prev: Hash, Ready { entry, detail }: Ready) -> Self {
        Self { link: trail::link(prev, Entry { seq, ..entry }), detail }
    }

    fn unchained(self) -> Ready {
        Ready { entry: self.link.entry, detail: self.detail }
    }
}

/// Entries and their details, with what is to be done before and after, in one call.
async fn write(
    connection: &mut SqliteConnection,
    first: &str,
    rows: &[Row],
    finally: &str,
) -> Result<(), StoreError> {
    let details: Vec<(u64, &Detail)> =
        rows.iter().filter_map(|row| Some((row.link.entry.seq, row.detail.as_ref()?))).collect();
    let mut sql = format!(
        "{first}INSERT INTO audit (seq, at_us, actor, role, action, object, outcome, facts, commitment,
                            prev, hash) VALUES {}",
        places(rows.len(), 11)
    );
    if !details.is_empty() {
        sql.push_str("; INSERT INTO audit_detail (seq, salt, text) VALUES ");
        sql.push_str(&places(details.len(), 3));
    }
    sql.push_str(finally);
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
    Detail::new(text).map(Some).map_err(|error| StoreError::Audit(format!("{DOING}: {error}")))
}
