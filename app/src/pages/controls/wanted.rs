//! Which evaluations a listed control must have.

use domain::{State, Tally};

use crate::query::words as allowed;
use crate::words;

/// Which evaluations a control must have: one of the seven states, or any unknown one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Exactly this state.
    State(State),
    /// Not evaluated, stale or unreadable.
    Unknown,
}

impl Wanted {
    /// Reads the word of a URL.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "unknown" {
            return Some(Self::Unknown);
        }
        State::parse(text).map(Self::State)
    }

    /// What a URL may say.
    pub fn allowed() -> String {
        format!("unknown, {}", allowed(&State::ALL, |state| state.as_str()))
    }

    /// The states that are so.
    pub fn states(self) -> Vec<State> {
        match self {
            Self::State(state) => vec![state],
            Self::Unknown => State::ALL.into_iter().filter(|state| state.unknown()).collect(),
        }
    }

    /// How many evaluations are so.
    pub fn count(self, tally: &Tally) -> u64 {
        match self {
            Self::State(state) => tally.get(state),
            Self::Unknown => tally.unknown(),
        }
    }

    /// The word on screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::State(state) => words::state(state),
            Self::Unknown => "Unknown",
        }
    }
}
