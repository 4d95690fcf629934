//! Time: the one place that reads the machine's clock, and the two shapes in which AWS writes it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A minute in milliseconds.
pub(crate) const MINUTE: i64 = 60_000;
/// An hour in milliseconds.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// A day in milliseconds.
pub(crate) const DAY: i64 = 24 * HOUR;

/// Marks "use the machine's clock" inside the atomic cell.
const REAL: i64 = i64::MIN;

/// The machine's clock in milliseconds since 1970. Credentials expire by this clock, whatever the
/// simulated time is, because the client that holds them looks at its own clock.
#[expect(
    clippy::disallowed_methods,
    reason = "a simulated AWS keeps time by itself, like the real one"
)]
pub(crate) fn wall_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}

/// The simulated clock: the machine's, until somebody sets it.
#[derive(Debug)]
pub(crate) struct Clock {
    set: AtomicI64,
}

impl Clock {
    pub(crate) fn new(now_ms: Option<i64>) -> Clock {
        Clock { set: AtomicI64::new(now_ms.unwrap_or(REAL)) }
    }

    pub(crate) fn set(&self, now_ms: Option<i64>) {
        self.set.store(now_ms.unwrap_or(REAL), Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> i64 {
        match self.set.load(Ordering::Relaxed) {
            REAL => wall_ms(),
            set => set,
        }
    }
}

/// ISO 8601 with milliseconds and `Z`, as Security Hub and GuardDuty write it.
pub(crate) fn iso(ms: i64) -> String {
    let mut out = String::with_capacity(24);
    push_iso(&mut out, ms);
    out
}

/// Appends [`iso`] to `out`, without going through `format!`: a million findings carry four each.
pub(crate) fn push_iso(out: &mut String, ms: i64) {
    let (year, month, day) = civil(ms.div_euclid(DAY));
    let rest = ms.rem_euclid(DAY);
    push_digits(out, year, 4);
    out.push('-');
    push_digits(out, month, 2);
    out.push('-');
    push_digits(out, day, 2);
    out.push('T');
    push_digits(out, rest / HOUR, 2);
    out.push(':');
    push_digits(out, rest / MINUTE % 60, 2);
    out.push(':');
    push_digits(out, rest / 1000 % 60, 2);
    out.push('.');
    push_digits(out, rest % 1000, 3);
    out.push('Z');
}

fn push_digits(out: &mut String, value: i64, width: u32) {
    for place in (0..width).rev() {
        let digit = value / 10_i64.pow(place) % 10;
        out.push(char::from(b'0' + digit as u8));
    }
}

/// Days since 1970 to year, month, day in the proleptic Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Reads an ISO 8601 time with an offset; `None` when it is not one.
pub(crate) fn parse_iso(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

/// Seconds since 1970 with a fraction, as Config and Backup write times in JSON.
pub(crate) fn epoch_seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}
