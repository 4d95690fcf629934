//! When something is sent, and whether there is anything to send.
//!
//! The words are Alertmanager's (documentation, "Configuration": `group_wait`, `group_interval`,
//! `repeat_interval`), and so is the decision (`needsUpdate`). Two things differ. What is due next is
//! computed from what is stored, so that a restart neither sends again nor forgets
//! (prometheus/alertmanager #2492). And an old alert does not jump the queue after a restart (#2229):
//! nothing is sent before suppressions are loaded and each rule was evaluated once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::hours::Hours;
use super::{AlertFp, Class, Level};
use crate::Timestamp;
use crate::id::{HOUR_MS, MINUTE_MS};
use crate::register::words;

/// After a start nothing but a possible exposure of PHI is sent for at most so long.
pub const BARRIER_MS: i64 = MINUTE_MS;

/// When an unchanged group is told again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repeat {
    /// After so many milliseconds.
    Every(i64),
    /// With the daily digest.
    Daily,
    /// With the digest, a week later.
    Weekly,
}

/// The times of a class, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Timers {
    /// From the opening of a group to its first notification.
    pub group_wait_ms: i64,
    /// Changes of a group are told at multiples of this.
    pub group_interval_ms: i64,
    /// When it is told again while nobody has acknowledged it.
    pub repeat: Repeat,
    /// When it is told again after somebody has; the acknowledgement ends then.
    pub repeat_acknowledged: Repeat,
}

/// The times of a class; `None` for what nobody is told.
pub fn timers(class: Class) -> Option<Timers> {
    const SECOND: i64 = 1_000;
    let (wait, interval, repeat, acknowledged) = match class {
        // Nothing may delay the first page about PHI.
        Class::PagePhi => {
            (0, MINUTE_MS, Repeat::Every(10 * MINUTE_MS), Repeat::Every(30 * MINUTE_MS))
        }
        Class::PagePipe => {
            (30 * SECOND, 5 * MINUTE_MS, Repeat::Every(15 * MINUTE_MS), Repeat::Every(HOUR_MS))
        }
        Class::PageSlo => {
            (30 * SECOND, 5 * MINUTE_MS, Repeat::Every(HOUR_MS), Repeat::Every(4 * HOUR_MS))
        }
        Class::Ticket => (5 * MINUTE_MS, HOUR_MS, Repeat::Daily, Repeat::Weekly),
        Class::Ingest => return None,
    };
    Some(Timers {
        group_wait_ms: wait,
        group_interval_ms: interval,
        repeat,
        repeat_acknowledged: acknowledged,
    })
}

impl Timers {
    /// When an unchanged group that was told at `last` is told again. An interval is rounded up to
    /// a multiple of the group's interval, as Alertmanager documents it.
    pub fn repeat_at(&self, last: Timestamp, acknowledged: bool, hours: &Hours) -> Timestamp {
        let repeat = if acknowledged { self.repeat_acknowledged } else { self.repeat };
        match repeat {
            Repeat::Every(ms) => last.plus(round_up(ms, self.group_interval_ms)),
            Repeat::Daily => hours.next_digest(last, 0),
            Repeat::Weekly => hours.next_digest(last, 1),
        }
    }
}

/// The smallest multiple of `step` that is not below `ms`.
pub fn round_up(ms: i64, step: i64) -> i64 {
    if step <= 0 {
        return ms;
    }
    let over = ms.rem_euclid(step);
    if over == 0 { ms } else { ms.saturating_add(step - over) }
}

words!(
    /// Why a notification is sent. Every notification records it.
    NotifyReason {
        /// Nothing was ever sent about it.
        First = "first", "New";
        /// It was over, and has come back.
        Reopened = "reopened", "Reopened";
        /// It is more urgent than what was told.
        LevelRaised = "level-raised", "More urgent";
        /// The next person in the chain is called.
        Escalated = "escalated", "Escalated";
        /// It was muted, the suppression is over, and it still lasts.
        SuppressionEnded = "suppression-ended", "Suppression ended";
        /// Whoever took it has not finished in time.
        AckExpired = "ack-expired", "Acknowledgement expired";
        /// Alerts joined.
        NewAlerts = "new-alerts", "More alerts";
        /// Some of its alerts are over.
        SomeResolved = "some-resolved", "Some resolved";
        /// All of its alerts are over.
        AllResolved = "all-resolved", "All resolved";
        /// Nothing has changed, and it still lasts.
        Repeat = "repeat", "Still lasting";
    }
);

impl NotifyReason {
    /// Whether it is sent at once, and not at the next multiple of the group's interval.
    pub fn urgent(self) -> bool {
        !matches!(self, Self::NewAlerts | Self::SomeResolved | Self::AllResolved | Self::Repeat)
    }
}

/// What was last sent about an incident, and confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastSent {
    /// When.
    pub at: Timestamp,
    /// The alerts that fired.
    pub firing: BTreeSet<AlertFp>,
    /// The alerts that were over.
    pub resolved: BTreeSet<AlertFp>,
    /// The level.
    pub level: Level,
}

/// How an incident stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    /// The alerts that fire, also those that nobody can observe at present.
    pub firing: BTreeSet<AlertFp>,
    /// The alerts that are over.
    pub resolved: BTreeSet<AlertFp>,
    /// Of those that fire, the ones that a suppression mutes, or whose window of de-duplication says
    /// that they need not be told yet. They join the next notification and cause none.
    pub quiet: BTreeSet<AlertFp>,
    /// The highest level of those that fire and are not muted; of all where all are.
    pub level: Level,
    /// Whether somebody has acknowledged it.
    pub acknowledged: bool,
    /// What happened since something was last sent.
    pub since: Since,
}

