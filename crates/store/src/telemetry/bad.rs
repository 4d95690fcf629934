//! Bad events of ratios, told by their kind: what stands behind a number.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::sli::Sli;
use domain::telemetry::TraceId;
use sqlx::SqliteConnection;

use super::DOING;
use crate::StoreError;
use crate::bulk::Bulk;
use crate::code::Code;

/// Events of each indicator that are kept of one request; the sums count all of them.
const MOST: usize = 50;

#[derive(Debug, Default)]
pub(super) struct BadEvents(BTreeMap<Sli, Vec<BadEvent>>);

#[derive(Debug)]
struct BadEvent {
    producer: i64,
    at: Timestamp,
    what: String,
    trace: Option<TraceId>,
}

const PUT: Bulk = Bulk {
    head: "INSERT INTO bad_event (sli, at, producer, what, trace) VALUES",
    width: 5,
    tail: "",
    doing: DOING,
};

impl BadEvents {
    pub(super) fn note(
        &mut self,
        sli: Sli,
        producer: i64,
        at: Timestamp,
        what: String,
        trace: Option<TraceId>,
    ) {
        let events = self.0.entry(sli).or_default();
        if events.len() < MOST {
            events.push(BadEvent { producer, at, what, trace });
        }
    }

    pub(super) async fn write(self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        for (sli, events) in self.0 {
            PUT.execute(connection, events, |values, event| {
                values.int(sli.code()).int(event.at.0).int(event.producer).text(event.what);
                values.maybe_bytes(event.trace.map(|trace| trace.0.to_vec()));
            })
            .await?;
        }
        Ok(())
    }
}
