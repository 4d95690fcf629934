//! Time as text.

const DAY_US: i64 = 86_400_000_000;

/// RFC 3339 in UTC with microseconds, e.g. `2026-11-23T09:00:00.000000Z`, from microseconds since
/// 1970-01-01T00:00:00Z. Empty outside the years 1 to 9999, which have no such text.
pub fn rfc3339(at_us: i64) -> String {
    let (year, month, day) = date(at_us.div_euclid(DAY_US));
    if !(1..=9999).contains(&year) {
        return String::new();
    }
    let us = at_us.rem_euclid(DAY_US);
    let (seconds, fraction) = (us / 1_000_000, us % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:06}Z")
}

/// Year, month and day of a count of days since 1970-01-01 in the Gregorian calendar.
///
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`: years start in
/// March, so that the leap day is the last of its year.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants_print() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999999Z");
        assert_eq!(rfc3339(951_782_400_000_000), "2000-02-29T00:00:00.000000Z");
        assert_eq!(rfc3339(1_795_424_400_000_001), "2026-11-23T09:00:00.000001Z");
        assert_eq!(rfc3339(-62_135_596_800_000_000), "0001-01-01T00:00:00.000000Z");
        assert_eq!(rfc3339(253_402_300_799_999_999), "9999-12-31T23:59:59.999999Z");
    }

    #[test]
    fn instants_without_such_text_print_nothing() {
        for at_us in [i64::MIN, -62_135_596_800_000_001, 253_402_300_800_000_000, i64::MAX] {
            assert_eq!(rfc3339(at_us), "");
        }
    }
}
