//! Who is called next when nobody answers.
//!
//! A chain has up to three steps. An incident keeps a copy of it from its opening, so that a change
//! of the chain does not change who is called about what is going on. Every step is checked against
//! suppressions (a mute that stops only the first call: IncidentRelay #40) and against the age of
//! the incident (an incident of four months paged at half past five: grafana/oncall #3111).

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::{DAY_MS, HOUR_MS, MINUTE_MS};

/// The most steps of a chain.
pub const MOST_STEPS: usize = 3;
/// The longest wait before a step.
pub const LONGEST_WAIT_MS: i64 = 4 * HOUR_MS;
/// An incident in which nothing has happened for so long calls nobody by itself.
pub const TOO_OLD_MS: i64 = DAY_MS;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// How long after the step before (after the opening, for the first), in milliseconds.
    pub wait_ms: i64,
    /// Who is called: contacts of the contact book.
    pub contacts: Vec<String>,
}

/// A chain of up to three steps. Empty where nobody has set one up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Step>", into = "Vec<Step>")]
pub struct Chain(Vec<Step>);

/// Why a chain cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainFlaw {
    /// Too many steps.
    #[error("a chain has at most three steps; this one has {0}")]
    TooLong(usize),
    /// A step calls nobody.
    #[error("step {0} calls nobody: name at least one contact")]
    Nobody(usize),
    /// A step waits for too long or for less than nothing.
    #[error("step {0} must wait between 0 and 240 minutes")]
    Wait(usize),
    /// A later step does not wait at all.
    #[error("step {0} must wait at least a minute, else it is part of the step before")]
    AtOnce(usize),
}

impl Chain {
    /// A chain of these steps.
    pub fn new(steps: Vec<Step>) -> Result<Self, ChainFlaw> {
        if steps.len() > MOST_STEPS {
            return Err(ChainFlaw::TooLong(steps.len()));
        }
        for (index, step) in steps.iter().enumerate() {
            let number = index + 1;
            if !step.contacts.iter().any(|contact| !contact.trim().is_empty()) {
                return Err(ChainFlaw::Nobody(number));
            }
            if !(0..=LONGEST_WAIT_MS).contains(&step.wait_ms) {
                return Err(ChainFlaw::Wait(number));
            }
            if index > 0 && step.wait_ms < MINUTE_MS {
                return Err(ChainFlaw::AtOnce(number));
            }
        }
        Ok(Self(steps))
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl TryFrom<Vec<Step>> for Chain {
    type Error = ChainFlaw;

    fn try_from(steps: Vec<Step>) -> Result<Self, ChainFlaw> {
        Self::new(steps)
    }
}

impl From<Chain> for Vec<Step> {
    fn from(chain: Chain) -> Self {
        chain.0
    }
}

/// How far an incident has gone along its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How many steps have been taken.
    pub taken: usize,
    /// When the last one was; when the incident was opened, before the first.
    pub at: Timestamp,
}

/// What decides whether a step is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// Whether somebody has to be called: it pages, and nobody has acknowledged, snoozed or
    /// resolved it.
    pub unattended: bool,
    /// Whether a suppression mutes it now. What must not be suppressed never is.
    pub muted: bool,
    /// When an alert joined, or a person did something, for the last time.
    pub last_activity: Timestamp,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "next", rename_all = "kebab-case")]
pub enum Next {
    /// This step is due.
    Step {
        /// Its place in the chain, from 0.
        index: usize,
    },
    /// A step will be due.
    Wait {
        /// When.
        until: Timestamp,
    },
    /// Somebody has it, or it is a ticket.
    Attended,
    /// A step would be due, and a suppression holds it back; asked again at the next look.
    Muted,
    /// Nothing has happened for so long that nobody is called.
    TooOld,
    /// Everybody was called, or there is nobody to call.
    Exhausted,
}

