//! `POST /v1/traces` and `/v1/logs`: OpenTelemetry's protocol over HTTP (OTLP 1.x).
//!
//! What identifies a patient is taken out before anything is stored or logged. Where the redactor
//! cannot do that, nothing is taken: 503, and the producer sends again. What is answered with 200
//! survives the death of this process.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::access::{Route, Routes, Rule};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::Action::SendTelemetry;
use domain::Timestamp;
use domain::telemetry::Received;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use http_body_util::LengthLimitError;
use telemetry::{Code, Encoding, Sieve, Signal};
use tokio::sync::{Semaphore, SemaphorePermit};
use tower_http::decompression::RequestDecompressionLayer;

use crate::http::Shared;

/// The largest request after decompression, in bytes.
pub const LARGEST: usize = 8 << 20;
/// Requests that are worked on at the same time; each holds its body in memory.
const AT_ONCE: usize = 4;
/// How long a request waits for one of those places.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a body may take to arrive: whoever sends slowly holds one of the places.
const READING: Duration = Duration::from_secs(30);
/// Seconds after which a producer may send again.
const AGAIN: u32 = 5;

/// Takes telemetry in.
#[derive(Debug)]
pub struct Intake {
    sieve: Arc<Sieve>,
    places: Semaphore,
    /// The redactor failed; nothing passes until it has shown that it works.
    blocked: AtomicBool,
    /// Requests that were not taken since they were last asked for, by reason.
    refusals: Mutex<BTreeMap<&'static str, u64>>,
}

impl Intake {
    /// With a redactor, which has to show first that it works.
    pub fn new(sieve: Arc<Sieve>) -> Self {
        let intake = Self {
            sieve,
            places: Semaphore::new(AT_ONCE),
            blocked: AtomicBool::new(true),
            refusals: Mutex::default(),
        };
        intake.check();
        intake
    }

    /// Plants one identifier of each kind and sees whether it is taken out; opens or closes the
    /// door accordingly.
    pub fn check(&self) -> bool {
        let checked = catch_unwind(AssertUnwindSafe(|| self.sieve.check()));
        let fault = match &checked {
            Ok(Ok(())) => None,
            Ok(Err(fault)) => Some(fault.to_string()),
            Err(_) => Some("it panicked".to_owned()),
        };
        if let Some(fault) = &fault {
            tracing::error!(%fault, "the redactor failed its own test; telemetry is refused");
        }
        self.blocked.store(fault.is_some(), Ordering::SeqCst);
        fault.is_none()
    }

    /// Whether the redactor failed.
    pub fn blocked(&self) -> bool {
        self.blocked.load(Ordering::SeqCst)
    }

    /// Closes the door until [`Self::check`] opens it again.
    pub fn block(&self) {
        self.blocked.store(true, Ordering::SeqCst);
    }

    /// Counts a request that is not taken. In memory: overload must not make more work.
    fn refuse(&self, why: &'static str) {
        *self.refusals.lock().unwrap_or_else(PoisonError::into_inner).entry(why).or_default() += 1;
    }

    /// What was counted, once.
    pub fn refusals(&self) -> BTreeMap<&'static str, u64> {
        std::mem::take(&mut *self.refusals.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The redactor.
    pub fn sieve(&self) -> &Arc<Sieve> {
        &self.sieve
    }

    async fn place(&self) -> Option<SemaphorePermit<'_>> {
        tokio::time::timeout(PATIENCE, self.places.acquire()).await.ok()?.ok()
    }
}

/// The two routes. They stand outside the limit for forms.
pub fn routes(shared: &Shared) -> (Router, Vec<Route>) {
    let (router, table) = Routes::new(shared.app.clone())
        .post("/v1/traces", Rule::may(SendTelemetry), traces)
        .post("/v1/logs", Rule::may(SendTelemetry), logs)
        .with_state(shared.clone());
    (router.layer(RequestDecompressionLayer::new()), table)
}

async fn traces(State(shared): State<Shared>, request: Request) -> Response {
    take(&shared, Signal::Traces, request).await
}

async fn logs(State(shared): State<Shared>, request: Request) -> Response {
    take(&shared, Signal::Logs, request).await
}

/// Why a request is not taken.
struct Refusal {
    status: StatusCode,
    code: Code,
    /// The word under which it is counted.
    word: &'static str,
    message: String,
}

