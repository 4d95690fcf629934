//! Keeps each account and region within the rates that AWS publishes, or that we chose where it
//! publishes none.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::{AccountId, Region};

use crate::operation::Lane;
use crate::session::Rates;

/// One token bucket for each account, region and lane.
#[derive(Debug)]
pub(crate) struct Pace {
    rates: Option<Rates>,
    buckets: Mutex<HashMap<(AccountId, Region, Lane), Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Pace {
    pub(crate) fn new(rates: Option<Rates>) -> Self {
        Self { rates, buckets: Mutex::default() }
    }

    /// Waits until the next call of this lane may be made.
    pub(crate) async fn wait(&self, account: &AccountId, region: &Region, lane: Lane) {
        let Some(rates) = &self.rates else { return };
        let (per_second, burst) = rates.of(lane);
        let delay = {
            let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let bucket = buckets
                .entry((account.clone(), region.clone(), lane))
                .or_insert(Bucket { tokens: burst, at: now });
            bucket.reserve(now, per_second, burst)
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }
}

impl Bucket {
    /// Takes a token, on credit if need be, and says how long to wait for it.
    fn reserve(&mut self, now: Instant, per_second: f64, burst: f64) -> Duration {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + elapsed * per_second).min(burst) - 1.0;
        self.at = now;
        if self.tokens >= 0.0 {
            return Duration::ZERO;
        }
        Duration::try_from_secs_f64(-self.tokens / per_second).unwrap_or(Duration::from_secs(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let start = Instant::now();
        let mut bucket = Bucket { tokens: 6.0, at: start };
        for _ in 0..6 {
            assert_eq!(bucket.reserve(start, 3.0, 6.0), Duration::ZERO);
        }
        let wait = bucket.reserve(start, 3.0, 6.0).as_secs_f64();
        assert!((wait - 1.0 / 3.0).abs() < 1e-6, "{wait}");
        // After a long rest the burst is there again, and no more than the burst.
        let later = start + Duration::from_mins(1);
        for _ in 0..6 {
            assert_eq!(bucket.reserve(later, 3.0, 6.0), Duration::ZERO);
        }
        assert!(bucket.reserve(later, 3.0, 6.0) > Duration::ZERO);
    }
}
