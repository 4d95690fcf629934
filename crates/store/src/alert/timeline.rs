//! The timeline of an incident, and that the audit log proves it.

use domain::alert::{By, Entry, EntryKind, IncidentId};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::{DOING, READING};
use crate::audit::Act;
use crate::bulk::{Bulk, Columns};
use crate::error::Doing;
use crate::{Reader, StoreError};

/// SHA-256 over an entry and the one before it.
pub(crate) type EntryDigest = [u8; 32];

/// The digest before the first entry.
pub(crate) const GENESIS: EntryDigest = [0; 32];

/// The digest of an entry: SHA-256 over the digest before it, its number, time, author as JSON, kind
/// and text, each text with its length before it.
pub(crate) fn digest(
    before: &EntryDigest,
    number: i64,
    entry: &Entry,
) -> Result<EntryDigest, StoreError> {
    let by = author(&entry.by)?;
    let mut hash = Sha256::new();
    hash.update(b"wardround timeline v1");
    hash.update(before);
    hash.update(number.to_be_bytes());
    hash.update(entry.at.0.to_be_bytes());
    for field in [by.as_str(), entry.kind.as_str(), &entry.text] {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field.as_bytes());
    }
    Ok(hash.finalize().into())
}

fn author(by: &By) -> Result<String, StoreError> {
    serde_json::to_string(by).doing(DOING)
}

/// Entries of one incident, in the order of their numbers.
pub(crate) struct Written {
    pub(crate) incident: IncidentId,
    pub(crate) number: i64,
    pub(crate) entry: Entry,
    pub(crate) digest: EntryDigest,
}

const INSERT: Bulk = Bulk {
    head: "INSERT INTO oncall_entry (incident, number, at, by, kind, text, digest) VALUES",
    width: 7,
    tail: "",
    doing: DOING,
};

pub(crate) async fn write(
    connection: &mut SqliteConnection,
    entries: Vec<Written>,
) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(entries.len());
    for one in entries {
        rows.push((author(&one.entry.by)?, one));
    }
    INSERT
        .execute(connection, rows, |values, (by, one)| {
            values.int(one.incident.0).int(one.number).int(one.entry.at.0).text(by);
            values.text(one.entry.kind.as_str()).text(one.entry.text).bytes(one.digest);
        })
        .await
}

/// Adds to an entry of the audit log what proves the timeline up to here.
pub(crate) fn proved(act: Act, count: i64, digest: &EntryDigest, more: Value) -> Act {
    let mut facts = serde_json::json!({ "entries": count, "sha256": hex::encode(digest) });
    if let (Value::Object(facts), Value::Object(more)) = (&mut facts, more) {
        facts.extend(more);
    }
    act.with(&facts)
}

/// Where an incident's entries in the audit log stand.
pub(crate) fn object(id: IncidentId) -> String {
    format!("incident:{id}")
}

/// What a look at a timeline says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// Entries of the timeline.
    pub entries: u64,
    /// How many of them the audit log has the digest of.
    pub proved: u64,
    /// Whether every digest is right, here and in the log.
    pub holds: bool,
}

fn entry(row: &SqliteRow) -> Result<(Entry, Vec<u8>), StoreError> {
    let by = serde_json::from_str(&row.text(1)?).doing(READING)?;
    let word = row.text(2)?;
    let kind = EntryKind::parse(&word).ok_or(StoreError::Unreadable {
        doing: READING,
        what: format!("{word} is no kind of entry"),
    })?;
    Ok((Entry { at: row.time(0)?, by, kind, text: row.text(3)? }, row.bytes(4)?))
}

impl Reader {
    /// The timeline of an incident, oldest first, and whether it is what the audit log says that
    /// it was.
    pub async fn incident_timeline(
        &self,
        id: IncidentId,
    ) -> Result<(Vec<Entry>, Proof), StoreError> {
        let rows = sqlx::query(
            "SELECT at, by, kind, text, digest FROM oncall_entry WHERE incident = ?1
             ORDER BY number",
        )
        .bind(id.0)
        .fetch_all(&self.pool)
        .await
        .doing(READING)?;
        let entries = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let logged = sqlx::query("SELECT facts FROM audit WHERE object = ?1 ORDER BY seq")
            .bind(object(id))
            .fetch_all(&self.pool)
            .await
            .doing(READING)?;
        let (mut digests, mut holds, mut before) = (Vec::new(), true, GENESIS);
        for (number, (entry, stored)) in (1..).zip(&entries) {
            before = digest(&before, number, entry)?;
            holds &= before[..] == stored[..];
            digests.push(hex::encode(before));
        }
        let mut proved = 0;
        for row in &logged {
            let Ok(facts) = serde_json::from_str::<Value>(&row.text(0)?) else { continue };
            let Some(sha256) = facts["sha256"].as_str() else { continue };
            let upto = facts["entries"].as_u64().unwrap_or(0);
            let at = upto.checked_sub(1).and_then(|index| digests.get(index as usize));
            holds &= at.is_some_and(|digest| digest == sha256);
            proved = proved.max(upto);
        }
        let count = entries.len() as u64;
        let proof = Proof { entries: count, proved, holds: holds && proved >= count };
        Ok((entries.into_iter().map(|(entry, _)| entry).collect(), proof))
    }
}
