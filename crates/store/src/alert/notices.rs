//! What was told, to whom, and how that went.

use domain::Timestamp;
use domain::alert::{IncidentId, Level};
use domain::id::HOUR_MS;
use sqlx::sqlite::SqliteRow;

use super::READING;
use super::desk::Sent;
use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::{Page, Reader, StoreError, cursor};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It waits for its next attempt.
    Waits,
    /// It is being sent.
    Sending,
    /// The contact took it.
    Delivered,
    /// The contact, or our own guard, refuses it.
    Refused,
    /// It was tried for long enough.
    GivenUp,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Waits, Self::Sending, Self::Delivered, Self::Refused, Self::GivenUp];

    /// The word in URLs and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waits => "waits",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::GivenUp => "given-up",
        }
    }

    /// The word for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Waits => "Waits",
            Self::Sending => "On its way",
            Self::Delivered => "Delivered",
            Self::Refused => "Refused",
            Self::GivenUp => "Given up",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nobody tries any more although nobody took it.
    pub fn failed(self) -> bool {
        matches!(self, Self::Refused | Self::GivenUp)
    }
}

/// One notice for one contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its number.
    pub id: i64,
    /// The notice, the same for all contacts.
    pub notice: i64,
    /// The incident, if it is about one.
    pub incident: Option<IncidentId>,
    /// To whom.
    pub contact: String,
    /// The word for the channel.
    pub kind: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it was decided.
    pub created: Timestamp,
    /// How often it was tried.
    pub attempts: u64,
    /// When it is tried next.
    pub next_at: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Why it failed, or what somebody should know; may be empty.
    pub why: String,
    /// What happened: `trigger`, `update`, …
    pub event: String,
    /// Why it was told.
    pub reason: String,
    /// The level that was told.
    pub level: Level,
}

/// A notice, for writing the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Its number.
    pub id: i64,
    /// The incident, if it is about one.
    pub incident: Option<IncidentId>,
    /// The incidents that it tells of: one, or those of a digest.
    pub about: Vec<IncidentId>,
    /// What happened.
    pub event: String,
    /// Why it is told.
    pub reason: String,
    /// The level that is told.
    pub level: Level,
    /// When it was decided.
    pub created: Timestamp,
}

/// What the last look at a contact found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactCheck {
    /// The contact.
    pub contact: String,
    /// When.
    pub at: Timestamp,
    /// Whether it can be reached.
    pub reachable: bool,
    /// What was found.
    pub words: String,
}

/// Time between two looks at each contact, in milliseconds.
pub const CHECK_EVERY_MS: i64 = 6 * HOUR_MS;

impl ContactCheck {
    /// Whether a look was missed since, so that it says nothing about the present.
    pub fn old(&self, now: Timestamp) -> bool {
        now.since(self.at) > 2 * CHECK_EVERY_MS
    }
}

/// What is asked of deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryQuery {
    /// Only those of this incident.
    pub incident: Option<IncidentId>,
    /// Only in these states.
    pub states: Vec<DeliveryState>,
    /// Rows.
    pub limit: u32,
    /// Where the page begins.
    pub cursor: Option<String>,
}

fn read(row: &SqliteRow) -> Result<DeliveryRow, StoreError> {
    Ok(DeliveryRow {
        id: row.int(0)?,
        notice: row.int(1)?,
        incident: row.maybe(2)?.map(IncidentId),
        contact: row.text(3)?,
        kind: row.text(4)?,
        state: row.code(5)?,
        created: row.time(6)?,
        attempts: row.count(7)?,
        next_at: row.maybe_time(8)?,
        ended: row.maybe_time(9)?,
        why: row.text(10)?,
        event: row.text(11)?,
        reason: row.text(12)?,
        level: Level::new(row.code(13)?, row.code(14)?),
    })
}

impl Reader {
    /// Deliveries, newest first.
    pub async fn delivery_page(
        &self,
        query: &DeliveryQuery,
    ) -> Result<Page<DeliveryRow>, StoreError> {
        let from: i64 = cursor::read('n', query.cursor.as_deref())?.unwrap_or(i64::MAX);
        let limit = cursor::rows(query.limit);
        let states: Vec<i64> = query.states.iter().map(|state| state.code()).collect();
        let states = serde_json::to_string(&states).doing(READING)?;
        let rows = sqlx::query(
            "SELECT one.id, one.notice, one.incident, one.contact, one.kind, one.state,
               one.created, one.attempts, one.next_at, one.ended, one.why, notice.event,
               notice.reason, notice.class, notice.severity
             FROM delivery AS one JOIN notice ON notice.id = one.notice
             WHERE one.id < ?1 AND (?2 IS NULL OR one.incident = ?2)
               AND (?3 = '[]' OR one.state IN (SELECT value FROM json_each(?3)))
             ORDER BY one.id DESC LIMIT ?4",
        )
        .bind(from)
        .bind(query.incident.map(|id| id.0))
        .bind(states)
        .bind(limit as i64 + 1)
        .fetch_all(&self.pool)
        .await
        .doing(READING)?;
        let mut items = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).and_then(|last| cursor::write('n', &last.id));
        Ok(Page { items, next })
    }

    /// A notice, for writing its message; `None` where there is none.
    pub async fn notice(&self, id: i64) -> Result<Option<NoticeRow>, StoreError> {
        let row = sqlx::query(
            "SELECT id, incident, event, reason, class, severity, created, sent FROM notice
             WHERE id = ?1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await
        .doing(READING)?;
        row.map(|row| {
            let sent: Vec<Sent> = serde_json::from_str(&row.text(7)?).doing(READING)?;
            let incident = row.maybe(1)?.map(IncidentId);
            Ok(NoticeRow {
                id: row.int(0)?,
                incident,
                about: incident.map_or_else(
                    || sent.iter().map(|one| one.incident).collect(),
                    |incident| vec![incident],
                ),
                event: row.text(2)?,
                reason: row.text(3)?,
                level: Level::new(row.code(4)?, row.code(5)?),
                created: row.time(6)?,
            })
        })
        .transpose()
    }

    /// Contacts that took a notice of an incident.
    pub async fn contacts_told(&self, id: IncidentId) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT contact FROM delivery WHERE incident = ?1 AND state = ?2
             ORDER BY contact",
        )
        .bind(id.0)
        .bind(DeliveryState::Delivered.code())
        .fetch_all(&self.pool)
        .await
        .doing(READING)?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// When the next delivery is due; `None` when none waits.
    pub async fn delivery_next(&self) -> Result<Option<Timestamp>, StoreError> {
        sqlx::query("SELECT min(next_at) FROM delivery WHERE next_at IS NOT NULL")
            .fetch_one(&self.pool)
            .await
            .doing(READING)?
            .maybe_time(0)
    }

    /// What the last look at each contact found, by name.
    pub async fn contact_checks(&self) -> Result<Vec<ContactCheck>, StoreError> {
        let rows = sqlx::query("SELECT contact, at, ok, words FROM contact_check ORDER BY contact")
            .fetch_all(&self.pool)
            .await
            .doing(READING)?;
        rows.iter()
            .map(|row| {
                Ok(ContactCheck {
                    contact: row.text(0)?,
                    at: row.time(1)?,
                    reachable: row.int(2)? == 1,
                    words: row.text(3)?,
                })
            })
            .collect()
    }
}
