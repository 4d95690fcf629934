//! Service level indicators: their states and numbers, the same everywhere.

use domain::Timestamp;
use domain::sli::{Level, Reading, SliState};
use leptos::prelude::*;

use super::mark;
use crate::words;

/// The state, with the shape of the state of an evaluation that means the same.
pub fn sli_mark(state: SliState) -> impl IntoView + use<> {
    let shape = match state {
        SliState::Violated => "fail",
        SliState::AtRisk => "stale",
        SliState::NoData => "not-evaluated",
        SliState::Vacuous => "not-applicable",
        SliState::Met => "pass",
    };
    mark(shape, state.title())
}

/// The share of the budget that is left, signed; nothing where there is no budget.
pub fn budget(reading: &Reading) -> Option<String> {
    let left = reading.budget_left?;
    let percent = (left * 100.0).floor();
    Some(if percent < 0.0 {
        format!("overspent by {:.0}\u{202f}%", -percent)
    } else {
        format!("{percent:.0}\u{202f}% left")
    })
}

/// How loudly it calls, if it does, and since when that only stands because nobody can look.
pub fn call(reading: &Reading, now: Timestamp) -> Option<String> {
    let word = match reading.level {
        Level::None => return None,
        Level::Ticket => "Calls for a ticket",
        Level::Page => "Calls for a page",
    };
    Some(match reading.frozen_since {
        Some(at) => format!("{word}; frozen {}, nobody can look", words::relative(at, now)),
        None => word.to_owned(),
    })
}