/// What comes next. Asked at every look, with the suppressions of that moment.
pub fn next(chain: &Chain, progress: Progress, situation: Situation, now: Timestamp) -> Next {
    if !situation.unattended {
        return Next::Attended;
    }
    let Some(step) = chain.0.get(progress.taken) else { return Next::Exhausted };
    if now.since(situation.last_activity) > TOO_OLD_MS {
        return Next::TooOld;
    }
    // A time ahead of now was written before the clock was put back.
    let due = progress.at.min(now).plus(step.wait_ms);
    if now < due {
        return Next::Wait { until: due };
    }
    if situation.muted { Next::Muted } else { Next::Step { index: progress.taken } }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Timestamp = Timestamp(1_000 * HOUR_MS);
    const OPEN: Situation = Situation { unattended: true, muted: false, last_activity: T };

    fn step(minutes: i64) -> Step {
        Step { wait_ms: minutes * MINUTE_MS, contacts: vec!["ada".to_owned()] }
    }

    fn chain() -> Chain {
        Chain::new(vec![step(0), step(10), step(20)]).unwrap()
    }

    fn after(taken: usize, minutes: i64, situation: Situation) -> Next {
        next(&chain(), Progress { taken, at: T }, situation, T.plus(minutes * MINUTE_MS))
    }

    #[test]
    fn steps_come_one_after_the_other_and_end() {
        assert_eq!(after(0, 0, OPEN), Next::Step { index: 0 });
        assert_eq!(after(1, 9, OPEN), Next::Wait { until: T.plus(10 * MINUTE_MS) });
        assert_eq!(after(1, 10, OPEN), Next::Step { index: 1 });
        assert_eq!(after(2, 20, OPEN), Next::Step { index: 2 });
        assert_eq!(after(3, 600, OPEN), Next::Exhausted);
        let nobody = next(&Chain::default(), Progress { taken: 0, at: T }, OPEN, T);
        assert_eq!(nobody, Next::Exhausted);
    }

    #[test]
    fn each_step_asks_whether_it_is_attended_muted_or_old() {
        let muted = Situation { muted: true, ..OPEN };
        assert_eq!(after(0, 0, muted), Next::Muted);
        assert_eq!(after(1, 10, muted), Next::Muted, "not only the first");
        assert_eq!(after(1, 10, Situation { unattended: false, ..OPEN }), Next::Attended);
        assert_eq!(after(1, 24 * 60 + 1, OPEN), Next::TooOld);
        let lively = Situation { last_activity: T.plus(DAY_MS), ..OPEN };
        assert_eq!(after(1, 24 * 60 + 1, lively), Next::Step { index: 1 });
    }

    #[test]
    fn a_clock_put_back_delays_a_step_by_no_more_than_its_wait() {
        let ahead = Progress { taken: 1, at: T.plus(HOUR_MS) };
        let until = T.plus(10 * MINUTE_MS);
        assert_eq!(next(&chain(), ahead, OPEN, T), Next::Wait { until });
    }

    #[test]
    fn a_chain_that_cannot_work_is_refused() {
        assert_eq!(Chain::new(vec![step(1); 4]), Err(ChainFlaw::TooLong(4)));
        let nobody = Step { contacts: vec![" ".to_owned()], ..step(1) };
        assert_eq!(Chain::new(vec![step(0), nobody]), Err(ChainFlaw::Nobody(2)));
        assert_eq!(Chain::new(vec![step(-1)]), Err(ChainFlaw::Wait(1)));
        assert_eq!(Chain::new(vec![step(241)]), Err(ChainFlaw::Wait(1)));
        assert_eq!(Chain::new(vec![step(0), step(0)]), Err(ChainFlaw::AtOnce(2)));
        let json = serde_json::to_string(&chain()).unwrap();
        assert_eq!(serde_json::from_str::<Chain>(&json).unwrap(), chain());
        assert!(serde_json::from_str::<Chain>("[{\"wait_ms\":0,\"contacts\":[]}]").is_err());
    }
}
