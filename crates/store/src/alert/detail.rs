//! One incident with its alerts, and alerts by themselves.

use domain::Timestamp;
use domain::alert::flap::Track;
use domain::alert::suppression::SuppressionId;
use domain::alert::{AlertFp, IncidentId, Level, Signal};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteRow;

use super::queue::{self, QueueRow};
use super::{READING, load};
use crate::bulk::Values;
use crate::error::Doing;
use crate::{Page, Reader, StoreError, cursor};

/// An alert as pages show it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertView {
    /// Its number.
    pub id: i64,
    /// Its fingerprint.
    pub fp: AlertFp,
    /// Its incident.
    pub incident: Option<IncidentId>,
    /// The rule that classified it last.
    pub rule: String,
    /// The version of the rules.
    pub rules: String,
    /// How urgent it is.
    pub level: Level,
    /// What groups it.
    pub family: String,
    /// What it is called, in our words.
    pub title: String,
    /// Why it is routed so.
    pub why: String,
    /// What was seen last. Texts of sources in it are untrusted.
    pub signal: Signal,
    /// Where it stands.
    pub track: Track,
    /// How often it was seen.
    pub occurrences: u64,
    /// When it was first seen, by its source's clock.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// Suppressions that mute it.
    pub muted_by: Vec<SuppressionId>,
}

const COLUMNS: &str = "id, fp, dedupe, incident, rule, rules, class, severity, family, title, why,
    signal, subject, track, occurrences, first_seen, last_seen, muted_by";

fn view(row: &SqliteRow) -> Result<AlertView, StoreError> {
    let row = load::alert(row)?;
    Ok(AlertView {
        id: row.id,
        fp: row.fp,
        incident: row.incident,
        rule: row.rule,
        rules: row.rules,
        level: row.level,
        family: row.family,
        title: row.title,
        why: row.why,
        signal: row.signal,
        track: row.track,
        occurrences: row.occurrences,
        first_seen: row.first_seen,
        last_seen: row.last_seen,
        muted_by: row.muted_by,
    })
}

/// What is asked of alerts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertQuery {
    /// Only those of this incident.
    pub incident: Option<IncidentId>,
    /// Only those that fire, or that do not.
    pub firing: Option<bool>,
    /// Only those that may touch PHI.
    pub phi: bool,
    /// Rows.
    pub limit: u32,
    /// Where the page begins.
    pub cursor: Option<String>,
}

impl Reader {
    /// One incident; `None` where there is none.
    pub async fn oncall_incident(&self, id: IncidentId) -> Result<Option<QueueRow>, StoreError> {
        let sql = format!("SELECT {} FROM oncall_incident WHERE id = ?1", queue::COLUMNS);
        let found = sqlx::query(AssertSqlSafe(sql))
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await
            .doing(READING)?;
        found.as_ref().map(queue::row).transpose()
    }

    /// Alerts, those that were seen last first.
    pub async fn alert_page(&self, query: &AlertQuery) -> Result<Page<AlertView>, StoreError> {
        let from: Option<(i64, i64)> = cursor::read('a', query.cursor.as_deref())?;
        let limit = cursor::rows(query.limit);
        let mut values = Values::new(8);
        let mut sql = format!("SELECT {COLUMNS} FROM alert WHERE 1 = 1");
        if let Some(incident) = query.incident {
            sql.push_str(" AND incident = ?");
            values.int(incident.0);
        }
        if let Some(firing) = query.firing {
            sql.push_str(" AND firing = ?");
            values.int(i64::from(firing));
        }
        if query.phi {
            sql.push_str(" AND phi = 1");
        }
        if let Some((seen, id)) = from {
            sql.push_str(" AND (last_seen < ? OR (last_seen = ? AND id < ?))");
            values.int(seen).int(seen).int(id);
        }
        sql.push_str(" ORDER BY last_seen DESC, id DESC LIMIT ?");
        values.int(limit as i64 + 1);
        let rows = sqlx::query_with(AssertSqlSafe(sql), values.finish().doing(READING)?)
            .fetch_all(&self.pool)
            .await
            .doing(READING)?;
        let mut items = rows.iter().map(view).collect::<Result<Vec<_>, _>>()?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items
            .last()
            .filter(|_| more)
            .and_then(|last| cursor::write('a', &(last.last_seen.0, last.id)));
        Ok(Page { items, next })
    }

    /// Earlier incidents that alerts of this one would have joined, newest first.
    pub async fn incidents_alike(
        &self,
        id: IncidentId,
        most: u32,
    ) -> Result<Vec<QueueRow>, StoreError> {
        let sql = format!(
            "SELECT {} FROM oncall_incident WHERE id IN (
               SELECT other.incident FROM oncall_incident_key AS own
               JOIN oncall_incident_key AS other ON other.key = own.key
               WHERE own.incident = ?1 AND other.incident <> ?1)
             ORDER BY id DESC LIMIT ?2",
            queue::COLUMNS
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(id.0)
            .bind(i64::from(most))
            .fetch_all(&self.pool)
            .await
            .doing(READING)?;
        rows.iter().map(queue::row).collect()
    }
}
