//! Attempts without authorisation: what stands out against what is usual.

/// Fewer attempts of one identity in an hour than this never stand out.
pub const LEAST: u64 = 10;

/// Refusals in a row after which a success stands out.
pub const REFUSALS_BEFORE_SUCCESS: u64 = 5;

/// Days of the same hour that are compared with.
pub const BASELINE_DAYS: i64 = 28;

/// From how many attempts in an hour an identity stands out, given its counts at the same hour of
/// the last 28 days. Days without attempts are zeros and need not be listed.
///
/// The larger of ten and the 99.9 % upper bound of a Poisson distribution with the median as mean.
pub fn threshold(same_hour: &[u64]) -> u64 {
    LEAST.max(poisson_upper(median(same_hour), 0.999) + 1)
}

fn median(counts: &[u64]) -> f64 {
    let days = usize::try_from(BASELINE_DAYS).unwrap_or(0).max(counts.len());
    let mut all = vec![0; days - counts.len()];
    all.extend_from_slice(counts);
    middle(&mut all)
}

/// The median; 0 of nothing.
pub(crate) fn middle(all: &mut [u64]) -> f64 {
    all.sort_unstable();
    let middle = all.len() / 2;
    let upper = all.get(middle).copied().unwrap_or(0) as f64;
    if all.len() % 2 == 1 {
        return upper;
    }
    let lower = all.get(middle.saturating_sub(1)).copied().unwrap_or(0) as f64;
    f64::midpoint(lower, upper)
}

/// The smallest count that a Poisson distribution does not exceed with this probability.
///
/// The sum is taken in logarithms so that a large mean does not underflow.
fn poisson_upper(mean: f64, probability: f64) -> u64 {
    if mean <= 0.0 {
        return 0;
    }
    let mut log_term = -mean;
    let mut sum = log_term.exp();
    let mut count = 0_u64;
    // Far beyond any bound: ten standard deviations and a bit.
    let last = (mean + 10.0 * mean.sqrt() + 20.0) as u64;
    while sum < probability && count < last {
        count += 1;
        log_term += (mean / count as f64).ln();
        sum += log_term.exp();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_tables() {
        // Quantiles of the Poisson distribution at 0.999.
        for (mean, bound) in [(0.0, 0), (1.0, 5), (2.0, 8), (5.0, 13), (10.0, 21), (100.0, 132)] {
            assert_eq!(poisson_upper(mean, 0.999), bound, "{mean}");
        }
        assert!(poisson_upper(2_000.0, 0.999) > 2_100);
    }

    #[test]
    fn a_quiet_identity_has_ten_and_a_busy_one_its_own() {
        assert_eq!(threshold(&[]), 10);
        assert_eq!(threshold(&[500]), 10, "one loud day of 28 is not usual");
        assert_eq!(threshold(&[10; 28]), 22);
    }

    #[test]
    fn more_attempts_in_the_past_never_lower_the_bar() {
        for usual in 0..200 {
            assert!(threshold(&[usual; 28]) <= threshold(&[usual + 1; 28]));
        }
    }
}
