//! How bad a failure is.

use serde::{Deserialize, Serialize};

/// Severity labels as Security Hub uses them. The order of the variants is the order of urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Act now.
    Critical,
    /// Act this week.
    High,
    /// Plan it.
    Medium,
    /// Hygiene.
    Low,
    /// Told, not judged.
    Informational,
}

impl Severity {
    /// All, most urgent first.
    pub const ALL: [Self; 5] =
        [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Informational];

    /// The lower-case word, as in URLs and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Informational => "informational",
        }
    }

    /// Reads a word in any letter case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str().eq_ignore_ascii_case(text))
    }

    /// Weight of a control in a score: critical 10, high 5, medium 2, low 1, informational 0.
    pub fn weight(self) -> f64 {
        match self {
            Self::Critical => 10.0,
            Self::High => 5.0,
            Self::Medium => 2.0,
            Self::Low => 1.0,
            Self::Informational => 0.0,
        }
    }

    /// 0 for critical up to 4 for informational, for storage and sorting.
    pub fn rank(self) -> i64 {
        self as i64
    }

    /// The inverse of [`Severity::rank`]; anything out of range is informational.
    pub fn from_rank(rank: i64) -> Self {
        usize::try_from(rank)
            .ok()
            .and_then(|rank| Self::ALL.get(rank).copied())
            .unwrap_or(Self::Informational)
    }

    /// Security Hub's `Severity.Normalized` (0 to 100) as a label.
    ///
    /// 0 informational, 1–39 low, 40–69 medium, 70–89 high, 90–100 critical
    /// (AWS Security Finding Format, `Severity`).
    pub fn from_normalized(value: f64) -> Self {
        match value {
            v if v < 1.0 => Self::Informational,
            v if v < 40.0 => Self::Low,
            v if v < 70.0 => Self::Medium,
            v if v < 90.0 => Self::High,
            _ => Self::Critical,
        }
    }

    /// GuardDuty's number as a label, in half-open bands so that 8.95 has a home:
    /// `[1,4)` low, `[4,7)` medium, `[7,9)` high, `[9,10]` critical.
    /// Outside of 1 to 10 there is no label; the caller treats that as high and reports a problem.
    pub fn from_guardduty(value: f64) -> Option<Self> {
        match value {
            v if (1.0..4.0).contains(&v) => Some(Self::Low),
            v if (4.0..7.0).contains(&v) => Some(Self::Medium),
            v if (7.0..9.0).contains(&v) => Some(Self::High),
            v if (9.0..=10.0).contains(&v) => Some(Self::Critical),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guardduty_bands_leave_no_hole() {
        let label = Severity::from_guardduty;
        assert_eq!(label(3.95), Some(Severity::Low));
        assert_eq!(label(8.95), Some(Severity::High));
        assert_eq!(label(9.0), Some(Severity::Critical));
        assert_eq!(label(0.5), None);
        assert_eq!(label(f64::NAN), None);
    }

    #[test]
    fn ranks_round_trip() {
        for severity in Severity::ALL {
            assert_eq!(Severity::from_rank(severity.rank()), severity);
            assert_eq!(Severity::parse(severity.as_str()), Some(severity));
        }
    }
}
