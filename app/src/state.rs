//! What the server hands to the pages, and how a page asks for a round.

use std::sync::Arc;

use domain::Clock;
use serde::Serialize;
use store::Reader;
use tokio::sync::{mpsc, watch};

/// Everything a request needs. Cloned for each; the parts are cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    /// Reads what is remembered. Pages cannot write.
    pub reader: Reader,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Starts rounds and tells how far they are.
    pub collector: CollectorHandle,
    /// Addresses of script, wasm and style.
    pub assets: Arc<Assets>,
    /// Serving for real, or on made-up data.
    pub mode: Mode,
    /// The product's version.
    pub version: &'static str,
}

/// Whether the data are real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A simulated organisation; every page says so.
    Demo,
    /// The configured organisation.
    Serve,
}

/// Addresses below `/pkg/`, with hashes in them. An empty address is left out of the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The script that loads the wasm.
    pub js: String,
    /// The islands.
    pub wasm: String,
}

/// A request for a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// A person pressed the button.
    Person,
}

/// How far the present round is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Whether a round is under way.
    pub running: bool,
    /// Its number.
    pub run: Option<i64>,
    /// `collecting`, `judging` or `idle`.
    pub phase: String,
    /// Scopes visited.
    pub done: u64,
    /// Scopes to visit.
    pub total: u64,
    /// Scopes that failed.
    pub failed: u64,
    /// The last round that ended.
    pub last_finished: Option<i64>,
    /// When it ended, in milliseconds since 1970.
    pub last_finished_at: Option<i64>,
    /// What is being done, in a few words.
    pub note: String,
}

/// A round is under way already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

/// The pages' end: asks for a round and watches it. Exists before the task that answers, so that
/// the interface does not need to know the collectors.
#[derive(Debug, Clone)]
pub struct CollectorHandle {
    wake: mpsc::Sender<Wake>,
    watch: watch::Receiver<Progress>,
}

/// The collector's end.
#[derive(Debug)]
pub struct CollectorEnd {
    /// Requests for a round; at most one waits.
    pub wakes: mpsc::Receiver<Wake>,
    /// Where progress is told.
    pub progress: watch::Sender<Progress>,
}

/// Both ends.
pub fn collector() -> (CollectorHandle, CollectorEnd) {
    let (wake, wakes) = mpsc::channel(1);
    let (progress, watch) =
        watch::channel(Progress { phase: "idle".to_owned(), ..Progress::default() });
    (CollectorHandle { wake, watch }, CollectorEnd { wakes, progress })
}

impl CollectorHandle {
    /// Asks for a round now; busy while one runs or is already asked for.
    pub fn run(&self) -> Result<(), Busy> {
        if self.watch.borrow().running {
            return Err(Busy);
        }
        self.wake.try_send(Wake::Person).map_err(|_| Busy)
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.watch.borrow().clone()
    }

    /// Follows it.
    pub fn subscribe(&self) -> watch::Receiver<Progress> {
        self.watch.clone()
    }
}
