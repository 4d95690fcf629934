//! Suppressions as pages show them, and the alerts that they mute.

use std::collections::BTreeMap;

use domain::alert::suppression::Section;
use domain::alert::suppression::matcher::Subject;
use domain::alert::{Class, IncidentId, Suppression, SuppressionId};
use domain::{Severity, Timestamp};
use serde::Serialize;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use super::entry::{self, SuppressionEntry};
use super::{Names, READING, actors, body, names, standing};
use crate::bulk::Columns;
use crate::error::Doing;
use crate::{Page, Reader, StoreError, cursor};

/// A suppression in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SuppressionRow {
    /// What it says.
    pub suppression: Suppression,
    /// Its version: whoever decides says which one they looked at.
    pub version: i64,
    /// How many alerts it mutes now.
    pub mutes: u64,
    /// The names of those who had a part in it, by account.
    pub names: Names,
}

impl SuppressionRow {
    /// The name of an account, or the account.
    pub fn called<'a>(&'a self, who: &'a str) -> &'a str {
        self.names.get(who).map_or(who, String::as_str)
    }
}

/// How many there are, by the part of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SuppressionCounts(pub BTreeMap<&'static str, u64>);

impl SuppressionCounts {
    /// Of one part.
    pub fn of(&self, section: Section) -> u64 {
        self.0.get(section.as_str()).copied().unwrap_or(0)
    }

    /// Of all parts.
    pub fn all(&self) -> u64 {
        self.0.values().sum()
    }
}

/// An alert that a suppression mutes, or would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MutedAlert {
    /// Which.
    pub id: i64,
    /// The incident that it belongs to.
    pub incident: Option<IncidentId>,
    /// The rule that classified it.
    pub rule: String,
    /// What it says. Untrusted text.
    pub title: String,
    /// Its class.
    pub class: Class,
    /// Its severity.
    pub severity: Severity,
    /// As suppressions see it.
    pub subject: Subject,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// Where it is told of.
    pub link: String,
}

/// The part of the list: `?1` is now, `?2` the numbers of those that mute now.
const SECTION: &str = "CASE
    WHEN decided > 2 OR over_at <= ?1 THEN 4
    WHEN decided = 0 THEN 3
    WHEN decided = 1 THEN 0
    WHEN id IN (SELECT value FROM json_each(?2)) THEN 1
    ELSE 2 END";

impl Reader {
    /// A page of suppressions: what waits, what mutes, what comes, drafts, and what is over; the
    /// newest of each first. `sections` leaves the others out; empty for all.
    pub async fn suppression_page(
        &self,
        sections: &[Section],
        now: Timestamp,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Page<SuppressionRow>, StoreError> {
        let (section, id) = cursor::read('u', cursor)?.unwrap_or((-1, i64::MAX));
        let limit = cursor::rows(limit);
        let wanted = if sections.is_empty() { Section::ALL } else { sections };
        let wanted: Vec<usize> = wanted.iter().map(|one| place(*one)).collect();
        let mut connection = self.pool.acquire().await.doing(READING)?;
        let active = active(&mut connection, now).await?;
        let sql = format!(
            "SELECT id, version, body, part FROM
               (SELECT id, version, body, {SECTION} AS part FROM suppression)
             WHERE part IN (SELECT value FROM json_each(?3))
               AND (part > ?4 OR (part = ?4 AND id < ?5))
             ORDER BY part, id DESC LIMIT ?6"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(now.0)
            .bind(active)
            .bind(serde_json::to_string(&wanted).doing(READING)?)
            .bind(section)
            .bind(id)
            .bind(limit as i64 + 1)
            .fetch_all(&mut *connection)
            .await
            .doing(READING)?;
        let next = match rows.get(limit).and(rows.get(limit.saturating_sub(1))) {
            Some(row) => cursor::write('u', &(row.int(3)?, row.int(0)?)),
            None => None,
        };
        let shown: Vec<&SqliteRow> = rows.iter().take(limit).collect();
        let items = filled(&mut connection, &shown).await?;
        Ok(Page { items, next })
    }

    /// How many there are in each part of the list.
    pub async fn suppression_counts(
        &self,
        now: Timestamp,
    ) -> Result<SuppressionCounts, StoreError> {
        let mut connection = self.pool.acquire().await.doing(READING)?;
        let active = active(&mut connection, now).await?;
        let sql = format!("SELECT {SECTION}, count(*) FROM suppression GROUP BY 1");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(now.0)
            .bind(active)
            .fetch_all(&mut *connection)
            .await
            .doing(READING)?;
        let mut counts = SuppressionCounts::default();
        for row in rows {
            let at = usize::try_from(row.int(0)?).unwrap_or(usize::MAX);
            if let Some(section) = Section::ALL.get(at) {
                counts.0.insert(section.as_str(), row.count(1)?);
            }
        }
        Ok(counts)
    }

    /// One suppression.
    pub async fn suppression(
        &self,
        id: SuppressionId,
    ) -> Result<Option<SuppressionRow>, StoreError> {
        Ok(self.suppressions_muting(&[id]).await?.pop())
    }

    /// The history of one, the oldest first, with the names of those who made it.
    pub async fn suppression_history(
        &self,
        id: SuppressionId,
    ) -> Result<(Vec<SuppressionEntry>, Names), StoreError> {
        let mut connection = self.pool.acquire().await.doing(READING)?;
        let entries = entry::of(&mut connection, id).await?;
        let names = names(&mut connection, entries.iter().map(|entry| entry.by.clone())).await?;
        Ok((entries, names))
    }

    /// The suppressions with these numbers, such as those that mute an alert.
    pub async fn suppressions_muting(
        &self,
        ids: &[SuppressionId],
    ) -> Result<Vec<SuppressionRow>, StoreError> {
        let mut connection = self.pool.acquire().await.doing(READING)?;
        let rows = sqlx::query(
            "SELECT id, version, body FROM suppression
             WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id",
        )
        .bind(serde_json::to_string(ids).doing(READING)?)
        .fetch_all(&mut *connection)
        .await
        .doing(READING)?;
        let rows: Vec<&SqliteRow> = rows.iter().collect();
        filled(&mut connection, &rows).await
    }

    /// The alerts that a suppression mutes now, the newest first, `limit` at most.
    pub async fn suppression_muted_alerts(
        &self,
        id: SuppressionId,
        limit: u32,
    ) -> Result<Vec<MutedAlert>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, incident, rule, title, class, severity, subject, first_seen, last_seen, link
             FROM alert
             WHERE muted = 1 AND EXISTS (SELECT 1 FROM json_each(alert.muted_by) WHERE value = ?1)
             ORDER BY last_seen DESC, id DESC LIMIT ?2",
        )
        .bind(id.0)
        .bind(cursor::rows(limit) as i64)
        .fetch_all(&self.pool)
        .await
        .doing(READING)?;
        rows.iter().map(alert).collect()
    }
}

