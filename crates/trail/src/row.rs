//! An entry as a line of `entries.ndjson`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Detail, Entry, Hash, Link, Outcome, rfc3339};

/// The object of a line; the order of the fields is that of the format.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row<'a> {
    seq: u64,
    at: Cow<'a, str>,
    at_us: i64,
    actor: Cow<'a, str>,
    role: Cow<'a, str>,
    action: Cow<'a, str>,
    object: Cow<'a, str>,
    outcome: Outcome,
    facts: Cow<'a, str>,
    commitment: Option<Hash>,
    detail: Option<Cow<'a, Detail>>,
    prev: Hash,
    hash: Hash,
}

/// The line of an entry, with its line feed.
pub(crate) fn write(link: &Link, detail: Option<&Detail>) -> serde_json::Result<Vec<u8>> {
    let entry = &link.entry;
    let row = Row {
        seq: entry.seq,
        at: rfc3339(entry.at_us).into(),
        at_us: entry.at_us,
        actor: Cow::Borrowed(&entry.actor),
        role: Cow::Borrowed(&entry.role),
        action: Cow::Borrowed(&entry.action),
        object: Cow::Borrowed(&entry.object),
        outcome: entry.outcome,
        facts: Cow::Borrowed(&entry.facts),
        commitment: entry.commitment.map(Hash),
        detail: detail.map(Cow::Borrowed),
        prev: link.prev,
        hash: link.hash,
    };
    let mut line = serde_json::to_vec(&row)?;
    line.push(b'\n');
    Ok(line)
}

/// Reads a line. Only [`write()`] can tell whether it was in its one proper form.
pub(crate) fn read(line: &[u8]) -> serde_json::Result<(Link, Option<Detail>)> {
    let row: Row<'_> = serde_json::from_slice(line)?;
    let entry = Entry {
        seq: row.seq,
        at_us: row.at_us,
        actor: row.actor.into_owned(),
        role: row.role.into_owned(),
        action: row.action.into_owned(),
        object: row.object.into_owned(),
        outcome: row.outcome,
        facts: row.facts.into_owned(),
        commitment: row.commitment.map(|hash| hash.0),
    };
    let link = Link { entry, prev: row.prev, hash: row.hash };
    Ok((link, row.detail.map(Cow::into_owned)))
}
