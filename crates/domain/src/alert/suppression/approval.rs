//! Who decides about a suppression, and what they may.

use serde::{Deserialize, Serialize};

use super::{Decided, EMERGENCY_MS, Ended, Preview, Stage, Suppression};
use crate::Timestamp;

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What they remark. Untrusted text.
    pub note: String,
    /// What exactly they approved: [`Suppression::scope_hash`].
    pub scope: String,
    /// Whether they approved their own in an emergency.
    pub emergency: bool,
}

/// Who wants to approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approver<'a> {
    /// Who.
    pub name: &'a str,
    /// Whether their role may approve suppressions.
    pub may: bool,
}

/// Why something cannot be done with a suppression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuppressionRefusal {
    /// The role does not permit it.
    #[error("your role may not approve suppressions")]
    Role,
    /// Nobody approves their own.
    #[error("somebody other than {0} must approve it")]
    Own(String),
    /// They have approved it.
    #[error("you have approved it already; somebody else must be the second")]
    Twice,
    /// It is not waiting.
    #[error("it does not wait for approval: {0}")]
    NotPending(&'static str),
    /// It is over.
    #[error("it is over")]
    Over,
    /// It would mute too much.
    #[error("{0}")]
    TooBroad(String),
    /// An emergency is shorter.
    #[error(
        "in an emergency you can take at most an hour, at once and not as a window that comes back"
    )]
    NoEmergency,
    /// Only who asked for it takes it in an emergency.
    #[error("only {0}, who asked for it, can take it in an emergency")]
    NotYours(String),
    /// There is nothing to ratify.
    #[error("it was not taken in an emergency, or was approved since")]
    NothingToRatify,
    /// Nobody says why.
    #[error("say why")]
    NoNote,
    /// Nothing would change.
    #[error("nothing about what it mutes or when would change")]
    NothingChanged,
}

impl Suppression {
    fn waiting(&self, now: Timestamp) -> Result<(), SuppressionRefusal> {
        match self.stage(now) {
            Stage::Pending => Ok(()),
            Stage::Expired => Err(SuppressionRefusal::Over),
            other => Err(SuppressionRefusal::NotPending(other.title())),
        }
    }

    fn with_approval(&self, by: &str, note: &str, emergency: bool, at: Timestamp) -> Self {
        let mut next = self.clone();
        next.approvals.push(Approval {
            by: by.to_owned(),
            at,
            note: note.trim().to_owned(),
            scope: self.scope_hash(),
            emergency,
        });
        next
    }

    fn second(&self, approver: Approver<'_>) -> Result<(), SuppressionRefusal> {
        if !approver.may {
            return Err(SuppressionRefusal::Role);
        }
        if approver.name == self.requested_by || approver.name.trim().is_empty() {
            return Err(SuppressionRefusal::Own(self.requested_by.clone()));
        }
        if self.counting().any(|approval| approval.by == approver.name) {
            return Err(SuppressionRefusal::Twice);
        }
        Ok(())
    }

    /// Somebody approves it. It is approved once as many have as it takes.
    pub fn approve(
        &self,
        approver: Approver<'_>,
        note: &str,
        preview: &Preview,
        now: Timestamp,
    ) -> Result<Self, SuppressionRefusal> {
        self.waiting(now)?;
        self.second(approver)?;
        if let Some(sentence) = preview.refusal() {
            return Err(SuppressionRefusal::TooBroad(sentence));
        }
        let mut next = self.with_approval(approver.name, note, false, now);
        if next.counting().count() >= next.approvals_needed() {
            next.decided = Decided::Approved;
        }
        Ok(next)
    }

    /// Who asked for it takes it by oneself, for an hour at most. It is shown in red, and a ticket
    /// asks somebody else to approve it afterwards.
    pub fn take_in_emergency(
        &self,
        approver: Approver<'_>,
        note: &str,
        preview: &Preview,
        now: Timestamp,
    ) -> Result<Self, SuppressionRefusal> {
        self.waiting(now)?;
        if !approver.may {
            return Err(SuppressionRefusal::Role);
        }
        if approver.name != self.requested_by {
            return Err(SuppressionRefusal::NotYours(self.requested_by.clone()));
        }
        if note.trim().is_empty() {
            return Err(SuppressionRefusal::NoNote);
        }
        let short = self.ends_at.since(self.starts_at) <= EMERGENCY_MS;
        if !short || self.recurrence.is_some() {
            return Err(SuppressionRefusal::NoEmergency);
        }
        if let Some(sentence) = preview.refusal() {
            return Err(SuppressionRefusal::TooBroad(sentence));
        }
        let mut next = self.with_approval(approver.name, note, true, now);
        next.decided = Decided::Approved;
        Ok(next)
    }

    /// Somebody else approves afterwards what was taken in an emergency, also when it is over.
    pub fn ratify(
        &self,
        approver: Approver<'_>,
        note: &str,
        now: Timestamp,
    ) -> Result<Self, SuppressionRefusal> {
        if !self.unratified() {
            return Err(SuppressionRefusal::NothingToRatify);
        }
        self.second(approver)?;
        Ok(self.with_approval(approver.name, note, false, now))
    }

    /// Somebody says no.
    pub fn reject(
        &self,
        approver: Approver<'_>,
        note: &str,
        now: Timestamp,
    ) -> Result<Self, SuppressionRefusal> {
        self.waiting(now)?;
        if !approver.may {
            return Err(SuppressionRefusal::Role);
        }
        let ended = ended(approver.name, note, now)?;
        Ok(Self { decided: Decided::Rejected(ended), ..self.clone() })
    }

    /// Somebody ends it before its time. Anybody may who may ask for one: it makes nothing quieter.
    pub fn revoke(&self, by: &str, note: &str, now: Timestamp) -> Result<Self, SuppressionRefusal> {
        match self.stage(now) {
            Stage::Rejected | Stage::Revoked | Stage::Expired => Err(SuppressionRefusal::Over),
            _ => {
                let ended = ended(by, note, now)?;
                Ok(Self { decided: Decided::Revoked(ended), ..self.clone() })
            }
        }
    }
}

fn ended(by: &str, note: &str, at: Timestamp) -> Result<Ended, SuppressionRefusal> {
    let note = note.trim();
    if note.is_empty() {
        return Err(SuppressionRefusal::NoNote);
    }
    Ok(Ended { by: by.to_owned(), at, note: note.to_owned() })
}
