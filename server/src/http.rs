//! The router with everything around it, and the loop that serves it.

use std::any::Any;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use app::AppState;
use app::access::{Route, Routes, Rule, know};
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use domain::Action::{ReadCollection, ReadMetrics};
use domain::Organisation;
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceBuilder;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use crate::ingest::Intake;
use crate::metrics::Metrics;
use crate::proxy::{self, Proxies};
use crate::{api, eventbridge, events, headers, health, ingest, metrics, refusal, site};

/// What every handler may use.
#[derive(Clone)]
pub struct Shared {
    /// What pages use too.
    pub app: AppState,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Becomes true when the server is about to stop.
    pub stopping: events::Stopping,
    /// Names under which the server may be asked, besides those of this machine.
    pub names: headers::Names,
    /// Who may stand in front.
    pub proxies: Proxies,
    /// Whether browsers come over TLS.
    pub secure: headers::Secure,
    /// Takes telemetry in.
    pub intake: Arc<Intake>,
    /// Who is watched.
    pub organisation: Arc<Organisation>,
    requests: Arc<AtomicU64>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Shared {
    /// Puts the pieces together.
    pub fn new(
        app: AppState,
        metrics: Arc<Metrics>,
        (intake, organisation): (Arc<Intake>, Arc<Organisation>),
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self {
            app,
            metrics,
            stopping,
            names: headers::Names::default(),
            proxies: Proxies::default(),
            secure: headers::Secure::default(),
            intake,
            organisation,
            requests: Arc::default(),
        }
    }
}

/// Nothing that is sent here is larger: forms and query strings.
const LARGEST_BODY: usize = 64 * 1024;
/// But where a file may come along.
const LARGEST_UPLOAD: usize = 16 * 1024 * 1024;

/// A little effort: pages are made for each request, and a core is worth more than the last
/// per cent of size.
const EFFORT: CompressionLevel = CompressionLevel::Precise(3);

/// Everything that the server answers.
pub fn router(shared: Shared) -> Router {
    routes(shared).0
}

/// The same with the table of all routes: who may ask for each, and what is logged.
pub fn routes(shared: Shared) -> (Router, Vec<Route>) {
    let state = shared.app.clone();
    let (pages, mut table) = app::router(state.clone());
    let (own, more) = Routes::new(state.clone())
        .get("/events", Rule::may(ReadCollection), events::events)
        .get("/healthz", Rule::OPEN, health::healthz)
        .get("/readyz", Rule::OPEN, health::readyz)
        .get("/metrics", Rule::may(ReadMetrics), metrics::metrics)
        .with_state(shared.clone());
    table.extend(more);
    let (api, more) = api::routes(&shared);
    table.extend(more);
    let (site, more) = site::routes(state.clone());
    table.extend(more);
    let (uploads, more) = app::uploads(state.clone());
    table.extend(more);
    let (intake, more) = ingest::routes(&shared);
    table.extend(more);
    let (events, more) = eventbridge::routes(&shared);
    table.extend(more);
    let known = pages
        .merge(own)
        .merge(api)
        .merge(site)
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .merge(uploads.layer(RequestBodyLimitLayer::new(LARGEST_UPLOAD)))
        .merge(intake)
        .merge(events)
        .layer(from_fn_with_state(state, know));
    (around(known, &shared), table)
}

/// Puts around a router what stands around every answer.
pub fn around(router: Router, shared: &Shared) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(shared.clone(), observe))
        .layer(from_fn_with_state(shared.clone(), metrics::count))
        .layer(from_fn_with_state(shared.secure, headers::protect))
        .layer(CompressionLayer::new().quality(EFFORT))
        .layer(from_fn(refusal::dress))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(shared.proxies.clone(), proxy::trust))
        .layer(from_fn_with_state(shared.names.clone(), headers::own_name_only))
        .layer(from_fn(headers::same_site_only));
    router.layer(layers)
}

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers the requests and logs them: method, route, status and time, never an address or a
/// payload, which may name patients' systems.
async fn observe(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let number = shared.requests.fetch_add(1, Ordering::Relaxed) + 1;
    let id = format!("{:x}-{number:x}", std::process::id());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let begun = Instant::now();
    let span = tracing::info_span!("request", %id);
    let mut response = {
        use tracing::Instrument as _;
        next.run(request).instrument(span).await
    };
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let status = response.status().as_u16();
    let ms = begun.elapsed().as_secs_f64() * 1_000.0;
    if response.status().is_server_error() {
        tracing::error!(%id, %method, route, status, ms, "request");
    } else {
        tracing::debug!(%id, %method, route, status, ms, "request");
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID.clone(), id);
    }
    response
}

/// A panic ends one request, not the server. [`refusal::dress`] makes a page of the bare status.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response<Body> {
    // The panic hook has logged where and why.
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// Binds an address.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("listening on {address}; if another program has the port, choose one with --listen")
    })
}

/// Time that open requests get to end after a signal.
pub const GRACE: Duration = Duration::from_secs(10);

/// Serves until `stopping` becomes true, and then until open requests have ended.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stopping: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let stopped = |mut stopping: watch::Receiver<bool>| async move {
        // An error means that nobody can say stop any more, which means the same.
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stopped(stopping.clone()));
    let too_long = async {
        stopped(stopping).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving => served.context("serving"),
        () = too_long => {
            tracing::warn!("some requests did not end in time");
            Ok(())
        }
    }
}

/// Resolves at SIGINT or SIGTERM.
pub async fn signalled() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "SIGINT cannot be heard");
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(error) => {
            tracing::error!(%error, "SIGTERM cannot be heard");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending::<()>().await;
}
