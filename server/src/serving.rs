//! Puts reader, collector and pages together and serves them: what `serve` and `demo` share.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use ::telemetry::Sieve;
use anyhow::Context as _;
use app::access::{Activity, Known, Strangers};
use app::{AppState, Assets, CollectorEnd, Mode, Notary, OnCall, Tools, Verified, collector};
use axum_server::tls_rustls::RustlsConfig;
use collect::Session;
use domain::alert::Rules;
use domain::{Clock, Organisation};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::backup::Plan;
use crate::clock::SystemClock;
use crate::config::{Alerting, Data, Intervals, Telemetry, Tls};
use crate::http::{self, Shared};
use crate::ingest::Intake;
use crate::measure::Measure;
use crate::metrics::Metrics;
use crate::oncall::Engine;
use crate::oncall::contacts::Contacts;
use crate::premises::{self, Premises};
use crate::replay::replay;
use crate::round::Rounds;
use crate::simulated;
use crate::site;
use crate::tls;
use crate::upkeep::{Backups, Upkeep};
use crate::witness::Witnesses;

/// What is needed to serve.
#[derive(Debug)]
pub struct Setting {
    /// Who is watched.
    pub organisation: Organisation,
    /// How often.
    pub intervals: Intervals,
    /// Where the data lies.
    pub data: Data,
    /// The connection to AWS.
    pub session: Session,
    /// The time of the data.
    pub clock: Arc<dyn Clock>,
    /// The time of people.
    pub wall: Arc<dyn Clock>,
    /// For the banner, and for the doors of the demonstration.
    pub mode: Mode,
    /// How the server is reached and what it keeps besides.
    pub premises: Premises,
    /// What is expected of telemetry, and what is taken out of it.
    pub telemetry: Telemetry,
    /// Who is told of alerts, and how.
    pub alerting: Alerting,
    /// Takes requests for an attack on the simulated organisation.
    pub attack: Option<tokio::sync::mpsc::Sender<()>>,
}

/// What the key for pseudonyms is derived for.
const PSEUDONYMS: &str = "pseudonyms";

/// Everything, ready to serve and to go round.
#[derive(Debug)]
pub struct Wired {
    /// The collector.
    pub rounds: Arc<Rounds>,
    /// Requests for a round.
    pub wakes: tokio::sync::mpsc::Receiver<app::Wake>,
    /// What handlers use.
    pub shared: Shared,
    /// Keeps sessions tidy and the audit log proved.
    pub upkeep: Upkeep,
    /// Computes the indicators.
    pub measure: Measure,
    /// Makes alerts of what is known, and tells those who have to know.
    pub engine: Engine,
    /// Becomes true when the server is about to stop.
    pub stopping: watch::Receiver<bool>,
    /// Makes it true.
    pub stop: watch::Sender<bool>,
}

/// Opens the database and wires everything.
pub async fn wire(setting: Setting) -> anyhow::Result<Wired> {
    let Setting { organisation, intervals, data, session, clock, wall, mode, premises, .. } =
        setting;
    let (telemetry, alerting, attack) = (setting.telemetry, setting.alerting, setting.attack);
    let (writer, reader) = store::open(data.location())
        .await
        .with_context(|| format!("opening the database in {}", data.location().display()))?;
    let (handle, CollectorEnd { wakes, progress }) = collector();
    let (stop, stopping) = watch::channel(false);
    let metrics = Arc::<Metrics>::default();
    let (door, notary) = premises::open(&premises, &data, mode, (&writer, &reader)).await?;
    let plan = premises.backups.as_ref().map(|wanted| Plan::of(&data, wanted));
    let sieve = Arc::new(Sieve::new(&telemetry.rules, door.key.derived(PSEUDONYMS))?);
    let intake = Arc::new(Intake::new(Arc::clone(&sieve)));
    let (ask_backup, backups_asked) = tokio::sync::mpsc::channel(1);
    let (contacts, oncall) = tellers(&alerting, &session, &notary, &premises, &organisation)?;
    let witnesses = Witnesses::of(premises.anchors.clone(), session.sdk())?;
    let (verified, verified_told) = watch::channel(Verified::default());
    let state = AppState {
        reader: reader.clone(),
        writer: writer.clone(),
        installation: Arc::new(premises.installation(
            &notary,
            plan.as_ref(),
            telemetry.quarter_budget,
        )),
        door: Arc::new(door),
        notary: Arc::new(notary),
        tools: Tools { sieve, replay },
        verified: verified_told,
        activity: Activity::default(),
        known: Known::default(),
        strangers: Strangers::default(),
        oncall: OnCall::new(oncall),
        attack,
        backups: plan.is_some().then_some(ask_backup),
        clock: Arc::clone(&clock),
        wall,
        collector: handle,
        assets: Arc::new(assets()),
        mode,
        version: env!("CARGO_PKG_VERSION"),
    };
    if mode == Mode::Demo {
        premises::furnish(&state).await?;
        simulated::registers::furnish(&state.writer, &state.reader, state.wall.as_ref()).await?;
        simulated::runbooks::furnish(&state).await?;
    }
    let backups = plan.map(|plan| Backups { plan, asked: backups_asked });
    let upkeep = Upkeep { state: state.clone(), verified, witnesses, backups };
    let engine = Engine {
        state: state.clone(),
        contacts: Arc::new(contacts),
        intake: Arc::clone(&intake),
        organisation: organisation.clone(),
        expectations: telemetry.expectations,
    };
    let measure =
        Measure::new(state.clone(), Arc::clone(&intake), telemetry.expectations, telemetry.kept);
    let mut shared = Shared::new(
        state,
        Arc::clone(&metrics),
        (intake, Arc::new(organisation.clone())),
        stopping.clone(),
    );
    shared.names = premises.names();
    shared.proxies = premises.proxies();
    shared.secure = premises.secure();
    let rounds = Arc::new(Rounds {
        organisation,
        intervals,
        writer,
        reader,
        session,
        clock,
        metrics,
        progress,
    });
    rounds.prepare().await?;
    Ok(Wired { rounds, wakes, shared, upkeep, measure, engine, stopping, stop })
}

