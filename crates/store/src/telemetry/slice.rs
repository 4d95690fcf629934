//! Sums of slices: good and bad events of each minute and hour, for indicators that are ratios.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::sli::Sli;
use domain::telemetry::Judged;
use sqlx::SqliteConnection;

use super::DOING;
use super::hour::{hour, minute};
use crate::StoreError;
use crate::bulk::Bulk;
use crate::code::Code;

/// The source of what is not telemetry.
pub(crate) const CLOUDTRAIL: i64 = 0;

/// How that source is called where producers are.
pub(crate) const CLOUDTRAIL_NAME: &str = "AWS CloudTrail";

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    good: i64,
    bad: i64,
    unclear: i64,
}

impl Counts {
    fn add(&mut self, judged: Judged) {
        match judged {
            Judged::Good => self.good += 1,
            Judged::Bad => self.bad += 1,
            Judged::Unclear => self.unclear += 1,
        }
    }
}

/// Counts by indicator, slice and source.
#[derive(Debug, Default)]
pub(crate) struct Slices {
    minutes: BTreeMap<(i64, i64, i64), Counts>,
    hours: BTreeMap<(i64, i64, i64), Counts>,
}

const MINUTES: Bulk = Bulk {
    head: "INSERT INTO sli_minute (sli, minute, source, good, bad, unclear) VALUES",
    width: 6,
    tail: "ON CONFLICT (sli, minute, source) DO UPDATE SET good = good + excluded.good, \
           bad = bad + excluded.bad, unclear = unclear + excluded.unclear",
    doing: DOING,
};

const HOURS: Bulk = Bulk {
    head: "INSERT INTO sli_hour (sli, hour, source, good, bad, unclear) VALUES",
    width: 6,
    tail: "ON CONFLICT (sli, hour, source) DO UPDATE SET good = good + excluded.good, \
           bad = bad + excluded.bad, unclear = unclear + excluded.unclear",
    doing: DOING,
};

impl Slices {
    /// Counts an event.
    pub(crate) fn add(&mut self, sli: Sli, source: i64, at: Timestamp, judged: Judged) {
        let sli = sli.code();
        self.minutes.entry((sli, minute(at), source)).or_default().add(judged);
        self.hours.entry((sli, hour(at), source)).or_default().add(judged);
    }

    pub(crate) async fn write(self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        for (bulk, sums) in [(&MINUTES, self.minutes), (&HOURS, self.hours)] {
            bulk.execute(connection, sums.into_iter().collect(), |values, (key, counts)| {
                values.int(key.0).int(key.1).int(key.2);
                values.int(counts.good).int(counts.bad).int(counts.unclear);
            })
            .await?;
        }
        Ok(())
    }
}
