//! The honest number: an interval with its coverage.
//!
//! [`Score::of`] is the only function that computes a score. Pages, the API, exports, alerts and
//! reports call it or read what it stored.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AccountId, Category, SectionId, Severity, State};

/// How many evaluations of a control are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tally {
    /// Fresh passes.
    pub pass: u64,
    /// Fresh failures.
    pub fail: u64,
    /// Failures under an approved exception.
    pub excepted: u64,
    /// Nobody looked.
    pub not_evaluated: u64,
    /// Too old.
    pub stale: u64,
    /// Unreadable.
    pub error: u64,
    /// Not applicable.
    pub not_applicable: u64,
}

impl Tally {
    /// The count of one state.
    pub fn get(&self, state: State) -> u64 {
        match state {
            State::Pass => self.pass,
            State::Fail => self.fail,
            State::Excepted => self.excepted,
            State::NotEvaluated => self.not_evaluated,
            State::Stale => self.stale,
            State::Error => self.error,
            State::NotApplicable => self.not_applicable,
        }
    }

    /// Adds `n` evaluations in `state`.
    pub fn add(&mut self, state: State, n: u64) {
        let slot = match state {
            State::Pass => &mut self.pass,
            State::Fail => &mut self.fail,
            State::Excepted => &mut self.excepted,
            State::NotEvaluated => &mut self.not_evaluated,
            State::Stale => &mut self.stale,
            State::Error => &mut self.error,
            State::NotApplicable => &mut self.not_applicable,
        };
        *slot += n;
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Self) {
        for state in State::ALL {
            self.add(state, other.get(state));
        }
    }

    /// Resources that count: pass, fail and unknown. Excepted and not applicable are left out.
    pub fn applicable(&self) -> u64 {
        self.pass + self.fail + self.unknown()
    }

    /// Resources of which nobody knows: not evaluated, stale, error.
    pub fn unknown(&self) -> u64 {
        self.not_evaluated + self.stale + self.error
    }

    /// All evaluations.
    pub fn total(&self) -> u64 {
        self.applicable() + self.excepted + self.not_applicable
    }
}

/// What a control contributes to a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed {
    /// Severity of the control; its weight.
    pub severity: Severity,
    /// Its evaluations within the scope.
    pub tally: Tally,
}

/// A score: what is proved, what could be, and how much was looked at. All between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The printed score: only fresh passes count.
    pub lo: f64,
    /// The score if everything unverified passed.
    pub hi: f64,
    /// The weighted share that was verified.
    pub coverage: f64,
}

impl Score {
    /// The one formula.
    ///
    /// For a control with `a` applicable resources, `p` fresh passes and `u` unknown:
    /// `lo = p/a`, `hi = (p+u)/a`, `coverage = 1 − u/a`. A control that nobody evaluated has
    /// `lo = 0, hi = 1, coverage = 0`. A control of which every resource is excepted or not
    /// applicable leaves the sums. The whole is the mean, weighted by severity
    /// (critical 10, high 5, medium 2, low 1), each control once.
    /// `None` when no control is left: there is nothing to score, and that is not 100 %.
    pub fn of(controls: impl IntoIterator<Item = Weighed>) -> Option<Self> {
        let (mut weights, mut lo, mut hi, mut coverage) = (0.0, 0.0, 0.0, 0.0);
        for Weighed { severity, tally } in controls {
            let weight = severity.weight();
            if tally.total() == 0 {
                weights += weight;
                hi += weight;
                continue;
            }
            let applicable = tally.applicable() as f64;
            if applicable == 0.0 {
                continue;
            }
            weights += weight;
            lo += weight * tally.pass as f64 / applicable;
            hi += weight * (tally.pass + tally.unknown()) as f64 / applicable;
            coverage += weight * (1.0 - tally.unknown() as f64 / applicable);
        }
        (weights > 0.0).then(|| Self {
            lo: lo / weights,
            hi: hi / weights,
            coverage: coverage / weights,
        })
    }
}

/// Whether every applicable resource of every control passes; `None` without any applicable one.
///
/// One unknown resource is enough for "not met".
pub fn met(controls: impl IntoIterator<Item = Weighed>) -> Option<bool> {
    let mut any = false;
    for Weighed { tally, .. } in controls {
        if tally.total() == 0 {
            return Some(false);
        }
        if tally.applicable() > tally.pass {
            return Some(false);
        }
        any |= tally.applicable() > 0;
    }
    any.then_some(true)
}

/// The score that the organisation wants to reach, between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Goal(pub f64);

/// The colour of a score, decided on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// At the goal, on fresh data, with at least 90 % coverage.
    Good,
    /// Below the goal by at most ten points, or at the goal without the evidence for green.
    Warning,
    /// Further below the goal.
    Bad,
    /// More than half of the weight is unverified, or nothing was measured.
    Unknown,
}

/// Least coverage for green.
pub const GREEN_COVERAGE: f64 = 0.9;