impl Refusal {
    fn new(status: StatusCode, code: Code, word: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, word, message: message.into() }
    }
}

async fn take(shared: &Shared, signal: Signal, request: Request) -> Response {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let encoding = kind.and_then(Encoding::of_content_type);
    let now = shared.app.clock.now();
    let taken = match encoding {
        Some(encoding) => receive(shared, (signal, encoding), request, now).await,
        None => Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::InvalidArgument,
            "media-type",
            "Send application/x-protobuf or application/json.",
        )),
    };
    let encoding = encoding.unwrap_or(Encoding::Json);
    match taken {
        Ok(body) => answer(StatusCode::OK, encoding, body),
        Err(refusal) => {
            tracing::warn!(why = refusal.word, "telemetry was not taken");
            shared.intake.refuse(refusal.word);
            let body = telemetry::failed(encoding, refusal.code, &refusal.message);
            let mut response = answer(refusal.status, encoding, body);
            let later = [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];
            if later.contains(&refusal.status) {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(AGAIN));
            }
            response
        }
    }
}

fn answer(status: StatusCode, encoding: Encoding, body: Vec<u8>) -> Response {
    let kind = HeaderValue::from_static(encoding.content_type());
    (status, [(CONTENT_TYPE, kind)], body).into_response()
}

async fn receive(
    shared: &Shared,
    (signal, encoding): (Signal, Encoding),
    request: Request,
    now: Timestamp,
) -> Result<Vec<u8>, Refusal> {
    let intake = &shared.intake;
    if intake.blocked() {
        return Err(redactor());
    }
    let Some(_place) = intake.place().await else {
        return Err(Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            Code::ResourceExhausted,
            "busy",
            "Too many requests at the same time; send again.",
        ));
    };
    let body = read(request.into_body()).await?;
    let received = sift(intake, (signal, encoding), body).await?;
    // It may have failed its test while this request waited.
    if intake.blocked() {
        return Err(redactor());
    }
    let (mut rejected, mut why) = (received.rejected, received.why_rejected.clone());
    let added = shared.app.writer.telemetry_add(received, now).await.map_err(|error| {
        tracing::error!(%error, "telemetry cannot be stored");
        Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            Code::Unavailable,
            "store",
            "Nothing can be stored at the moment; send again.",
        )
    })?;
    if added.refused > 0 {
        rejected += added.refused;
        why =
            Some("too many different values of service.name; it should name a service".to_owned());
    }
    Ok(telemetry::accepted(signal, encoding, rejected, why))
}

async fn read(body: Body) -> Result<Bytes, Refusal> {
    let reading = tokio::time::timeout(READING, to_bytes(body, LARGEST));
    let Ok(read) = reading.await else {
        let message = "The body took longer than 30 seconds to arrive; send it again.";
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return Err(Refusal::new(status, Code::Unavailable, "slow", message));
    };
    read.map_err(|error| {
        if error.into_inner().is::<LengthLimitError>() {
            let message = "A request may have 8 MiB after decompression; send smaller batches.";
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            return Refusal::new(status, Code::InvalidArgument, "too-large", message);
        }
        let message = "The body ended early or is not what Content-Encoding says.";
        Refusal::new(StatusCode::BAD_REQUEST, Code::InvalidArgument, "unreadable", message)
    })
}

/// Takes out what identifies, on a thread that may be busy for long. What goes wrong there is not
/// taken.
async fn sift(
    intake: &Arc<Intake>,
    (signal, encoding): (Signal, Encoding),
    body: Bytes,
) -> Result<Received, Refusal> {
    let sieve = Arc::clone(&intake.sieve);
    let work = tokio::task::spawn_blocking(move || match signal {
        Signal::Traces => sieve.traces(&body, encoding),
        Signal::Logs => sieve.logs(&body, encoding),
    });
    match work.await {
        Ok(Ok(received)) => Ok(received),
        Ok(Err(unreadable)) => Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            Code::InvalidArgument,
            "unreadable",
            unreadable.to_string(),
        )),
        Err(_) => {
            // This request is not taken; the others are, if the redactor works.
            tracing::error!("the redactor panicked on a request");
            intake.check();
            Err(redactor())
        }
    }
}

fn redactor() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        Code::Unavailable,
        "redactor",
        "The redactor does not work, so nothing is taken; send again.",
    )
}
