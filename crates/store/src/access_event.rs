//! Attempts to get into AWS or to do something there: stored once each, and counted with those that
//! applications report.

use std::collections::HashSet;

use domain::telemetry::{AuthCause, AuthFact, Judged};
use domain::{
    AccessEvent, AccessGap, AccessOutcome, AccountId, Network, Part, Region, Scope, Timestamp,
};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, SqliteConnection};

use crate::bulk::{Bulk, Columns};
use crate::code::Code;
use crate::error::Doing;
use crate::telemetry::Sums;
use crate::telemetry::slice::CLOUDTRAIL;
use crate::{Page, Reader, StoreError, cursor};

const READING: &str = "reading access events";

/// Stores events that are not known yet, and counts them.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    events: Vec<AccessEvent>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let mut known = known(connection, &events).await?;
    let new: Vec<AccessEvent> =
        events.into_iter().filter(|event| known.insert(event.id.clone())).collect();
    count(connection, &new, now).await?;
    PUT.execute(connection, new, |values, event| {
        values.text(event.id).int(event.at.0).text(event.account.as_str());
        values.text(event.region.as_str()).text(event.service).text(event.action);
        values.int(event.outcome.code()).maybe(event.cause.map(Code::code));
        values.text(event.identity).int(event.identity_kind.code());
        values.maybe_text(event.address_net.map(|net| net.to_string()));
        values.maybe(event.mfa.map(i64::from)).text(event.error_code);
    })
    .await
}

/// Counts sign-ins for M1, and both sign-ins and denied calls for M5.
async fn count(
    connection: &mut SqliteConnection,
    events: &[AccessEvent],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut sums = Sums::default();
    for event in events {
        if let Some(fact) = event.auth_fact() {
            // AWS often gives no reason for a refusal.
            let unsaid = fact.judged() == Judged::Unclear;
            let who = (!unsaid).then(|| event.identity.clone());
            sums.auth(CLOUDTRAIL, event.at, &AuthFact { who, ..fact }, None);
            if unsaid {
                sums.attempts.denied(&event.identity, event.at);
            }
        } else if event.outcome == AccessOutcome::Denied {
            sums.attempts.denied(&event.identity, event.at);
        }
    }
    // Nothing was redacted: what CloudTrail tells is reduced before it comes here.
    sums.write(connection, now, "").await
}

const KNOWN: Bulk = Bulk {
    head: "SELECT id FROM access_event WHERE id IN ",
    width: 1,
    tail: "",
    doing: "looking for known access events",
};

const PUT: Bulk = Bulk {
    head: "INSERT INTO access_event (id, at, account, region, service, action, outcome, cause, \
           identity, identity_kind, address_net, mfa, error_code) VALUES",
    width: 13,
    tail: "",
    doing: "storing access events",
};

async fn known(
    connection: &mut SqliteConnection,
    events: &[AccessEvent],
) -> Result<HashSet<String>, StoreError> {
    let ids: Vec<&str> = events.iter().map(|event| event.id.as_str()).collect();
    let mut known = HashSet::new();
    KNOWN
        .select(connection, &ids, |row| {
            known.insert(row.text(0)?);
            Ok(())
        })
        .await?;
    Ok(known)
}

/// Stores spans that nobody looked at.
pub(crate) async fn gaps_write(
    connection: &mut SqliteConnection,
    scope: &Scope,
    gaps: Vec<AccessGap>,
) -> Result<(), StoreError> {
    for gap in gaps {
        sqlx::query(
            "INSERT INTO access_gap (account, region, part, since, until)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        )
        .bind(scope.account.as_str())
        .bind(scope.region.as_str())
        .bind(gap.part.code())
        .bind(gap.since.0)
        .bind(gap.until.0)
        .execute(&mut *connection)
        .await
        .doing("storing a gap between access events")?;
    }
    Ok(())
}

/// Removes what is older than the retention.
pub(crate) async fn expire(
    connection: &mut SqliteConnection,
    before: Timestamp,
) -> Result<(), StoreError> {
    for sql in ["DELETE FROM access_event WHERE at < ?1", "DELETE FROM access_gap WHERE until < ?1"]
    {
        sqlx::query(sql)
            .bind(before.0)
            .execute(&mut *connection)
            .await
            .doing("removing old access events")?;
    }
    Ok(())
}

/// Which events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessQuery {
    /// By one identity, as [`AccessEvent::identity`] has it; everybody's where none is given.
    pub identity: Option<String>,
    /// Rows on a page; 0 for the usual number.
    pub limit: u32,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// A span that nobody looked at, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessGapRow {
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// Which listing, and from when to when.
    pub gap: AccessGap,
}

