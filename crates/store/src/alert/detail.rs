//! One incident with its alerts, and alerts by themselves.

use domain::alert::IncidentId;
use sqlx::AssertSqlSafe;

use super::load::{self, COLUMNS};
use super::queue::{self, QueueRow};
use super::{AlertRow, READING};
use crate::bulk::Values;
use crate::error::Doing;
use crate::{Page, Reader, StoreError, cursor};

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
    pub async fn alert_page(&self, query: &AlertQuery) -> Result<Page<AlertRow>, StoreError> {
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
        let mut items = rows.iter().map(load::alert).collect::<Result<Vec<_>, _>>()?;
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
