//! Suppressions: asked for, approved by somebody else, and over at their time.
//!
//! What somebody asked for is never changed: a change is a suppression of its own, which waits for
//! its own approval. Whoever acts is known by their account and not by their name. Each act is one
//! entry of the history and one of the audit log, in the transaction of the change; both together
//! document why nobody was told of an alert (45 CFR 164.316(b)(1)(ii)).

mod ask;
mod decide;
mod entry;
mod page;
mod preview;

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::alert::suppression::{Decided, Deed, Stage};
use domain::alert::{Suppression, SuppressionId};
use serde::Serialize;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use crate::audit::{self, By};
use crate::bulk::Columns;
use crate::error::Doing;
use crate::{Reader, StoreError};

pub use ask::Asked;
pub use entry::{MOST_ENTRIES, SuppressionEntry};
pub use page::{MutedAlert, SuppressionCounts, SuppressionRow};
pub use preview::SuppressionPreview;

const DOING: &str = "changing a suppression";
const READING: &str = "reading suppressions";

const GONE: &str = "There is no such suppression.";
const STALE: &str =
    "Somebody changed this suppression in the meantime: look at it again, then decide.";

/// A suppression with the number of its version.
#[derive(Debug, Clone, PartialEq)]
struct Kept {
    one: Suppression,
    version: i64,
}

/// The names of accounts by what the audit log calls them, such as `person:3`.
pub type Names = BTreeMap<String, String>;

/// The suppressions that are approved and not over: all that could mute now or later. One that
/// cannot be read mutes nothing, and is told in the program's log.
pub(crate) async fn standing(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Vec<Suppression>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, body FROM suppression WHERE decided = 2 AND over_at > ?1 ORDER BY id",
    )
    .bind(now.0)
    .fetch_all(connection)
    .await
    .doing(READING)?;
    let mut standing = Vec::with_capacity(rows.len());
    for row in rows {
        match body(&row, 1) {
            Ok(one) => standing.push(one),
            Err(error) => tracing::error!(%error, id = row.int(0)?, "a suppression is unreadable"),
        }
    }
    Ok(standing)
}

impl Reader {
    /// The suppressions that are approved and not over.
    pub async fn suppressions_standing(
        &self,
        now: Timestamp,
    ) -> Result<Vec<Suppression>, StoreError> {
        let mut connection = self.pool.acquire().await.doing(READING)?;
        standing(&mut connection, now).await
    }

    /// Those that somebody took in an emergency and nobody has approved since, also when they are
    /// over, the oldest first: a ticket asks for each.
    pub async fn suppressions_unratified(
        &self,
        now: Timestamp,
    ) -> Result<Vec<Suppression>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, body FROM suppression WHERE unratified = 1 AND requested_at <= ?1
             ORDER BY id",
        )
        .bind(now.0)
        .fetch_all(&self.pool)
        .await
        .doing(READING)?;
        rows.iter().map(|row| body(row, 1)).collect()
    }
}

/// The number under which what was decided is stored.
fn decided(one: &Suppression) -> i64 {
    match one.decided {
        Decided::Draft => 0,
        Decided::Pending => 1,
        Decided::Approved => 2,
        Decided::Rejected(_) => 3,
        Decided::Revoked(_) => 4,
        Decided::Superseded { .. } => 5,
    }
}

fn body(row: &SqliteRow, column: usize) -> Result<Suppression, StoreError> {
    serde_json::from_str(&row.text(column)?).doing(READING)
}

fn written(one: &Suppression) -> Result<String, StoreError> {
    serde_json::to_string(one).doing(DOING)
}

async fn get(
    connection: &mut SqliteConnection,
    id: SuppressionId,
) -> Result<Option<Kept>, StoreError> {
    let row = sqlx::query("SELECT version, body FROM suppression WHERE id = ?1")
        .bind(id.0)
        .fetch_optional(connection)
        .await
        .doing(READING)?;
    row.map(|row| Ok(Kept { version: row.int(0)?, one: body(&row, 1)? })).transpose()
}

