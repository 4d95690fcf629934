//! M5: attempts that stand out.

use domain::id::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::sli::attempts::{BASELINE_DAYS, LEAST, threshold};
use domain::sli::{PERIOD_MS, Reading, Sli, SliState, invariant};
use domain::{Part, Timestamp};
use sqlx::SqliteConnection;

use super::trail::{earlier, trail};
use super::{DOING, Expectations};
use crate::StoreError;
use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::telemetry::hour::hour;
use crate::telemetry::slice::CLOUDTRAIL_NAME;
use crate::violation::{self, Noticed};

const SLI: Sli = Sli::UnauthorisedAccess;
const HOURS_OF_DAY: i64 = DAY_MS / HOUR_MS;

/// Hours of an identity that changed within this time are judged, in milliseconds.
const LATELY_MS: i64 = 10 * MINUTE_MS;

/// Judges M5. `before` is when it was judged last.
pub(super) async fn judge(
    connection: &mut SqliteConnection,
    expectations: Expectations,
    before: Option<Timestamp>,
    now: Timestamp,
) -> Result<Reading, StoreError> {
    // After a pause the last ten minutes would leave out what came before it.
    let lately = now.plus(-LATELY_MS);
    surges(connection, before.map_or(lately, |before| before.min(lately)), now).await?;
    let counts = violation::counts(connection, SLI, now).await?;
    let row = sqlx::query(
        "SELECT coalesce(sum(refused + allowed), 0), coalesce(sum(refused), 0),
           coalesce(sum(CASE WHEN hour > ?2 THEN refused END), 0),
           count(DISTINCT CASE WHEN hour > ?2 AND refused > 0 THEN identity END)
         FROM attempt_hour WHERE hour >= ?1",
    )
    .bind(hour(now.plus(-PERIOD_MS)))
    .bind(hour(now.plus(-DAY_MS)))
    .fetch_one(&mut *connection)
    .await
    .doing(DOING)?;
    let none = "No sign-in and no denied call has been reported, so nobody can tell.";
    let observed = observed(connection, expectations, now).await?;
    let input = invariant::Input {
        open: counts.open,
        lasting: counts.lasting,
        accepted: counts.accepted,
        month: counts.month,
        bad: row.count(1)?,
        examined: row.count(0)?,
        unknown: 0,
        missed: observed.missed,
        last_bad: counts.last,
        as_of: observed.as_of,
        denominator: format!(
            "Sign-ins and denied calls of 30 days; in the last day {} refusals of {} identities",
            row.count(2)?,
            row.count(3)?
        ),
        blind: observed.blind,
        none: none.to_owned(),
    };
    let mut reading = invariant::judge(SLI, &input, now);
    if reading.state == SliState::Vacuous {
        // Somebody always signs in: silence is a missing source, not peace.
        reading.state = SliState::NoData;
    }
    Ok(reading)
}

/// What is known of those who tell of attempts.
struct Observed {
    as_of: Option<Timestamp>,
    blind: Option<String>,
    missed: Option<f64>,
}

async fn observed(
    connection: &mut SqliteConnection,
    expectations: Expectations,
    now: Timestamp,
) -> Result<Observed, StoreError> {
    let oldest = sqlx::query(
        "SELECT service, last_seen FROM producer WHERE sign_ins > 0 AND retired IS NULL
         ORDER BY last_seen LIMIT 1",
    )
    .fetch_optional(&mut *connection)
    .await
    .doing(DOING)?;
    let trail = trail(connection, &[Part::SignIns, Part::Denials], now).await?;
    let mut observed = Observed { as_of: trail.as_of, blind: None, missed: trail.missed };
    let mut silent = trail.late.then(|| CLOUDTRAIL_NAME.to_owned());
    if let Some(row) = oldest {
        let last = row.time(1)?;
        observed.as_of = earlier(observed.as_of, Some(last));
        if last < expectations.silent_before(now) {
            silent = Some(row.text(0)?);
        }
    }
    observed.blind = match (silent, observed.as_of) {
        (Some(who), _) => Some(format!(
            "{who} should have been heard and was not; who tried to get in meanwhile is unknown."
        )),
        (None, None) => Some("Nobody reports sign-ins or denied calls at present.".to_owned()),
        (None, Some(_)) => None,
    };
    Ok(observed)
}

/// Identities that were refused more often within an hour than is usual for them, as far as that
/// hour's count has changed since an instant: what CloudTrail tells comes late.
async fn surges(
    connection: &mut SqliteConnection,
    since: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let this = hour(now);
    let rows = sqlx::query(
        "SELECT i.name, a.identity, a.hour, a.refused FROM attempt_hour a
         JOIN identity i ON i.id = a.identity
         WHERE a.changed >= ?1 AND a.refused >= ?2 ORDER BY a.hour, a.identity",
    )
    .bind(since.0)
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
    // One whose hour has passed is over, also where nothing more was counted for it.
    sqlx::query(
        "UPDATE violation SET ended = at + ?3 WHERE sli = ?1 AND ended IS NULL AND at <= ?2 - ?3",
    )
    .bind(SLI.code())
    .bind(now.0)
    .bind(HOUR_MS)
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok(())
}
