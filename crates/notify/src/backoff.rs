//! How long to wait before the next attempt, and when to give up.
//!
//! Exponential, with the whole interval as jitter, so that channels which failed together do not
//! come back together ([AWS Architecture Blog, "Exponential Backoff And
//! Jitter"](https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)). Standard
//! Webhooks recommends the same. Randomness is a parameter.

use std::time::Duration;

/// No wait is shorter.
pub const SHORTEST: Duration = Duration::from_secs(5);
/// No wait of our own is longer. A person who is on call cannot be left for longer.
pub const LONGEST: Duration = Duration::from_mins(15);
/// The longest wait that another side may ask for: an answer cannot silence us for a day.
pub const LONGEST_ASKED: Duration = Duration::from_hours(1);
/// For how long a page is tried in all. After that somebody else has been asked long ago.
pub const PAGES: Duration = Duration::from_hours(24);

/// The wait before attempt number `failed + 1`, when `failed` attempts have failed (at least one).
///
/// `random` is uniform in `0.0..1.0`. The wait is uniform between [`SHORTEST`] and a ceiling that is
/// 10 s after the first failure, doubles with each one, and never passes [`LONGEST`]. If the other
/// side `asked` for a longer wait, that is granted up to [`LONGEST_ASKED`].
pub fn wait(failed: u32, asked: Option<Duration>, random: f64) -> Duration {
    let doubled = 2_u32.saturating_pow(failed.clamp(1, 16));
    let ceiling = SHORTEST.saturating_mul(doubled).min(LONGEST);
    // Neither NaN nor a number outside of its range may make a wait that is none.
    let share = if random.is_finite() { random.clamp(0.0, 1.0) } else { 1.0 };
    let own = SHORTEST + ceiling.saturating_sub(SHORTEST).mul_f64(share);
    own.max(asked.unwrap_or_default().min(LONGEST_ASKED))
}

/// The same, or `None` when the next attempt would come later than `within` after the first one.
///
/// `since_first` is how long ago the first attempt was; for pages `within` is [`PAGES`].
pub fn next(
    failed: u32,
    asked: Option<Duration>,
    random: f64,
    since_first: Duration,
    within: Duration,
) -> Option<Duration> {
    let wait = wait(failed, asked, random);
    (since_first.saturating_add(wait) <= within).then_some(wait)
}
