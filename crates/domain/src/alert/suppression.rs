//! Suppressions: alerts that nobody is told of for a while, because somebody said why and somebody
//! else approved it.
//!
//! Only notifications and the steps of a chain are muted. Storage, evaluation, scores, indicators
//! and the timeline go on (SigNoz/signoz #9270), a resolve passes where the trigger was delivered
//! (prometheus/alertmanager #226), and what still fires at the end is told at once (#2896). What
//! cannot be judged is not muted. An approval is bound to what was approved: a change of the matchers
//! or the times makes a new suppression that waits for its own.
//!
//! Decisions are documented with their reasons (45 CFR 164.316(b)(1)(ii)).

mod approval;
mod history;
pub mod matcher;
pub mod preview;
pub mod proposal;
pub mod recurrence;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Class;
use super::timers::NotifyReason;
use crate::Timestamp;
use crate::id::{DAY_MS, HOUR_MS, MINUTE_MS, fingerprint};
use crate::register::words;

pub use approval::{Approval, Approver, SuppressionRefusal};
pub use history::{Deed, Ruling, Section};
pub use matcher::{Exempt, Field, MatchError, Matcher, Op, Subject};
pub use preview::Preview;
pub use proposal::Proposal;
pub use recurrence::{Occurrence, Recurrence};

/// The longest that one person may approve.
pub const SINGLE_MS: i64 = DAY_MS;
/// The longest that two persons may approve.
pub const DOUBLE_MS: i64 = 7 * DAY_MS;
/// The longest that one may take by oneself in an emergency.
pub const EMERGENCY_MS: i64 = HOUR_MS;
/// The latest last day of what comes back, from its first.
pub const RECURRING_MS: i64 = 90 * DAY_MS;

/// A suppression; numbers rise with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SuppressionId(pub i64);

impl fmt::Display for SuppressionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

words!(
    /// Where a suppression stands at an instant.
    Stage {
        /// Being written.
        Draft = "draft", "Draft";
        /// Waits for approval.
        Pending = "pending", "Waits for approval";
        /// Approved, and not now.
        Approved = "approved", "Approved";
        /// It mutes at this instant.
        Active = "active", "Active";
        /// Over.
        Expired = "expired", "Over";
        /// Somebody said no.
        Rejected = "rejected", "Rejected";
        /// Somebody ended it before its time.
        Revoked = "revoked", "Revoked";
    }
);

/// What a person decided, apart from what the time makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Decided {
    /// Nothing yet; it is being written.
    Draft,
    /// Nothing yet; it waits.
    Pending,
    /// Approved by as many as it takes.
    Approved,
    /// Refused.
    Rejected(Ended),
    /// Ended before its time.
    Revoked(Ended),
    /// Changed: another stands in its place.
    Superseded {
        /// Which.
        by: SuppressionId,
        /// When.
        at: Timestamp,
    },
}

/// Who ended something, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why. Untrusted text.
    pub note: String,
}

/// A suppression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// Which.
    pub id: SuppressionId,
    /// All must hold.
    pub matchers: Vec<Matcher>,
    /// It mutes nothing before.
    pub starts_at: Timestamp,
    /// It mutes nothing from then on.
    pub ends_at: Timestamp,
    /// Whether it mutes only in windows that come back.
    pub recurrence: Option<Recurrence>,
    /// Why. Untrusted text.
    pub reason: String,
    /// The change or ticket that it belongs to. Untrusted text.
    pub change_ref: String,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// Who approved it.
    pub approvals: Vec<Approval>,
    /// What was decided.
    pub decided: Decided,
    /// The one that it stands in the place of.
    pub supersedes: Option<SuppressionId>,
}

