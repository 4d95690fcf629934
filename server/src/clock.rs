//! The one place that reads the real clock.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::{Clock, Timestamp};

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where all time comes from")]
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_millisecond())
    }
}

/// Marks "follow the machine's clock".
const REAL: i64 = i64::MIN;

/// The demonstration's clock: it stands in the past while the past is replayed, and then follows
/// the machine's.
#[derive(Debug)]
pub struct DemoClock(AtomicI64);

impl Default for DemoClock {
    fn default() -> Self {
        Self(AtomicI64::new(REAL))
    }
}

impl DemoClock {
    /// Puts the clock to an instant, or back to the machine's with `None`.
    pub fn set(&self, now: Option<Timestamp>) {
        self.0.store(now.map_or(REAL, |now| now.0), Ordering::SeqCst);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        match self.0.load(Ordering::SeqCst) {
            REAL => SystemClock.now(),
            set => Timestamp(set),
        }
    }
}
