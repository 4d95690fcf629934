//! Sessions: how they begin, and how long they still last.

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::Timestamp;
use http::StatusCode;
use http::header::SET_COOKIE;
use identity::secret::Secret;
use identity::session::Expiry;
use serde::Serialize;
use store::{By, Person, Proof, Session, Stage, StoreError};

use super::{Caller, because, failed, onward, own_path};
use crate::access::session_cookie;

/// How somebody came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entered {
    /// How far.
    pub(crate) stage: Stage,
    /// By what.
    pub(crate) proof: Proof,
    /// When a second factor was shown.
    pub(crate) fresh: Option<Timestamp>,
}

/// Begins a session, or puts a new one in the place of `old`, and leads on.
///
/// Everybody who comes in goes through here: with a password, through a provider, or by a button of
/// the demonstration.
pub(crate) async fn enter(
    caller: &Caller,
    person: &Person,
    old: Option<&Session>,
    entered: Entered,
    next: &str,
) -> Response {
    match begin(caller, person, old, &entered).await {
        Ok(secret) => welcome(onward(next), &secret),
        Err(Failed::Store(error)) => failed(&error),
        Err(Failed::Randomness) => because(
            StatusCode::SERVICE_UNAVAILABLE,
            "The operating system gives no random numbers, so nobody can sign in.",
        ),
    }
}

/// Why a session did not begin.
pub(super) enum Failed {
    Store(StoreError),
    Randomness,
}

pub(super) async fn begin(
    caller: &Caller,
    person: &Person,
    old: Option<&Session>,
    entered: &Entered,
) -> Result<Secret, Failed> {
    let secret = Secret::session().map_err(|_| Failed::Randomness)?;
    let now = caller.now();
    let session = Session {
        digest: secret.digest(),
        // The store numbers it.
        id: 0,
        person: person.id,
        stage: entered.stage,
        created: old.map_or(now, |old| old.created),
        last_active: now,
        fresh: entered.fresh,
        address: caller.principal.address.clone(),
        agent: caller.principal.agent.clone(),
    };
    let by = by(caller, person, entered.stage);
    match old {
        Some(old) => {
            caller.state.writer.session_rotate(&by, &old.digest, &session, &entered.proof).await
        }
        None => caller.state.writer.session_begin(&by, &session, &entered.proof).await,
    }
    .map_err(Failed::Store)?;
    if let Some(old) = old {
        caller.state.activity.forget(&old.digest);
    }
    Ok(secret)
}

/// The log names whoever comes in; before the second factor it names nobody yet.
fn by(caller: &Caller, person: &Person, stage: Stage) -> By {
    let mut by = caller.by();
    by.origin.name.clone_from(&person.name);
    if stage == Stage::Full {
        by.actor = store::Actor::Person(person.id);
        by.role = Some(person.role);
    }
    by
}

/// Gives the browser its session.
pub(super) fn welcome(mut response: Response, secret: &Secret) -> Response {
    if let Some(cookie) = session_cookie(secret) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Where somebody goes who has just come in: to where they wanted, or to their role's page.
pub(super) fn destination(person: &Person, next: Option<&str>) -> String {
    match next.map(own_path) {
        Some(path) if path != "/" => path,
        _ => person.role.landing().to_owned(),
    }
}

/// What a page may know about its own session.
#[derive(Debug, Serialize)]
struct Span {
    /// Milliseconds until the session ends if nothing is done; 0 when it has.
    left_ms: i64,
    /// How long before its end to warn.
    warn_ms: i64,
    /// Whether doing something would make it last longer.
    extends: bool,
}

/// How long the session still lasts. Asking is no activity.
pub(crate) async fn left(caller: Caller) -> Response {
    let Some(session) = caller.principal.session() else { return Json(Span::OVER).into_response() };
    let last = caller.state.activity.last(&session.digest, session.last_active);
    Json(Span::of(session.created, last, caller.now())).into_response()
}

/// A person said that they are still there.
pub(crate) async fn keep(caller: Caller) -> Response {
    let Some(session) = caller.principal.session() else {
        return because(StatusCode::UNAUTHORIZED, "The session has ended; sign in again.");
    };
    let now = caller.now();
    caller.state.activity.session(session.digest, now);
    let wants_page = caller
        .headers
        .get(http::header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if wants_page {
        return onward(&super::origin_page(&caller.headers));
    }
    Json(Span::of(session.created, now, now)).into_response()
}

impl Span {
    const OVER: Self = Self { left_ms: 0, warn_ms: Expiry::WARNING_MS, extends: false };

    fn of(created: Timestamp, last: Timestamp, now: Timestamp) -> Self {
        let ends = Expiry::DEFAULT.ends_at(created.0, last.0);
        let latest = created.0 + Expiry::DEFAULT.absolute_ms;
        Self { left_ms: (ends - now.0).max(0), warn_ms: Expiry::WARNING_MS, extends: ends < latest }
    }
}
