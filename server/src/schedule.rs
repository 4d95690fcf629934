//! The background task: goes round when something is due or somebody asks, and judges in between,
//! so that what grows old shows its age even when nothing runs.

use std::sync::Arc;
use std::time::Duration;

use app::Wake;
use domain::Timestamp;
use domain::id::{DAY_MS, MINUTE_MS};
use store::{StoreError, Trigger};
use tokio::sync::{mpsc, watch};

use crate::round::{Order, Rounds, Which};

/// Time between judgements when nothing runs.
const JUDGE_EVERY_MS: i64 = 5 * MINUTE_MS;

/// The longest sleep: after a machine was suspended, this long passes until it notices.
const LONGEST_SLEEP_MS: i64 = 30_000;

/// The shortest time between two rounds that nobody asked for, in case storing fails.
const SHORTEST_SLEEP_MS: i64 = 5_000;

/// Runs until `stopping` becomes true. A round that is under way then is broken off; the next start
/// completes it.
pub async fn run(
    rounds: Arc<Rounds>,
    mut wakes: mpsc::Receiver<Wake>,
    mut stopping: watch::Receiver<bool>,
) {
    let task = keep_going(&rounds, &mut wakes);
    tokio::select! {
        () = task => {}
        // An error means that nobody can say stop any more, which means the same.
        _ = stopping.wait_for(|stop| *stop) => {}
    }
    if let Err(error) = rounds.writer.runs_close_interrupted(rounds.clock.now()).await {
        tracing::error!(%error, "an interrupted round could not be closed");
    }
}

async fn keep_going(rounds: &Arc<Rounds>, wakes: &mut mpsc::Receiver<Wake>) {
    let mut judged = judge_again(rounds).await;
    let mut kept = Timestamp(0);
    loop {
        let now = rounds.clock.now();
        let due = told("finding out what is due", rounds.next_due().await).flatten();
        let sleep = due
            .map_or(LONGEST_SLEEP_MS, |due| due.since(now))
            .clamp(if judged.0 == 0 { 0 } else { SHORTEST_SLEEP_MS }, LONGEST_SLEEP_MS);
        let order = tokio::select! {
            biased;
            wake = wakes.recv() => match wake {
                Some(Wake::Person) => Order::all(Trigger::Person),
                None => return,
            },
            () = tokio::time::sleep(Duration::from_millis(sleep as u64)) => Order::due(),
        };
        match told("a round", rounds.go(&order).await).flatten() {
            Some(_) => {
                judged = rounds.clock.now();
                // Whoever asked meanwhile has just got what was asked for.
                while order.which == Which::All && wakes.try_recv().is_ok() {}
            }
            None if rounds.clock.now().since(judged) >= JUDGE_EVERY_MS => {
                judged = judge_again(rounds).await;
            }
            None => {}
        }
        if rounds.clock.now().since(kept) >= DAY_MS {
            kept = rounds.clock.now();
            told("housekeeping", rounds.writer.housekeeping(kept).await);
        }
    }
}

/// Judges under the number of the last round; without any round there is nothing to judge.
async fn judge_again(rounds: &Rounds) -> Timestamp {
    let latest = told("reading the last round", rounds.reader.run_latest().await).flatten();
    let Some(latest) = latest else { return Timestamp(0) };
    told("judging", rounds.judge(latest.id).await);
    rounds.clock.now()
}

/// An error ends one attempt; the log says which.
fn told<T>(doing: &str, result: Result<T, StoreError>) -> Option<T> {
    result.map_err(|error| tracing::error!(%error, "{doing} failed")).ok()
}