impl Standing {
    /// Green only if `lo` reaches the goal, nothing required is stale and coverage is at least 90 %.
    pub fn of(score: Option<Score>, goal: Goal, any_stale: bool) -> Self {
        match score {
            None => Self::Unknown,
            Some(score) if score.lo >= goal.0 => {
                if !any_stale && score.coverage >= GREEN_COVERAGE {
                    Self::Good
                } else {
                    Self::Warning
                }
            }
            Some(score) if score.coverage < 0.5 => Self::Unknown,
            Some(score) if score.lo >= goal.0 - 0.1 => Self::Warning,
            Some(_) => Self::Bad,
        }
    }

    /// The word in JSON and class names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Unknown => "unknown",
        }
    }
}

/// What a stored score is about. Printed as `overall`, `category:encryption`,
/// `class:technical`, `section:164.312(b)`, `account:123456789012`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScoreScope {
    /// Everything.
    Overall,
    /// One of the six categories.
    Category(Category),
    /// A class of safeguards.
    Class(crate::catalogue::Class),
    /// A section and what stands below it.
    Section(SectionId),
    /// All controls in one account.
    Account(AccountId),
}

impl fmt::Display for ScoreScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overall => f.write_str("overall"),
            Self::Category(category) => write!(f, "category:{}", category.as_str()),
            Self::Class(class) => write!(f, "class:{}", class.as_str()),
            Self::Section(section) => write!(f, "section:{section}"),
            Self::Account(account) => write!(f, "account:{account}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn weighed(severity: Severity, pass: u64, fail: u64, unknown: u64) -> Weighed {
        let tally = Tally { pass, fail, not_evaluated: unknown, ..Tally::default() };
        Weighed { severity, tally }
    }

    #[test]
    fn a_control_that_nobody_evaluated_pulls_down_and_says_so() {
        let score = Score::of([
            weighed(Severity::Critical, 10, 0, 0),
            weighed(Severity::Critical, 0, 0, 0),
        ]);
        assert_eq!(score, Some(Score { lo: 0.5, hi: 1.0, coverage: 0.5 }));
    }

    #[test]
    fn nothing_to_score_is_not_a_hundred_per_cent() {
        assert_eq!(Score::of([]), None);
        let none = Tally { not_applicable: 3, excepted: 1, ..Tally::default() };
        assert_eq!(Score::of([Weighed { severity: Severity::High, tally: none }]), None);
        assert_eq!(met([]), None);
        assert_eq!(Standing::of(None, Goal(0.9), false), Standing::Unknown);
    }

    #[test]
    fn green_needs_goal_freshness_and_coverage() {
        let score = |lo, coverage| Some(Score { lo, hi: 1.0, coverage });
        let goal = Goal(0.9);
        assert_eq!(Standing::of(score(0.95, 0.95), goal, false), Standing::Good);
        assert_eq!(Standing::of(score(0.95, 0.95), goal, true), Standing::Warning);
        assert_eq!(Standing::of(score(0.95, 0.85), goal, false), Standing::Warning);
        assert_eq!(Standing::of(score(0.85, 0.95), goal, false), Standing::Warning);
        assert_eq!(Standing::of(score(0.5, 0.95), goal, false), Standing::Bad);
        assert_eq!(Standing::of(score(0.2, 0.3), goal, false), Standing::Unknown);
    }

    #[test]
    fn one_unknown_resource_is_not_met() {
        assert_eq!(met([weighed(Severity::Low, 5, 0, 0)]), Some(true));
        assert_eq!(met([weighed(Severity::Low, 5, 0, 1)]), Some(false));
    }

    fn arbitrary() -> impl Strategy<Value = Weighed> {
        (0i64..4, 0u64..20, 0u64..20, 0u64..20)
            .prop_map(|(rank, p, f, u)| weighed(Severity::from_rank(rank), p, f, u))
    }

    proptest! {
        #[test]
        fn losing_data_never_raises_a_score(
            controls in prop::collection::vec(arbitrary(), 1..12),
            index in 0usize..12,
        ) {
            let before = Score::of(controls.clone());
            let mut after = controls;
            let index = index % after.len();
            // Every kind of loss: a pass or a failure of one resource becomes unknown.
            for take_pass in [true, false] {
                let tally = &mut after[index].tally;
                let slot = if take_pass { &mut tally.pass } else { &mut tally.fail };
                if *slot > 0 {
                    *slot -= 1;
                    tally.stale += 1;
                }
            }
            let after = Score::of(after);
            if let (Some(before), Some(after)) = (before, after) {
                prop_assert!(after.lo <= before.lo + 1e-12);
                prop_assert!(after.coverage <= before.coverage + 1e-12);
            }
        }

        #[test]
        fn a_score_is_an_interval(controls in prop::collection::vec(arbitrary(), 0..12)) {
            if let Some(score) = Score::of(controls) {
                prop_assert!(0.0 <= score.lo && score.lo <= score.hi + 1e-12);
                prop_assert!(score.hi <= 1.0 + 1e-12);
                prop_assert!((0.0..=1.0 + 1e-12).contains(&score.coverage));
            }
        }
    }
}
