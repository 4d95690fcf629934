//! What suppressions mute, looked at anew whenever one begins or ends.

use domain::alert::suppression::{SuppressionId, muting, suppression_ended};
use domain::alert::{By, EntryKind};
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::DOING;
use super::desk::{AlertRow, Desk};
use super::load::{self, COLUMNS};
use crate::StoreError;
use crate::error::Doing;
use crate::organisation::{meta_get, meta_set};

/// The name under which the suppressions of the last look are remembered.
const ACTIVE: &str = "alerts-muted-by";

/// Alerts that are looked at in one go.
const STRIDE: i64 = 2_000;

/// Looks at every alert that fires, if other suppressions mute now than at the last look.
pub(crate) async fn refresh(
    desk: &mut Desk<'_>,
    connection: &mut SqliteConnection,
) -> Result<(), StoreError> {
    let now = desk.now;
    let active: Vec<SuppressionId> = desk
        .suppressions
        .iter()
        .filter(|one| one.mutes_until(now).is_some())
        .map(|one| one.id)
        .collect();
    let active = serde_json::to_string(&active).doing(DOING)?;
    let before = meta_get(&mut *connection, ACTIVE).await?;
    if before.as_deref().unwrap_or("[]") == active {
        return Ok(());
    }
    meta_set(&mut *connection, ACTIVE, &active).await?;
    let mut after = 0;
    loop {
        let rows = firing_after(connection, after).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id;
        let incidents: Vec<_> = rows.iter().filter_map(|row| row.incident).collect();
        desk.load_incidents(&mut *connection, incidents).await?;
        for row in rows {
            look(desk, connection, row).await?;
        }
    }
}

async fn firing_after(
    connection: &mut SqliteConnection,
    after: i64,
) -> Result<Vec<AlertRow>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM alert WHERE firing = 1 AND id > ?1 ORDER BY id LIMIT ?2");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(after)
        .bind(STRIDE)
        .fetch_all(connection)
        .await
        .doing(DOING)?;
    rows.iter().map(load::alert).collect()
}

async fn look(
    desk: &mut Desk<'_>,
    connection: &mut SqliteConnection,
    mut row: AlertRow,
) -> Result<(), StoreError> {
    let now = desk.now;
    let muted = muting(&row.subject, &desk.suppressions, now);
    if muted.muted_by == row.muted_by {
        return Ok(());
    }
    let ended = suppression_ended(&row.muted_by, &muted, row.track.fires());
    let begins = row.muted_by.is_empty();
    row.muted_by.clone_from(&muted.muted_by);
    if ended {
        // What was told before the window proves nothing about what went on in it.
        desk.load_windows(connection, [row.dedupe.clone()]).await?;
        if let Some(window) = desk.windows.remove(&row.dedupe) {
            desk.windows.insert(row.dedupe.clone(), window.forget());
            desk.windows_changed.insert(row.dedupe.clone());
        }
    }
    let home = row.incident.and_then(|id| desk.incidents.get_mut(&id));
    if let Some(loaded) = home.filter(|one| one.incident.resolved_at().is_none()) {
        loaded.since.suppression_ended |= ended;
        loaded.touched = true;
        let numbers: Vec<String> = muted.muted_by.iter().map(ToString::to_string).collect();
        if ended {
            let text = format!("{}: no suppression mutes it any more.", row.title);
            loaded.tell(EntryKind::MuteEnded, By::Clock, text, now);
        } else if begins {
            let text = format!("{}: by suppression {}.", row.title, numbers.join(", "));
            loaded.tell(EntryKind::Muted, By::Clock, text, now);
        }
    }
    desk.changed.insert(row.fp.clone());
    desk.alerts.insert(row.fp.clone(), row);
    Ok(())
}
