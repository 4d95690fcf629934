//! What is on its way: each notice once for each contact, until it was taken or nobody tries any more.

use domain::Timestamp;
use domain::alert::dedupe::{Told, Window};
use domain::alert::{By as Author, DedupeKey, EntryKind, IncidentId, Level};
use domain::id::MINUTE_MS;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, SqliteConnection};

use super::desk::{Desk, Planned, Sent};
use super::notices::DeliveryState;
use super::{DOING, Setting};
use crate::audit::{self, By};
use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{StoreError, Writer};

/// Whoever does not report for so long, in milliseconds, has died while sending: it is sent again,
/// under the same id.
pub const LEASE_MS: i64 = 2 * MINUTE_MS;

/// Where nobody could be told, another notice is decided after so long, in milliseconds.
const AFTER_FAILURE_MS: i64 = 15 * MINUTE_MS;

/// A delivery that is to be tried now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Its number.
    pub id: i64,
    /// The notice.
    pub notice: i64,
    /// The incident, if it is about one.
    pub incident: Option<IncidentId>,
    /// To whom.
    pub contact: String,
    /// How often it has been tried, with this time.
    pub attempts: u32,
    /// When it was first tried.
    pub first_at: Timestamp,
    /// What the contact gave back when it last took a notice of this incident.
    pub receipt: Option<String>,
}

/// How one attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The contact took it.
    Delivered {
        /// What to hand back with the next notice of the same incident.
        receipt: Option<String>,
        /// What somebody should know all the same; may be empty.
        remark: String,
    },
    /// Tried again later.
    Later {
        /// When.
        at: Timestamp,
        /// Why not now.
        why: String,
    },
    /// Trying again does not help.
    Refused {
        /// Why.
        why: String,
    },
    /// It was tried for long enough.
    GivenUp {
        /// Why the last attempt failed.
        why: String,
    },
}

impl Writer {
    /// Takes deliveries whose time has come, at most `most`. Of one incident and contact only the
    /// oldest is taken: the next waits until that has ended.
    pub async fn deliveries_claim(
        &self,
        most: u32,
        now: Timestamp,
    ) -> Result<Vec<Due>, StoreError> {
        let mut inner = self.lock(Durability::Kill).await?;
        let rows = sqlx::query(
            "UPDATE delivery SET state = ?1, attempts = attempts + 1,
               first_at = coalesce(first_at, ?2), next_at = ?3
             WHERE id IN (
               SELECT id FROM delivery AS one WHERE next_at IS NOT NULL AND next_at <= ?2
                 AND NOT EXISTS (
                   SELECT 1 FROM delivery AS before WHERE before.incident = one.incident
                     AND before.contact = one.contact AND before.id < one.id AND before.state < 2)
               ORDER BY next_at LIMIT ?4)
             RETURNING id, notice, incident, contact, attempts, first_at,
               (SELECT last.receipt FROM delivery AS last WHERE last.incident = delivery.incident
                  AND last.contact = delivery.contact AND last.state = 2 AND last.receipt IS NOT NULL
                  ORDER BY last.id DESC LIMIT 1)",
        )
        .bind(DeliveryState::Sending.code())
        .bind(now.0)
        .bind(now.plus(LEASE_MS).0)
        .bind(i64::from(most))
        .fetch_all(&mut inner.connection)
        .await
        .doing(DOING)?;
        rows.iter().map(due).collect()
    }

    /// Notes how an attempt ended. The first contact that takes a notice confirms it; where nobody
    /// took it, it counts as if nobody had tried.
    pub async fn delivery_end(
        &self,
        id: i64,
        ended: &Ended,
        setting: &Setting,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let Some(row) = end(&mut tx, id, ended, now).await? else { return Ok(()) };
        let mut desk = Desk::new(setting, Vec::new(), now);
        match ended {
            Ended::Delivered { .. } => confirm(&mut desk, &mut tx, &row).await?,
            Ended::Later { .. } => {}
            Ended::Refused { why } | Ended::GivenUp { why } => {
                release(&mut desk, &mut tx, &row, why).await?;
            }
        }
        desk.save(&mut tx).await?;
        tx.commit().await.doing(DOING)
    }

