//! Exceptions: failures that somebody with the authority accepted, for a while.
//!
//! An exception covers a failure and counts beside the score. It never makes anything pass, it
//! ends by itself, and it says who approved it and why, because an auditor asks for that
//! (45 CFR 164.316(b)(1)(ii): decisions are documented).

use serde::{Deserialize, Serialize};

use crate::{AccountId, ControlId, Evaluation, Region, ResourceKey, Timestamp};

/// An approved exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The control whose failure is accepted.
    pub control: ControlId,
    /// The account.
    pub account: AccountId,
    /// The region; `None` for all regions of the account.
    pub region: Option<Region>,
    /// The resource; `None` for all resources that the control judges there.
    pub resource: Option<ResourceKey>,
    /// Why the failure is accepted. Untrusted text.
    pub reason: String,
    /// Who approved it. Untrusted text.
    pub approved_by: String,
    /// When it was approved; it covers nothing before.
    pub approved_at: Timestamp,
    /// When it ends; it covers nothing from then on.
    pub expires: Timestamp,
}

/// Why an exception cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExceptionFlaw {
    /// Nobody says why.
    #[error("an exception needs a reason: say why the failure is accepted")]
    NoReason,
    /// Nobody answers for it.
    #[error("an exception needs an approver: name the person who accepts the failure")]
    NoApprover,
    /// It would never cover anything.
    #[error("an exception must expire after it was approved: choose a later end")]
    NeverStands,
}

impl Exception {
    /// Whether it covers anything at this instant.
    pub fn stands(&self, now: Timestamp) -> bool {
        self.approved_at <= now && now < self.expires
    }

    /// Whether it is about this evaluation.
    pub fn covers(&self, evaluation: &Evaluation) -> bool {
        self.control == evaluation.control
            && self.account == evaluation.account
            && self.region.as_ref().is_none_or(|region| *region == evaluation.region)
            && self.resource.as_ref().is_none_or(|resource| *resource == evaluation.resource)
    }

    /// Whether it says everything that it must.
    pub fn complete(&self) -> Result<(), ExceptionFlaw> {
        if self.reason.trim().is_empty() {
            return Err(ExceptionFlaw::NoReason);
        }
        if self.approved_by.trim().is_empty() {
            return Err(ExceptionFlaw::NoApprover);
        }
        if self.expires <= self.approved_at {
            return Err(ExceptionFlaw::NeverStands);
        }
        Ok(())
    }
}
