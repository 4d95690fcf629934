//! A simulated clinic: applications that send telemetry by the same door as any other.
//!
//! A week of it is sent before the present begins, hour by hour, then a little every few seconds.
//! A few records hold identifiers that should never have been logged, one stretch of an audit log
//! is lost, somebody guesses a password, and a directory times out. All identifiers are made up.

mod hour;
mod otlp;

use std::time::Duration;

use anyhow::Context as _;
use app::AppState;
use domain::id::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::{Action, Clock as _, Role, Timestamp};
use identity::secret::Secret;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use store::By;
use tokio::sync::watch;

use crate::clock::{DemoClock, SystemClock};
use crate::measure::Measure;
use hour::Happening;

/// How far back the telemetry begins, in hours.
const PAST_HOURS: i64 = 7 * 24;
/// Time between two requests of the present.
const PAUSE: Duration = Duration::from_secs(10);
/// How long the clinic's token holds.
const TOKEN_MS: i64 = 365 * DAY_MS;

/// The clinic's collector.
#[derive(Debug)]
pub struct Clinic {
    client: reqwest::Client,
    address: String,
    token: String,
    /// The number of the last audit event.
    seq: u64,
}

impl Clinic {
    /// Makes a token of its own and goes on counting where it ended.
    pub async fn open(state: &AppState, address: String) -> anyhow::Result<Self> {
        let people = state.reader.people().await?;
        let engineer = people
            .iter()
            .find(|person| person.role == Role::Engineer && person.demo)
            .context("the demonstration has no engineer")?;
        let secret = Secret::token()?;
        let now = state.wall.now();
        let scopes = [Action::SendTelemetry];
        let (digest, ends) = (secret.digest(), now.plus(TOKEN_MS));
        let name = "simulated clinic";
        let by = By::system(now);
        state.writer.token_make(&by, engineer.id, name, &scopes, &digest, ends).await?;
        let sources = state.reader.audit_sources(state.clock.now()).await?;
        let last = sources.iter().find(|source| source.name == hour::LOG);
        Ok(Self {
            client: reqwest::Client::builder().no_proxy().build()?,
            address,
            token: secret.reveal().to_string(),
            seq: last.and_then(|source| source.last_number).unwrap_or(0),
        })
    }

    /// Sends the last week, each hour when the clock shows it, and has the indicators computed.
    /// Does nothing where telemetry has been sent before.
    pub async fn past(&mut self, clock: &DemoClock, measure: &mut Measure) -> anyhow::Result<()> {
        if self.seq > 0 {
            return Ok(());
        }
        let now = SystemClock.now();
        let first = now.plus(-PAST_HOURS * HOUR_MS);
        for index in 0..PAST_HOURS {
            let at = first.plus(index * HOUR_MS);
            clock.set(Some(at));
            let happening = hour::whole(at, PAST_HOURS - index, &mut self.seq);
            self.send(&happening).await?;
            clock.set(Some(at.plus(MINUTE_MS)));
            measure.judge().await?;
        }
        measure.inspect().await?;
        Ok(())
    }

    /// Goes on until `stopping` becomes true.
    pub async fn present(mut self, mut stopping: watch::Receiver<bool>) {
        let mut tick = 0;
        loop {
            let happening = hour::moment(SystemClock.now(), tick, &mut self.seq);
            if let Err(error) = self.send(&happening).await {
                // Whoever is simulated sends again, like anybody else.
                tracing::warn!(%error, "the simulated clinic could not send");
            }
            tick += 1;
            tokio::select! {
                // An error means that nobody can say stop any more, which means the same.
                _ = stopping.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    async fn send(&self, happening: &Happening) -> anyhow::Result<()> {
        self.post("/v1/traces", &otlp::traces(happening)).await?;
        self.post("/v1/logs", &otlp::logs(happening)).await
    }

    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<()> {
        let answer = self
            .client
            .post(format!("{}{path}", self.address))
            .bearer_auth(&self.token)
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string())
            .send()
            .await
            .with_context(|| format!("sending to {path}"))?;
        let status = answer.status();
        anyhow::ensure!(status.is_success(), "{path} answered {status}");
        Ok(())
    }
}

/// A repeatable sequence of numbers (SplitMix64), so that each start shows the same clinic.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn of(at: Timestamp) -> Self {
        // Mixed once: the sequences of neighbouring instants must not be one sequence shifted.
        let mut dice = Self(at.0.cast_unsigned());
        dice.0 = dice.roll();
        dice
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }

    /// From 0 to below `many`.
    fn below(&mut self, many: u64) -> u64 {
        self.roll() % many.max(1)
    }
}
