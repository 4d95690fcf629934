//! M6 and M10: indicators that rest on evaluations of controls.

use std::collections::{BTreeMap, BTreeSet};

use domain::sli::{Member, Reading, Sli, coverage, invariant};
use domain::{Catalogue, ControlId, Freshness, Source, State, Tally, Timestamp};
use sqlx::SqliteConnection;

use super::{DOING, MOST_MEMBERS};
use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::violation::{self, Noticed};
use crate::{StoreError, scope};

/// Evaluations of the indicator's controls, by control and account.
async fn tallies(
    connection: &mut SqliteConnection,
    sli: Sli,
) -> Result<BTreeMap<(String, String), Tally>, StoreError> {
    let mut tallies: BTreeMap<(String, String), Tally> = BTreeMap::new();
    for control in sli.controls() {
        let rows = sqlx::query(
            "SELECT p.account, c.state, sum(c.n) FROM control_count c
             JOIN word w ON w.id = c.control JOIN place p ON p.id = c.place
             WHERE w.text = ?1 GROUP BY p.account, c.state",
        )
        .bind(*control)
        .fetch_all(&mut *connection)
        .await
        .doing(DOING)?;
        for row in &rows {
            let key = ((*control).to_owned(), row.text(0)?);
            tallies.entry(key).or_default().add(row.code(1)?, row.count(2)?);
        }
    }
    Ok(tallies)
}

/// The age of the sources that answer these controls, and why nobody can tell if it is too great.
async fn age(
    connection: &mut SqliteConnection,
    sli: Sli,
    now: Timestamp,
) -> Result<(Option<Timestamp>, Option<String>), StoreError> {
    let catalogue = Catalogue::get();
    let sources: BTreeSet<Source> = sli
        .controls()
        .iter()
        .filter_map(|id| catalogue.control(&ControlId::from(*id)))
        .flat_map(domain::Control::sources)
        .collect();
    let statuses = scope::statuses(connection).await?;
    let statuses: Vec<_> =
        statuses.into_iter().filter(|status| sources.contains(&status.scope.source)).collect();
    if statuses.is_empty() {
        return Ok((None, Some("No account has been visited yet.".to_owned())));
    }
    let freshness = Freshness::new(now, statuses);
    let blind = freshness
        .any_stale()
        .then(|| "What is known of some account is older than three intervals.".to_owned());
    Ok((freshness.oldest(), blind))
}

/// M6: passes are covered, failures are not, and what nobody knows is unknown.
pub(super) async fn coverage(
    connection: &mut SqliteConnection,
    sli: Sli,
    now: Timestamp,
) -> Result<coverage::Input, StoreError> {
    let mut tally = Tally::default();
    for one in tallies(connection, sli).await?.values() {
        tally.merge(one);
    }
    let (as_of, blind) = age(connection, sli, now).await?;
    let mut members = Vec::new();
    for control in sli.controls() {
        members.extend(failing(connection, sli, control).await?);
    }
    Ok(coverage::Input {
        covered: tally.pass,
        unknown: tally.unknown(),
        uncovered: tally.fail,
        members,
        denominator: format!(
            "Recovery points that AWS Backup lists; {} are excepted and left out",
            tally.excepted
        ),
        as_of,
        blind,
        none: "AWS Backup lists no recovery point.".to_owned(),
    })
}

/// Resources that fail, the longest first.
async fn failing(
    connection: &mut SqliteConnection,
    sli: Sli,
    control: &str,
) -> Result<Vec<Member>, StoreError> {
    let rows = sqlx::query(
        "SELECT e.resource, p.account, p.region, coalesce(e.known_since, e.since)
         FROM evaluation e JOIN word w ON w.id = e.control JOIN place p ON p.id = e.place
         WHERE w.text = ?1 AND e.state = ?2 ORDER BY 4 LIMIT ?3",
    )
    .bind(control)
    .bind(State::Fail.code())
    .bind(MOST_MEMBERS as i64)
    .fetch_all(connection)
    .await
    .doing(DOING)?;
    rows.iter()
        .map(|row| {
            let resource = row.text(0)?;
            Ok(Member {
                what: format!("{resource} in {} {} is not encrypted.", row.text(1)?, row.text(2)?),
                key: resource,
                link: format!("/controls/{control}"),
                since: row.time(3)?,
                grace_ms: sli.grace_ms(),
            })
        })
        .collect()
}

/// M10: one violation for each control and account that fails.
pub(super) async fn invariant(
    connection: &mut SqliteConnection,
    sli: Sli,
    now: Timestamp,
) -> Result<Reading, StoreError> {
    let tallies = tallies(connection, sli).await?;
    let (as_of, blind) = age(connection, sli, now).await?;
    let mut all = Tally::default();
    for ((control, account), tally) in &tallies {
        all.merge(tally);
        if tally.fail > 0 {
            let noticed = Noticed {
                key: format!("{control}:{account}"),
                what: format!(
                    "{} of {} fail {control} in account {account}.",
                    tally.fail,
                    tally.applicable()
                ),
                link: format!("/controls/{control}"),
                at: now,
                ended: None,
            };
            violation::notice(connection, sli, noticed, now).await?;
        }
    }
    if blind.is_none() && all.unknown() == 0 {
        // Only who sees everything may say that something has ended.
        violation::settle(connection, sli, now).await?;
    }
    let counts = violation::counts(connection, sli, now).await?;
    let input = invariant::Input {
        open: counts.open,
        lasting: counts.lasting,
        accepted: counts.accepted,
        month: counts.month,
        bad: all.fail,
        examined: all.pass + all.fail,
        unknown: all.unknown(),
        missed: None,
        last_bad: counts.last,
        as_of,
        denominator: "Log groups, backup plans and vaults of all accounts".to_owned(),
        blind,
        none: "No log group, backup plan or vault is known.".to_owned(),
    };
    Ok(invariant::judge(sli, &input, now))
}