/// How contacts are reached, and what decisions rest on.
fn tellers(
    alerting: &Alerting,
    session: &Session,
    notary: &Notary,
    premises: &Premises,
    organisation: &Organisation,
) -> anyhow::Result<(Contacts, store::alert::Setting)> {
    // The key outlives every change of the address: what others know stays one thing.
    let install = notary.signer.public_key().key_id();
    let names = (install, premises.address(), organisation.name.clone());
    let contacts = Contacts::open(alerting, Some(session.sdk().clone()), names)?;
    let rules = match &alerting.rules {
        Some(path) => rules(path)?,
        None => Rules::get().clone(),
    };
    let zone = organisation.time_zone.as_str();
    let setting = store::alert::Setting {
        rules,
        hours: alerting.hours.clone(),
        chain: alerting.chain.clone(),
        team: alerting.team.clone(),
        contacts: contacts.list(),
        ..store::alert::Setting::bare(zone, SystemClock.now())
    };
    Ok((contacts, setting))
}

/// The rules with those of the operator.
fn rules(path: &Path) -> anyhow::Result<Rules> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("reading alerting.rules {}", path.display()))?;
    Rules::with(&text).map_err(|flaws| {
        let flaws: Vec<String> = flaws.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("alerting.rules {}: {}", path.display(), flaws.join("; "))
    })
}

fn assets() -> Assets {
    let address = |name: &str| site::asset(name).unwrap_or_default();
    Assets {
        css: address("main.css"),
        js: address("wardround.js"),
        wasm: address("wardround.wasm"),
    }
}

/// Serves until a signal comes, with `task` in the background; both end together.
pub async fn until_signalled(
    listener: TcpListener,
    tls: Option<(Tls, RustlsConfig)>,
    shared: Shared,
    stop: watch::Sender<bool>,
    task: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let stopping = shared.stopping.clone();
    let scheme = if tls.is_some() { "https" } else { "http" };
    announce(scheme, listener.local_addr()?);
    let mut background = tokio::spawn(task);
    let router = http::router(shared);
    let serving = async {
        match tls {
            Some(tls) => tls::serve(listener, router, tls, stopping).await,
            None => http::serve(listener, router, stopping).await,
        }
    };
    tokio::pin!(serving);
    let early = tokio::select! {
        served = &mut serving => Some(served),
        () = http::signalled() => None,
    };
    tracing::info!("stopping");
    // An error means that everybody who listened is gone.
    let _ = stop.send(true);
    let served = match early {
        Some(served) => served,
        None => serving.await,
    };
    if (&mut background).await.is_err() {
        tracing::error!("the background task ended abnormally");
    }
    served
}

/// Tells whoever started this where to look. Standard output has this line and nothing else.
fn announce(scheme: &str, address: SocketAddr) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    // A closed pipe is no reason not to serve.
    let _ = writeln!(out, "listening on {scheme}://{address}").and_then(|()| out.flush());
}
