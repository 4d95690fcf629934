//! When things change: each aspect of each resource is good or bad, and flips at given moments.

use crate::clock::{DAY, HOUR, MINUTE};
use crate::noise;

/// Whether an aspect is good at a moment, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub good: bool,
    pub since: i64,
    /// Whether it has been bad before.
    pub was_bad: bool,
}

/// How far the schedule reaches to both sides of the anchor.
pub(crate) const REACH: i64 = 120 * DAY;

/// After this long without a change a source states a fact anew, so that its time moves.
const RESTATED_EVERY: i64 = 20 * DAY;

/// The first state of an aspect and the moments at which it flips, earliest first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    pub starts_good: bool,
    pub flips: [Option<i64>; 2],
    /// After the anchor this aspect flips once a day at this moment (milliseconds after it).
    pub lively: Option<i64>,
}

impl Schedule {
    /// Draws a schedule in which about `bad` percent of the aspects are bad at the anchor, more
    /// were bad 90 days before, and fewer will be later.
    pub(crate) fn draw(hash: u64, anchor: i64, bad: f64) -> Schedule {
        let draw = noise::unit(hash) * 100.0;
        let dice = noise::mix(hash ^ 0x51);
        let past = |days: i64| anchor - noise::between(dice, HOUR, days * DAY);
        let future = |days: i64| anchor + noise::between(dice, HOUR, days * DAY);
        let (starts_good, flips) = if draw < bad * 0.5 {
            (false, [None, None])
        } else if draw < bad * 0.75 {
            (false, [Some(future(120)), None])
        } else if draw < bad {
            (true, [Some(past(60)), None])
        } else if draw < bad * 1.7 {
            (false, [Some(past(90)), None])
        } else if draw < bad * 1.7 + 2.0 {
            let breaks = future(110);
            (true, [Some(breaks), Some(breaks + noise::between(hash, 2 * DAY, 20 * DAY))])
        } else {
            (true, [None, None])
        };
        Schedule { starts_good, flips, lively: None }
    }

    /// An aspect that never changes.
    pub(crate) fn always(good: bool) -> Schedule {
        Schedule { starts_good: good, flips: [None, None], lively: None }
    }

    /// An aspect that was good and went bad at a moment.
    pub(crate) fn broke(at: i64) -> Schedule {
        Schedule { starts_good: true, flips: [Some(at), None], lively: None }
    }

    /// The state at `now` of something that exists since `created`.
    pub(crate) fn state(&self, created: i64, anchor: i64, now: i64) -> State {
        let mut state =
            State { good: self.starts_good, since: created, was_bad: !self.starts_good };
        for flip in self.flips.iter().flatten().copied().filter(|flip| *flip <= now) {
            state.good = !state.good;
            state.since = state.since.max(flip);
            state.was_bad |= !state.good;
        }
        if let Some(first) = self.lively.map(|offset| anchor + offset)
            && now >= first
        {
            let times = (now - first) / DAY + 1;
            state.good ^= times % 2 == 1;
            state.since = state.since.max(first + (times - 1) * DAY);
            state.was_bad = true;
        }
        state
    }
}

/// The last time at which a fact was stated anew although nothing had changed.
pub(crate) fn restated(hash: u64, now: i64) -> i64 {
    let phase = noise::below(hash, RESTATED_EVERY as u64) as i64;
    now - (now - phase).rem_euclid(RESTATED_EVERY)
}

/// The moment of the `slot`-th lively aspect after the anchor: one every ten minutes.
pub(crate) fn lively_offset(slot: usize) -> i64 {
    (slot as i64 + 1) * 10 * MINUTE
}

/// One lively aspect for each ten minutes of a day.
pub(crate) const LIVELY: usize = 144;
