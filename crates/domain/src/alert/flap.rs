//! From single observations to an alert: what has to last, what goes on for a while, what flaps,
//! and what nobody can see.
//!
//! `for` and `keep_firing_for` are Prometheus's words (documentation, "Alerting rules"). An alert
//! ends after two good observations in a row and not before; silence is no observation, so an alert
//! whose input is missing keeps its level (grafana/grafana #33828 shows the false recovery).

use serde::{Deserialize, Serialize};

use super::{Class, Observed, Route};
use crate::Timestamp;
use crate::id::{HOUR_MS, MINUTE_MS};
use crate::register::words;

/// So many changes within an hour are flapping.
pub const FLAPS: usize = 4;
/// Good observations in a row that it takes to end an alert.
pub const GOOD_IN_A_ROW: u32 = 2;
/// A page that nobody can observe for so long is a failure of the pipeline.
pub const FROZEN_MS: i64 = 15 * MINUTE_MS;

words!(
    /// Where an alert stands.
    Phase {
        /// It does not fire.
        Quiet = "quiet", "Quiet";
        /// It is so, but not for long enough yet.
        Pending = "pending", "Pending";
        /// It fires.
        Firing = "firing", "Firing";
        /// It comes and goes; it is held open.
        Flapping = "flapping", "Flapping";
        /// It was, and is over.
        Resolved = "resolved", "Resolved";
    }
);

words!(
    /// What a new observation brought about.
    Turn {
        /// It began to wait.
        Waits = "waits", "Waiting whether it lasts";
        /// It was over before it fired.
        Passed = "passed", "Over before it fired";
        /// It fires.
        Fired = "fired", "Fires";
        /// It comes and goes: told once.
        Flaps = "flaps", "Comes and goes";
        /// It no longer comes and goes.
        Settled = "settled", "No longer comes and goes";
        /// Nobody can observe it; its level stays.
        Froze = "froze", "Cannot be observed";
        /// It can be observed again.
        Thawed = "thawed", "Can be observed again";
        /// It could not be observed for so long that the pipeline has to page.
        PagesAsPipe = "pages-as-pipe", "Unobserved for too long";
        /// It is over.
        Resolved = "resolved", "Over";
    }
);

/// How long a rule wants it to last, and to go on; milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long it must last before it fires.
    pub for_ms: i64,
    /// How long it goes on firing after it was last seen.
    pub keep_firing_ms: i64,
    /// Its class, which decides what it means that nobody can see it.
    pub class: Class,
}

/// What is remembered of an alert between observations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// Where it stands.
    pub phase: Phase,
    /// Since when.
    pub since: Timestamp,
    /// When it was last seen to be so.
    pub last_bad: Option<Timestamp>,
    /// Good observations in a row.
    pub good: u32,
    /// What the last observation that was one said.
    pub last_said: Option<Observed>,
    /// When what is observed changed, within the last hour: the last [`FLAPS`] times.
    pub changes: Vec<Timestamp>,
    /// Since when nobody can observe it.
    pub frozen_since: Option<Timestamp>,
    /// Whether the pipeline has paged for that.
    pub paged_as_pipe: bool,
}

impl Track {
    /// An alert that was never observed.
    pub fn new(now: Timestamp) -> Self {
        Self {
            phase: Phase::Quiet,
            since: now,
            last_bad: None,
            good: 0,
            last_said: None,
            changes: Vec::new(),
            frozen_since: None,
            paged_as_pipe: false,
        }
    }

    /// Whether it fires, as an incident sees it.
    pub fn fires(&self) -> bool {
        matches!(self.phase, Phase::Firing | Phase::Flapping)
    }

