//! Storing what the indicators say.

use domain::sli::{Member, Reading, Sli};
use sqlx::SqliteConnection;

use super::DOING;
use crate::StoreError;
use crate::bulk::{Bulk, Columns};
use crate::code::Code;
use crate::error::Doing;
use crate::telemetry::hour::hour;

/// The reading before; none where it cannot be read any more.
pub(super) async fn before(
    connection: &mut SqliteConnection,
    sli: Sli,
) -> Result<Option<Reading>, StoreError> {
    let row = sqlx::query("SELECT reading FROM sli_now WHERE sli = ?1")
        .bind(sli.code())
        .fetch_optional(connection)
        .await
        .doing(DOING)?;
    let Some(row) = row else { return Ok(None) };
    Ok(serde_json::from_str(&row.text(0)?).ok())
}

/// Stores a reading, its hour, and the change if there is one.
pub(super) async fn reading(
    connection: &mut SqliteConnection,
    reading: &Reading,
    before: Option<&Reading>,
) -> Result<(), StoreError> {
    let sli = reading.sli.code();
    sqlx::query(
        "INSERT INTO sli_now (sli, reading) VALUES (?1, ?2)
         ON CONFLICT (sli) DO UPDATE SET reading = excluded.reading",
    )
    .bind(sli)
    .bind(serde_json::to_string(reading).doing(DOING)?)
    .execute(&mut *connection)
    .await
    .doing(DOING)?;
    sqlx::query(
        "INSERT INTO sli_history (sli, hour, at, state, value, good, total, budget_left)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (sli, hour) DO UPDATE SET at = excluded.at, state = excluded.state,
           value = excluded.value, good = excluded.good, total = excluded.total,
           budget_left = excluded.budget_left",
    )
    .bind(sli)
    .bind(hour(reading.at))
    .bind(reading.at.0)
    .bind(reading.state.code())
    .bind(reading.value)
    .bind(reading.good as i64)
    .bind(reading.total as i64)
    .bind(reading.budget_left)
    .execute(&mut *connection)
    .await
    .doing(DOING)?;
    if before.map(|before| before.state) == Some(reading.state) {
        return Ok(());
    }
    sqlx::query("INSERT INTO sli_change (sli, at, before, after, why) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(sli)
        .bind(reading.at.0)
        .bind(before.map(|before| before.state.code()))
        .bind(reading.state.code())
        .bind(&reading.why)
        .execute(connection)
        .await
        .doing(DOING)?;
    Ok(())
}

const MEMBERS: Bulk = Bulk {
    head: "INSERT INTO sli_member (sli, key, what, link, since, grace) VALUES",
    width: 6,
    tail: "ON CONFLICT (sli, key) DO NOTHING",
    doing: DOING,
};

/// Replaces the members of an indicator.
pub(super) async fn members(
    connection: &mut SqliteConnection,
    sli: Sli,
    members: &[Member],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sli_member WHERE sli = ?1")
        .bind(sli.code())
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    MEMBERS
        .execute(connection, members.to_vec(), |values, member| {
            values.int(sli.code()).text(member.key).text(member.what).text(member.link);
            values.int(member.since.0).int(member.grace_ms);
        })
        .await
}
