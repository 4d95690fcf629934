//! What goes on beside the rounds, for the indicators: they are computed each minute, what is
//! stored of telemetry is looked at a second time, and what is past its time is removed.

use std::sync::Arc;
use std::time::Duration;

use app::AppState;
use domain::Timestamp;
use domain::id::{HOUR_MS, MINUTE_MS};
use store::StoreError;
use store::inspection::Inspected;
use store::sli::{Expectations, Registers};
use store::telemetry::Kept;
use tokio::sync::watch;

use crate::ingest::Intake;
use crate::second_look::second_look;

/// Time between two ticks.
const TICK: Duration = Duration::from_secs(20);
/// The indicators are computed this often.
const EVERY_MS: i64 = MINUTE_MS;
/// Rows that are looked at together.
const STRIDE: u32 = 500;
/// Rows of each kind that are looked at in one tick; the rest waits for the next.
const MOST: u64 = 50_000;

/// Everything that is needed to measure.
#[derive(Debug)]
pub struct Measure {
    /// What handlers use too.
    pub state: AppState,
    /// The redactor.
    pub intake: Arc<Intake>,
    /// What the indicators expect.
    pub expectations: Expectations,
    /// How long telemetry is kept.
    pub kept: Kept,
    /// When the indicators were last computed.
    judged: Option<Timestamp>,
    /// When old telemetry was last removed.
    expired: Option<Timestamp>,
}

impl Measure {
    /// Puts the pieces together.
    pub fn new(
        state: AppState,
        intake: Arc<Intake>,
        expectations: Expectations,
        kept: Kept,
    ) -> Self {
        Self { state, intake, expectations, kept, judged: None, expired: None }
    }

    /// Runs until `stopping` becomes true.
    pub async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        loop {
            self.tick().await;
            tokio::select! {
                // An error means that nobody can say stop any more, which means the same.
                _ = stopping.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }

    /// One pass. Each step is tried again at the next tick.
    pub async fn tick(&mut self) {
        self.intake.check();
        told("counting refusals", self.count_refusals().await);
        told("looking at telemetry again", self.inspect().await);
        let now = self.state.clock.now();
        // The demonstration's clock goes back once, to replay the past.
        let due = |last: Option<Timestamp>, every_ms: i64| {
            last.is_none_or(|last| !(0..every_ms).contains(&now.since(last)))
        };
        if due(self.expired, HOUR_MS) {
            told("removing old telemetry", self.expire().await);
            self.expired = Some(now);
        }
        if due(self.judged, EVERY_MS) {
            told("computing the indicators", self.judge().await);
        }
    }

    /// Computes the indicators now.
    pub async fn judge(&mut self) -> Result<(), StoreError> {
        let now = self.state.clock.now();
        let registers = Registers::of(&self.state.reader, now).await?;
        self.state.writer.sli_judge(&registers, self.expectations, now).await?;
        self.judged = Some(now);
        Ok(())
    }

    /// Looks at everything that came since the last time.
    pub async fn inspect(&self) -> Result<(), StoreError> {
        if self.intake.blocked() {
            return Ok(());
        }
        for what in Inspected::ALL {
            let mut examined = 0;
            while examined < MOST {
                let rows = self.inspect_some(what).await?;
                examined += rows;
                if rows < u64::from(STRIDE) {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn inspect_some(&self, what: Inspected) -> Result<u64, StoreError> {
        let AppState { reader, writer, clock, .. } = &self.state;
        let sieve = Arc::clone(self.intake.sieve());
        let redactor = sieve.version().to_owned();
        let rows = reader.inspection_next(what, &redactor, STRIDE).await?;
        let (upto, examined) = (rows.last().map(|row| row.id), rows.len() as u64);
        let looked = tokio::task::spawn_blocking(move || {
            rows.iter().filter_map(|row| second_look(&sieve, what, row)).collect::<Vec<_>>()
        });
        let Ok(leaks) = looked.await else {
            self.intake.block();
            tracing::error!("the redactor panicked; telemetry is refused until it is tested");
            return Ok(0);
        };
        writer.inspection_note(what, &redactor, (upto, examined), &leaks, clock.now()).await?;
        Ok(examined)
    }

    async fn count_refusals(&self) -> Result<(), StoreError> {
        let refusals = self.intake.refusals();
        if refusals.is_empty() {
            return Ok(());
        }
        self.state.writer.telemetry_refused(&refusals, self.state.clock.now()).await
    }

    async fn expire(&self) -> Result<(), StoreError> {
        let now = self.state.clock.now();
        while self.state.writer.telemetry_expire(self.kept, now).await?.more {}
        Ok(())
    }
}

/// An error ends one attempt; the log says which.
fn told(doing: &str, result: Result<(), StoreError>) {
    if let Err(error) = result {
        tracing::error!(%error, "{doing} failed");
    }
}
