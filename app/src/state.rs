//! What the server hands to the pages, and how a page asks for a round.

use std::sync::{Arc, Mutex};

use domain::{Clock, Part, Problem, Scope, Timestamp};
use identity::pace::Pace;
use identity::seal::SealingKey;
use serde::Serialize;
use store::{Reader, Writer};
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use trail::Signer;

use crate::access::{Activity, Known, Strangers};

/// Everything a request needs. Cloned for each; the parts are cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    /// Reads what is remembered. Pages get this and cannot write.
    pub reader: Reader,
    /// Writes; for actions and for the audit log.
    pub writer: Writer,
    /// What signing in needs.
    pub door: Arc<Door>,
    /// When people last did something.
    pub activity: Activity,
    /// Sessions that were looked up a moment ago.
    pub known: Known,
    /// Refusals of those who showed nothing.
    pub strangers: Strangers,
    /// Who is told of alerts, and how the one who tells is woken.
    pub oncall: OnCall,
    /// Asks for an attack on the simulated organisation; only in the demonstration.
    pub attack: Option<mpsc::Sender<()>>,
    /// Asks for a backup.
    pub backups: Option<mpsc::Sender<()>>,
    /// How this installation is set up, for the page about it.
    pub installation: Arc<Installation>,
    /// Signs what leaves the house.
    pub notary: Arc<Notary>,
    /// What the debug page works with.
    pub tools: Tools,
    /// What the last look at the audit log found.
    pub verified: watch::Receiver<Verified>,
    /// The time of the data; it stands in the past while the demonstration replays it.
    pub clock: Arc<dyn Clock>,
    /// The time of people: of sessions, tokens and the audit log.
    pub wall: Arc<dyn Clock>,
    /// Starts rounds and tells how far they are.
    pub collector: CollectorHandle,
    /// Addresses of script, wasm and style.
    pub assets: Arc<Assets>,
    /// Serving for real, or on made-up data.
    pub mode: Mode,
    /// The product's version.
    pub version: &'static str,
}

/// Who is told of alerts, and how the one who tells is woken.
#[derive(Debug, Clone)]
pub struct OnCall {
    /// What decisions rest on besides what is stored.
    pub setting: Arc<store::alert::Setting>,
    /// Look now: something happened.
    pub wake: Arc<Notify>,
    /// Send now: something is to be told.
    pub outbox: Arc<Notify>,
    /// Rises whenever the queue may have changed, for those who watch it.
    pub changes: watch::Sender<u64>,
}

impl OnCall {
    /// With what decisions rest on.
    pub fn new(setting: store::alert::Setting) -> Self {
        Self {
            setting: Arc::new(setting),
            wake: Arc::default(),
            outbox: Arc::default(),
            changes: watch::Sender::new(0),
        }
    }

    /// Something was decided: whatever is to be told leaves now.
    pub fn stir(&self) {
        self.outbox.notify_one();
        self.wake.notify_one();
        self.changed();
    }

    /// The queue may have changed.
    pub fn changed(&self) {
        self.changes.send_modify(|n| *n += 1);
    }
}

/// What the debug page works with.
#[derive(Debug, Clone)]
pub struct Tools {
    /// Takes out what identifies before an answer of AWS is shown.
    pub sieve: Arc<telemetry::Sieve>,
    /// Maps an answer of AWS as a round would. Stores nothing.
    pub replay: Replay,
}

/// Maps the body of an answer: its scope, part and operation, the body, and the present.
pub type Replay = fn(&Scope, Part, &str, &[u8], Timestamp) -> Replayed;

/// What the mapping makes of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Findings.
    pub findings: u64,
    /// Resources and facts.
    pub resources: u64,
    /// The first of both, by their keys.
    pub items: Vec<String>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Why it cannot be mapped alone, or at all.
    pub refused: Option<String>,
}

/// What signing in needs.
#[derive(Debug)]
pub struct Door {
    /// Slows those who guess.
    pub pace: Mutex<Pace>,
    /// Seals the secrets of second factors.
    pub key: SealingKey,
    /// Passwords that are hashed at the same time; each takes some twenty megabytes.
    pub hashing: Semaphore,
    /// The OpenID provider that signs people in, if there is one.
    pub provider: Option<Provider>,
    /// The token of the demonstration.
    pub demo_token: Option<String>,
}

/// Who signs checkpoints and exports of the audit log.
#[derive(Debug)]
pub struct Notary {
    /// The key.
    pub signer: Signer,
    /// The name of this installation in what is signed.
    pub origin: String,
}

/// What the last look at the whole audit log found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// When it was looked at; `None` before the first time.
    pub at: Option<Timestamp>,
    /// Up to which entry every hash was recomputed.
    pub entries: u64,
    /// What does not verify, as a sentence.
    pub fault: Option<String>,
}

/// An OpenID provider.
#[derive(Debug)]
pub struct Provider {
    /// The protocol with it.
    pub client: openid::Client,
    /// Its issuer, letter by letter.
    pub issuer: String,
    /// Whether its word counts for the second factor.
    pub second_factor_there: bool,
    /// What people call it.
    pub name: String,
    /// Its scheme and host: the form that leads there must be allowed to.
    pub origin: String,
}

/// How this installation is set up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Installation {
    /// Points of the security-regression budget for each account and quarter.
    pub quarter_budget: f64,
    /// How browsers reach it.
    pub address: String,
    /// How the connection is protected.
    pub protection: String,
    /// Where checkpoints of the audit log go.
    pub anchors: Vec<String>,
    /// The key that signs them.
    pub signing_key: String,
    /// Where backups go; empty without any.
    pub backups: String,
    /// Milliseconds between them.
    pub backup_every_ms: Option<i64>,
    /// The issuer that signs people in, if there is one.
    pub provider: Option<String>,
    /// The runbooks that ship and those of the operator's folder, as read at the start.
    pub runbooks: domain::runbook::Shelf,
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