/// One alert of an incident, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberNow {
    /// Which.
    pub fp: AlertFp,
    /// Its level.
    pub level: Level,
    /// Whether it fires ([`super::flap::Track::fires`]).
    pub fires: bool,
    /// Whether a suppression mutes it ([`super::suppression::Muting::muted`]).
    pub muted: bool,
    /// Whether its window of de-duplication tells it ([`super::dedupe::Decision::tells`]).
    pub tells: bool,
}

impl Members {
    /// Puts the alerts of an incident together; `otherwise` is its level where none fires.
    pub fn of(
        alerts: impl IntoIterator<Item = MemberNow>,
        otherwise: Level,
        acknowledged: bool,
        since: Since,
    ) -> Self {
        let (mut firing, mut resolved, mut quiet) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let (mut heard, mut all) = (None, None);
        for alert in alerts {
            if !alert.fires {
                resolved.insert(alert.fp);
                continue;
            }
            all = all.max(Some(alert.level));
            if !alert.muted {
                heard = heard.max(Some(alert.level));
            }
            if alert.muted || !alert.tells {
                quiet.insert(alert.fp.clone());
            }
            firing.insert(alert.fp);
        }
        let level = heard.or(all).unwrap_or(otherwise);
        Self { firing, resolved, quiet, level, acknowledged, since }
    }

    /// Whether something fires that was not told and has to be.
    fn untold(&self, last: &LastSent) -> bool {
        self.firing.iter().any(|fp| !last.firing.contains(fp) && !self.quiet.contains(fp))
    }
}

/// What happened since something was last sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four things that happen independently of each other"
)]
pub struct Since {
    /// It was reopened.
    pub reopened: bool,
    /// A step of the chain became due.
    pub escalated: bool,
    /// A suppression ended that had muted a member which still fires.
    pub suppression_ended: bool,
    /// An acknowledgement ran out.
    pub ack_expired: bool,
}

/// Whether there is anything to send, and why. De-duplication holds back alerts that join, and
/// nothing else: an incident that is new, more urgent or back is always told. `None` of nothing sent and nothing firing: what
/// never fired has nothing to be over.
pub fn needs_update(
    last: Option<&LastSent>,
    members: &Members,
    hours: &Hours,
    now: Timestamp,
) -> Option<NotifyReason> {
    let told = members.level.class != Class::Ingest;
    let Some(last) = last else {
        return (told && !members.firing.is_empty()).then_some(NotifyReason::First);
    };
    if members.firing.is_empty() {
        return (!last.firing.is_empty()).then_some(NotifyReason::AllResolved);
    }
    if !told {
        return None;
    }
    let since = members.since;
    let reasons = [
        (since.reopened || last.firing.is_empty(), NotifyReason::Reopened),
        (members.level > last.level, NotifyReason::LevelRaised),
        (since.escalated, NotifyReason::Escalated),
        (since.suppression_ended, NotifyReason::SuppressionEnded),
        (since.ack_expired, NotifyReason::AckExpired),
        (members.untold(last), NotifyReason::NewAlerts),
        // Only what was told as firing has an end to tell.
        (!members.resolved.is_disjoint(&last.firing), NotifyReason::SomeResolved),
    ];
    if let Some((_, reason)) = reasons.into_iter().find(|(holds, _)| *holds) {
        return Some(reason);
    }
    let timers = timers(members.level.class)?;
    let due = timers.repeat_at(last.at, members.acknowledged, hours);
    // A time ahead of now was written before the clock was put back.
    let due = due <= now || last.at.since(now) > MINUTE_MS;
    due.then_some(NotifyReason::Repeat)
}

/// When somebody has to look at an incident again. `None` when nothing will ever be due by itself.
/// It is stored, and computed again from the same data it is the same. The ends of windows of
/// de-duplication, of suppressions and of the steps of a chain come on top.
pub fn next_action_at(
    opened_at: Timestamp,
    last: Option<&LastSent>,
    members: &Members,
    hours: &Hours,
    now: Timestamp,
) -> Option<Timestamp> {
    // What was told and is less urgent now than anything that is told still has an end to tell.
    let class = timers(members.level.class).or_else(|| timers(last?.level.class));
    let timers = class?;
    let Some(last) = last else {
        let first = opened_at.plus(timers.group_wait_ms);
        // An incident from the future waits no longer than a new one.
        return (!members.firing.is_empty()).then(|| first.min(now.plus(timers.group_wait_ms)));
    };
    match needs_update(Some(last), members, hours, now) {
        Some(reason) if reason.urgent() => Some(now),
        Some(NotifyReason::Repeat) => Some(now),
        Some(_) => {
            let tick = last.at.plus(timers.group_interval_ms);
            Some(tick.min(now.plus(timers.group_interval_ms)).max(now))
        }
        None if members.firing.is_empty() => None,
        None => Some(timers.repeat_at(last.at, members.acknowledged, hours)),
    }
}

/// What to send now, if anything: there is something to send, and its time has come.
pub fn due(
    opened_at: Timestamp,
    last: Option<&LastSent>,
    members: &Members,
    hours: &Hours,
    now: Timestamp,
) -> Option<NotifyReason> {
    let reason = needs_update(last, members, hours, now)?;
    next_action_at(opened_at, last, members, hours, now).filter(|at| *at <= now).map(|_| reason)
}

/// Whether sending is held back after a start: until suppressions are loaded and every rule was
/// evaluated once (`ready`), for a minute at most. A possible exposure of PHI is never held.
pub fn held_at_start(class: Class, started: Timestamp, ready: bool, now: Timestamp) -> bool {
    let age = now.since(started);
    class != Class::PagePhi && !ready && (0..BARRIER_MS).contains(&age)
}

#[cfg(test)]
mod tests;
