//! The queue: incidents by lane, the most urgent first.

use domain::Timestamp;
use domain::alert::incident::STATES;
use domain::alert::{Class, Incident};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteRow;

use super::breach::PRESUMED;
use super::notices::DeliveryState;
use super::{Lane, READING};
use crate::bulk::{Columns, Values};
use crate::code::Code;
use crate::error::Doing;
use crate::{Page, Reader, StoreError, cursor};

/// What is asked of the queue. An empty list does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueQuery {
    /// Lanes; those that are not over where none is named.
    pub lanes: Vec<Lane>,
    /// Classes.
    pub classes: Vec<Class>,
    /// States by their words.
    pub states: Vec<String>,
    /// Accounts by their ids.
    pub accounts: Vec<String>,
    /// Only those that are over and of which nobody has said what they were.
    pub unjudged: bool,
    /// Only those that are presumed to be breaches, over or not; see
    /// [`PresumedBreaches`](super::breach::PresumedBreaches).
    pub presumed: bool,
    /// Rows; see [`Page`].
    pub limit: u32,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A row of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRow {
    /// The incident.
    pub incident: Incident,
    /// Where it stands.
    pub lane: Lane,
    /// The account, if it is about one.
    pub account: Option<String>,
    /// Alerts that fire.
    pub firing: u64,
    /// Of those, the ones that a suppression mutes.
    pub muted: u64,
    /// All of its alerts.
    pub alerts: u64,
}

/// How many incidents are in a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneCount {
    /// The lane.
    pub lane: Lane,
    /// Incidents.
    pub incidents: u64,
    /// Of those, the ones that a suppression mutes wholly.
    pub muted: u64,
}

/// Position in the order of the queue: lane, class, severity, opening, number.
type Position = (i64, i64, i64, i64, i64);

pub(crate) const COLUMNS: &str = "body, lane, account, firing, muted, alerts";

pub(crate) fn row(row: &SqliteRow) -> Result<QueueRow, StoreError> {
    Ok(QueueRow {
        incident: serde_json::from_str(&row.text(0)?).doing(READING)?,
        lane: row.code(1)?,
        account: row.maybe_text(2)?,
        firing: row.count(3)?,
        muted: row.count(4)?,
        alerts: row.count(5)?,
    })
}

fn one_of(sql: &mut String, column: &str, values: &mut Values, codes: &[i64]) {
    if codes.is_empty() {
        return;
    }
    within(sql, column, codes.len());
    for code in codes {
        values.int(*code);
    }
}

/// ` AND column IN (?, ?)` for two values.
fn within(sql: &mut String, column: &str, values: usize) {
    for part in [" AND ", column, " IN (", &vec!["?"; values].join(","), ")"] {
        sql.push_str(part);
    }
}

impl Reader {
    /// Incidents, by lane, urgency and then the newest first.
    pub async fn oncall_queue(&self, query: &QueueQuery) -> Result<Page<QueueRow>, StoreError> {
        let from: Option<Position> = cursor::read('q', query.cursor.as_deref())?;
        let limit = cursor::rows(query.limit);
        let mut values = Values::new(16);
        let mut sql = format!("SELECT {COLUMNS} FROM oncall_incident WHERE 1 = 1");
        let lanes: &[Lane] = if query.lanes.is_empty() {
            &Lane::ALL[..if query.presumed { 4 } else { 3 }]
        } else {
            &query.lanes
        };
        let lanes: Vec<i64> = lanes.iter().map(|lane| lane.code()).collect();
        one_of(&mut sql, "lane", &mut values, &lanes);
        let classes: Vec<i64> = query.classes.iter().map(|class| class.code()).collect();
        one_of(&mut sql, "class", &mut values, &classes);
        let of_word = |word: &String| STATES.iter().position(|state| state.0 == word);
        let states: Vec<i64> =
            query.states.iter().filter_map(of_word).map(|index| index as i64).collect();
        one_of(&mut sql, "state", &mut values, &states);
        if query.unjudged {
            sql.push_str(" AND unjudged = 1");
        }
        if query.presumed {
            sql.push_str(" AND ");
            sql.push_str(PRESUMED);
        }
        if !query.accounts.is_empty() {
            within(&mut sql, "account", query.accounts.len());
            for account in &query.accounts {
                values.text(account);
            }
        }
        if let Some((lane, class, severity, opened, id)) = from {
            sql.push_str(
                " AND lane >= ? AND (lane, class, severity, -opened_at, -id) > (?, ?, ?, ?, ?)",
            );
            values.int(lane).int(lane).int(class).int(severity).int(-opened).int(-id);
        }
        sql.push_str(" ORDER BY lane, class, severity, opened_at DESC, id DESC LIMIT ?");
        values.int(limit as i64 + 1);
        let arguments = values.finish().doing(READING)?;
        let rows = sqlx::query_with(AssertSqlSafe(sql), arguments)
            .fetch_all(&self.pool)
            .await
            .doing(READING)?;
        let mut items = rows.iter().map(row).collect::<Result<Vec<_>, _>>()?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).and_then(|last| {
            let it = &last.incident;
            let position: Position = (
                last.lane.code(),
                it.level.class.code(),
                it.level.severity.code(),
                it.opened_at.0,
                it.id.0,
            );
            cursor::write('q', &position)
        });
        Ok(Page { items, next })
    }

    /// How many incidents are in each lane.
    pub async fn oncall_counts(&self) -> Result<Vec<LaneCount>, StoreError> {
        let rows = sqlx::query("SELECT lane, n, muted FROM oncall_count ORDER BY lane")
            .fetch_all(&self.pool)
            .await
            .doing(READING)?;
        rows.iter()
            .map(|row| {
                Ok(LaneCount { lane: row.code(0)?, incidents: row.count(1)?, muted: row.count(2)? })
            })
            .collect()
    }

    /// Incidents that page, have been open since before `before`, and of which no contact has taken
    /// a notice. Those about undelivered pages themselves are left out.
    pub async fn oncall_untold(&self, before: Timestamp) -> Result<Vec<Incident>, StoreError> {
        let rows = sqlx::query(
            "SELECT body FROM oncall_incident AS one WHERE lane = 0 AND opened_at < ?1
               AND state = 0 AND (firing > muted OR class = 0) AND body ->> 'family' <> 'delivery'
               AND NOT EXISTS (SELECT 1 FROM delivery WHERE incident = one.id AND state = ?2)
             ORDER BY class, severity, opened_at DESC LIMIT 50",
        )
        .bind(before.0)
        .bind(DeliveryState::Delivered.code())
        .fetch_all(&self.pool)
        .await
        .doing(READING)?;
        rows.iter().map(|row| serde_json::from_str(&row.text(0)?).doing(READING)).collect()
    }
}
