//! What a suppression would mute: counted over the alerts that fire and those of 30 days.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::alert::Proposal;
use domain::alert::suppression::matcher::all_hold;
use domain::alert::suppression::{Exempt, Matcher, Preview, Subject};
use domain::id::DAY_MS;
use serde::Serialize;
use sqlx::SqliteConnection;

use super::READING;
use super::page::{MutedAlert, alert};
use crate::bulk::Columns;
use crate::error::Doing;
use crate::{Reader, StoreError};

/// How far back a preview looks.
const PAST_MS: i64 = 30 * DAY_MS;
/// The most alerts that a preview names.
const MOST_NAMED: usize = 20;

/// What a suppression would mute, and what it would not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SuppressionPreview {
    /// The numbers.
    pub counts: Preview,
    /// Alerts that fire and would be muted, the newest first; not all where there are many.
    pub firing: Vec<MutedAlert>,
    /// Alerts that fire, that it fits, and that are told nevertheless; not all where there are many.
    pub told: Vec<MutedAlert>,
    /// Of the last 30 days those that it fits and that are never muted, by why.
    pub exempt: BTreeMap<&'static str, u64>,
}

/// The numbers, read within a transaction.
pub(super) async fn counts(
    connection: &mut SqliteConnection,
    matchers: &[Matcher],
    now: Timestamp,
) -> Result<Preview, StoreError> {
    let (firing, past) = subjects(connection, now).await?;
    Ok(counted(matchers, &firing, &past))
}

fn counted(
    matchers: &[Matcher],
    firing: &[(Subject, usize)],
    past: &[(Subject, usize)],
) -> Preview {
    Preview::of(matchers, each(firing), each(past))
}

/// Every one as often as it stands.
fn each(known: &[(Subject, usize)]) -> impl Iterator<Item = &Subject> {
    known.iter().flat_map(|(subject, count)| std::iter::repeat_n(subject, *count))
}

type Subjects = Vec<(Subject, usize)>;

/// What fires now and what began in 30 days, alike ones together with their number.
async fn subjects(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<(Subjects, Subjects), StoreError> {
    let firing =
        sqlx::query("SELECT subject, count(*) FROM alert WHERE firing = 1 GROUP BY subject")
            .fetch_all(&mut *connection)
            .await
            .doing(READING)?;
    let past =
        sqlx::query("SELECT subject, count(*) FROM alert_begun WHERE at > ?1 GROUP BY subject")
            .bind(now.plus(-PAST_MS).0)
            .fetch_all(connection)
            .await
            .doing(READING)?;
    let read = |rows: Vec<sqlx::sqlite::SqliteRow>| -> Result<Subjects, StoreError> {
        rows.iter()
            .map(|row| {
                let subject = serde_json::from_str(&row.text(0)?).doing(READING)?;
                Ok((subject, usize::try_from(row.int(1)?).unwrap_or(0)))
            })
            .collect()
    };
    Ok((read(firing)?, read(past)?))
}

impl Reader {
    /// What a proposal would mute now, and would have muted in the last 30 days. Alerts that could
    /// not be judged count as such; they would be told.
    pub async fn suppression_preview(
        &self,
        proposal: &Proposal,
        now: Timestamp,
    ) -> Result<SuppressionPreview, StoreError> {
        let mut connection = self.pool.acquire().await.doing(READING)?;
        let (firing, past) = subjects(&mut connection, now).await?;
        let matchers = &proposal.matchers;
        let fits = |known: &&(Subject, usize)| all_hold(matchers, &known.0) == Ok(true);
        let mut exempt = BTreeMap::new();
        for (subject, count) in past.iter().filter(fits) {
            if let Some(why) = subject.exempt {
                *exempt.entry(Exempt::title(why)).or_insert(0) += *count as u64;
            }
        }
        let mut preview = SuppressionPreview {
            counts: counted(matchers, &firing, &past),
            exempt,
            ..SuppressionPreview::default()
        };
        if firing.iter().any(|known| fits(&known)) {
            name(&mut connection, matchers, &mut preview).await?;
        }
        Ok(preview)
    }
}

async fn name(
    connection: &mut SqliteConnection,
    matchers: &[Matcher],
    preview: &mut SuppressionPreview,
) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT id, incident, rule, title, class, severity, subject, first_seen, last_seen, link
         FROM alert WHERE firing = 1 ORDER BY last_seen DESC, id DESC",
    )
    .fetch_all(connection)
    .await
    .doing(READING)?;
    for row in &rows {
        let one = alert(row)?;
        if all_hold(matchers, &one.subject) != Ok(true) {
            continue;
        }
        let list =
            if one.subject.exempt.is_some() { &mut preview.told } else { &mut preview.firing };
        if list.len() < MOST_NAMED {
            list.push(one);
        }
    }
    Ok(())
}
