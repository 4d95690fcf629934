//! What people do with an incident.

use domain::alert::{Act, By as Author, Incident, IncidentId};
use serde_json::{Value, json};
use sqlx::Connection;

use super::desk::Desk;
use super::settle::told;
use super::{DOING, Setting, timeline};
use crate::audit::{self, By};
use crate::error::Doing;
use crate::open::Durability;
use crate::{StoreError, Writer, suppression};

const GONE: &str = "There is no such incident.";
const STALE: &str =
    "Somebody changed this incident in the meantime: look at it again, then decide.";

/// What came of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// The incident after it.
    pub incident: Incident,
    /// What the person is told, where the act did not do what they may think.
    pub message: Option<String>,
}

impl Writer {
    /// Does something with an incident: its timeline grows, and the audit log proves it, in one
    /// transaction. `version` is that of the incident as the person saw it, if they saw one.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where there is no such incident or it has changed since,
    /// [`StoreError::Refused`] with the reason where the act is not possible.
    pub async fn incident_act(
        &self,
        by: &By,
        id: IncidentId,
        version: Option<u64>,
        act: Act,
        setting: &Setting,
    ) -> Result<Acted, StoreError> {
        let now = by.at;
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with("BEGIN IMMEDIATE").await.doing(DOING)?;
        let suppressions = suppression::standing(&mut tx, now).await?;
        let mut desk = Desk::new(setting, suppressions, now);
        desk.load_incidents(&mut tx, [id]).await?;
        let Some(loaded) = desk.incidents.get_mut(&id) else {
            return Err(StoreError::Conflict(GONE));
        };
        if version.is_some_and(|version| version != loaded.incident.version) {
            return Err(StoreError::Conflict(STALE));
        }
        let message = loaded
            .apply(&act, &Author::Person(by.called()), now)
            .map_err(|refusal| StoreError::refused(&refusal))?;
        match act {
            Act::Reopen { .. } => loaded.since.reopened = true,
            Act::Escalate => loaded.since.escalated = true,
            _ => {}
        }
        let took = act == Act::Acknowledge && loaded.touched;
        loaded.touched = true;
        desk.settle_touched(&mut tx).await?;
        if took {
            let told = told(&mut tx, &[id]).await?;
            desk.plan_acknowledged(id, told.get(&id));
        }
        desk.save_with(&mut tx, Some(id)).await?;
        let Some(loaded) = desk.incidents.get(&id) else { return Err(StoreError::Conflict(GONE)) };
        let entry = by.did(word(&act), timeline::object(id));
        let entry = timeline::proved(entry, loaded.entries, &loaded.digest, facts(&act));
        audit::append(&mut tx, &entry).await?;
        let incident = loaded.incident.clone();
        tx.commit().await.doing(DOING)?;
        Ok(Acted { incident, message })
    }
}

/// The word of an act in the audit log.
fn word(act: &Act) -> &'static str {
    match act {
        Act::Acknowledge => "acknowledge-incident",
        Act::Assign { .. } => "assign-incident",
        Act::Snooze { .. } => "snooze-incident",
        Act::Escalate => "escalate-incident",
        Act::Resolve { .. } => "resolve-incident",
        Act::Reopen { .. } => "reopen-incident",
        Act::Note { .. } => "remark-on-incident",
        Act::SourceResolves { .. } | Act::Level(_) | Act::AckExpires | Act::SnoozeEnds => {
            "note-incident"
        }
    }
}

/// Facts that concern no person.
fn facts(act: &Act) -> Value {
    match act {
        Act::Resolve { disposition, .. } => json!({ "disposition": disposition.as_str() }),
        Act::Snooze { until } => json!({ "until": until.rfc3339() }),
        _ => Value::Null,
    }
}
