//! M5: attempts that stand out.

use domain::Timestamp;
use domain::id::{DAY_MS, HOUR_MS};
use domain::sli::attempts::{BASELINE_DAYS, LEAST, threshold};
use domain::sli::{PERIOD_MS, Reading, Sli, invariant};
use sqlx::SqliteConnection;

use super::DOING;
use crate::StoreError;
use crate::bulk::Columns;
use crate::error::Doing;
use crate::telemetry::hour::hour;
use crate::violation::{self, Noticed};

const SLI: Sli = Sli::UnauthorisedAccess;
const HOURS_OF_DAY: i64 = DAY_MS / HOUR_MS;

pub(super) async fn judge(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Reading, StoreError> {
    surges(connection, now).await?;
    let counts = violation::counts(connection, SLI, now).await?;
    let row = sqlx::query(
        "SELECT coalesce(sum(refused + allowed), 0),
           coalesce(sum(CASE WHEN hour > ?2 THEN refused END), 0),
           count(DISTINCT CASE WHEN hour > ?2 AND refused > 0 THEN identity END),
           (SELECT max(last_seen) FROM producer WHERE sign_ins > 0),
           (SELECT count(*) FROM access_gap WHERE until >= ?3), coalesce(sum(refused), 0)
         FROM attempt_hour WHERE hour >= ?1",
    )
    .bind(hour(now.plus(-PERIOD_MS)))
    .bind(hour(now.plus(-DAY_MS)))
    .bind(now.plus(-DAY_MS).0)
    .fetch_one(connection)
    .await
    .doing(DOING)?;
    let input = invariant::Input {
        open: counts.open,
        lasting: counts.lasting,
        accepted: counts.accepted,
        month: counts.month,
        bad: row.count(5)?,
        examined: row.count(0)?,
        // Stretches of CloudTrail's events that were too many to look at.
        unknown: row.count(4)?,
        last_bad: counts.last,
        as_of: row.maybe_time(3)?,
        denominator: format!(
            "Sign-ins and denied calls of 30 days; in the last day {} refusals of {} identities",
            row.count(1)?,
            row.count(2)?
        ),
        blind: None,
        none: "No sign-in and no denied call has been reported, so nobody can tell.".to_owned(),
    };
    let mut reading = invariant::judge(SLI, &input, now);
    if reading.state == domain::sli::SliState::Vacuous {
        // Somebody always signs in: silence is a missing source, not peace.
        reading.state = domain::sli::SliState::NoData;
    }
    Ok(reading)
}

/// Identities that were refused more often within this hour or the last than is usual for them.
async fn surges(connection: &mut SqliteConnection, now: Timestamp) -> Result<(), StoreError> {
    let this = hour(now);
    let rows = sqlx::query(
        "SELECT i.name, a.identity, a.hour, a.refused FROM attempt_hour a
         JOIN identity i ON i.id = a.identity WHERE a.hour >= ?1 AND a.refused >= ?2",
    )
    .bind(this - 1)
    .bind(LEAST as i64)
    .fetch_all(&mut *connection)
    .await
    .doing(DOING)?;
    for row in &rows {
        let (who, identity, hour, refused) =
            (row.text(0)?, row.int(1)?, row.int(2)?, row.count(3)?);
        let usual = sqlx::query(
            "SELECT refused FROM attempt_hour
             WHERE identity = ?1 AND hour < ?2 AND hour >= ?3 AND (?2 - hour) % ?4 = 0",
        )
        .bind(identity)
        .bind(hour)
        .bind(hour - BASELINE_DAYS * HOURS_OF_DAY)
        .bind(HOURS_OF_DAY)
        .fetch_all(&mut *connection)
        .await
        .doing(DOING)?;
        let usual = usual.iter().map(|row| row.count(0)).collect::<Result<Vec<_>, _>>()?;
        let bar = threshold(&usual);
        if refused < bar {
            continue;
        }
        let end = Timestamp((hour + 1) * HOUR_MS);
        let noticed = Noticed {
            key: format!("surge:{who}:{hour}"),
            what: format!(
                "{who} was refused {refused} times in an hour; up to {} is usual.",
                bar - 1
            ),
            link: "/debug?view=attempts".to_owned(),
            at: Timestamp(hour * HOUR_MS),
            ended: (hour < this).then_some(end),
        };
        violation::notice(connection, SLI, noticed, now).await?;
    }
    Ok(())
}
