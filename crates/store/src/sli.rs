//! The ten indicators, computed from what is counted and stored with everything that explains them.
//!
//! Nothing here reads events: sums of slices, ranges of numbers and counts of evaluations are kept
//! at ingest, so ten million events cost what a hundred thousand do.

mod attempts;
mod audit;
mod controls;
mod put;
mod ratio;
mod trail;

use domain::Timestamp;
use domain::sli::{Reading, Sli, coverage, deadline, invariant, registers};
use sqlx::{Connection, SqliteConnection};

use crate::bulk::Columns;
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{Reader, StoreError, Writer, violation};

pub(crate) const DOING: &str = "computing the indicators";

/// Members that are kept for each indicator, the oldest first.
pub const MOST_MEMBERS: usize = 200;

/// What the indicators expect of whoever sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expectations {
    /// Every producer is to be heard this often, in milliseconds. After three of them it is silent.
    pub every_ms: i64,
}

impl Default for Expectations {
    fn default() -> Self {
        Self { every_ms: 15 * domain::id::MINUTE_MS }
    }
}

impl Expectations {
    /// A producer that was last heard before this is silent.
    pub fn silent_before(&self, now: Timestamp) -> Timestamp {
        now.plus(-3 * self.every_ms)
    }
}

/// What is known outside the store's own counters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registers {
    /// M7: vendors with and without an agreement.
    pub agreements: coverage::Input,
    /// M8: from evidence to detection.
    pub detection: deadline::Input,
    /// M9: from detection to containment.
    pub containment: deadline::Input,
}

impl Registers {
    /// Reads the registers of vendors, incidents and drills.
    pub async fn of(reader: &Reader, now: Timestamp) -> Result<Self, StoreError> {
        let vendors = reader.vendor_list().await?;
        let (incidents, drills) = (reader.incident_list().await?, reader.drill_list().await?);
        Ok(Self {
            agreements: registers::agreements(&vendors, now),
            detection: registers::detection(&incidents, &drills, now),
            containment: registers::containment(&incidents, now),
        })
    }
}

impl Default for Registers {
    /// Nothing is known.
    fn default() -> Self {
        let blind = |register: &str| Some(format!("The register of {register} has not been read."));
        let incidents = deadline::Input { blind: blind("incidents"), ..deadline::Input::default() };
        Self {
            agreements: coverage::Input { blind: blind("vendors"), ..coverage::Input::default() },
            detection: incidents.clone(),
            containment: incidents,
        }
    }
}

impl Writer {
    /// Computes all indicators and stores what they say; answers the readings in their order.
    pub async fn sli_judge(
        &self,
        registers: &Registers,
        expectations: Expectations,
        now: Timestamp,
    ) -> Result<Vec<Reading>, StoreError> {
        let mut inner = self.lock(Durability::Kill).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let mut readings = Vec::with_capacity(Sli::ALL.len());
        for sli in Sli::ALL {
            let before = put::before(&mut tx, sli).await?;
            let last = before.as_ref().map(|before| before.at);
            let (reading, members) =
                one(&mut tx, sli, registers, (expectations, last), now).await?;
            let reading = reading.after(before.as_ref());
            put::reading(&mut tx, &reading, before.as_ref()).await?;
            put::members(&mut tx, sli, &members).await?;
            readings.push(reading);
        }
        tx.commit().await.doing(DOING)?;
        Ok(readings)
    }
}

type Judgement = (Reading, Vec<domain::sli::Member>);

async fn one(
    connection: &mut SqliteConnection,
    sli: Sli,
    registers: &Registers,
    (expectations, last): (Expectations, Option<Timestamp>),
    now: Timestamp,
) -> Result<Judgement, StoreError> {
    let covered = |input: coverage::Input| (coverage::judge(sli, &input, now), input.members);
    let clocked = |input: &deadline::Input| {
        (deadline::judge(sli, input, now), deadline::overdue(sli, input, now))
    };
    Ok(match sli {
        Sli::AuthenticationSuccess | Sli::AuditLatency => {
            let input = ratio::input(connection, sli, expectations, now).await?;
            (domain::sli::ratio::judge(sli, input, now), Vec::new())
        }
        Sli::AuditCompleteness => covered(audit::input(connection, expectations, now).await?),
        Sli::UnredactedPhi => (inspected(connection, now).await?, Vec::new()),
        Sli::UnauthorisedAccess => {
            (attempts::judge(connection, expectations, last, now).await?, Vec::new())
        }
        Sli::BackupEncryption => covered(controls::coverage(connection, sli, now).await?),
        Sli::BaaCoverage => covered(registers.agreements.clone()),
        Sli::TimeToDetect => clocked(&registers.detection),
        Sli::TimeToContain => clocked(&registers.containment),
        Sli::RetentionCompliance => (controls::invariant(connection, sli, now).await?, Vec::new()),
    })
}

/// M4: what the second look at everything stored has found.
async fn inspected(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Reading, StoreError> {
    const SLI: Sli = Sli::UnredactedPhi;
    let counts = violation::counts(connection, SLI, now).await?;
    let row = sqlx::query(
        "SELECT coalesce(sum(examined), 0), coalesce(sum(found), 0), max(last_at),
           EXISTS (SELECT 1 FROM span) OR EXISTS (SELECT 1 FROM log_record),
           EXISTS (SELECT 1 FROM span WHERE received < ?2 AND id > coalesce(
             (SELECT upto FROM inspection WHERE what = 'span'), 0))
           OR EXISTS (SELECT 1 FROM log_record WHERE received < ?2 AND id > coalesce(
             (SELECT upto FROM inspection WHERE what = 'log_record'), 0))
         FROM inspection_day WHERE day >= ?1",
    )
    .bind(now.plus(-domain::sli::PERIOD_MS).day())
    .bind(now.plus(-domain::id::MINUTE_MS).0)
    .fetch_one(connection)
    .await
    .doing(DOING)?;
    let (last, stored, waiting) = (row.maybe_time(2)?, row.int(3)? == 1, row.int(4)? == 1);
    let late = last.is_none_or(|last| now.since(last) > 10 * domain::id::MINUTE_MS);
    let blind = if stored && late {
        Some("Nothing that is stored was looked at in the last ten minutes.")
    } else {
        waiting.then_some("Records that came more than a minute ago wait for their second look.")
    };
    let input = invariant::Input {
        open: counts.open,
        lasting: counts.lasting,
        accepted: counts.accepted,
        month: counts.month,
        bad: row.count(1)?,
        examined: row.count(0)?,
        unknown: 0,
        missed: None,
        last_bad: counts.last,
        as_of: last,
        denominator: "Spans and log records that were looked at a second time in 30 days"
            .to_owned(),
        blind: blind.map(str::to_owned),
        none: "No telemetry has been received, so there is nothing to look at.".to_owned(),
    };
    Ok(invariant::judge(SLI, &input, now))
}
