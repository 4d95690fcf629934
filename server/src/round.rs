//! One round: visit what is due, store what comes, judge.
//!
//! It is idempotent and takes nothing from the round before but what is stored. It does not retry:
//! the next round is the retry. Killed at any moment it leaves a consistent database, because each
//! batch, each end of a visit and the judgement are transactions of their own.

use std::sync::Arc;
use std::time::Instant;

use app::Progress;
use collect::Session;
use domain::id::MINUTE_MS;
use domain::{
    Batch, Catalogue, Clock, Organisation, Outcome, RunId, Scope, ScopeState, ScopeStatus,
    Timestamp,
};
use store::{JudgeReport, Reader, Run, RunState, StoreError, Trigger, Writer};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::config::Intervals;
use crate::metrics::Metrics;

/// What a round needs.
#[derive(Debug)]
pub struct Rounds {
    /// Who is watched.
    pub organisation: Organisation,
    /// How often.
    pub intervals: Intervals,
    /// Writes.
    pub writer: Writer,
    /// Reads.
    pub reader: Reader,
    /// The connection to AWS.
    pub session: Session,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Where progress is told.
    pub progress: watch::Sender<Progress>,
}

/// Which scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those whose time has come.
    Due,
    /// All.
    All,
}

/// How to go round.
#[derive(Debug, Clone)]
pub struct Order {
    /// What started it.
    pub trigger: Trigger,
    /// Which scopes.
    pub which: Which,
    /// Read incremental sources from the beginning.
    pub full: bool,
    /// What to tell people, in a few words.
    pub note: String,
}

impl Order {
    /// A round over everything.
    pub fn all(trigger: Trigger) -> Self {
        Self { trigger, which: Which::All, full: false, note: String::new() }
    }

    /// A round over what is due.
    pub fn due() -> Self {
        Self { which: Which::Due, ..Self::all(Trigger::Schedule) }
    }
}

/// Visits at the same time; the calls in flight are limited by the session.
const VISITS: usize = 12;

/// Whatever falls due so soon is visited at once, so that scopes stay together.
const NEARLY_MS: i64 = MINUTE_MS;

impl Rounds {
    /// Tells the store whom to watch, and ends rounds that a killed process left open.
    pub async fn prepare(&self) -> Result<(), StoreError> {
        let interval = |source| self.intervals.of(source);
        self.writer.organisation_adopt(&self.organisation, Catalogue::get(), interval).await?;
        let closed = self.writer.runs_close_interrupted(self.clock.now()).await?;
        if closed > 0 {
            tracing::warn!(rounds = closed, "a round had been interrupted; the next completes it");
        }
        let past = self.reader.run_page(None, 20).await?;
        if let Some(last) = past.iter().find(|run| run.state == RunState::Done) {
            self.progress.send_modify(|progress| {
                progress.last_finished = Some(last.id.0);
                progress.last_finished_at = last.ended.map(|at| at.0);
            });
        }
        Ok(())
    }