impl Suppression {
    /// What an approval is bound to: the matchers, the times and the recurrence.
    pub fn scope_hash(&self) -> String {
        let mut matchers: Vec<&Matcher> = self.matchers.iter().collect();
        matchers.sort();
        let mut fields = vec!["s1".to_owned(), matchers.len().to_string()];
        for matcher in matchers {
            fields.push(matcher.field.as_str().to_owned());
            fields.push(matcher.op.as_str().to_owned());
            fields.push(matcher.value.clone());
        }
        fields.push(self.starts_at.0.to_string());
        fields.push(self.ends_at.0.to_string());
        if let Some(recurrence) = &self.recurrence {
            let mut days: Vec<&str> = recurrence.days.iter().map(|day| day.as_str()).collect();
            days.sort_unstable();
            fields.push(recurrence.zone.clone());
            fields.push(days.join(","));
            fields.push(recurrence.at.to_string());
            fields.push(recurrence.duration_ms.to_string());
        }
        fingerprint(fields)
    }

    /// How many persons must approve it: two for what is longer than a day or comes back.
    pub fn approvals_needed(&self) -> usize {
        let long = self.ends_at.since(self.starts_at) > SINGLE_MS;
        if long || self.recurrence.is_some() { 2 } else { 1 }
    }

    /// The approvals that count: of others than who asked, each once, for exactly what stands here.
    fn counting(&self) -> impl Iterator<Item = &Approval> {
        let scope = self.scope_hash();
        let mut seen: Vec<&str> = Vec::new();
        self.approvals.iter().filter(move |approval| {
            let counts = approval.scope == scope
                && approval.by != self.requested_by
                && !approval.emergency
                && !seen.contains(&approval.by.as_str());
            seen.push(&approval.by);
            counts
        })
    }

    fn emergency(&self) -> Option<&Approval> {
        let scope = self.scope_hash();
        self.approvals.iter().find(|approval| {
            approval.emergency && approval.by == self.requested_by && approval.scope == scope
        })
    }

    /// Whether it was taken in an emergency and nobody has approved it since: shown in red, and a
    /// ticket asks for it.
    pub fn unratified(&self) -> bool {
        self.emergency().is_some() && self.counting().count() < self.approvals_needed()
    }

    /// Whether it is approved as it stands. Read anew each time: what was changed behind the back
    /// of its approval is not.
    fn approved(&self) -> bool {
        self.decided == Decided::Approved
            && (self.counting().count() >= self.approvals_needed() || self.emergency().is_some())
    }

    /// The window that covers an instant, whether approved or not.
    fn window(&self, now: Timestamp) -> Option<Occurrence> {
        let limits = (self.starts_at, self.ends_at);
        if let Some(recurrence) = &self.recurrence {
            return recurrence.covering(limits, now);
        }
        let whole = Occurrence { starts: self.starts_at, ends: self.ends_at };
        whole.covers(now).then_some(whole)
    }

    /// The end of the window in which it mutes at this instant. An emergency ends an hour after it
    /// was taken, whatever stands here.
    pub fn mutes_until(&self, now: Timestamp) -> Option<Timestamp> {
        if !self.approved() {
            return None;
        }
        let mut until = self.window(now)?.ends;
        if let Some(end) = self.emergency_end() {
            until = until.min(end);
        }
        (now < until).then_some(until)
    }

    /// When an emergency that nobody has approved since ends.
    fn emergency_end(&self) -> Option<Timestamp> {
        let taken = self.emergency().filter(|_| self.unratified())?;
        Some(taken.at.plus(EMERGENCY_MS))
    }

    /// From when on it mutes nothing any more, as it stands: its end, or the end of an emergency that
    /// nobody has approved since.
    pub fn over_at(&self) -> Timestamp {
        self.emergency_end().map_or(self.ends_at, |end| end.min(self.ends_at))
    }

    /// Its windows that are not over, the first `most` of them. What does not come back has one;
    /// what somebody rejected, ended or replaced has none.
    pub fn windows(&self, now: Timestamp, most: usize) -> Vec<Occurrence> {
        if self.stage(now).section() == Section::Over {
            return Vec::new();
        }
        let limits = (self.starts_at, self.over_at());
        let mut windows = match &self.recurrence {
            Some(recurrence) => recurrence.between(limits, now, limits.1),
            None => vec![Occurrence { starts: limits.0, ends: limits.1 }],
        };
        windows.retain(|one| one.ends > now);
        windows.truncate(most);
        windows
    }

