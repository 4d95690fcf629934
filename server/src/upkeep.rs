//! What goes on beside the rounds: sessions are tidied, the audit log is verified, signed and taken
//! to its witnesses.
//!
//! Each step is idempotent and reports where an operator can see it; what failed is tried again at
//! the next tick.

use std::collections::BTreeMap;
use std::time::Duration;

use app::{AppState, Verified};
use domain::Timestamp;
use domain::id::{HOUR_MS, MINUTE_MS};
use identity::session::Expiry;
use store::{Anchored, By, StoreError};
use tokio::sync::{mpsc, watch};
use trail::{Checkpoint, Hash, SignedCheckpoint, Verifier};

use crate::backup::Plan;
use crate::witness::{self, Witnesses};

/// Time between two ticks.
const TICK: Duration = Duration::from_secs(20);
/// Time between two checkpoints, while something is logged.
const CHECKPOINT_EVERY_MS: i64 = 5 * MINUTE_MS;
/// Time after which all of the log is verified again, and not only what is new.
const WHOLE_EVERY_MS: i64 = HOUR_MS;
/// A right password without a second factor after so long is told to the log.
const UNFINISHED_MS: i64 = 3 * MINUTE_MS;
/// Entries that are verified at once.
const STRIDE: u32 = 1_000;

/// Everything that is kept up.
#[derive(Debug)]
pub struct Upkeep {
    /// What handlers use too.
    pub state: AppState,
    /// Where the state of the log is told.
    pub verified: watch::Sender<Verified>,
    /// The witnesses.
    pub witnesses: Witnesses,
    /// Copies of the data, if they are wanted.
    pub backups: Option<Backups>,
}

/// When copies are made.
#[derive(Debug)]
pub struct Backups {
    /// Where to and how often.
    pub plan: Plan,
    /// Somebody wants one now.
    pub asked: mpsc::Receiver<()>,
}

/// Runs until `stopping` becomes true.
pub async fn run(mut upkeep: Upkeep, stopping: watch::Receiver<bool>) {
    let (backups, state) = (upkeep.backups.take(), upkeep.state.clone());
    let copies = async {
        if let Some(backups) = backups {
            back_up(backups, state, stopping.clone()).await;
        }
    };
    tokio::join!(ticks(upkeep, stopping.clone()), copies);
}

/// Makes copies when they are due or asked for. A failed one is tried again in an hour.
async fn back_up(mut backups: Backups, state: AppState, mut stopping: watch::Receiver<bool>) {
    loop {
        let wait = match due_in(&backups.plan, &state).await {
            Ok(ms) => Duration::from_millis(ms),
            Err(error) => {
                tracing::error!(%error, "when the next backup is due cannot be found out");
                TICK
            }
        };
        tokio::select! {
            // An error means that nobody can say stop any more, which means the same.
            _ = stopping.wait_for(|stop| *stop) => return,
            Some(()) = backups.asked.recv() => {}
            () = tokio::time::sleep(wait) => {}
        }
        let now = state.wall.now();
        let made = backups.plan.make(&state.reader, now).await;
        if let Some(error) = &made.error {
            tracing::error!(%error, "the backup failed");
        } else {
            tracing::info!(file = made.file, rows = made.rows, "a backup was made");
        }
        told("noting the backup", state.writer.backup_note(&By::system(now), &made).await);
    }
}

/// Milliseconds until the next one.
async fn due_in(plan: &Plan, state: &AppState) -> Result<u64, StoreError> {
    let last = state.reader.backups(1).await?;
    let Some(last) = last.first() else { return Ok(0) };
    let pause = if last.error.is_some() { plan.every_ms.min(HOUR_MS) } else { plan.every_ms };
    let passed = state.wall.now().since(last.at);
    Ok(u64::try_from(pause.saturating_sub(passed)).unwrap_or(0))
}

/// Ticks until `stopping` becomes true, and once more then: what people did last is stored.
async fn ticks(mut upkeep: Upkeep, mut stopping: watch::Receiver<bool>) {
    let mut walk = Walk::default();
    loop {
        upkeep.tick(&mut walk).await;
        let stopped = tokio::select! {
            // An error means that nobody can say stop any more, which means the same.
            _ = stopping.wait_for(|stop| *stop) => true,
            () = tokio::time::sleep(TICK) => false,
        };
        if stopped {
            break;
        }
    }
    upkeep.tick(&mut walk).await;
}

impl Upkeep {
    /// One pass over everything.
    pub async fn tick(&mut self, walk: &mut Walk) {
        told("tidying sessions", self.settle().await);
        told("verifying the audit log", self.verify(walk).await);
        told("signing the audit log", self.sign().await);
        told("anchoring the audit log", self.anchor().await);
    }

