//! Ratios and their burn rates over several windows.
//!
//! Sums are weighted by events: good and bad of all slices are added, never shares averaged.
//! Windows, percentages and factors follow the Site Reliability Workbook, chapter 5, "Alerting on
//! SLOs"; the lower bound at low traffic is Wilson's (Journal of the American Statistical
//! Association 22, 1927).

use serde::{Deserialize, Serialize};

use super::{COVERAGE_FLOOR, Level, PERIOD_MS, Reading, Sli, SliState, Target, percent};
use crate::Timestamp;
use crate::id::{DAY_MS, HOUR_MS, MINUTE_MS};

/// The windows whose sums are needed, in milliseconds, shortest first. The last is the period.
pub const WINDOWS_MS: [i64; 8] = [
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    HOUR_MS,
    2 * HOUR_MS,
    6 * HOUR_MS,
    DAY_MS,
    3 * DAY_MS,
    PERIOD_MS,
];

/// Sums of one window of closed slices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its length in milliseconds.
    pub length_ms: i64,
    /// Good events.
    pub good: u64,
    /// Bad events.
    pub bad: u64,
    /// Events that count as neither.
    pub unclear: u64,
}

impl Window {
    /// Events that count.
    pub fn total(&self) -> u64 {
        self.good + self.bad
    }

    /// Bad events of all; undefined without any.
    pub fn bad_share(&self) -> Option<f64> {
        (self.total() > 0).then(|| self.bad as f64 / self.total() as f64)
    }
}

/// A rule about two windows: both must burn faster than the factor.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rule {
    name: &'static str,
    long_ms: i64,
    short_ms: i64,
    /// The share of the period's budget that the long window may use up.
    share: f64,
    level: Level,
    /// Fewer bad events than this call nobody.
    least_bad: u64,
}

const RULES: [Rule; 4] = [
    Rule {
        name: "fast",
        long_ms: HOUR_MS,
        short_ms: 5 * MINUTE_MS,
        share: 0.02,
        level: Level::Page,
        least_bad: 3,
    },
    Rule {
        name: "slow",
        long_ms: 6 * HOUR_MS,
        short_ms: 30 * MINUTE_MS,
        share: 0.05,
        level: Level::Page,
        least_bad: 3,
    },
    Rule {
        name: "day",
        long_ms: DAY_MS,
        short_ms: 2 * HOUR_MS,
        share: 0.10,
        level: Level::Ticket,
        least_bad: 2,
    },
    Rule {
        name: "three-days",
        long_ms: 3 * DAY_MS,
        short_ms: 6 * HOUR_MS,
        share: 0.10,
        level: Level::Ticket,
        least_bad: 2,
    },
];

impl Rule {
    /// How many times faster than the budget permits: `share · period / window`.
    fn factor(&self) -> f64 {
        self.share * PERIOD_MS as f64 / self.long_ms as f64
    }
}

/// A burn rate: how many times faster than permitted the budget is being spent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Burn {
    /// The rule's name.
    pub rule: String,
    /// The long window in milliseconds.
    pub long_ms: i64,
    /// The short window in milliseconds.
    pub short_ms: i64,
    /// In the long window; undefined without events.
    pub long: Option<f64>,
    /// In the long window at the least, with 95 % confidence.
    pub long_at_least: Option<f64>,
    /// In the short window.
    pub short: Option<f64>,
    /// Both must be above this.
    pub factor: f64,
    /// How loudly the rule calls.
    pub level: Level,
    /// Whether it does.
    pub firing: bool,
}

/// What a ratio is computed from.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// One sum for each of [`WINDOWS_MS`].
    pub windows: Vec<Window>,
    /// The share of the period that was observed; `None` when nothing was expected.
    pub coverage: Option<f64>,
    /// The oldest of the sources' last words.
    pub as_of: Option<Timestamp>,
    /// Sources that are silent for longer than they should be.
    pub silent: Vec<String>,
    /// The share of the period that a source did not look at, which is left out of `coverage`;
    /// `None` when all of it was looked at.
    pub missed: Option<f64>,
    /// The last bad event.
    pub last_bad: Option<Timestamp>,
    /// What is counted.
    pub denominator: String,
}

/// The one-sided 95 % lower bound of a share (Wilson's score interval).
pub fn wilson_at_least(bad: u64, total: u64) -> Option<f64> {
    const Z: f64 = 1.645;
    if total == 0 {
        return None;
    }
    let n = total as f64;
    let p = bad as f64 / n;
    let z2 = Z * Z;
    let spread = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    Some(((p + z2 / (2.0 * n) - spread) / (1.0 + z2 / n)).max(0.0))
}