    /// Sends a test message to a contact.
    pub async fn contact_try(
        &self,
        by: &By,
        contact: &str,
        setting: &Setting,
    ) -> Result<(), StoreError> {
        if !setting.contacts.iter().any(|it| it.name == contact) {
            return Err(StoreError::Conflict("There is no contact of this name."));
        }
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with("BEGIN IMMEDIATE").await.doing(DOING)?;
        let mut desk = Desk::new(setting, Vec::new(), by.at);
        desk.planned.push(Planned {
            incident: None,
            event: "test",
            reason: "test".to_owned(),
            level: Level::new(domain::alert::Class::Ticket, domain::Severity::Informational),
            contacts: vec![contact.to_owned()],
            sent: Vec::new(),
            windows: Vec::new(),
            asked_by: Some(by.called()),
        });
        desk.save(&mut tx).await?;
        audit::append(&mut tx, &by.did("try-contact", format!("contact:{contact}"))).await?;
        tx.commit().await.doing(DOING)
    }

    /// Sends a delivery again that was refused or given up.
    pub async fn delivery_again(&self, by: &By, id: i64) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let done = sqlx::query(
            "UPDATE delivery SET state = ?2, attempts = 0, first_at = NULL, next_at = ?3,
               ended = NULL WHERE id = ?1 AND state IN (?4, ?5)",
        )
        .bind(id)
        .bind(DeliveryState::Waits.code())
        .bind(by.at.0)
        .bind(DeliveryState::Refused.code())
        .bind(DeliveryState::GivenUp.code())
        .execute(&mut *tx)
        .await
        .doing(DOING)?;
        if done.rows_affected() == 0 {
            let why = "It was delivered, is on its way, or there is no such notification.";
            return Err(StoreError::Conflict(why));
        }
        audit::append(&mut tx, &by.did("send-again", format!("delivery:{id}"))).await?;
        tx.commit().await.doing(DOING)
    }

    /// Notes what a look at a contact found.
    pub async fn contact_note(
        &self,
        contact: &str,
        found: &Result<String, String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut inner = self.lock(Durability::Kill).await?;
        let (ok, words) = match found {
            Ok(words) => (1, words),
            Err(words) => (0, words),
        };
        sqlx::query(
            "INSERT INTO contact_check (contact, at, ok, words) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (contact) DO UPDATE SET at = excluded.at, ok = excluded.ok,
               words = excluded.words",
        )
        .bind(contact)
        .bind(now.0)
        .bind(ok)
        .bind(words)
        .execute(&mut inner.connection)
        .await
        .doing("noting what a look at a contact found")?;
        Ok(())
    }
}

fn due(row: &SqliteRow) -> Result<Due, StoreError> {
    Ok(Due {
        id: row.int(0)?,
        notice: row.int(1)?,
        incident: row.maybe(2)?.map(IncidentId),
        contact: row.text(3)?,
        attempts: u32::try_from(row.count(4)?).unwrap_or(u32::MAX),
        first_at: row.time(5)?,
        receipt: row.maybe_text(6)?,
    })
}

/// A delivery that has just been noted.
struct Noted {
    notice: i64,
    incident: Option<IncidentId>,
    contact: String,
    kind: String,
    reason: String,
}

/// Notes the end of an attempt; `None` for one that has ended already.
async fn end(
    connection: &mut SqliteConnection,
    id: i64,
    ended: &Ended,
    now: Timestamp,
) -> Result<Option<Noted>, StoreError> {
    let (state, next, over, why, receipt) = match ended {
        Ended::Delivered { receipt, remark } => {
            (DeliveryState::Delivered, None, Some(now.0), remark, receipt.clone())
        }
        Ended::Later { at, why } => (DeliveryState::Waits, Some(at.0), None, why, None),
        Ended::Refused { why } => (DeliveryState::Refused, None, Some(now.0), why, None),
        Ended::GivenUp { why } => (DeliveryState::GivenUp, None, Some(now.0), why, None),
    };
    let row = sqlx::query(
        "UPDATE delivery SET state = ?2, next_at = ?3, ended = ?4, why = ?5,
           receipt = coalesce(?6, receipt) WHERE id = ?1 AND state = ?7
         RETURNING notice, incident, contact, kind,
           (SELECT reason FROM notice WHERE id = delivery.notice)",
    )
    .bind(id)
    .bind(state.code())
    .bind(next)
    .bind(over)
    .bind(why)
    .bind(receipt)
    .bind(DeliveryState::Sending.code())
    .fetch_optional(connection)
    .await
    .doing(DOING)?;
    row.map(|row| {
        Ok(Noted {
            notice: row.int(0)?,
            incident: row.maybe(1)?.map(IncidentId),
            contact: row.text(2)?,
            kind: row.text(3)?,
            reason: row.text(4)?,
        })
    })
    .transpose()
}

