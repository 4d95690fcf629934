//! One route's gate.

use axum::extract::{Extension, RawPathParams, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::Action;
use http::header::{ACCEPT, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use store::StoreError;

use super::{Access, Log, Principal, Rule, Who};
use crate::state::AppState;

/// A rule and what is needed to keep it.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    pub(super) state: AppState,
    pub(super) rule: Rule,
}

/// Why a request was refused, for whoever makes a page or a problem document of the status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because(pub String);

/// Lets a request through, or not. An entry is on disk before anything is shown or begun: where the
/// log cannot be written nothing is.
pub(super) async fn pass(
    State(Gate { state, rule }): State<Gate>,
    Extension(principal): Extension<Principal>,
    path: Result<RawPathParams, axum::extract::rejection::RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    let id = path.ok().and_then(|path| path.iter().next().map(|pair| pair.1.to_owned()));
    let id = id.unwrap_or_default();
    if let Err(refusal) = judge(&state, rule, &principal) {
        let asked = Asked::of(&request);
        return refuse(&state, &principal, refusal, &asked).await;
    }
    let Log::Entry(action, kind) = rule.log else { return next.run(request).await };
    let object = if id.is_empty() { kind.to_owned() } else { format!("{kind}:{id}") };
    let entry = state.writer.audit(principal.by(state.wall.now()).did(action, object));
    if *request.method() != Method::GET {
        return match entry.await {
            Ok(_) => next.run(request).await,
            Err(error) => unwritten(&error, action),
        };
    }
    // What only reads is prepared while its entry is being written, and leaves once that is safe.
    let (logged, response) = tokio::join!(entry, next.run(request));
    logged.map_or_else(|error| unwritten(&error, action), |_| response)
}

fn unwritten(error: &StoreError, action: &str) -> Response {
    tracing::error!(%error, action, "the audit log cannot be written");
    unlogged()
}

/// What was asked for; a request itself cannot be waited with, its body may be unfinished.
struct Asked {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Asked {
    fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
        }
    }
}

enum Refusal {
    SignIn,
    StepUp,
    NotAllowed(Action),
}

fn judge(state: &AppState, rule: Rule, principal: &Principal) -> Result<(), Refusal> {
    let (action, fresh) = match rule.access {
        Access::Everyone => return Ok(()),
        Access::May(action) => (action, false),
        Access::Fresh(action) => (action, true),
    };
    if !principal.may(action) {
        let known = !matches!(principal.who, Who::Nobody | Who::Arriving(_));
        return Err(if known { Refusal::NotAllowed(action) } else { Refusal::SignIn });
    }
    if fresh && !principal.fresh(state.wall.now()) {
        return Err(Refusal::StepUp);
    }
    Ok(())
}

async fn refuse(
    state: &AppState,
    principal: &Principal,
    refusal: Refusal,
    asked: &Asked,
) -> Response {
    let Asked { method, uri, headers } = asked;
    let page = wants_page(uri.path(), headers);
    match refusal {
        // Somebody who only has to sign in first was not refused anything yet.
        Refusal::SignIn if page => Redirect::to(&sign_in(method, uri)).into_response(),
        Refusal::StepUp if page => Redirect::to(&step_up(asked)).into_response(),
        refusal => {
            let (status, why, action) = match refusal {
                Refusal::SignIn => (
                    StatusCode::UNAUTHORIZED,
                    "Sign in, or send an API token: Authorization: Bearer wr_…".to_owned(),
                    UNAUTHENTICATED,
                ),
                Refusal::StepUp => (
                    StatusCode::FORBIDDEN,
                    "This wants a second factor of the last five minutes; confirm at /confirm."
                        .to_owned(),
                    "step-up",
                ),
                Refusal::NotAllowed(action) => {
                    let who = principal.role().map_or("this token", domain::Role::title);
                    let why = format!("{who} may not {}.", action.sentence());
                    (StatusCode::FORBIDDEN, why, action.as_str())
                }
            };
            let now = state.wall.now();
            let object = format!("route:{method} {}", uri.path());
            let mut act = principal.by(now).was_refused(action, object);
            if action == UNAUTHENTICATED {
                match state.strangers.note(&principal.address, now) {
                    Some(0) => {}
                    Some(unwritten) => act = act.with(&Unwritten { unwritten }),
                    None => return too_many(),
                }
            }
            if let Err(error) = state.writer.audit(act).await {
                tracing::error!(%error, "a refusal cannot be written to the audit log");
                return unlogged();
            }
            with_reason(status, why)
        }
    }
}

/// What the log calls the refusal of somebody who showed nothing.
const UNAUTHENTICATED: &str = "unauthenticated";

/// Refusals of strangers before this one that only were counted.
#[derive(serde::Serialize)]
struct Unwritten {
    unwritten: u64,
}

fn too_many() -> Response {
    let why = "Too many requests of this minute showed neither a session nor a token.";
    let mut response = with_reason(StatusCode::TOO_MANY_REQUESTS, why.to_owned());
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

fn with_reason(status: StatusCode, why: String) -> Response {
    let mut response = status.into_response();
    response.extensions_mut().insert(Because(why));
    response
}

fn unlogged() -> Response {
    let why = "The audit log cannot be written at the moment, so nothing was shown or changed.";
    let mut response = with_reason(StatusCode::SERVICE_UNAVAILABLE, why.to_owned());
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

fn wants_page(path: &str, headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    !path.starts_with("/api/") && accept.contains("text/html")
}

/// Back to where one wanted to go, after signing in. A POST is not repeated.
fn sign_in(method: &Method, uri: &Uri) -> String {
    if *method == Method::GET && uri.path() != "/" {
        return format!("/sign-in?next={}", escaped(&uri.to_string()));
    }
    "/sign-in".to_owned()
}

/// The page from which a form came is where one goes back to.
fn step_up(asked: &Asked) -> String {
    let next = if asked.method == Method::GET {
        asked.uri.to_string()
    } else {
        crate::actions::origin_page(&asked.headers)
    };
    format!("/confirm?next={}", escaped(&next))
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
