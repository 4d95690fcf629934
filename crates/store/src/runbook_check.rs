//! What Wardround finds for a step of a runbook, from what is stored and from nothing else.

use domain::access_event::TrailState;
use domain::register::Vendor;
use domain::resource::kind;
use domain::runbook::check::{
    About, Asked, Attempts, Basis, Calls, Cause, of_attempts, of_calls, of_evaluations, of_trails,
    of_vendor,
};
use domain::runbook::{Outcome, StepCheck, Values};
use domain::telemetry::Span;
use domain::{
    AccessOutcome, AccountId, Evaluation, Part, Region, Resource, ResourceKey, Source, Timestamp,
};

use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::{Reader, StoreError};

const DOING: &str = "looking something up for a runbook";

/// Calls are counted over the last hour.
pub const CALLS_MS: i64 = 3_600_000;
/// The most spans that are searched for a table, the newest first. With more than that in an hour the
/// answer speaks of less than an hour.
const MOST_SPANS: i64 = 100_000;
/// The most calls to a table that are counted.
const MOST_CALLS: i64 = 5_000;

/// Errors of DynamoDB for a rate that is too high (DynamoDB Developer Guide, "Error handling").
const THROTTLES: [&str; 3] =
    ["ProvisionedThroughputExceeded", "ThrottlingException", "RequestLimitExceeded"];

/// The present, of the data and of people; they differ while the demonstration replays its past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    /// Of what AWS and applications said.
    pub data: Timestamp,
    /// Of registers.
    pub people: Timestamp,
}

impl Reader {
    /// Answers the check of a step with the values of its run.
    ///
    /// A parameter that was left empty makes the answer unknown. So does whatever nobody looked at.
    pub async fn runbook_check(
        &self,
        check: &StepCheck,
        values: &Values,
        now: Present,
    ) -> Result<Outcome, StoreError> {
        let told = |need: &str| {
            let name = check.with.iter().find(|(slot, _)| slot == need).map(|(_, name)| name)?;
            values.get(name)
        };
        let needs = check.check.needs();
        if needs.iter().any(|need| told(need.name).is_none()) {
            return Ok(Outcome::Unknown { why: Cause::NotTold, as_of: None });
        }
        let asked = Asked {
            account: told("account").map(AccountId::from),
            region: told("region").map(Region::from),
            resource: told("resource").map(ResourceKey::from),
        };
        match check.check.basis() {
            Basis::Controls { about, .. } => {
                let evaluations = self.judged(about, &asked).await?;
                Ok(of_evaluations(check.check, &asked, &evaluations))
            }
            Basis::Trails => self.trails(&asked, now.data).await,
            Basis::Vendors => self.vendor(told("vendor").unwrap_or_default(), now.people).await,
            Basis::Calls => {
                let key = told("resource").unwrap_or_default();
                Ok(of_calls(self.calls(key, now.data).await?))
            }
            Basis::Attempts => {
                let Some(since) = told("since").and_then(Timestamp::parse) else {
                    return Ok(Outcome::Unknown { why: Cause::NotTold, as_of: None });
                };
                let identity = told("identity").unwrap_or_default();
                Ok(of_attempts(self.attempts_of(identity, now.data).await?, since))
            }
        }
    }

    async fn judged(&self, about: About, asked: &Asked) -> Result<Vec<Evaluation>, StoreError> {
        let key = match about {
            About::Resource => asked.resource.clone(),
            About::Region | About::Account => asked.account.as_ref().map(ResourceKey::account),
        };
        let Some(key) = key else { return Ok(Vec::new()) };
        let rows = self.evaluation_of_resource(&key).await?;
        Ok(rows.into_iter().map(|row| row.evaluation).collect())
    }

    async fn trails(&self, asked: &Asked, now: Timestamp) -> Result<Outcome, StoreError> {
        let (Some(account), Some(region)) = (&asked.account, &asked.region) else {
            return Ok(Outcome::Unknown { why: Cause::NotTold, as_of: None });
        };
        // Keys of these records begin with their place.
        let start = ResourceKey::new(format!("{}/{account}/{region}/", kind::TRAIL_STATUS));
        let records = self.resource_page(kind::TRAIL_STATUS, Some(&start), 100).await?;
        let here = |it: &&Resource| it.account == *account && it.region == *region;
        let trails: Vec<TrailState> =
            records.iter().filter(here).filter_map(TrailState::of).collect();
        let age = self.freshness(now).await?.age(Source::CloudTrail, Part::Trails, account, region);
        Ok(of_trails(&trails, age))
    }

