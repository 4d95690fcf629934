//! What a suppression would mute, before anybody approves it.
//!
//! One broad matcher muted several services (prometheus/alertmanager #3492): whoever asks and
//! whoever approves sees the numbers, and what would mute too much is refused.

use serde::{Deserialize, Serialize};

use super::matcher::{Matcher, Subject, all_hold};

/// A suppression that fits more than this share of the alerts of 30 days is refused.
pub const MOST: f64 = 0.20;
/// The share is judged when at least so many alerts are known of 30 days: of three alerts one is a
/// third, and says nothing about the width of a matcher.
pub const FEWEST: u64 = 20;

/// What a suppression would mute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Alerts that fire now, and that it would mute.
    pub firing: u64,
    /// Alerts of the last 30 days that it would have muted.
    pub past: u64,
    /// All alerts of the last 30 days.
    pub all: u64,
    /// Alerts of the last 30 days that it fits, and that are never muted.
    pub exempt: u64,
    /// Alerts that could not be judged: they would not be muted.
    pub errors: u64,
}

impl Preview {
    /// Counts over the alerts that fire now and those of the last 30 days.
    pub fn of<'a>(
        matchers: &[Matcher],
        firing: impl IntoIterator<Item = &'a Subject>,
        past: impl IntoIterator<Item = &'a Subject>,
    ) -> Self {
        let mut preview = Self::default();
        for subject in firing {
            let fits = all_hold(matchers, subject) == Ok(true);
            preview.firing += u64::from(fits && subject.exempt.is_none());
        }
        for subject in past {
            preview.all += 1;
            match all_hold(matchers, subject) {
                Ok(true) if subject.exempt.is_some() => preview.exempt += 1,
                Ok(true) => preview.past += 1,
                Ok(false) => {}
                Err(_) => preview.errors += 1,
            }
        }
        preview
    }

    /// The share of the alerts of 30 days that it fits, also of those that are never muted;
    /// `None` where there were none.
    pub fn share(&self) -> Option<f64> {
        let fits = self.past.saturating_add(self.exempt);
        (self.all > 0).then(|| fits as f64 / self.all as f64)
    }

    /// Why it is refused; `None` where it is not, and where fewer than [`FEWEST`] alerts are known.
    pub fn refusal(&self) -> Option<String> {
        if self.all < FEWEST {
            return None;
        }
        let share = self.share().filter(|share| *share > MOST)?;
        Some(format!(
            "It fits {:.0} % of the alerts of the last 30 days ({} of {}); at most {:.0} % may be \
             muted at once. Name a resource group, a rule or an identity more closely.",
            share * 100.0,
            self.past + self.exempt,
            self.all,
            MOST * 100.0
        ))
    }
}
