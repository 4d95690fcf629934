//! Requests that served PHI, joined by their trace to the audit events that must exist for them.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::telemetry::TraceId;
use sqlx::SqliteConnection;

use super::DOING;
use super::hour::hour;
use crate::StoreError;
use crate::bulk::Columns;
use crate::error::Doing;

#[derive(Debug, Default)]
pub(super) struct Requests(BTreeMap<TraceId, Request>);

#[derive(Debug)]
struct Request {
    at: Timestamp,
    producer: Option<i64>,
    name: String,
    audited: bool,
}

impl Requests {
    pub(super) fn served(&mut self, trace: TraceId, producer: i64, at: Timestamp, name: &str) {
        let request = self.entry(trace, at);
        if request.producer.is_none() {
            request.producer = Some(producer);
            request.at = at;
            name.clone_into(&mut request.name);
        }
    }

    pub(super) fn audited(&mut self, trace: TraceId, at: Timestamp) {
        self.entry(trace, at).audited = true;
    }

    fn entry(&mut self, trace: TraceId, at: Timestamp) -> &mut Request {
        let new = || Request { at, producer: None, name: String::new(), audited: false };
        self.0.entry(trace).or_insert_with(new)
    }

    pub(super) async fn write(self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let mut hours: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for (trace, request) in self.0 {
            let (before, after) = put(connection, trace, request).await?;
            let counts = hours.entry(hour(after.at)).or_default();
            counts.0 += i64::from(after.served) - i64::from(before.served);
            let both = |one: &Joined| i64::from(one.served && one.audited);
            counts.1 += both(&after) - both(&before);
        }
        for (hour, (served, audited)) in hours {
            sqlx::query(
                "INSERT INTO phi_hour (hour, served, audited) VALUES (?1, ?2, ?3)
                 ON CONFLICT (hour) DO UPDATE SET served = served + excluded.served,
                   audited = audited + excluded.audited",
            )
            .bind(hour)
            .bind(served)
            .bind(audited)
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy)]
struct Joined {
    at: Timestamp,
    served: bool,
    audited: bool,
}

/// Stores one; answers how it was before and is now. Once served, its time does not change.
async fn put(
    connection: &mut SqliteConnection,
    trace: TraceId,
    request: Request,
) -> Result<(Joined, Joined), StoreError> {
    let known = sqlx::query("SELECT at, served, audited FROM phi_request WHERE trace = ?1")
        .bind(&trace.0[..])
        .fetch_optional(&mut *connection)
        .await
        .doing(DOING)?;
    let before = match known {
        Some(row) => {
            Joined { at: row.time(0)?, served: row.int(1)? == 1, audited: row.int(2)? == 1 }
        }
        None => Joined { at: request.at, served: false, audited: false },
    };
    let after = Joined {
        at: if before.served { before.at } else { request.at },
        served: before.served || request.producer.is_some(),
        audited: before.audited || request.audited,
    };
    sqlx::query(
        "INSERT INTO phi_request (trace, producer, at, name, served, audited)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (trace) DO UPDATE SET producer = coalesce(producer, excluded.producer),
           name = CASE WHEN served = 1 THEN name ELSE excluded.name END,
           at = excluded.at, served = excluded.served, audited = excluded.audited",
    )
    .bind(&trace.0[..])
    .bind(request.producer)
    .bind(after.at.0)
    .bind(request.name)
    .bind(i64::from(after.served))
    .bind(i64::from(after.audited))
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok((before, after))
}
