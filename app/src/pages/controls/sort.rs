//! The order of the list.

use std::cmp::Reverse;

use super::ControlLine;

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The most urgent failures first.
    State,
    /// By title.
    Title,
    /// By severity.
    Severity,
    /// By the number of failures.
    Failures,
}

impl Sort {
    pub(super) const ALL: [Self; 4] = [Self::State, Self::Title, Self::Severity, Self::Failures];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Title => "title",
            Self::Severity => "severity",
            Self::Failures => "failures",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text)
    }
}

/// Puts the list in order.
pub(super) fn order(lines: &mut [ControlLine], sort: Sort) {
    match sort {
        Sort::State => lines.sort_by_key(|line| {
            (
                line.tally.fail == 0,
                line.tally.unknown() == 0 && line.tally.total() > 0,
                line.control.severity,
                Reverse(line.tally.fail),
            )
        }),
        Sort::Title => lines.sort_by(|a, b| a.control.title.cmp(&b.control.title)),
        Sort::Severity => lines.sort_by_key(|line| line.control.severity),
        Sort::Failures => lines.sort_by_key(|line| Reverse(line.tally.fail)),
    }
}
