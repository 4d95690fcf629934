//! Puts reader, collector and pages together and serves them: what `serve` and `demo` share.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use app::{AppState, Assets, CollectorEnd, Mode, collector};
use collect::Session;
use domain::{Clock, Organisation};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::{Data, Intervals};
use crate::http::{self, Shared};
use crate::metrics::Metrics;
use crate::round::Rounds;
use crate::site;

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
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For the banner.
    pub mode: Mode,
}

/// Everything, ready to serve and to go round.
#[derive(Debug)]
pub struct Wired {
    /// The collector.
    pub rounds: Arc<Rounds>,
    /// Requests for a round.
    pub wakes: tokio::sync::mpsc::Receiver<app::Wake>,
    /// What handlers use.
    pub shared: Shared,
    /// Becomes true when the server is about to stop.
    pub stopping: watch::Receiver<bool>,
    /// Makes it true.
    pub stop: watch::Sender<bool>,
}

/// Opens the database and wires everything.
pub async fn wire(setting: Setting) -> anyhow::Result<Wired> {
    let Setting { organisation, intervals, data, session, clock, mode } = setting;
    let (writer, reader) = store::open(data.location())
        .await
        .with_context(|| format!("opening the database in {}", data.location().display()))?;
    let (handle, CollectorEnd { wakes, progress }) = collector();
    let (stop, stopping) = watch::channel(false);
    let metrics = Arc::<Metrics>::default();
    let state = AppState {
        reader: reader.clone(),
        clock: Arc::clone(&clock),
        collector: handle,
        assets: Arc::new(assets()),
        mode,
        version: env!("CARGO_PKG_VERSION"),
    };
    let shared = Shared::new(state, Arc::clone(&metrics), stopping.clone());
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
    Ok(Wired { rounds, wakes, shared, stopping, stop })
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
    shared: Shared,
    stop: watch::Sender<bool>,
    task: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let stopping = shared.stopping.clone();
    announce(listener.local_addr()?);
    let mut background = tokio::spawn(task);
    let serving = http::serve(listener, http::router(shared), stopping);
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
fn announce(address: SocketAddr) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    // A closed pipe is no reason not to serve.
    let _ = writeln!(out, "listening on http://{address}").and_then(|()| out.flush());
}