fn burns(windows: &[Window], budget: f64) -> Vec<Burn> {
    let find = |length_ms: i64| {
        windows.iter().find(|window| window.length_ms == length_ms).copied().unwrap_or_default()
    };
    RULES
        .iter()
        .map(|rule| {
            let (long, short) = (find(rule.long_ms), find(rule.short_ms));
            let rate = |share: Option<f64>| share.map(|share| share / budget);
            let long_at_least = rate(wilson_at_least(long.bad, long.total()));
            let short_rate = rate(short.bad_share());
            let factor = rule.factor();
            let above = |rate: Option<f64>| rate.is_some_and(|rate| rate > factor);
            Burn {
                rule: rule.name.to_owned(),
                long_ms: rule.long_ms,
                short_ms: rule.short_ms,
                long: rate(long.bad_share()),
                long_at_least,
                short: short_rate,
                factor,
                level: rule.level,
                firing: above(long_at_least) && above(short_rate) && long.bad >= rule.least_bad,
            }
        })
        .collect()
}

/// Judges a ratio.
///
/// In this order: a silent source, too little of the period observed, no events at all; only then
/// the number. The budget is `1 − target`; what is left of it is `1 − burn(period)`, signed.
pub fn judge(sli: Sli, input: Input, now: Timestamp) -> Reading {
    let Target::Share(target) = sli.definition().target else {
        return Reading::nothing(sli, now, "This indicator is not a ratio.");
    };
    let budget = (1.0 - target).max(f64::EPSILON);
    let period = input.windows.last().copied().unwrap_or_default();
    let burns = burns(&input.windows, budget);
    let share = period.bad_share();
    let six_hours = burns.iter().find(|burn| burn.long_ms == 6 * HOUR_MS);
    let pace = six_hours.and_then(|burn| burn.long).unwrap_or(0.0);
    let left = share.map(|share| 1.0 - share / budget);
    let mut reading = Reading {
        as_of: input.as_of,
        value: share.map(|share| 1.0 - share),
        good: period.good,
        total: period.total(),
        examined: period.total() + period.unclear,
        coverage: input.coverage,
        denominator: input.denominator,
        budget_left: left,
        exhausted_in_ms: left
            .filter(|_| pace > 0.0)
            .map(|left| (PERIOD_MS as f64 * left.max(0.0) / pace) as i64),
        last_bad: input.last_bad,
        windows: input.windows,
        ..Reading::nothing(sli, now, "")
    };
    let firing = burns.iter().filter(|burn| burn.firing).map(|burn| burn.level).max();
    reading.burns = burns;
    let heard = Heard { silent: &input.silent, all: input.missed.is_none() };
    (reading.state, reading.why) = state(&reading, target, firing, (heard, period));
    if reading.state != SliState::NoData {
        reading.level = firing.unwrap_or_default();
    }
    reading
}

/// What of the events is here.
struct Heard<'a> {
    silent: &'a [String],
    /// Whether nothing of the period was left out by those who were heard.
    all: bool,
}