    /// Takes in an observation: what is remembered from then on, and what it brought about.
    #[must_use]
    pub fn observe(&self, said: Observed, patience: Patience, now: Timestamp) -> (Self, Vec<Turn>) {
        let mut track = self.clone();
        let mut turns = Vec::new();
        track.forget_the_future(now);
        if said == Observed::Unobserved {
            track.freeze(patience, now, &mut turns);
            return (track, turns);
        }
        if track.frozen_since.take().is_some() {
            track.paged_as_pipe = false;
            if track.phase != Phase::Quiet && track.phase != Phase::Resolved {
                turns.push(Turn::Thawed);
            }
        }
        if track.last_said.is_some_and(|before| before != said) {
            track.changes.push(now);
        }
        track.last_said = Some(said);
        track.changes.retain(|at| now.since(*at) < HOUR_MS);
        // More than the last few decide nothing, and what flaps each second must not fill memory.
        let old = track.changes.len().saturating_sub(FLAPS);
        track.changes.drain(..old);
        if said == Observed::Firing {
            track.bad(patience, now, &mut turns);
        } else {
            track.fine(patience, now, &mut turns);
        }
        (track, turns)
    }

    /// A time ahead of now was written before the clock was put back: it is now.
    fn forget_the_future(&mut self, now: Timestamp) {
        self.since = self.since.min(now);
        self.last_bad = self.last_bad.map(|at| at.min(now));
        self.frozen_since = self.frozen_since.map(|at| at.min(now));
        for at in &mut self.changes {
            *at = (*at).min(now);
        }
    }

    fn freeze(&mut self, patience: Patience, now: Timestamp, turns: &mut Vec<Turn>) {
        self.good = 0;
        if self.frozen_since.is_none() {
            self.frozen_since = Some(now);
            if self.fires() || self.phase == Phase::Pending {
                turns.push(Turn::Froze);
            }
        }
        let long = self.frozen_since.is_some_and(|since| now.since(since) >= FROZEN_MS);
        let pages = self.fires() && patience.class.route() == Route::Page;
        if long && pages && !self.paged_as_pipe {
            self.paged_as_pipe = true;
            turns.push(Turn::PagesAsPipe);
        }
    }

    fn bad(&mut self, patience: Patience, now: Timestamp, turns: &mut Vec<Turn>) {
        self.good = 0;
        self.last_bad = Some(now);
        match self.phase {
            Phase::Quiet | Phase::Resolved if patience.for_ms > 0 => {
                self.enter(Phase::Pending, now);
                turns.push(Turn::Waits);
            }
            Phase::Quiet | Phase::Resolved => {
                self.enter(Phase::Firing, now);
                turns.push(Turn::Fired);
            }
            Phase::Pending if now.since(self.since) >= patience.for_ms => {
                self.enter(Phase::Firing, now);
                turns.push(Turn::Fired);
            }
            Phase::Pending | Phase::Firing | Phase::Flapping => {}
        }
        self.flaps(now, turns);
    }

    fn fine(&mut self, patience: Patience, now: Timestamp, turns: &mut Vec<Turn>) {
        self.good = self.good.saturating_add(1);
        self.flaps(now, turns);
        match self.phase {
            Phase::Pending => {
                self.enter(Phase::Quiet, now);
                turns.push(Turn::Passed);
            }
            Phase::Firing => {
                let kept =
                    self.last_bad.is_none_or(|last| now.since(last) >= patience.keep_firing_ms);
                if self.good >= GOOD_IN_A_ROW && kept {
                    self.enter(Phase::Resolved, now);
                    turns.push(Turn::Resolved);
                }
            }
            Phase::Quiet | Phase::Resolved | Phase::Flapping => {}
        }
    }

    /// Four changes within an hour hold it open; when they have become fewer it is as before.
    fn flaps(&mut self, now: Timestamp, turns: &mut Vec<Turn>) {
        let many = self.changes.len() >= FLAPS;
        match self.phase {
            Phase::Firing if many => {
                self.enter(Phase::Flapping, now);
                turns.push(Turn::Flaps);
            }
            Phase::Flapping if !many => {
                self.enter(Phase::Firing, now);
                turns.push(Turn::Settled);
            }
            _ => {}
        }
    }

    fn enter(&mut self, phase: Phase, now: Timestamp) {
        self.phase = phase;
        self.since = now;
    }
}

#[cfg(test)]
mod tests;