    /// Names are compared as the register does, in whatever case. Of two with one name, the one that
    /// stands.
    async fn vendor(&self, name: &str, now: Timestamp) -> Result<Outcome, StoreError> {
        let key = |text: &str| text.trim().to_lowercase();
        let all = self.register::<Vendor>().await?;
        let named = || all.iter().filter(|one| key(&one.record.name) == key(name));
        let one = named().find(|one| one.stands()).or_else(|| named().next_back());
        Ok(of_vendor(one.map(|one| one.state(now)), now))
    }

    /// Calls to a table, by the key of the table, in the last hour.
    async fn calls(&self, key: &str, now: Timestamp) -> Result<Calls, StoreError> {
        let table = ResourceKey::from(key).short().to_owned();
        let rows = sqlx::query(
            "SELECT detail, received FROM (
               SELECT detail, received FROM span WHERE received >= ?1
               ORDER BY received DESC LIMIT ?3)
             WHERE instr(detail, ?2) > 0 LIMIT ?4",
        )
        .bind(now.plus(-CALLS_MS).0)
        .bind(&table)
        .bind(MOST_SPANS)
        .bind(MOST_CALLS)
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        let mut calls = Calls { seen: 0, throttled: 0, as_of: None };
        for row in &rows {
            let span: Span = serde_json::from_str(&row.text(0)?).doing(DOING)?;
            if !calls_table(&span, &table, key) {
                continue;
            }
            calls.seen += 1;
            calls.throttled += u64::from(throttled(&span));
            calls.as_of = calls.as_of.max(Some(row.time(1)?));
        }
        Ok(calls)
    }

    /// The last attempt of an identity that succeeded, and up to when all regions of its account
    /// were read.
    async fn attempts_of(&self, identity: &str, now: Timestamp) -> Result<Attempts, StoreError> {
        let row = sqlx::query(
            "SELECT max(at), (SELECT account FROM access_event WHERE identity = ?1
               ORDER BY at DESC LIMIT 1)
             FROM access_event WHERE identity = ?1 AND outcome = ?2",
        )
        .bind(identity)
        .bind(AccessOutcome::Allowed.code())
        .fetch_one(&self.pool)
        .await
        .doing(DOING)?;
        let ages = self.freshness(now).await?;
        // An identity that nobody has seen may be of any account: all of them count.
        let account = row.maybe_text(1)?;
        let scopes = ages.scopes().filter(|it| it.scope.source == Source::CloudTrail);
        let scopes =
            scopes.filter(|it| account.as_deref().is_none_or(|id| it.scope.account.as_str() == id));
        let read: Vec<Option<Timestamp>> = scopes
            .flat_map(|it| [Part::SignIns, Part::Denials].map(|part| it.age_of(part, now).as_of()))
            .collect();
        Ok(Attempts { last: row.maybe_time(0)?, read_to: read.into_iter().min().flatten() })
    }
}

/// Whether a span is a call to a table of DynamoDB (OpenTelemetry semantic conventions, "AWS
/// DynamoDB": `aws.dynamodb.table_names`, and `db.collection.name` for one table).
fn calls_table(span: &Span, table: &str, key: &str) -> bool {
    let names = |value: &serde_json::Value| match value {
        serde_json::Value::String(name) => name == table || name == key,
        serde_json::Value::Array(list) => {
            list.iter().filter_map(|it| it.as_str()).any(|name| name == table || name == key)
        }
        _ => false,
    };
    ["aws.dynamodb.table_names", "db.collection.name"]
        .iter()
        .any(|name| span.attributes.get(*name).is_some_and(names))
}

/// Whether it was refused for its rate: by its `error.type`, its `exception.type`, or its words.
fn throttled(span: &Span) -> bool {
    let says = |text: &str| THROTTLES.iter().any(|word| text.contains(word));
    let typed = |of: &serde_json::Map<String, serde_json::Value>| {
        ["error.type", "exception.type"].iter().filter_map(|name| of.get(*name)?.as_str()).any(says)
    };
    typed(&span.attributes)
        || span.events.iter().any(|event| typed(&event.attributes))
        || says(&span.status_message)
}
