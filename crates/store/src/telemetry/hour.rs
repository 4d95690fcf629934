//! Whole numbers for stretches of time, and buckets for what is long or short.

use domain::Timestamp;
use domain::id::{HOUR_MS, MINUTE_MS};

pub(crate) fn hour(at: Timestamp) -> i64 {
    at.0.div_euclid(HOUR_MS)
}

pub(crate) fn minute(at: Timestamp) -> i64 {
    at.0.div_euclid(MINUTE_MS)
}

/// Buckets in which a value doubles.
const PER_DOUBLING: f64 = 4.0;

/// The bucket of a value: it is below `2^((bucket + 1) / 4)`.
pub(crate) fn bucket(value: i64) -> i64 {
    if value <= 1 { 0 } else { ((value as f64).log2() * PER_DOUBLING).floor() as i64 }
}

/// The upper bound of a bucket.
pub(crate) fn upper(bucket: i64) -> f64 {
    ((bucket + 1) as f64 / PER_DOUBLING).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_below_its_bound_by_at_most_a_fifth() {
        for value in [2_i64, 3, 10, 999, 1_000, 123_456, 60_000_000] {
            let bound = upper(bucket(value));
            assert!(bound > value as f64, "{value} {bound}");
            assert!(bound <= value as f64 * 1.2, "{value} {bound}");
        }
        assert_eq!(bucket(0), 0);
        assert_eq!(bucket(-5), 0);
    }
}
