//! What an indicator said at an instant.

use serde::{Deserialize, Serialize};

use super::Sli;
use super::ratio::{Burn, Window};
use crate::Timestamp;

/// How an indicator stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SliState {
    /// The target is missed.
    Violated,
    /// Kept, but not for long if this goes on; or not all is known.
    AtRisk,
    /// Nobody knows. Never good.
    NoData,
    /// There is nothing to measure, and that was looked at.
    Vacuous,
    /// The target is kept.
    Met,
}

impl SliState {
    /// All of them, worst first.
    pub const ALL: [Self; 5] =
        [Self::Violated, Self::AtRisk, Self::NoData, Self::Vacuous, Self::Met];

    /// The word in URLs, JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Violated => "violated",
            Self::AtRisk => "at-risk",
            Self::NoData => "no-data",
            Self::Vacuous => "vacuous",
            Self::Met => "met",
        }
    }

    /// The word for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Violated => "Violated",
            Self::AtRisk => "At risk",
            Self::NoData => "No data",
            Self::Vacuous => "Nothing to measure",
            Self::Met => "Met",
        }
    }

    /// The inverse of [`Self::as_str`]; an unknown word is no data, never good.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == text).unwrap_or(Self::NoData)
    }
}

/// How loudly an indicator calls.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Not at all.
    #[default]
    None,
    /// Somebody has to look during working hours.
    Ticket,
    /// Somebody has to look now.
    Page,
}

impl Level {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ticket => "ticket",
            Self::Page => "page",
        }
    }
}

/// Somebody or something that keeps an indicator from its target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its identity within the indicator.
    pub key: String,
    /// What it is, in words.
    pub what: String,
    /// Where to read on, a path of this product; empty if there is nothing more.
    pub link: String,
    /// Since when.
    pub since: Timestamp,
    /// How long that is permitted, in milliseconds.
    pub grace_ms: i64,
}

impl Member {
    /// Whether the grace has ended.
    pub fn overdue(&self, now: Timestamp) -> bool {
        now.since(self.since) >= self.grace_ms
    }

    /// Milliseconds past the grace.
    pub fn debt_ms(&self, now: Timestamp) -> i64 {
        (now.since(self.since) - self.grace_ms).max(0)
    }
}

/// What an indicator said at an instant, with everything that explains it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The indicator.
    pub sli: Sli,
    /// When it was computed.
    pub at: Timestamp,
    /// The age of the oldest input; `None` if there never was one.
    pub as_of: Option<Timestamp>,
    /// How it stands.
    pub state: SliState,
    /// Why, as a sentence with its numbers.
    pub why: String,
    /// The number: a share between 0 and 1, a count, or hours. `None` where it is not defined.
    pub value: Option<f64>,
    /// Good events or covered members.
    pub good: u64,
    /// All events or members that count.
    pub total: u64,
    /// Events that were looked at, as proof that somebody did.
    pub examined: u64,
    /// The share of the period that was observed, between 0 and 1.
    pub coverage: Option<f64>,
    /// What the denominator is, and where it comes from.
    pub denominator: String,
    /// Sums of each window, for ratios.
    pub windows: Vec<Window>,
    /// Burn rates, for ratios.
    pub burns: Vec<Burn>,
    /// The share of the budget that is left, negative when overspent; for ratios.
    pub budget_left: Option<f64>,
    /// Until the budget is spent at the pace of the last six hours, in milliseconds.
    pub exhausted_in_ms: Option<i64>,
    /// Hours past their grace, of all members together; for coverage.
    pub debt_hours: Option<f64>,
    /// The last bad event.
    pub last_bad: Option<Timestamp>,
    /// How loudly it calls.
    pub level: Level,
    /// Since when the level only stands because nobody can look.
    pub frozen_since: Option<Timestamp>,
}

impl Reading {
    /// A reading of which nothing is known.
    pub fn nothing(sli: Sli, at: Timestamp, why: impl Into<String>) -> Self {
        Self {
            sli,
            at,
            as_of: None,
            state: SliState::NoData,
            why: why.into(),
            value: None,
            good: 0,
            total: 0,
            examined: 0,
            coverage: None,
            denominator: String::new(),
            windows: Vec::new(),
            burns: Vec::new(),
            budget_left: None,
            exhausted_in_ms: None,
            debt_hours: None,
            last_bad: None,
            level: Level::None,
            frozen_since: None,
        }
    }

    /// Keeps the level of the reading before while nobody can look: silence resolves nothing.
    #[must_use]
    pub fn after(mut self, before: Option<&Self>) -> Self {
        if let Some(before) = before
            && self.state == SliState::NoData
            && before.level > self.level
        {
            self.level = before.level;
            self.frozen_since = before.frozen_since.or(Some(self.at));
        }
        self
    }

    /// The number as people read it; a dash where there is none.
    pub fn figure(&self) -> String {
        let Some(value) = self.value else { return "–".to_owned() };
        match self.sli.definition().target {
            super::Target::Share(_) => super::percent(value),
            super::Target::Count(_) => format!("{value:.0}"),
            super::Target::Within(_) => format!("{value:.1} h"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_keeps_the_level_and_says_since_when() {
        let sli = Sli::AuthenticationSuccess;
        let mut before = Reading::nothing(sli, Timestamp(1_000), "");
        before.state = SliState::Violated;
        before.level = Level::Page;
        let frozen = Reading::nothing(sli, Timestamp(2_000), "").after(Some(&before));
        assert_eq!((frozen.level, frozen.frozen_since), (Level::Page, Some(Timestamp(2_000))));
        let still = Reading::nothing(sli, Timestamp(3_000), "").after(Some(&frozen));
        assert_eq!((still.level, still.frozen_since), (Level::Page, Some(Timestamp(2_000))));
        let mut seen = Reading::nothing(sli, Timestamp(4_000), "");
        seen.state = SliState::Met;
        assert_eq!(seen.after(Some(&still)).level, Level::None);
    }
}