    async fn settle(&self) -> Result<(), StoreError> {
        let AppState { activity, writer, wall: clock, .. } = &self.state;
        let now = clock.now();
        let idle = now.plus(-Expiry::DEFAULT.idle_ms);
        let begun = now.plus(-Expiry::DEFAULT.absolute_ms);
        let (sessions, tokens) = (activity.sessions(), activity.tokens());
        writer.sessions_unfinished(now, now.plus(-UNFINISHED_MS)).await?;
        writer.sessions_settle(&sessions, idle, begun).await?;
        activity.settle(idle);
        if !tokens.is_empty() {
            writer.tokens_settle(&tokens).await?;
        }
        Ok(())
    }

    async fn verify(&self, walk: &mut Walk) -> Result<(), StoreError> {
        let now = self.state.wall.now();
        if walk.begun.is_none_or(|begun| now.since(begun) >= WHOLE_EVERY_MS) || walk.broken {
            *walk = Walk { begun: Some(now), ..Walk::default() };
        }
        let fault = walk.on(&self.state).await?;
        walk.broken = fault.is_some();
        let entries = walk.verifier.reached();
        self.verified.send_replace(Verified { at: Some(now), entries, fault });
        Ok(())
    }

    /// Signs the head, if there is anything new and the time has come.
    async fn sign(&self) -> Result<(), StoreError> {
        let AppState { reader, writer, notary, wall: clock, .. } = &self.state;
        // What does not verify is not signed.
        if self.verified.borrow().fault.is_some() {
            return Ok(());
        }
        let now = clock.now();
        let last = reader.checkpoint_last().await?;
        let (seq, hash) = reader.audit_head().await?;
        let due = last.is_none_or(|last| {
            last.seq < seq && now.0 - last.at_us.div_euclid(1_000) >= CHECKPOINT_EVERY_MS
        });
        if seq == 0 || !due {
            return Ok(());
        }
        let at_us = now.0.saturating_mul(1_000);
        let checkpoint = Checkpoint { origin: notary.origin.clone(), seq, hash, at_us };
        writer.checkpoint_keep(&notary.signer.sign(&checkpoint)).await
    }

    /// Takes the last checkpoint to every witness that does not have it.
    async fn anchor(&self) -> Result<(), StoreError> {
        let AppState { reader, writer, wall: clock, .. } = &self.state;
        let Some(last) = reader.checkpoint_last().await? else { return Ok(()) };
        let tried = reader.anchors().await?;
        for witness in self.witnesses.targets() {
            let target = witness::name(witness);
            let now = clock.now();
            let of_target = || tried.iter().filter(|it| it.target == target);
            let has = of_target().any(|it| it.error.is_none() && it.seq >= last.seq);
            // A witness that does not answer is asked again when the next checkpoint may be due.
            let rests =
                of_target().any(|it| it.error.is_some() && now.since(it.at) < CHECKPOINT_EVERY_MS);
            if has || rests {
                continue;
            }
            let error = self.witnesses.take(witness, &last, now).await.err();
            if let Some(error) = &error {
                tracing::error!(%target, %error, "a checkpoint could not be anchored");
            }
            let anchored = Anchored { target, seq: last.seq, at: now, error };
            writer.anchor_note(&anchored).await?;
        }
        Ok(())
    }
}

/// How far the log was verified in this pass over it.
#[derive(Debug)]
pub struct Walk {
    verifier: Verifier,
    begun: Option<Timestamp>,
    broken: bool,
}

impl Default for Walk {
    fn default() -> Self {
        Self { verifier: Verifier::starting_after(0, Hash::GENESIS), begun: None, broken: false }
    }
}

impl Walk {
    /// Goes on to the head; answers with the first fault.
    async fn on(&mut self, state: &AppState) -> Result<Option<String>, StoreError> {
        let key = state.notary.signer.public_key();
        loop {
            let reached = self.verifier.reached();
            let rows = state.reader.audit_after(reached, STRIDE).await?;
            if rows.is_empty() {
                return cut(state, reached).await;
            }
            let signed = state.reader.checkpoints_after(reached, STRIDE).await?;
            let signed: BTreeMap<u64, SignedCheckpoint> =
                signed.into_iter().map(|one| (one.seq, one)).collect();
            for row in &rows {
                if let Err(fault) = self.verifier.push(&row.link) {
                    return Ok(Some(fault.to_string()));
                }
                let seq = row.link.entry.seq;
                if let Some(one) = signed.get(&seq)
                    && (one.hash != row.link.hash || one.verify(&key).is_err())
                {
                    return Ok(Some(format!("entry {seq} is not what was signed")));
                }
            }
        }
    }
}

/// Whether something signed says that there were more entries than there are.
async fn cut(state: &AppState, reached: u64) -> Result<Option<String>, StoreError> {
    let last = state.reader.checkpoint_last().await?;
    Ok(last.filter(|last| last.seq > reached).map(|last| {
        format!("the log ends with entry {reached}, but entry {} was signed", last.seq)
    }))
}

/// An error ends one attempt; the log says which.
fn told(doing: &str, result: Result<(), StoreError>) {
    if let Err(error) = result {
        tracing::error!(%error, "{doing} failed");
    }
}
