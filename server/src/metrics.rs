//! `/metrics`: what a Prometheus server may know. Numbers only: no names of resources, no text.

use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::{ScopeStatus, SourceError};
use http::header::CONTENT_TYPE;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use store::ScorePoint;
use store::alert::AlertFlaws;
use store::alert::queue::LaneCount;

use crate::http::Shared;
use crate::refusal::Problem;
use crate::sli_metrics::SliMetrics;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Place {
    source: &'static str,
    account: String,
    region: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InLane {
    lane: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct About {
    scope: String,
}

/// What is counted while the server runs.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    latencies: Family<Route, Histogram>,
    rounds: Counter,
    rounds_failed: Counter,
    round_seconds: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("wardround");
        let requests = Family::default();
        registry.register(
            "http_requests",
            "HTTP requests by route and class of status",
            Family::clone(&requests),
        );
        let latencies = Family::new_with_constructor(latency as fn() -> Histogram);
        registry.register_with_unit(
            "http_request_duration",
            "Time until the head of the answer",
            Unit::Seconds,
            Family::clone(&latencies),
        );
        let rounds = Counter::default();
        registry.register("rounds", "Rounds that ended", rounds.clone());
        let rounds_failed = Counter::default();
        registry.register(
            "rounds_failed",
            "Rounds that ended with at least one failed source",
            rounds_failed.clone(),
        );
        let round_seconds = Histogram::new(exponential_buckets(1.0, 2.0, 12));
        registry.register_with_unit(
            "round_duration",
            "Time from the first visit to the judgement",
            Unit::Seconds,
            round_seconds.clone(),
        );
        Self { registry, requests, latencies, rounds, rounds_failed, round_seconds }
    }
}

/// 0.5 ms to 4 s.
fn latency() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 14))
}

impl Metrics {
    /// Counts a round that ended.
    pub fn round(&self, took: Duration, failed: u64) {
        self.rounds.inc();
        if failed > 0 {
            self.rounds_failed.inc();
        }
        self.round_seconds.observe(took.as_secs_f64());
    }
}

/// Counts every request. The label is the route as the router knows it, never the address, which
/// may hold the name of a resource.
pub async fn count(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str)
        .to_owned();
    let begun = Instant::now();
    let response = next.run(request).await;
    let status = match response.status().as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    let metrics = &shared.metrics;
    metrics.requests.get_or_create(&Answered { route: route.clone(), status }).inc();
    metrics.latencies.get_or_create(&Route { route }).observe(begun.elapsed().as_secs_f64());
    response
}

type Number = Gauge<f64, AtomicU64>;

/// What is read from the database at each scrape.
#[derive(Default)]
struct Known {
    age: Family<Place, Number>,
    items: Family<Place, Gauge>,
    calls: Family<Place, Gauge>,
    throttled: Family<Place, Gauge>,
    errors: Family<Place, Gauge>,
    lo: Family<About, Number>,
    hi: Family<About, Number>,
    coverage: Family<About, Number>,
    slis: SliMetrics,
    incidents: Family<InLane, Gauge>,
    muted: Family<InLane, Gauge>,
    keyless: Gauge,
    unread: Gauge,
}

impl Known {
    fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix("wardround");
        registry.register_with_unit(
            "scope_age",
            "Time since the source was last read completely; absent if it never was",
            Unit::Seconds,
            self.age.clone(),
        );
        registry.register("scope_items", "Items of the last visit", self.items.clone());
        registry.register("scope_calls", "API calls of the last visit", self.calls.clone());
        registry.register(
            "scope_throttled",
            "Throttled API calls of the last visit",
            self.throttled.clone(),
        );
        registry.register(
            "scope_errors",
            "Parts of the last visit that failed",
            self.errors.clone(),
        );
        registry.register("score_lo", "Proved score, 0 to 1", self.lo.clone());
        registry.register(
            "score_hi",
            "Score if everything unverified passed, 0 to 1",
            self.hi.clone(),
        );
        registry.register("score_coverage", "Verified share, 0 to 1", self.coverage.clone());
        self.slis.register(&mut registry);
        registry.register("oncall_incidents", "Incidents in each lane", self.incidents.clone());
        registry.register(
            "oncall_incidents_muted",
            "Of those, the ones that a suppression mutes wholly",
            self.muted.clone(),
        );
        registry.register(
            "alerts_without_a_key",
            "Events without a field that a key needs, since alerting began",
            self.keyless.clone(),
        );
        registry.register(
            "alerts_with_an_unread_severity",
            "Severities outside of the bands of their source, since alerting began",
            self.unread.clone(),
        );
        registry
    }

    fn add_scope(&self, status: &ScopeStatus, now: domain::Timestamp) {
        let place = Place {
            source: status.scope.source.as_str(),
            account: status.scope.account.to_string(),
            region: status.scope.region.to_string(),
        };
        if let Some(oldest) = status.oldest() {
            self.age.get_or_create(&place).set(now.since(oldest).max(0) as f64 / 1_000.0);
        }
        self.items.get_or_create(&place).set(status.items as i64);
        self.calls.get_or_create(&place).set(status.calls as i64);
        self.throttled.get_or_create(&place).set(status.throttled as i64);
        let errors = status.errors().map(|_: &SourceError| 1_i64).sum();
        self.errors.get_or_create(&place).set(errors);
    }

    fn add_lane(&self, count: &LaneCount) {
        let lane = InLane { lane: count.lane.as_str() };
        self.incidents.get_or_create(&lane).set(count.incidents as i64);
        self.muted.get_or_create(&lane).set(count.muted as i64);
    }

    fn add_flaws(&self, flaws: AlertFlaws) {
        self.keyless.set(flaws.fallbacks as i64);
        self.unread.set(flaws.unread as i64);
    }

    fn add_score(&self, point: &ScorePoint) {
        let Some(score) = point.score else { return };
        let about = About { scope: point.scope.clone() };
        self.lo.get_or_create(&about).set(score.lo);
        self.hi.get_or_create(&about).set(score.hi);
        self.coverage.get_or_create(&about).set(score.coverage);
    }
}

/// The scrape.
pub async fn metrics(State(shared): State<Shared>) -> Result<Response, Problem> {
    let reader = &shared.app.reader;
    let now = shared.app.clock.now();
    let known = Known::default();
    for status in reader.scope_statuses().await.map_err(|error| Problem::internal(&error))? {
        known.add_scope(&status, now);
    }
    for point in reader.scores_latest().await.map_err(|error| Problem::internal(&error))?.values() {
        known.add_score(point);
    }
    for reading in reader.sli_readings(now).await.map_err(|error| Problem::internal(&error))? {
        known.slis.add(&reading);
    }
    for count in reader.oncall_counts().await.map_err(|error| Problem::internal(&error))? {
        known.add_lane(&count);
    }
    known.add_flaws(reader.alert_flaws().await.map_err(|error| Problem::internal(&error))?);
    let mut text = String::new();
    let written = encode_registry(&mut text, &shared.metrics.registry)
        .and_then(|()| encode_registry(&mut text, &known.registry()))
        .and_then(|()| encode_eof(&mut text));
    if let Err(error) = written {
        return Err(Problem::internal(&error));
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}
