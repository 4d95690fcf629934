//! Who was refused how often, and who got in after many refusals.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::id::HOUR_MS;
use domain::sli::Sli;
use domain::sli::attempts::REFUSALS_BEFORE_SUCCESS;
use domain::telemetry::{AuthFact, AuthOutcome};
use sqlx::SqliteConnection;

use super::DOING;
use super::hour::hour;
use crate::StoreError;
use crate::bulk::Columns;
use crate::error::Doing;
use crate::violation::{self, Noticed};

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ended {
    /// A sign-in was refused.
    Refused,
    /// Somebody got in.
    In,
    /// A call of somebody who was in was denied, or AWS did not say why a sign-in failed. It tells
    /// nothing of who gets in.
    Denied,
}

/// Attempts of each identity, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Attempts(BTreeMap<String, Vec<(Timestamp, Ended)>>);

impl Attempts {
    /// Notes a sign-in. A failure of the system, or one without a cause, neither refuses anybody nor
    /// lets anybody in.
    pub(crate) fn note(&mut self, who: &str, at: Timestamp, fact: &AuthFact) {
        let ended = match fact.outcome {
            AuthOutcome::Success => Ended::In,
            AuthOutcome::Failure if fact.refused() => Ended::Refused,
            AuthOutcome::Failure => return,
        };
        self.0.entry(who.to_owned()).or_default().push((at, ended));
    }

    /// Notes a call that was denied.
    pub(crate) fn denied(&mut self, who: &str, at: Timestamp) {
        self.0.entry(who.to_owned()).or_default().push((at, Ended::Denied));
    }

    pub(crate) async fn write(
        self,
        connection: &mut SqliteConnection,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for (who, mut attempts) in self.0 {
            attempts.sort_unstable();
            one(connection, &who, &attempts, now).await?;
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy)]
struct Identity {
    id: i64,
    in_a_row: u64,
    last_refused: Timestamp,
}

async fn identity(connection: &mut SqliteConnection, who: &str) -> Result<Identity, StoreError> {
    let known = sqlx::query("SELECT id, in_a_row, last_refused FROM identity WHERE name = ?1")
        .bind(who)
        .fetch_optional(&mut *connection)
        .await
        .doing(DOING)?;
    if let Some(row) = known {
        let (in_a_row, last_refused) = (row.count(1)?, row.time(2)?);
        return Ok(Identity { id: row.int(0)?, in_a_row, last_refused });
    }
    let row = sqlx::query("INSERT INTO identity (name) VALUES (?1) RETURNING id")
        .bind(who)
        .fetch_one(connection)
        .await
        .doing(DOING)?;
    Ok(Identity { id: row.int(0)?, in_a_row: 0, last_refused: Timestamp(0) })
}

async fn one(
    connection: &mut SqliteConnection,
    who: &str,
    attempts: &[(Timestamp, Ended)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let known = identity(connection, who).await?;
    let Identity { id, mut in_a_row, mut last_refused } = known;
    let mut hours: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for (at, ended) in attempts {
        let counts = hours.entry(hour(*at)).or_default();
        if *ended == Ended::Denied {
            counts.0 += 1;
            continue;
        }
        let refused = *ended == Ended::Refused;
        let count = if refused { &mut counts.0 } else { &mut counts.1 };
        *count += 1;
        let after_ms = at.since(last_refused);
        if after_ms < 0 {
            // It comes late, and what it was in a row with is known no more.
            continue;
        }
        if refused {
            in_a_row = if after_ms > HOUR_MS { 1 } else { in_a_row + 1 };
            last_refused = *at;
            continue;
        }
        if in_a_row >= REFUSALS_BEFORE_SUCCESS && after_ms <= HOUR_MS {
            let noticed = Noticed {
                key: format!("in-after-refusals:{who}:{}", at.0),
                what: format!("{who} got in after {in_a_row} refusals in a row."),
                link: "/debug?view=attempts".to_owned(),
                at: *at,
                ended: Some(*at),
            };
            violation::notice(connection, Sli::UnauthorisedAccess, noticed, now).await?;
        }
        in_a_row = 0;
    }
    // Most who sign in were not refused before.
    if (in_a_row, last_refused) != (known.in_a_row, known.last_refused) {
        sqlx::query("UPDATE identity SET in_a_row = ?2, last_refused = ?3 WHERE id = ?1")
            .bind(id)
            .bind(in_a_row as i64)
            .bind(last_refused.0)
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
    }
    for (hour, (refused, allowed)) in hours {
        sqlx::query(
            "INSERT INTO attempt_hour (hour, identity, refused, allowed, changed)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (hour, identity) DO UPDATE SET refused = refused + excluded.refused,
               allowed = allowed + excluded.allowed, changed = excluded.changed",
        )
        .bind(hour)
        .bind(id)
        .bind(refused)
        .bind(allowed)
        .bind(now.0)
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    }
    Ok(())
}
