//! Whether a safeguard is met, as far as anybody can tell.

use domain::{Catalogue, Safeguard};
use leptos::prelude::*;
use store::ScorePoint;

use crate::components::mark;

/// Met or not, or not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// Something fails.
    No,
    /// Nothing fails, but not everything was verified. That is not met either.
    Unknown,
    /// Every applicable resource of every control passes.
    Yes,
    /// Nothing that it is about exists.
    Nothing,
}

impl Met {
    /// All, as the filter lists them.
    pub const ALL: [Self; 4] = [Self::No, Self::Unknown, Self::Yes, Self::Nothing];

    /// Reads it from a stored score. What was never judged is unknown.
    pub fn of(point: Option<&ScorePoint>) -> Self {
        let Some(point) = point else { return Self::Unknown };
        match point.met {
            Some(true) => Self::Yes,
            Some(false) if point.tally.fail > 0 => Self::No,
            Some(false) => Self::Unknown,
            None => Self::Nothing,
        }
    }

    /// The word in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::No => "not-met",
            Self::Unknown => "unknown",
            Self::Yes => "met",
            Self::Nothing => "nothing",
        }
    }

    /// The inverse of [`Met::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|met| met.as_str() == text)
    }

    /// The words on screens, and the shape.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::No => ("Not met", "fail"),
            Self::Unknown => ("Unknown", "not-evaluated"),
            Self::Yes => ("Met", "pass"),
            Self::Nothing => ("Nothing applies", "not-applicable"),
        }
    }
}

/// Whether no machine can answer any of it.
pub(in crate::pages) fn only_people(safeguard: &Safeguard) -> bool {
    let catalogue = Catalogue::get();
    let mut controls = catalogue
        .controls_of_section(&safeguard.section)
        .iter()
        .filter_map(|id| catalogue.control(id))
        .peekable();
    controls.peek().is_some() && controls.all(|control| control.attestation)
}

/// The mark of a safeguard. Where only a person can tell, it says so instead of "unknown".
pub(in crate::pages) fn met_mark(safeguard: &Safeguard, met: Met) -> AnyView {
    let (word, shape) = met.words();
    let word = if met == Met::Unknown && only_people(safeguard) {
        "Not evaluated: needs attestation"
    } else {
        word
    };
    mark(shape, word).into_any()
}