    /// When the next scope falls due; `None` without any scope.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let statuses = self.reader.scope_statuses().await?;
        Ok(statuses.iter().map(|status| status.next_due.unwrap_or(Timestamp(0))).min())
    }

    /// Goes round. `None` when nothing was due.
    pub async fn go(self: &Arc<Self>, order: &Order) -> Result<Option<Run>, StoreError> {
        let now = self.clock.now();
        let mut statuses = self.reader.scope_statuses().await?;
        if order.which == Which::Due {
            statuses.retain(|status| status.next_due.is_none_or(|due| due.since(now) <= NEARLY_MS));
        }
        if statuses.is_empty() {
            return Ok(None);
        }
        let total = statuses.len() as u64;
        let begun = Instant::now();
        let run = self.writer.run_begin(order.trigger, total, now).await?;
        self.progress.send_modify(|progress| {
            *progress = Progress {
                running: true,
                run: Some(run.0),
                phase: "collecting".to_owned(),
                done: 0,
                total,
                failed: 0,
                note: order.note.clone(),
                ..progress.clone()
            };
        });
        let ended = self.visit_and_judge(run, statuses, order.full).await;
        self.progress.send_modify(|progress| {
            progress.running = false;
            progress.run = None;
            "idle".clone_into(&mut progress.phase);
            progress.note.clear();
            if let Ok(run) = &ended {
                progress.last_finished = Some(run.id.0);
                progress.last_finished_at = run.ended.map(|at| at.0);
            }
        });
        let run = ended?;
        self.metrics.round(begun.elapsed(), run.failed);
        tracing::info!(
            round = run.id.0,
            scopes = run.scopes_done,
            failed = run.failed,
            new = run.findings_new,
            changed = run.findings_changed,
            seconds = begun.elapsed().as_secs_f64(),
            "round"
        );
        Ok(Some(run))
    }

    async fn visit_and_judge(
        self: &Arc<Self>,
        run: RunId,
        statuses: Vec<ScopeStatus>,
        full: bool,
    ) -> Result<Run, StoreError> {
        let mut waiting = statuses.into_iter();
        let mut visits = JoinSet::new();
        for status in waiting.by_ref().take(VISITS) {
            visits.spawn(Arc::clone(self).visit(run, status, full));
        }
        let (mut done, mut failed) = (0, 0);
        while let Some(visited) = visits.join_next().await {
            done += 1;
            failed += u64::from(visited.unwrap_or(true));
            if let Some(status) = waiting.next() {
                visits.spawn(Arc::clone(self).visit(run, status, full));
            }
            self.writer.run_progress(run, done, failed).await?;
            self.progress.send_modify(|progress| {
                progress.done = done;
                progress.failed = failed;
            });
        }
        self.progress.send_modify(|progress| "judging".clone_into(&mut progress.phase));
        let report = self.judge(run).await?;
        self.writer.run_finish(run, self.clock.now(), &report).await
    }

    /// Judges what is known now. Idempotent: without news nothing changes but ages.
    pub async fn judge(&self, run: RunId) -> Result<JudgeReport, StoreError> {
        let now = self.clock.now();
        self.writer.judge(run, &self.organisation, Catalogue::get(), now).await
    }

    /// One visit; true when it failed. Nothing that happens here touches another visit.
    async fn visit(self: Arc<Self>, run: RunId, status: ScopeStatus, full: bool) -> bool {
        let scope = &status.scope;
        let outcome = match self.collect(run, &status, full).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => return true,
            Err(error) => {
                // What was not stored must not count as read: the scope keeps its older times.
                tracing::error!(%scope, %error, "storing failed");
                return true;
            }
        };
        tell_errors(scope, &outcome);
        let interval = status.interval_ms;
        let next_due = outcome.started.plus(interval + jitter(scope, interval));
        let failed = matches!(outcome.state, ScopeState::Failed | ScopeState::Partial);
        match self.writer.scope_finish(run, scope, &outcome, next_due).await {
            Ok(()) => failed,
            Err(error) => {
                tracing::error!(%scope, %error, "storing failed");
                true
            }
        }
    }

    /// Reads and stores side by side: while one batch is written the next is on its way. `None`
    /// for an account that is not configured.
    async fn collect(
        &self,
        run: RunId,
        status: &ScopeStatus,
        full: bool,
    ) -> Result<Option<Outcome>, StoreError> {
        let scope = &status.scope;
        let Some(account) = self.organisation.account(&scope.account) else { return Ok(None) };
        let (sender, receiver) = mpsc::channel(BATCHES);
        let reading = async {
            // The sender ends with the visit, and with it the storing.
            let sender = sender;
            let clock = self.clock.as_ref();
            collect::visit(&self.session, account, scope, status, clock, full, &sender).await
        };
        let (outcome, stored) = tokio::join!(reading, self.store(run, scope, receiver));
        stored.map(|()| Some(outcome))
    }

    async fn store(
        &self,
        run: RunId,
        scope: &Scope,
        mut batches: mpsc::Receiver<Batch>,
    ) -> Result<(), StoreError> {
        while let Some(mut batch) = batches.recv().await {
            while batch.items() < COALESCED
                && let Ok(more) = batches.try_recv()
            {
                batch.append(more);
            }
            if !batch.is_empty() {
                self.writer.ingest(run, scope, batch, self.clock.now()).await?;
            }
        }
        Ok(())
    }
}

/// Batches on their way; more would only fill memory.
const BATCHES: usize = 8;

/// Small batches are joined up to about so many rows: a transaction costs more than a row.
const COALESCED: usize = 1_000;

fn tell_errors(scope: &Scope, outcome: &Outcome) {
    for (part, status) in &outcome.parts {
        let Some(error) = &status.error else { continue };
        tracing::warn!(
            %scope,
            part = part.as_str(),
            operation = error.operation,
            class = error.class.as_str(),
            code = error.code,
            missing = error.missing_action,
            "not read"
        );
    }
}

/// Up to a fiftieth of the interval, always the same for a scope: visits spread out, and a test
/// can tell when the next one is due.
fn jitter(scope: &Scope, interval: i64) -> i64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in scope.to_string().bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash % 1_000) as i64 * (interval / 50) / 1_000
}
