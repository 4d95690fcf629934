//! GuardDuty's number as a severity.

use crate::Severity;

/// What a number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The label.
    pub severity: Severity,
    /// The number was missing, not a number, or outside of 1 to 10. It is then treated as high,
    /// and that is counted.
    pub parse_error: bool,
}

/// `[1,4)` low, `[4,7)` medium, `[7,9)` high, `[9,10]` critical: half-open, so that 8.95 has a
/// home. AWS names the ranges 1.0–3.9, 4.0–6.9, 7.0–8.9 and 9.0–10.0 (GuardDuty User Guide,
/// "Severity levels of GuardDuty findings"). The bands themselves are [`Severity::from_guardduty`].
pub fn band(number: Option<f64>) -> Band {
    match number.and_then(Severity::from_guardduty) {
        Some(severity) => Band { severity, parse_error: false },
        None => Band { severity: Severity::High, parse_error: true },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_meet_and_what_is_outside_is_high_and_counted() {
        for (number, severity) in [
            (1.0, Severity::Low),
            (3.999, Severity::Low),
            (4.0, Severity::Medium),
            (6.95, Severity::Medium),
            (7.0, Severity::High),
            (8.95, Severity::High),
            (9.0, Severity::Critical),
            (10.0, Severity::Critical),
        ] {
            assert_eq!(band(Some(number)), Band { severity, parse_error: false }, "{number}");
        }
        for number in [
            None,
            Some(0.99),
            Some(0.0),
            Some(10.01),
            Some(-1.0),
            Some(f64::NAN),
            Some(f64::INFINITY),
        ] {
            assert_eq!(band(number), Band { severity: Severity::High, parse_error: true });
        }
    }
}
