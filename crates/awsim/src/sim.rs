//! The running simulation: options, start, stop, and what a test may change meanwhile.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::faults::FaultScript;
use crate::guardduty;
use crate::handler;
use crate::securityhub::Listings;
use crate::wire::{Fuse, Wire};
use crate::world::World;

/// The largest number of findings that can be asked for.
pub(crate) const MOST_FINDINGS: u64 = 1_000_000;

/// How to simulate.
#[derive(Debug, Clone)]
pub struct Options {
    /// Everything follows from this number and the day of the start.
    pub seed: u64,
    /// `None`: the natural organisation, some thousands of Security Hub findings. `Some(n)`:
    /// about `n` of them (at most 1,000,000), generated page by page.
    pub findings: Option<u64>,
    /// Added to every answer.
    pub latency: Duration,
    /// Share of the calls, 0 to 1, that are answered with the service's throttling error.
    pub throttle: f64,
    /// Faults that strike given calls.
    pub faults: FaultScript,
    /// The simulated time in milliseconds since 1970; `None` follows the machine's clock.
    pub now_ms: Option<i64>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            seed: 4471,
            findings: None,
            latency: Duration::ZERO,
            throttle: 0.0,
            faults: FaultScript::default(),
            now_ms: None,
        }
    }
}

/// How often one operation was called in one account and region.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CallCount {
    /// The service as in a credential scope, such as `securityhub`.
    pub service: String,
    /// The operation, such as `GetFindings`.
    pub operation: String,
    /// The account id of the caller.
    pub account: String,
    /// The region that was called.
    pub region: String,
    /// How many calls, with those that were answered by an error.
    pub calls: u64,
}

type CallKey = (&'static str, &'static str, &'static str, String);

/// What every request sees.
#[derive(Debug)]
pub(crate) struct Shared {
    pub world: World,
    pub clock: Clock,
    pub options: Options,
    pub listings: Listings,
    pub faults: Mutex<FaultScript>,
    pub calls: Mutex<BTreeMap<CallKey, u64>>,
    pub requests: std::sync::atomic::AtomicU64,
}

/// A lock that a panicking request does not take down with it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn call_counts(&self) -> Vec<CallCount> {
        lock(&self.calls)
            .iter()
            .map(|((service, operation, account, region), calls)| CallCount {
                service: (*service).to_owned(),
                operation: (*operation).to_owned(),
                account: (*account).to_owned(),
                region: region.clone(),
                calls: *calls,
            })
            .collect()
    }
}

/// A simulated AWS, listening.
#[derive(Debug)]
pub struct Sim {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<io::Result<()>>,
}

impl Sim {
    /// Starts listening. Port 0 takes any free port; see [`Sim::address`].
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(listen: SocketAddr, mut options: Options) -> io::Result<Sim> {
        options.findings = options.findings.map(|count| count.min(MOST_FINDINGS));
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let clock = Clock::new(options.now_ms);
        let world = World::new(options.seed, clock.now());
        let shared = Arc::new(Shared {
            listings: Listings::new(&world, options.findings),
            world,
            clock,
            faults: Mutex::new(options.faults.clone()),
            calls: Mutex::new(BTreeMap::new()),
            requests: std::sync::atomic::AtomicU64::new(0),
            options,
        });
        let app =
            handler::router(Arc::clone(&shared)).into_make_service_with_connect_info::<Fuse>();
        let server = tokio::spawn(async move { axum::serve(Wire(listener), app).await });
        Ok(Sim { address, shared, server })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets the simulated time; `None` follows the machine's clock again.
    pub fn set_now(&self, now_ms: Option<i64>) {
        self.shared.clock.set(now_ms);
    }

    /// An attack on the account of the electronic health record, at this instant of the simulation:
    /// credentials of an instance are used from outside, the trail is stopped, and a bucket with
    /// records is read out. GuardDuty lists what it found from now on; what is answered are the
    /// events that EventBridge delivers of it (Amazon GuardDuty User Guide, "Processing GuardDuty
    /// findings with Amazon EventBridge").
    pub fn attack(&self) -> Vec<serde_json::Value> {
        let (world, now) = (&self.shared.world, self.shared.clock.now());
        let number = world.attacked(now);
        let place = guardduty::ATTACKED;
        guardduty::attack(world, number, now)
            .iter()
            .map(|one| {
                serde_json::json!({
                    "version": "0",
                    "id": format!("{}-event", one.id),
                    "detail-type": "GuardDuty Finding",
                    "source": "aws.guardduty",
                    "account": place.account().id,
                    "time": crate::clock::iso(now),
                    "region": place.region(),
                    "resources": [],
                    "detail": one.json(world),
                })
            })
            .collect()
    }

    /// Replaces the fault script; its counters start anew.
    pub fn set_faults(&self, faults: FaultScript) {
        *lock(&self.shared.faults) = faults;
    }

    /// The calls so far, in the order of service, operation, account, region.
    pub fn calls(&self) -> Vec<CallCount> {
        self.shared.call_counts()
    }

    /// Stops listening and drops the connections, also those that hang on purpose.
    pub async fn stop(self) {
        self.server.abort();
        let _ = self.server.await;
    }
}
