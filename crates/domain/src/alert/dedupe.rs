//! The window of de-duplication: the same identity and event type are told once in it.
//!
//! It is measured from the last *confirmed* notification. A window is reserved before something is
//! sent and counts only once the sending was confirmed: a send that failed, or a process that was
//! killed between, must not swallow an alert (OpenObserve's `ReservedFingerprint` does the same). A
//! higher level breaks through. Lengths by severity are those of Panther's rules for GuardDuty.

use serde::{Deserialize, Serialize};

use super::Level;
use crate::id::{HOUR_MS, MINUTE_MS};
use crate::{Severity, Timestamp};

/// A reservation that nobody confirmed or gave back for so long belonged to somebody who died.
pub const LEASE_MS: i64 = 2 * MINUTE_MS;

/// Clocks of one machine differ by less; a time further ahead than this was written before the
/// clock was put back and proves nothing.
const SKEW_MS: i64 = MINUTE_MS;

/// How long the same is not told again, in milliseconds.
pub fn window_ms(severity: Severity) -> i64 {
    match severity {
        Severity::Critical => 15 * MINUTE_MS,
        Severity::High => HOUR_MS,
        Severity::Medium => 8 * HOUR_MS,
        Severity::Low | Severity::Informational => 24 * HOUR_MS,
    }
}

/// A notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When it was confirmed, or reserved.
    pub at: Timestamp,
    /// At what level.
    pub level: Level,
}

/// What is remembered of one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first event.
    pub first_seen: Timestamp,
    /// The last event.
    pub last_seen: Timestamp,
    /// All events, also those that nobody was told of.
    pub occurrences: u64,
    /// The last notification that a channel confirmed.
    pub confirmed: Option<Told>,
    /// A notification that is on its way.
    pub reserved: Option<Told>,
}

/// What to do about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Decision {
    /// Tell it: reserve, send, confirm.
    Notify(Because),
    /// The window is over and somebody has it in hand: one line in the next update.
    Digest,
    /// Count it only.
    Quiet {
        /// Until when.
        until: Timestamp,
    },
    /// Somebody is sending at this moment.
    Wait {
        /// When the sender counts as dead.
        until: Timestamp,
    },
}

impl Decision {
    /// Whether it is told now.
    pub fn tells(self) -> bool {
        matches!(self, Self::Notify(_))
    }
}

/// Why something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// It was never told.
    First,
    /// It was told at a lower level.
    LevelRaised,
    /// The window is over and nobody has taken it.
    WindowOver,
}

impl Window {
    /// The window of a first event.
    pub fn first(at: Timestamp) -> Self {
        Self { first_seen: at, last_seen: at, occurrences: 1, confirmed: None, reserved: None }
    }

    /// Counts an event. Duplicates count too; an event that arrives late moves only the first.
    #[must_use]
    pub fn seen(mut self, at: Timestamp) -> Self {
        self.first_seen = self.first_seen.min(at);
        self.last_seen = self.last_seen.max(at);
        self.occurrences = self.occurrences.saturating_add(1);
        self
    }

    /// What to do about an event of this level at this instant.
    pub fn decide(&self, level: Level, acknowledged: bool, now: Timestamp) -> Decision {
        if let Some(reserved) = self.live_reservation(now)
            && level <= reserved.level
        {
            return Decision::Wait { until: reserved.at.plus(LEASE_MS) };
        }
        let Some(told) = self.confirmed else { return Decision::Notify(Because::First) };
        if level > told.level {
            return Decision::Notify(Because::LevelRaised);
        }
        // Measured by the level that was told: a lower one now must not make the window longer.
        let until = told.at.plus(window_ms(told.level.severity));
        let future = told.at.since(now) > SKEW_MS;
        if now < until && !future {
            return Decision::Quiet { until };
        }
        if acknowledged { Decision::Digest } else { Decision::Notify(Because::WindowOver) }
    }

    /// Takes the window before sending. What is returned beside it says which sending it was.
    #[must_use]
    pub fn reserve(mut self, level: Level, now: Timestamp) -> (Self, Told) {
        let sending = Told { at: now, level };
        self.reserved = Some(sending);
        (self, sending)
    }

