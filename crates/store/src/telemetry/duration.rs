//! How long requests take that sign people in or serve PHI.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::telemetry::{Span, SpanStatus};
use sqlx::SqliteConnection;

use super::DOING;
use super::hour::{bucket, hour};
use crate::StoreError;
use crate::bulk::Bulk;

/// Spans that sign people in.
pub(crate) const SIGN_IN: i64 = 0;
/// Spans that serve PHI.
pub(crate) const PHI: i64 = 1;

/// Counts by hour, class, producer and bucket: of all, and of errors.
#[derive(Debug, Default)]
pub(super) struct Durations(BTreeMap<(i64, i64, i64, i64), (i64, i64)>);

const PUT: Bulk = Bulk {
    head: "INSERT INTO duration_hour (hour, class, producer, bucket, n, errors) VALUES",
    width: 6,
    tail: "ON CONFLICT (hour, class, producer, bucket) DO UPDATE SET n = n + excluded.n, \
           errors = errors + excluded.errors",
    doing: DOING,
};

impl Durations {
    pub(super) fn note(&mut self, producer: i64, at: Timestamp, span: &Span) {
        let class = match (span.auth.is_some(), span.phi) {
            (true, _) => SIGN_IN,
            (false, true) => PHI,
            (false, false) => return,
        };
        let key = (hour(at), class, producer, bucket(span.lasted_us));
        let counts = self.0.entry(key).or_default();
        counts.0 += 1;
        counts.1 += i64::from(span.status == SpanStatus::Error);
    }

    pub(super) async fn write(self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        PUT.execute(connection, self.0.into_iter().collect(), |values, (key, (n, errors))| {
            values.int(key.0).int(key.1).int(key.2).int(key.3).int(n).int(errors);
        })
        .await
    }
}
