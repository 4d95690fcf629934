//! The history of a suppression. It is only ever continued.

use domain::Timestamp;
use domain::alert::suppression::Deed;
use domain::alert::{Suppression, SuppressionId};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use sqlx::SqliteConnection;

use super::{DOING, READING};
use crate::StoreError;
use crate::audit::By;
use crate::bulk::Columns;
use crate::error::Doing;

/// The most entries of one suppression: a page shows them all.
pub const MOST_ENTRIES: i64 = 200;

/// Something that was done with a suppression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SuppressionEntry {
    /// Its number in the history; the first is 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who, as in the audit log: `person:3`.
    pub by: String,
    /// What.
    pub deed: Deed,
    /// What they wrote. Untrusted text.
    pub text: String,
    /// What stood there then: [`Suppression::scope_hash`].
    pub scope: String,
}

/// What the digest is over.
#[derive(Serialize)]
struct Chained<'a> {
    suppression: SuppressionId,
    #[serde(flatten)]
    entry: &'a SuppressionEntry,
    before: String,
}

/// Continues the history; answers with the digest of the entry.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    by: &By,
    one: &Suppression,
    (deed, text): (Deed, &str),
) -> Result<[u8; 32], StoreError> {
    let last = sqlx::query(
        "SELECT number, digest FROM suppression_entry WHERE suppression = ?1
         ORDER BY number DESC LIMIT 1",
    )
    .bind(one.id.0)
    .fetch_optional(&mut *connection)
    .await
    .doing(DOING)?;
    let (number, before) = match last {
        Some(row) => (row.int(0)? + 1, hex::encode(row.bytes(1)?)),
        None => (1, String::new()),
    };
    // What ends a suppression is kept in any case.
    if deed == Deed::Noted && number > MOST_ENTRIES {
        return Err(StoreError::Conflict("Its history is as long as it can be."));
    }
    let entry = SuppressionEntry {
        number,
        at: by.at,
        by: by.actor.to_string(),
        deed,
        text: text.trim().to_owned(),
        scope: one.scope_hash(),
    };
    let chained = Chained { suppression: one.id, entry: &entry, before };
    let digest: [u8; 32] = Sha256::digest(serde_json::to_vec(&chained).doing(DOING)?).into();
    sqlx::query(
        "INSERT INTO suppression_entry (suppression, number, at, by, deed, text, scope, digest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(one.id.0)
    .bind(entry.number)
    .bind(entry.at.0)
    .bind(entry.by)
    .bind(entry.deed.as_str())
    .bind(entry.text)
    .bind(entry.scope)
    .bind(&digest[..])
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok(digest)
}

/// The whole history, the oldest first.
pub(super) async fn of(
    connection: &mut SqliteConnection,
    id: SuppressionId,
) -> Result<Vec<SuppressionEntry>, StoreError> {
    let rows = sqlx::query(
        "SELECT number, at, by, deed, text, scope FROM suppression_entry WHERE suppression = ?1
         ORDER BY number",
    )
    .bind(id.0)
    .fetch_all(connection)
    .await
    .doing(READING)?;
    rows.iter()
        .map(|row| {
            let word = row.text(3)?;
            let deed = Deed::parse(&word).ok_or_else(|| StoreError::Unreadable {
                doing: READING,
                what: format!("{word:?} is no deed"),
            })?;
            Ok(SuppressionEntry {
                number: row.int(0)?,
                at: row.time(1)?,
                by: row.text(2)?,
                deed,
                text: row.text(4)?,
                scope: row.text(5)?,
            })
        })
        .collect()
}
