//! Counters of findings, and the log of their states: both written with the findings themselves.

use std::collections::HashMap;

use domain::{FindingState, Timestamp};
use sqlx::SqliteConnection;

use crate::StoreError;
use crate::bulk::Bulk;
use crate::code::Code;

/// Differences of counters, by source, place, state, severity and sample.
#[derive(Debug, Default)]
pub(crate) struct Cube(HashMap<(i64, i64, i64, i64, i64), i64>);

impl Cube {
    /// Adds to a cell.
    pub(crate) fn add(&mut self, cell: (i64, i64, i64, i64, i64), n: i64) {
        *self.0.entry(cell).or_default() += n;
    }

    /// Writes the differences.
    pub(crate) async fn write(self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let rows: Vec<_> = self.0.into_iter().filter(|(_, n)| *n != 0).collect();
        CUBE.execute(connection, rows, |values, ((source, place, state, severity, sample), n)| {
            values.int(source).int(place).int(state).int(severity).int(sample).int(n);
        })
        .await
    }
}

const CUBE: Bulk = Bulk {
    head: "INSERT INTO finding_cube (source, place, state, severity, sample, n) VALUES",
    width: 6,
    tail: "ON CONFLICT (source, place, state, severity, sample) DO UPDATE SET n = n + excluded.n",
    doing: "counting findings",
};

/// Logs changes of state: finding, time, before, after.
pub(crate) async fn changes_write(
    connection: &mut SqliteConnection,
    changes: Vec<(i64, Timestamp, FindingState, FindingState)>,
) -> Result<(), StoreError> {
    CHANGES
        .execute(connection, changes, |values, (finding, at, from, to)| {
            values.int(finding).int(at.0).int(from.code()).int(to.code());
        })
        .await
}

const CHANGES: Bulk = Bulk {
    head: "INSERT INTO finding_change (finding, at, from_state, to_state) VALUES",
    width: 4,
    tail: "",
    doing: "logging changes of findings",
};