const COLUMNS: &str = "SELECT n, id, at, account, region, service, action, outcome, cause, \
     identity, identity_kind, address_net, mfa, error_code FROM access_event";

fn read(row: &SqliteRow) -> Result<(i64, AccessEvent), StoreError> {
    let event = AccessEvent {
        id: row.text(1)?,
        at: row.time(2)?,
        account: AccountId::new(row.text(3)?),
        region: Region::new(row.text(4)?),
        service: row.text(5)?,
        action: row.text(6)?,
        outcome: row.code(7)?,
        cause: row.maybe(8)?.map(AuthCause::read).transpose()?,
        identity: row.text(9)?,
        identity_kind: row.code(10)?,
        address_net: row.maybe_text(11)?.as_deref().and_then(Network::parse),
        mfa: row.maybe(12)?.map(|flag| flag != 0),
        error_code: row.text(13)?,
    };
    Ok((row.int(0)?, event))
}

impl Reader {
    /// Events, the latest first.
    pub async fn access_event_page(
        &self,
        query: &AccessQuery,
    ) -> Result<Page<AccessEvent>, StoreError> {
        let after: Option<(i64, i64)> = cursor::read('e', query.cursor.as_deref())?;
        let (at, n) = after.unwrap_or((i64::MAX, i64::MAX));
        let limit = cursor::rows(query.limit);
        let mut arguments = SqliteArguments::default();
        let mut clauses = vec!["(at, n) < (?, ?)"];
        let encode = |result: Result<(), sqlx::error::BoxDynError>| {
            result.map_err(sqlx::Error::Encode).doing(READING)
        };
        encode(arguments.add(at))?;
        encode(arguments.add(n))?;
        if let Some(identity) = &query.identity {
            clauses.push("identity = ?");
            encode(arguments.add(identity.clone()))?;
        }
        let sql = format!(
            "{COLUMNS} WHERE {} ORDER BY at DESC, n DESC LIMIT {}",
            clauses.join(" AND "),
            limit + 1
        );
        let rows = sqlx::query_with(AssertSqlSafe(sql), arguments)
            .fetch_all(&self.pool)
            .await
            .doing(READING)?;
        let shown: Vec<(i64, AccessEvent)> =
            rows.iter().take(limit).map(read).collect::<Result<_, _>>()?;
        let next = match (rows.len() > limit, shown.last()) {
            (true, Some((n, last))) => cursor::write('e', &(last.at.0, n)),
            _ => None,
        };
        Ok(Page { items: shown.into_iter().map(|(_, event)| event).collect(), next })
    }

    /// Spans that reach into `since..until` and whose events nobody looked at, in order. What is
    /// counted for them is too low.
    pub async fn access_gaps(
        &self,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<AccessGapRow>, StoreError> {
        let mut connection = self.pool.acquire().await.doing(READING)?;
        gaps(&mut connection, since, until).await
    }
}

/// Spans that reach into `since..until`, in the order in which they begin.
pub(crate) async fn gaps(
    connection: &mut SqliteConnection,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<AccessGapRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT account, region, part, since, until FROM access_gap
         WHERE until >= ?1 AND since < ?2 ORDER BY since, until, account, region, part",
    )
    .bind(since.0)
    .bind(until.0)
    .fetch_all(connection)
    .await
    .doing(READING)?;
    let read = |row: &SqliteRow| {
        let part: Part = row.code(2)?;
        Ok(AccessGapRow {
            account: AccountId::new(row.text(0)?),
            region: Region::new(row.text(1)?),
            gap: AccessGap { part, since: row.time(3)?, until: row.time(4)? },
        })
    };
    rows.iter().map(read).collect()
}
