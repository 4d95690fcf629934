//! M2: what of the audit logs is here, of what must exist.

use std::collections::HashSet;

use domain::Timestamp;
use domain::id::HOUR_MS;
use domain::sli::coverage::Input;
use domain::sli::{Member, PERIOD_MS, Sli};
use sqlx::SqliteConnection;

use super::{DOING, Expectations, MOST_MEMBERS};
use crate::StoreError;
use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::violation::{self, Noticed};

const SLI: Sli = Sli::AuditCompleteness;

/// Requests without an audit event that are listed, the oldest first.
const MOST_REQUESTS: i64 = 50;

/// Joins what two independent expectations say: numbers, and requests for PHI.
pub(super) async fn input(
    connection: &mut SqliteConnection,
    expectations: Expectations,
    now: Timestamp,
) -> Result<Input, StoreError> {
    let mut input = Input {
        none: "Audit logs are numbered, but no event has come in 30 days.".to_owned(),
        ..Input::default()
    };
    let mut from = Vec::new();
    let sources = sources(connection, expectations, now, &mut input).await?;
    if sources > 0 {
        numbers(connection, now, &mut input).await?;
        from.push(format!("the numbers of {sources} audit logs"));
    }
    let served = requests(connection, now, &mut input).await?;
    if served > 0 {
        from.push(format!("{served} requests that served PHI"));
    }
    if from.is_empty() {
        input.blind = Some(
            "No application numbers its audit events (audit.seq) and none marks its PHI endpoints \
             (phi.endpoint), so nobody can tell what is missing."
                .to_owned(),
        );
    }
    input.denominator = format!("Expected by {}, in 30 days", from.join(" and "));
    input.members.truncate(MOST_MEMBERS);
    Ok(input)
}

/// Numbered logs of the period; a silent one makes blind.
async fn sources(
    connection: &mut SqliteConnection,
    expectations: Expectations,
    now: Timestamp,
    input: &mut Input,
) -> Result<usize, StoreError> {
    let rows = sqlx::query(
        "SELECT s.name, p.last_seen FROM audit_source s JOIN producer p ON p.id = s.producer
         WHERE s.events > s.unnumbered AND s.last_seen >= ?1 AND p.retired IS NULL
         ORDER BY p.last_seen",
    )
    .bind(now.plus(-PERIOD_MS).0)
    .fetch_all(connection)
    .await
    .doing(DOING)?;
    if let Some(row) = rows.first() {
        let last = row.time(1)?;
        input.as_of = Some(last);
        if last < expectations.silent_before(now) {
            input.blind = Some(format!(
                "{} should have been heard and was not; what it lost meanwhile is unknown.",
                row.text(0)?
            ));
        }
    }
    Ok(rows.len())
}

/// Gaps between the numbers of each log. The first number that ever came begins it. A gap of the
/// period counts; an older one stays a violation until it is filled or somebody closes it.
async fn numbers(
    connection: &mut SqliteConnection,
    now: Timestamp,
    input: &mut Input,
) -> Result<(), StoreError> {
    let begin = now.plus(-PERIOD_MS);
    let explained = explained(connection).await?;
    let rows = sqlx::query(
        "SELECT s.name, r.first, r.last, r.first_at, r.last_at, r.before FROM (
           SELECT source, first, last, first_at, last_at,
             lag(last) OVER (PARTITION BY source ORDER BY first) AS before FROM audit_range) r
         JOIN audit_source s ON s.id = r.source ORDER BY r.first_at",
    )
    .fetch_all(&mut *connection)
    .await
    .doing(DOING)?;
    for row in &rows {
        let (first, last, since) = (row.int(1)?, row.int(2)?, row.time(3)?);
        if row.time(4)? >= begin {
            input.covered += (last - first + 1).cast_unsigned();
        }
        let Some(before) = row.maybe(5)? else { continue };
        let (member, missing) = gap(&row.text(0)?, (before + 1, first - 1), since);
        if explained.contains(&member.key) {
            continue;
        }
        if member.overdue(now) {
            let Member { key, what, link, since: at, .. } = member.clone();
            violation::notice(connection, SLI, Noticed { key, what, link, at, ended: None }, now)
                .await?;
        }
        if since >= begin {
            input.uncovered += missing;
            input.members.push(member);
        }
    }
    violation::settle(connection, SLI, now).await
}

/// Gaps that somebody has closed with a reason.
async fn explained(connection: &mut SqliteConnection) -> Result<HashSet<String>, StoreError> {
    let rows = sqlx::query("SELECT key FROM violation WHERE sli = ?1 AND closed_at IS NOT NULL")
        .bind(SLI.code())
        .fetch_all(connection)
        .await
        .doing(DOING)?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Numbers that are missing in a log, and how many they are.
fn gap(log: &str, (first, last): (i64, i64), since: Timestamp) -> (Member, u64) {
    let missing = (last - first + 1).cast_unsigned();
    let what = if missing == 1 {
        format!("Event {first} of {log} is missing.")
    } else {
        format!("Events {first} to {last} of {log} are missing ({missing}).")
    };
    let member = Member {
        key: format!("gap:{log}:{first}-{last}"),
        what,
        link: "/debug?view=audit".to_owned(),
        since,
        grace_ms: SLI.grace_ms(),
    };
    (member, missing)
}

/// Requests for PHI without an audit event in their trace. Those within the grace do not count yet.
async fn requests(
    connection: &mut SqliteConnection,
    now: Timestamp,
    input: &mut Input,
) -> Result<u64, StoreError> {
    let due = now.plus(-SLI.grace_ms());
    let row = sqlx::query(
        "SELECT coalesce(sum(served), 0), coalesce(sum(audited), 0),
           (SELECT count(*) FROM phi_request WHERE served = 1 AND audited = 0 AND at > ?2)
         FROM phi_hour WHERE hour >= ?1",
    )
    .bind(now.plus(-PERIOD_MS).0.div_euclid(HOUR_MS))
    .bind(due.0)
    .fetch_one(&mut *connection)
    .await
    .doing(DOING)?;
    let (served, audited, young) = (row.count(0)?, row.count(1)?, row.count(2)?);
    input.covered += audited;
    input.uncovered += served.saturating_sub(audited + young);
    let rows = sqlx::query(
        "SELECT trace, at, name FROM phi_request
         WHERE served = 1 AND audited = 0 AND at <= ?1 AND at >= ?2 ORDER BY at LIMIT ?3",
    )
    .bind(due.0)
    .bind(now.plus(-PERIOD_MS).0)
    .bind(MOST_REQUESTS)
    .fetch_all(connection)
    .await
    .doing(DOING)?;
    for row in &rows {
        let trace = hex::encode(row.bytes(0)?);
        input.members.push(Member {
            key: format!("request:{trace}"),
            what: format!("{} served PHI and no audit event names it.", row.text(2)?),
            link: format!("/debug/traces/{trace}"),
            since: row.time(1)?,
            grace_ms: SLI.grace_ms(),
        });
    }
    Ok(served.saturating_sub(young))
}
