//! Incidents about PHI that are presumed to be breaches.

use domain::Timestamp;
use sqlx::AssertSqlSafe;

use super::READING;
use crate::bulk::Columns;
use crate::error::Doing;
use crate::{Reader, StoreError};

/// Incidents about PHI of which nobody has shown that they are no breach (45 CFR 164.402(2)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PresumedBreaches {
    /// Those that are not judged yet: at work, or over at the source.
    pub undecided: u64,
    /// Those that somebody confirmed, or whose risk was accepted: neither is an assessment.
    pub confirmed: u64,
    /// When the oldest of them was opened, which is when it was known.
    pub discovered: Option<Timestamp>,
}

/// Incidents that are counted here: nobody has said what they were, or what somebody said is no
/// assessment. "False positive", "benign" and "duplicate" are not. What was about PHI at any time
/// stays so, whatever its level is now.
pub(super) const PRESUMED: &str = "body -> 'peak' ->> 'class' = 'page-phi'
     AND coalesce(body -> 'state' ->> 'disposition', 'confirmed') IN ('confirmed', 'accepted-risk')";

impl PresumedBreaches {
    /// All of them.
    pub fn all(&self) -> u64 {
        self.undecided + self.confirmed
    }
}

impl Reader {
    /// Counts what is presumed to be a breach, of whatever age.
    pub async fn presumed_breaches(&self) -> Result<PresumedBreaches, StoreError> {
        let sql = format!(
            "SELECT count(*) FILTER (WHERE body -> 'state' ->> 'disposition' IS NULL),
                    count(*), min(opened_at)
             FROM oncall_incident WHERE {PRESUMED}"
        );
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&self.pool).await.doing(READING)?;
        let (undecided, all) = (row.count(0)?, row.count(1)?);
        let discovered = row.maybe_time(2)?;
        Ok(PresumedBreaches { undecided, confirmed: all - undecided, discovered })
    }
}