/// The suppression, as long as it says what it said to whoever looked at that version.
async fn looked_at(
    connection: &mut SqliteConnection,
    id: SuppressionId,
    version: i64,
) -> Result<Suppression, StoreError> {
    match get(connection, id).await? {
        None => Err(StoreError::Conflict(GONE)),
        Some(kept) if kept.version != version => Err(StoreError::Conflict(STALE)),
        Some(kept) => Ok(kept.one),
    }
}

/// The number of the next suppression; none was ever removed.
async fn next_id(connection: &mut SqliteConnection) -> Result<SuppressionId, StoreError> {
    let row = sqlx::query("SELECT coalesce(max(id), 0) + 1 FROM suppression")
        .fetch_one(connection)
        .await
        .doing(DOING)?;
    Ok(SuppressionId(row.int(0)?))
}

async fn insert(connection: &mut SqliteConnection, one: &Suppression) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO suppression (id, version, body, scope, decided, over_at, unratified,
           requested_by, requested_at)
         VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(one.id.0)
    .bind(written(one)?)
    .bind(one.scope_hash())
    .bind(decided(one))
    .bind(one.over_at().0)
    .bind(one.unratified())
    .bind(&one.requested_by)
    .bind(one.requested_at.0)
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok(())
}

async fn update(connection: &mut SqliteConnection, one: &Suppression) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE suppression SET version = version + 1, body = ?2, decided = ?3, over_at = ?4,
           unratified = ?5
         WHERE id = ?1",
    )
    .bind(one.id.0)
    .bind(written(one)?)
    .bind(decided(one))
    .bind(one.over_at().0)
    .bind(one.unratified())
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok(())
}

/// What the audit log says of an act. What a person wrote stays in the history.
#[derive(Debug, Serialize)]
struct Facts<'a> {
    stage: &'a str,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    supersedes: Option<SuppressionId>,
    /// The digest of the last entry of the history.
    entry: String,
}

impl Facts<'_> {
    fn of(one: &Suppression, stage: Stage, entry: [u8; 32]) -> Self {
        Self {
            stage: stage.as_str(),
            scope: one.scope_hash(),
            supersedes: one.supersedes,
            entry: hex::encode(entry),
        }
    }
}

fn object(id: SuppressionId) -> String {
    format!("suppression:{id}")
}

/// Continues the history of a suppression and tells the audit log, which proves it.
async fn record(
    connection: &mut SqliteConnection,
    by: &By,
    one: &Suppression,
    deed: (Deed, &str),
    action: &str,
) -> Result<(), StoreError> {
    let digest = entry::append(&mut *connection, by, one, deed).await?;
    let facts = Facts::of(one, one.stage(by.at), digest);
    audit::append(connection, &by.did(action, object(one.id)).with(&facts)).await?;
    Ok(())
}

/// The names of those accounts that are people.
async fn names(
    connection: &mut SqliteConnection,
    actors: impl IntoIterator<Item = String>,
) -> Result<Names, StoreError> {
    let ids: Vec<i64> = actors
        .into_iter()
        .filter_map(|actor| actor.strip_prefix("person:")?.parse().ok())
        .collect();
    if ids.is_empty() {
        return Ok(Names::new());
    }
    let rows =
        sqlx::query("SELECT id, name FROM person WHERE id IN (SELECT value FROM json_each(?1))")
            .bind(serde_json::to_string(&ids).doing(READING)?)
            .fetch_all(connection)
            .await
            .doing(READING)?;
    rows.iter().map(|row| Ok((format!("person:{}", row.int(0)?), row.text(1)?))).collect()
}

/// Everybody who had a part in it.
fn actors(one: &Suppression) -> Vec<String> {
    let mut actors = vec![one.requested_by.clone()];
    actors.extend(one.approvals.iter().map(|approval| approval.by.clone()));
    if let Decided::Rejected(ended) | Decided::Revoked(ended) = &one.decided {
        actors.push(ended.by.clone());
    }
    actors
}
