//! Finds out who is asking, from a cookie or a token.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::Timestamp;
use http::header::{AUTHORIZATION, COOKIE as COOKIES, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use identity::secret::{Kind, Secret};
use identity::session::Expiry;
use store::{Digest, Reader, Stage, StoreError};
use subtle::ConstantTimeEq;

use super::{Principal, Who};
use crate::state::AppState;

/// The session cookie. The prefix makes browsers refuse it without `Secure`, with another path, or
/// set by a neighbouring host.
pub const COOKIE: &str = "__Host-wardround";

/// From whom the connection comes, where the server knows better than the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The header that gives a browser its session.
pub fn session_cookie(secret: &Secret) -> Option<HeaderValue> {
    let secret = secret.reveal();
    let text = format!("{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Strict", secret.as_str());
    HeaderValue::from_str(&text).ok()
}

/// The header that takes it away.
pub fn spent_cookie() -> HeaderValue {
    HeaderValue::from_static(
        "__Host-wardround=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0",
    )
}

/// The state of the data in which a session was looked up. Pages show the same one.
#[derive(Debug, Clone)]
pub struct OneState(pub Reader);

/// Puts a [`Principal`] beside the request. Whoever shows nothing, or something that is worth
/// nothing any more, is nobody. A store that cannot be asked knows nobody either.
pub async fn know(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let shown = Shown::of(&request);
    let (who, reader) = match find(&state, shown).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "who is asking cannot be found out");
            (Who::Nobody, None)
        }
    };
    if let Some(reader) = reader {
        request.extensions_mut().insert(OneState(reader));
    }
    let principal = Principal { who, address: address(&request), agent: agent(request.headers()) };
    request.extensions_mut().insert(principal);
    next.run(request).await
}

/// What a request shows of whoever sent it. A request itself cannot be waited with.
struct Shown {
    token: Option<String>,
    session: Option<Digest>,
    by_a_person: bool,
}

impl Shown {
    fn of(request: &Request) -> Self {
        Self {
            token: bearer(request.headers()).map(str::to_owned),
            session: cookie(request.headers()),
            by_a_person: by_a_person(request),
        }
    }
}

async fn find(state: &AppState, shown: Shown) -> Result<(Who, Option<Reader>), StoreError> {
    let now = state.wall.now();
    if let Some(token) = &shown.token {
        return Ok((by_token(state, token, now).await?, None));
    }
    let Some(digest) = shown.session else { return Ok((Who::Nobody, None)) };
    let reader = state.reader.remembering().await?;
    let who = by_session(state, &reader, digest, shown.by_a_person, now).await?;
    Ok((who, Some(reader)))
}

async fn by_session(
    state: &AppState,
    reader: &Reader,
    digest: Digest,
    by_a_person: bool,
    now: Timestamp,
) -> Result<Who, StoreError> {
    let Some(both) = state.known.get(reader, &digest).await? else { return Ok(Who::Nobody) };
    let (stored, person) = both.as_ref();
    let last = state.activity.last(&digest, stored.last_active);
    if Expiry::DEFAULT.is_over(stored.created.0, last.0, now.0) || !person.active(now) {
        return Ok(Who::Nobody);
    }
    if by_a_person {
        state.activity.session(digest, now);
    }
    Ok(if stored.stage == Stage::Full { Who::Person(both) } else { Who::Arriving(both) })
}

async fn by_token(state: &AppState, token: &str, now: Timestamp) -> Result<Who, StoreError> {
    if let Some(demo) = &state.door.demo_token
        && demo.as_bytes().ct_eq(token.as_bytes()).into()
    {
        return Ok(Who::DemoToken);
    }
    let Ok(secret) = Secret::parse(Kind::Token, token) else { return Ok(Who::Nobody) };
    let Some((token, person)) = state.reader.token_get(&secret.digest()).await? else {
        return Ok(Who::Nobody);
    };
    if !token.active(now) || !person.active(now) {
        return Ok(Who::Nobody);
    }
    state.activity.token(token.id, now);
    Ok(Who::Token(Box::new((token, person))))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<Digest> {
    let value = cookie_named(headers, COOKIE)?;
    Secret::parse(Kind::Session, value).ok().map(|secret| secret.digest())
}

/// The value of a cookie; none if there are two of this name, because then somebody meddles.
pub(crate) fn cookie_named<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let values = headers.get_all(COOKIES).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == wanted).then_some(value)
    });
    let value = pairs.next()?;
    pairs.next().is_none().then_some(value)
}

/// Whether a person did this, as opposed to a page that reloads or listens by itself: automatic
/// logoff (45 CFR 164.312(a)(2)(iii)) must come although a dashboard is open.
///
/// Browsers mark navigations that a person began with `Sec-Fetch-User`. Those that mark nothing are
/// given the benefit of the doubt for whole pages.
fn by_a_person(request: &Request) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if request.method() == Method::POST {
        return header("x-wardround-background").is_none();
    }
    match header("sec-fetch-mode") {
        Some("navigate") => header("sec-fetch-user") == Some("?1"),
        Some(_) => false,
        None => header("accept").is_some_and(|accept| accept.contains("text/html")),
    }
}

fn address(request: &Request) -> String {
    let extensions = request.extensions();
    let peer = extensions.get::<Peer>().map(|peer| peer.0);
    let socket = || extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    peer.or_else(socket).map_or_else(String::new, |address| address.to_string())
}

/// Longer names of browsers say nothing more.
const LONGEST_AGENT: usize = 200;

fn agent(headers: &HeaderMap) -> String {
    let name = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    name.chars().filter(|character| !character.is_control()).take(LONGEST_AGENT).collect()
}
