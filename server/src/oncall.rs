//! From what is known to who is told: gathers signals, has the store decide, and delivers.
//!
//! A look is idempotent and takes nothing from the look before but what is stored. What it cannot
//! read it calls unobserved, so that silence ends no alert. It looks every ten seconds, and at once
//! when somebody wakes it: after an event of EventBridge, and after a person did something.

pub mod contacts;
mod deliver;
mod gather;
mod message;

use std::sync::Arc;
use std::time::Duration;

use app::AppState;
use domain::id::DAY_MS;
use domain::{Organisation, Timestamp};
use store::StoreError;
use store::alert::{Seen, Setting, Taken};
use store::sli::Expectations;
use tokio::sync::watch;

use crate::ingest::Intake;
use contacts::Contacts;

pub use gather::findings::signal_of_event;

/// Time between two looks that nobody asked for.
const EVERY: Duration = Duration::from_secs(10);

/// What looking and telling need.
#[derive(Debug)]
pub struct Engine {
    /// What handlers use too.
    pub state: AppState,
    /// How contacts are reached.
    pub contacts: Arc<Contacts>,
    /// The redactor, whose failure pages.
    pub intake: Arc<Intake>,
    /// Who is watched.
    pub organisation: Organisation,
    /// What is expected of those who send telemetry.
    pub expectations: Expectations,
}

impl Engine {
    /// Runs until `stopping` becomes true.
    pub async fn run(self, stopping: watch::Receiver<bool>) {
        let engine = Arc::new(self);
        tokio::join!(
            Arc::clone(&engine).looks(stopping.clone()),
            deliver::deliveries(Arc::clone(&engine), stopping.clone()),
            deliver::signs_of_life(Arc::clone(&engine), stopping.clone()),
            deliver::checks(engine, stopping),
        );
    }

    async fn looks(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        let begun = self.state.wall.now();
        let mut ready = false;
        let mut tidied = Timestamp(0);
        loop {
            let setting = Setting { started: begun, ready, ..(*self.state.oncall.setting).clone() };
            match self.look(&setting).await {
                Ok(taken) => {
                    ready = true;
                    if taken.notices > 0 {
                        self.state.oncall.outbox.notify_one();
                    }
                    if taken.notices + taken.opened > 0 {
                        self.state.oncall.changed();
                    }
                }
                Err(error) => tracing::error!(%error, "looking for alerts failed"),
            }
            let now = self.state.wall.now();
            if now.since(tidied) >= DAY_MS {
                tidied = now;
                told("forgetting old events", self.state.writer.alerts_tidy(now).await);
            }
            tokio::select! {
                // An error means that nobody can say stop any more, which means the same.
                _ = stopping.wait_for(|stop| *stop) => return,
                () = self.state.oncall.wake.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// One look: findings that changed, then everything that tells its whole state.
    pub async fn look(&self, setting: &Setting) -> Result<Taken, StoreError> {
        let mut sum = Taken::default();
        self.findings(setting, &mut sum).await?;
        let now = self.state.wall.now();
        let Seen { signals, whole, blind, .. } = gather::standing(self, setting, now).await;
        let seen = Seen { signals, whole, blind, again: true };
        add(&mut sum, self.state.writer.alerts_take(seen, setting, now).await?);
        Ok(sum)
    }

    /// Reads findings from where the last look ended.
    async fn findings(&self, setting: &Setting, sum: &mut Taken) -> Result<(), StoreError> {
        let AppState { reader, writer, wall, .. } = &self.state;
        let Some(mut cursor) = self.cursor(setting, sum).await? else { return Ok(()) };
        loop {
            let fed = reader.feed_after(cursor).await?;
            if fed.findings.is_empty() && fed.cursor == cursor && fed.again.is_empty() {
                return Ok(());
            }
            let signals =
                gather::findings::signals(&fed.findings, &self.organisation, cursor.since);
            if !signals.is_empty() {
                let taken = writer.alerts_take(Seen::events(signals), setting, wall.now()).await?;
                add(sum, taken);
            }
            // Killed in between, the next look reads them again, and the store knows them.
            writer.feed_keep(fed.cursor, &fed.again).await?;
            cursor = fed.cursor;
            if !fed.more {
                return Ok(());
            }
        }
    }

    /// Where reading goes on. The first time it begins after a whole round: what failed before is
    /// shown among the findings, and only what pages becomes an alert.
    async fn cursor(
        &self,
        setting: &Setting,
        sum: &mut Taken,
    ) -> Result<Option<store::alert::feed::FeedCursor>, StoreError> {
        let AppState { reader, writer, wall, collector, .. } = &self.state;
        if let Some(cursor) = reader.feed_cursor().await? {
            return Ok(Some(cursor));
        }
        if collector.progress().last_finished.is_none() {
            return Ok(None);
        }
        let now = wall.now();
        let cursor = reader.feed_begin(now).await?;
        let controls = store::alert::feed::paging_controls(&setting.rules);
        let backlog = reader.feed_backlog(&controls).await?;
        let signals = gather::findings::backlog(&backlog, &self.organisation, &setting.rules);
        if !signals.is_empty() {
            add(sum, writer.alerts_take(Seen::events(signals), setting, now).await?);
        }
        writer.feed_keep(cursor, &[]).await?;
        Ok(Some(cursor))
    }
}

fn add(sum: &mut Taken, more: Taken) {
    sum.taken += more.taken;
    sum.repeated += more.repeated;
    sum.opened += more.opened;
    sum.notices += more.notices;
}

/// An error ends one attempt; the log says which.
fn told(doing: &str, result: Result<(), StoreError>) {
    if let Err(error) = result {
        tracing::error!(%error, "{doing} failed");
    }
}