fn state(
    reading: &Reading,
    target: f64,
    firing: Option<Level>,
    (heard, period): (Heard<'_>, Window),
) -> (SliState, String) {
    let Some(value) = reading.value else {
        let why = "No event that counts has arrived in 30 days, so there is no rate.";
        return (SliState::NoData, why.to_owned());
    };
    if let Some(first) = heard.silent.first() {
        let more = if heard.silent.len() > 1 {
            format!(" and {} more", heard.silent.len() - 1)
        } else {
            String::new()
        };
        let why = format!("{first}{more} should have been heard and was not; the rate is unknown.");
        return (SliState::NoData, why);
    }
    if let Some(coverage) = reading.coverage
        && coverage < COVERAGE_FLOOR
    {
        let why = format!(
            "Only {} of the time was observed; less than 90 % says nothing.",
            percent(coverage)
        );
        return (SliState::NoData, why);
    }
    let seen = period.total() + period.unclear;
    let unclear = format!("{} of {seen} failed without saying why", period.unclear);
    if (period.unclear as f64) > (1.0 - COVERAGE_FLOOR) * seen as f64 {
        return (SliState::NoData, format!("{unclear}; the rate is unknown."));
    }
    let sums = format!("{} of {} were good", reading.good, reading.total);
    if value < target {
        let why = format!("{sums}: {}, below {}.", percent(value), percent(target));
        return (SliState::Violated, why);
    }
    if (period.good as f64) < target * seen as f64 {
        return (SliState::AtRisk, format!("{sums}, but {unclear}."));
    }
    if firing.is_some() {
        let why = format!("{sums}, but the budget is being spent too fast.");
        return (SliState::AtRisk, why);
    }
    if reading.budget_left.is_some_and(|left| left < 0.25) {
        let why = format!("{sums}; less than a quarter of the budget is left.");
        return (SliState::AtRisk, why);
    }
    if !heard.all {
        let why = format!("{sums}, but a part of the time was not looked at.");
        return (SliState::AtRisk, why);
    }
    (SliState::Met, format!("{sums}: {}.", percent(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(bad: impl Fn(i64) -> (u64, u64)) -> Input {
        let windows = WINDOWS_MS
            .into_iter()
            .map(|length_ms| {
                let (bad, total) = bad(length_ms);
                Window { length_ms, good: total - bad, bad, unclear: 0 }
            })
            .collect();
        Input {
            windows,
            coverage: Some(1.0),
            as_of: Some(Timestamp(0)),
            silent: Vec::new(),
            missed: None,
            last_bad: None,
            denominator: String::new(),
        }
    }

    fn judged(bad: impl Fn(i64) -> (u64, u64)) -> Reading {
        judge(Sli::AuthenticationSuccess, input(bad), Timestamp(0))
    }

    #[test]
    fn factors_follow_from_the_share_of_the_budget() {
        let factors: Vec<f64> = RULES.iter().map(Rule::factor).collect();
        for (factor, expected) in factors.iter().zip([14.4, 6.0, 3.0, 1.0]) {
            assert!((factor - expected).abs() < 1e-9, "{factor} {expected}");
        }
    }

    #[test]
    fn wilson_gives_the_known_bounds() {
        // The figures of the semantics: burn at the least, for a budget of one per mille.
        for (bad, total, burn) in [(1, 69, 3.2), (3, 69, 17.5)] {
            let at_least = wilson_at_least(bad, total).unwrap() / 0.001;
            assert!((at_least - burn).abs() < 0.1, "{bad} of {total}: {at_least}");
        }
        let first = |total: u64| {
            (1..total).find(|bad| wilson_at_least(*bad, total).unwrap() / 0.001 > 14.4).unwrap()
        };
        assert_eq!((first(1_000), first(10_000)), (21, 164));
        assert_eq!(wilson_at_least(0, 0), None);
    }

    #[test]
    fn one_failed_sign_in_of_five_calls_nobody() {
        let reading = judged(|_| (1, 5));
        assert_eq!(reading.level, Level::None);
        assert_eq!(reading.state, SliState::Violated);
    }

    #[test]
    fn an_outage_pages_and_the_rate_is_weighted_by_events() {
        let reading =
            judged(|length| if length <= 6 * HOUR_MS { (50, 100) } else { (50, 100_000) });
        assert_eq!((reading.state, reading.level), (SliState::AtRisk, Level::Page));
        assert_eq!(reading.value, Some(0.9995));
        assert!((reading.budget_left.unwrap() - 0.5).abs() < 1e-9);
    }

    #[test]
    fn no_events_is_no_data_and_no_short_window_fires_nothing() {
        let reading = judged(|_| (0, 0));
        assert_eq!((reading.state, reading.value), (SliState::NoData, None));
        assert!(reading.burns.iter().all(|burn| !burn.firing && burn.long.is_none()));
        let quiet = judged(|length| if length < HOUR_MS { (0, 0) } else { (50, 100) });
        assert_eq!(quiet.level, Level::Ticket, "what paged is over; the day is still too bad");
    }

    #[test]
    fn silence_and_low_coverage_come_before_the_number() {
        let mut silent = input(|_| (0, 1_000));
        silent.silent = vec!["portal".to_owned(), "gateway".to_owned()];
        let reading = judge(Sli::AuthenticationSuccess, silent, Timestamp(0));
        assert_eq!(reading.state, SliState::NoData);
        assert!(reading.why.contains("portal and 1 more"), "{}", reading.why);
        let mut thin = input(|_| (0, 1_000));
        thin.coverage = Some(0.89);
        assert_eq!(judge(Sli::AuthenticationSuccess, thin, Timestamp(0)).state, SliState::NoData);
    }

    #[test]
    fn failures_without_a_cause_are_not_good() {
        let unclear = |unclear: u64| {
            let mut input = input(|_| (0, 1_000));
            input.windows.iter_mut().for_each(|window| window.unclear = unclear);
            judge(Sli::AuthenticationSuccess, input, Timestamp(0)).state
        };
        assert_eq!(unclear(0), SliState::Met);
        assert_eq!(unclear(1), SliState::Met, "at worst 99.9 %");
        assert_eq!(unclear(2), SliState::AtRisk);
        assert_eq!(unclear(200), SliState::NoData);
    }

    #[test]
    fn a_rate_over_gaps_is_at_risk_at_best() {
        let missing = |bad: u64| {
            let mut input = input(|_| (bad, 1_000));
            input.missed = Some(0.01);
            judge(Sli::AuthenticationSuccess, input, Timestamp(0)).state
        };
        assert_eq!((missing(0), missing(5)), (SliState::AtRisk, SliState::Violated));
    }

    #[test]
    fn the_budget_left_is_signed() {
        let reading = judged(|_| (3, 1_000));
        assert!((reading.budget_left.unwrap() + 2.0).abs() < 1e-9);
        assert_eq!(reading.exhausted_in_ms, Some(0));
    }
}