/// Changes the windows that a notice reserved; `stored` is what it reserved in them.
async fn windows(
    desk: &mut Desk<'_>,
    connection: &mut SqliteConnection,
    stored: &str,
    change: impl Fn(Window, Told) -> Window,
) -> Result<(), StoreError> {
    let reserved: Vec<(DedupeKey, Told)> = serde_json::from_str(stored).doing(DOING)?;
    desk.load_windows(connection, reserved.iter().map(|(key, _)| key.clone())).await?;
    for (key, told) in reserved {
        if let Some(window) = desk.windows.remove(&key) {
            desk.windows.insert(key.clone(), change(window, told));
            desk.windows_changed.insert(key);
        }
    }
    Ok(())
}

async fn confirm(
    desk: &mut Desk<'_>,
    connection: &mut SqliteConnection,
    row: &Noted,
) -> Result<(), StoreError> {
    let now = desk.now;
    let first = sqlx::query(
        "UPDATE notice SET confirmed = ?2, released = NULL WHERE id = ?1 AND confirmed IS NULL
         RETURNING windows",
    )
    .bind(row.notice)
    .bind(now.0)
    .fetch_optional(&mut *connection)
    .await
    .doing(DOING)?;
    if let Some(first) = first {
        let of = |window: Window, told| window.confirm(told, now);
        windows(desk, &mut *connection, &first.text(0)?, of).await?;
    }
    let Some(id) = row.incident else { return Ok(()) };
    desk.load_incidents(connection, [id]).await?;
    if let Some(loaded) = desk.incidents.get_mut(&id) {
        let text = format!("{} ({}): {}.", row.contact, row.kind, row.reason);
        loaded.tell(EntryKind::Notified, Author::Clock, text, now);
    }
    Ok(())
}

async fn release(
    desk: &mut Desk<'_>,
    connection: &mut SqliteConnection,
    row: &Noted,
    why: &str,
) -> Result<(), StoreError> {
    let now = desk.now;
    if let Some(id) = row.incident {
        desk.load_incidents(&mut *connection, [id]).await?;
        if let Some(loaded) = desk.incidents.get_mut(&id) {
            let text = format!("{} ({}): {why}.", row.contact, row.kind);
            loaded.tell(EntryKind::NotifyFailed, Author::Clock, text, now);
        }
    }
    // Somebody took it, or may still.
    let last = sqlx::query(
        "UPDATE notice SET released = ?2 WHERE id = ?1 AND confirmed IS NULL AND released IS NULL
           AND NOT EXISTS (SELECT 1 FROM delivery WHERE notice = ?1 AND state < 3)
         RETURNING sent, windows",
    )
    .bind(row.notice)
    .bind(now.0)
    .fetch_optional(&mut *connection)
    .await
    .doing(DOING)?;
    let Some(last) = last else { return Ok(()) };
    let sent: Vec<Sent> = serde_json::from_str(&last.text(0)?).doing(DOING)?;
    windows(desk, &mut *connection, &last.text(1)?, Window::release).await?;
    desk.load_incidents(connection, sent.iter().map(|one| one.incident)).await?;
    for one in sent {
        let Some(loaded) = desk.incidents.get_mut(&one.incident) else { continue };
        if loaded.last_sent.as_ref() == Some(&one.told) {
            loaded.last_sent = one.before;
            loaded.since.reopened |= one.since.reopened;
            loaded.since.escalated |= one.since.escalated;
            loaded.since.suppression_ended |= one.since.suppression_ended;
            loaded.since.ack_expired |= one.since.ack_expired;
            loaded.next_at = Some(now.plus(AFTER_FAILURE_MS));
            loaded.touched = true;
        }
    }
    Ok(())
}