    fn emergency_over(&self, now: Timestamp) -> bool {
        self.emergency_end().is_some_and(|end| now >= end)
    }

    /// Where it stands.
    pub fn stage(&self, now: Timestamp) -> Stage {
        match &self.decided {
            Decided::Rejected(_) => Stage::Rejected,
            Decided::Revoked(_) => Stage::Revoked,
            Decided::Superseded { .. } => Stage::Expired,
            _ if now >= self.ends_at => Stage::Expired,
            Decided::Draft => Stage::Draft,
            Decided::Pending => Stage::Pending,
            Decided::Approved if !self.approved() => Stage::Pending,
            Decided::Approved => match self.mutes_until(now) {
                Some(_) => Stage::Active,
                None if self.emergency_over(now) => Stage::Expired,
                None => Stage::Approved,
            },
        }
    }

    /// When the first window begins or ends after an instant; `None` when none does any more.
    /// Somebody has to look then.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        if let Some(until) = self.mutes_until(now) {
            return Some(until);
        }
        if !self.approved() || now >= self.ends_at {
            return None;
        }
        if self.emergency_over(now) {
            return None;
        }
        match &self.recurrence {
            None => (self.starts_at > now).then_some(self.starts_at),
            Some(recurrence) => {
                let limits = (self.starts_at, self.ends_at);
                let windows = recurrence.between(limits, now, now.plus(8 * DAY_MS));
                let next = windows.into_iter().map(|one| one.starts).find(|at| *at > now);
                // None within eight days: the first one is further away.
                next.or_else(|| (self.starts_at > now).then_some(self.starts_at))
            }
        }
    }
}

/// What mutes an alert at an instant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Muting {
    /// The suppressions that do; shown with the alert.
    pub muted_by: Vec<SuppressionId>,
    /// Those that could not be judged and so do not; count them.
    pub errors: Vec<(SuppressionId, String)>,
    /// Why nothing may mute it.
    pub exempt: Option<Exempt>,
}

impl Muting {
    /// Whether something mutes it.
    pub fn muted(&self) -> bool {
        !self.muted_by.is_empty()
    }
}

/// What mutes an alert now. Asked at every send and at every step of a chain.
pub fn muting(subject: &Subject, suppressions: &[Suppression], now: Timestamp) -> Muting {
    let mut muting = Muting { exempt: subject.exempt, ..Muting::default() };
    for one in suppressions.iter().filter(|one| one.mutes_until(now).is_some()) {
        match matcher::all_hold(&one.matchers, subject) {
            Ok(true) if subject.exempt.is_none() => muting.muted_by.push(one.id),
            Ok(_) => {}
            Err(error) => muting.errors.push((one.id, error.to_string())),
        }
    }
    muting
}

/// Whether an incident is muted: all of its alerts that fire are, and it is none about PHI.
pub fn incident_muted<'m>(class: Class, firing: impl IntoIterator<Item = &'m Muting>) -> bool {
    let mut firing = firing.into_iter().peekable();
    class != Class::PagePhi && firing.peek().is_some() && firing.all(Muting::muted)
}

/// Whether a notification is sent. A resolve passes where its trigger was delivered: whoever was
/// woken is told that it is over.
pub fn passes(muted: bool, reason: NotifyReason, trigger_delivered: bool) -> bool {
    match reason {
        NotifyReason::AllResolved | NotifyReason::SomeResolved => !muted || trigger_delivered,
        _ => !muted,
    }
}

/// Whether an alert must be told now because what muted it at the last look does so no more.
/// Whoever looks then forgets what was told of it ([`super::dedupe::Window::forget`]).
pub fn suppression_ended(before: &[SuppressionId], now: &Muting, fires: bool) -> bool {
    fires && !before.is_empty() && !now.muted()
}

/// When somebody has to look again because a suppression begins or ends.
pub fn next_change(suppressions: &[Suppression], now: Timestamp) -> Option<Timestamp> {
    suppressions.iter().filter_map(|one| one.next_change(now)).min()
}

/// How far in the past a start may lie that somebody wrote as "now".
const PAST_MS: i64 = 5 * MINUTE_MS;