/// The place of a part in the list, as [`SECTION`] numbers it.
fn place(section: Section) -> usize {
    Section::ALL.iter().position(|one| *one == section).unwrap_or(0)
}

/// The numbers of those that mute now.
async fn active(connection: &mut SqliteConnection, now: Timestamp) -> Result<String, StoreError> {
    let standing = standing(connection, now).await?;
    let ids: Vec<SuppressionId> =
        standing.iter().filter(|one| one.mutes_until(now).is_some()).map(|one| one.id).collect();
    serde_json::to_string(&ids).doing(READING)
}

/// Rows of number, version and body, with what is told besides.
async fn filled(
    connection: &mut SqliteConnection,
    rows: &[&SqliteRow],
) -> Result<Vec<SuppressionRow>, StoreError> {
    let muted = sqlx::query(
        "SELECT each.value, count(*) FROM alert, json_each(alert.muted_by) AS each
         WHERE alert.muted = 1 GROUP BY each.value",
    )
    .fetch_all(&mut *connection)
    .await
    .doing(READING)?;
    let mut mutes = BTreeMap::new();
    for row in &muted {
        mutes.insert(row.int(0)?, row.count(1)?);
    }
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(SuppressionRow {
            suppression: body(row, 2)?,
            version: row.int(1)?,
            mutes: mutes.get(&row.int(0)?).copied().unwrap_or(0),
            names: Names::new(),
        });
    }
    let all = names(connection, items.iter().flat_map(|row| actors(&row.suppression))).await?;
    for row in &mut items {
        let known = |who: String| all.get(&who).cloned().map(|name| (who, name));
        row.names = actors(&row.suppression).into_iter().filter_map(known).collect();
    }
    Ok(items)
}

/// An alert, from the columns id, incident, rule, title, class, severity, subject, first_seen,
/// last_seen and link.
pub(super) fn alert(row: &SqliteRow) -> Result<MutedAlert, StoreError> {
    Ok(MutedAlert {
        id: row.int(0)?,
        incident: row.maybe(1)?.map(IncidentId),
        rule: row.text(2)?,
        title: row.text(3)?,
        class: row.code(4)?,
        severity: row.code(5)?,
        subject: serde_json::from_str(&row.text(6)?).doing(READING)?,
        first_seen: row.time(7)?,
        last_seen: row.time(8)?,
        link: row.text(9)?,
    })
}
