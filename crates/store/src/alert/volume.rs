//! How many alerts began, against what is usual.

use domain::Timestamp;
use domain::alert::Class;
use domain::alert::surge::{BASELINE_DAYS, Volume};
use domain::id::{DAY_MS, HOUR_MS};

use super::READING;
use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::{Reader, StoreError};

impl Reader {
    /// How many alerts of a class began within the window, and within the same hour of the days
    /// before. Days before `since`, when alerting began, are not known.
    pub async fn alert_volume(
        &self,
        class: Class,
        window_ms: i64,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Volume, StoreError> {
        const COUNT: &str = "SELECT count(*) FROM alert_begun
             WHERE class = ?1 AND counts = 1 AND at > ?2 AND at <= ?3";
        let count = async |from: Timestamp, upto: Timestamp| {
            sqlx::query(COUNT)
                .bind(class.code())
                .bind(from.0)
                .bind(upto.0)
                .fetch_one(&self.pool)
                .await
                .doing(READING)?
                .count(0)
        };
        let within = count(now.plus(-window_ms), now).await?;
        let hour = Timestamp(now.0 - now.0.rem_euclid(HOUR_MS));
        let mut same_hour = Vec::new();
        for day in (1..=BASELINE_DAYS as i64).rev() {
            let from = hour.plus(-day * DAY_MS);
            if from >= since {
                same_hour.push(count(from, from.plus(HOUR_MS)).await?);
            }
        }
        Ok(Volume { class, now: within, same_hour })
    }
}