    /// A channel confirmed a sending. One that overtook it, at a higher level, goes on: what is
    /// confirmed late and lower neither takes its place nor shortens its window.
    #[must_use]
    pub fn confirm(mut self, sending: Told, now: Timestamp) -> Self {
        if self.reserved == Some(sending) {
            self.reserved = None;
        }
        let higher = self.confirmed.is_some_and(|told| {
            let lasts = (0..window_ms(told.level.severity)).contains(&now.since(told.at));
            told.level > sending.level && lasts
        });
        if !higher {
            self.confirmed = Some(Told { at: now, level: sending.level });
        }
        self
    }

    /// A sending failed: as if nobody had tried.
    #[must_use]
    pub fn release(mut self, sending: Told) -> Self {
        if self.reserved == Some(sending) {
            self.reserved = None;
        }
        self
    }

    /// Forgets what was told, so that the next look tells it: a suppression has ended.
    #[must_use]
    pub fn forget(mut self) -> Self {
        self.confirmed = None;
        self
    }

    fn live_reservation(&self, now: Timestamp) -> Option<Told> {
        self.reserved.filter(|reserved| {
            let age = now.since(reserved.at);
            (-SKEW_MS..LEASE_MS).contains(&age)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::Class;
    use proptest::prelude::*;

    const T: Timestamp = Timestamp(1_000 * HOUR_MS);

    fn high() -> Level {
        Level::new(Class::PagePhi, Severity::High)
    }

    fn critical() -> Level {
        Level::new(Class::PagePhi, Severity::Critical)
    }

    /// Reserved and confirmed at once.
    fn sent(window: Window, level: Level, at: Timestamp) -> Window {
        let (window, sending) = window.reserve(level, at);
        window.confirm(sending, at)
    }

    fn told() -> Window {
        sent(Window::first(T), high(), T)
    }

    #[test]
    fn a_window_is_as_long_as_the_severity_says() {
        let minutes: Vec<i64> = Severity::ALL.map(|one| window_ms(one) / MINUTE_MS).to_vec();
        assert_eq!(minutes, [15, 60, 480, 1440, 1440]);
        let until = T.plus(HOUR_MS);
        assert_eq!(told().decide(high(), false, until.plus(-1)), Decision::Quiet { until });
        assert_eq!(told().decide(high(), false, until), Decision::Notify(Because::WindowOver));
        assert_eq!(told().decide(high(), true, until), Decision::Digest);
    }

    #[test]
    fn a_rise_breaks_through_and_a_fall_does_not() {
        let soon = T.plus(MINUTE_MS);
        assert_eq!(told().decide(critical(), true, soon), Decision::Notify(Because::LevelRaised));
        let ticket = Level::new(Class::Ticket, Severity::Critical);
        assert!(matches!(told().decide(ticket, false, soon), Decision::Quiet { .. }));
        // A severity that goes up and down is told once for each new height, not for each change.
        let flapped = sent(told(), critical(), soon);
        assert!(matches!(flapped.decide(high(), false, soon.plus(1)), Decision::Quiet { .. }));
        assert!(matches!(flapped.decide(critical(), false, soon.plus(2)), Decision::Quiet { .. }));
    }

    #[test]
    fn a_failed_or_killed_send_swallows_nothing() {
        let (reserved, sending) = Window::first(T).reserve(high(), T);
        let wait = Decision::Wait { until: T.plus(LEASE_MS) };
        assert_eq!(reserved.decide(high(), false, T.plus(1)), wait);
        let raised = reserved.decide(critical(), false, T.plus(1));
        assert_eq!(raised, Decision::Notify(Because::First), "a rise does not wait");
        let failed = reserved.clone().release(sending);
        assert_eq!(failed.decide(high(), false, T.plus(1)), Decision::Notify(Because::First));
        let later = T.plus(LEASE_MS);
        assert_eq!(reserved.decide(high(), false, later), Decision::Notify(Because::First));
    }

    #[test]
    fn a_sending_that_was_overtaken_neither_confirms_nor_releases_the_other() {
        let (first, slow) = Window::first(T).reserve(high(), T);
        let (both, fast) = first.reserve(critical(), T.plus(1));
        let slow_confirmed = both.clone().confirm(slow, T.plus(2));
        assert_eq!(slow_confirmed.reserved, Some(fast));
        let failed = slow_confirmed.release(fast);
        let again = failed.decide(critical(), false, T.plus(3));
        assert_eq!(again, Decision::Notify(Because::LevelRaised), "the rise was never told");
        assert_eq!(both.clone().release(slow).reserved, Some(fast));
        let late = both.confirm(fast, T.plus(2)).confirm(slow, T.plus(9));
        assert_eq!(late.confirmed, Some(Told { at: T.plus(2), level: critical() }));
    }

    #[test]
    fn a_clock_that_jumps_an_hour_costs_one_more_message_at_most() {
        let ahead = told().decide(high(), false, T.plus(HOUR_MS));
        assert_eq!(ahead, Decision::Notify(Because::WindowOver));
        let ahead = sent(told(), high(), T.plus(HOUR_MS));
        // Put back by an hour: what was written then proves nothing, and after one message it is
        // measured from the new time.
        let back = T.plus(MINUTE_MS);
        assert_eq!(ahead.decide(high(), false, back), Decision::Notify(Because::WindowOver));
        let again = sent(ahead, high(), back);
        assert!(matches!(again.decide(high(), false, back.plus(1)), Decision::Quiet { .. }));
        let (dead, _) = Window::first(T).reserve(high(), T.plus(HOUR_MS));
        assert_eq!(dead.decide(high(), false, T), Decision::Notify(Because::First));
    }

    #[test]
    fn counters_move_for_every_duplicate() {
        let window = told().seen(T.plus(5)).seen(T.plus(3)).seen(T.plus(-7));
        assert_eq!(
            (window.occurrences, window.first_seen, window.last_seen),
            (4, T.plus(-7), T.plus(5))
        );
    }

    fn any_level() -> impl Strategy<Value = Level> {
        (0..Class::ALL.len(), 0..Severity::ALL.len())
            .prop_map(|(class, severity)| Level::new(Class::ALL[class], Severity::ALL[severity]))
    }

    proptest! {
        /// Whatever comes, in whatever order, with sends that fail, processes that die and are
        /// started again from what was stored, and a clock that jumps: the first event and every
        /// rise above what was told are told, or are waited for no longer than a lease.
        #[test]
        fn neither_the_first_event_nor_a_rise_is_ever_hidden(
            events in prop::collection::vec((any_level(), -HOUR_MS..3 * HOUR_MS, 0_u8..4, any::<bool>()), 1..40),
        ) {
            let mut now = T;
            let mut window = Window::first(now);
            let mut highest: Option<Level> = None;
            for (level, step, fate, acknowledged) in events {
                now = now.plus(step);
                window = window.seen(now);
                // A restart: decisons rest on what is stored alone.
                let stored = serde_json::to_string(&window).unwrap();
                let again: Window = serde_json::from_str(&stored).unwrap();
                let decision = window.decide(level, acknowledged, now);
                prop_assert_eq!(again.decide(level, acknowledged, now), decision);
                match decision {
                    Decision::Notify(_) => {
                        let (reserved, sending) = window.reserve(level, now);
                        window = reserved;
                        match fate {
                            0 => window = window.release(sending),
                            1 => {} // killed between sending and confirming
                            _ => {
                                window = window.confirm(sending, now);
                                highest = Some(level);
                            }
                        }
                    }
                    Decision::Wait { until } => {
                        let reserved = window.reserved.unwrap();
                        prop_assert!(reserved.level >= level);
                        prop_assert!(until.since(now) <= LEASE_MS + SKEW_MS);
                    }
                    Decision::Quiet { until } => {
                        prop_assert!(highest.is_some_and(|told| told >= level));
                        prop_assert!(until.since(now) <= 24 * HOUR_MS + SKEW_MS);
                    }
                    Decision::Digest => prop_assert!(highest.is_some_and(|told| told >= level)),
                }
            }
        }
    }
}
