//! What CloudTrail's listings say of attempts: how old they are, and what of them nobody looked at.

use std::collections::BTreeMap;

use domain::freshness::Age;
use domain::sli::PERIOD_MS;
use domain::{Part, Source, Timestamp};
use sqlx::SqliteConnection;

use crate::code::Code;
use crate::{StoreError, access_event, scope};

/// The state of some listings in all configured scopes.
#[derive(Debug, Default)]
pub(super) struct Trail {
    /// When the oldest of those that were read was read.
    pub(super) as_of: Option<Timestamp>,
    /// Whether one is older than it may be, or was never read because it failed.
    pub(super) late: bool,
    /// The largest share of the period that was not looked at in one place; `None` when everything
    /// was.
    pub(super) missed: Option<f64>,
}

/// Asks for the listings of these parts. A scope that was never visited and one whose service is
/// off are not waited for.
pub(super) async fn trail(
    connection: &mut SqliteConnection,
    parts: &[Part],
    now: Timestamp,
) -> Result<Trail, StoreError> {
    let mut trail = Trail { missed: missed(connection, parts, now).await?, ..Trail::default() };
    for status in scope::statuses(connection).await? {
        if status.scope.source != Source::CloudTrail {
            continue;
        }
        for part in parts {
            let Some(known) = status.parts.get(part).filter(|part| !part.not_enabled) else {
                continue;
            };
            let age = status.age_of(*part, now);
            trail.late |= match age {
                Age::Fresh(_) => false,
                Age::Stale(_) => true,
                Age::Never => known.error.is_some(),
            };
            trail.as_of = earlier(trail.as_of, age.as_of());
        }
    }
    Ok(trail)
}

/// The earlier of two instants, where there are two.
pub(super) fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

async fn missed(
    connection: &mut SqliteConnection,
    parts: &[Part],
    now: Timestamp,
) -> Result<Option<f64>, StoreError> {
    let begin = now.plus(-PERIOD_MS);
    // By place and listing: how far the gaps reach so far, and how long they are together.
    let mut places: BTreeMap<(String, String, i64), (Timestamp, i64)> = BTreeMap::new();
    for gap in access_event::gaps(connection, begin, now).await? {
        if !parts.contains(&gap.gap.part) {
            continue;
        }
        let key =
            (gap.account.as_str().to_owned(), gap.region.as_str().to_owned(), gap.gap.part.code());
        let (reached, length_ms) = places.entry(key).or_insert((begin, 0));
        let until = gap.gap.until.min(now);
        // Gaps come in the order in which they begin, and may overlap.
        *length_ms += until.since(gap.gap.since.max(*reached)).max(0);
        *reached = until.max(*reached);
    }
    let longest = places.into_values().map(|(_, length_ms)| length_ms).max();
    Ok(longest.map(|length_ms| length_ms as f64 / PERIOD_MS as f64))
}
