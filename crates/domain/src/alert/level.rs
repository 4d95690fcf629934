//! How urgent something is: its class first, then its severity.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Class;
use crate::Severity;

/// How urgent. Greater is more urgent, so that the level of a whole is the maximum of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Level {
    /// The kind of attention.
    pub class: Class,
    /// How bad.
    pub severity: Severity,
}

impl Level {
    /// Both together.
    pub fn new(class: Class, severity: Severity) -> Self {
        Self { class, severity }
    }

    /// The highest of several; `None` of nothing.
    pub fn highest(levels: impl IntoIterator<Item = Self>) -> Option<Self> {
        levels.into_iter().max()
    }
}

impl Ord for Level {
    fn cmp(&self, other: &Self) -> Ordering {
        // Both enumerations list the most urgent first.
        other.class.cmp(&self.class).then(other.severity.cmp(&self.severity))
    }
}

impl PartialOrd for Level {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.class.title(), self.severity.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greater_is_more_urgent_and_class_comes_first() {
        let mut levels = Vec::new();
        for class in Class::ALL {
            levels.extend(Severity::ALL.map(|severity| Level::new(class, severity)));
        }
        assert!(levels.is_sorted_by(|a, b| a > b));
        assert_eq!(Level::highest(levels.iter().copied().rev()), levels.first().copied());
        assert_eq!(Level::highest([]), None);
    }
}
