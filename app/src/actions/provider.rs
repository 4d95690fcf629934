//! Signing in through the OpenID provider: out to it, and back.
//!
//! The browser comes back by a GET, which changes nothing: it gets a form of ours that sends the
//! answer on. What ties the answer to this browser lies in a sealed cookie, so nothing is stored
//! for those who never come back.

use axum::response::Response;
use domain::Timestamp;
use domain::id::MINUTE_MS;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use identity::pace::Factor;
use openid::{Error, Pending, Vouched};
use serde::{Deserialize, Serialize};
use store::{Bounds, NewPerson, Person, Proof, Stage, StoreError};

use super::guess::{Guess, refused};
use super::session::destination;
use super::sign_in::{instead, with_next};
use super::{Caller, Entered, Form, because, enter, failed, onward, own_path};
use crate::access::cookie_named;
use crate::pages::arrival::{self, Returning};
use crate::query::Query;
use crate::shell::Here;
use crate::state::{AppState, Provider};

/// Keeps what was begun. `Lax`: the provider leads back here, and only GETs of that kind carry it.
const COOKIE: &str = "__Host-wardround-provider";
/// What is sealed is sealed for this.
const CONTEXT: &str = "sign-in through the provider";
/// How long somebody may take at the provider.
const PATIENCE_MS: i64 = 10 * MINUTE_MS;

/// What was begun in this browser.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    pending: Pending,
    next: Option<String>,
    at: i64,
}

fn nothing_here() -> Response {
    because(StatusCode::NOT_FOUND, "No provider is configured: see [openid] in wardround.toml.")
}

/// Takes `next` and `again`; leads to the provider.
pub(crate) async fn begin(caller: Caller, Form(form): Form) -> Response {
    let Some(provider) = &caller.state.door.provider else { return nothing_here() };
    let again = form.get("again").is_some() && caller.principal.person().is_some();
    let begun = match provider.client.begin(again).await {
        Ok(begun) => begun,
        Err(error) => {
            tracing::error!(detail = error.detail(), "the sign-in provider does not answer");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return instead(&caller, status, error.to_string()).await;
        }
    };
    let next = form.get("next").map(own_path);
    let kept = Kept { pending: begun.pending, next, at: caller.now().0 };
    let Some(cookie) = cookie(&caller.state, &kept) else {
        return because(StatusCode::SERVICE_UNAVAILABLE, "No random numbers are to be had.");
    };
    let mut response = onward(&begun.url);
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

fn cookie(state: &AppState, kept: &Kept) -> Option<HeaderValue> {
    let sealed = state.door.key.seal(&serde_json::to_vec(kept).ok()?, CONTEXT).ok()?;
    let text = format!(
        "{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600",
        hex::encode(sealed)
    );
    HeaderValue::from_str(&text).ok()
}

fn kept(state: &AppState, headers: &HeaderMap) -> Option<Kept> {
    let sealed = hex::decode(cookie_named(headers, COOKIE)?).ok()?;
    let opened = state.door.key.open(&sealed, CONTEXT).ok()?;
    let kept: Kept = serde_json::from_slice(&opened).ok()?;
    (state.wall.now().since(Timestamp(kept.at)) < PATIENCE_MS).then_some(kept)
}

/// The provider led back here: a form of ours sends its answer on.
pub(crate) async fn back(caller: Caller, uri: Uri) -> Response {
    if caller.state.door.provider.is_none() {
        return nothing_here();
    }
    let query = Query::parse(uri.query());
    let text = |name: &str| query.get(name).unwrap_or_default().to_owned();
    let form = Returning { code: text("code"), state: text("state"), issuer: text("iss") };
    if query.get("error").is_some() || form.code.is_empty() {
        let trouble = "The provider did not sign you in.".to_owned();
        let status = StatusCode::UNAUTHORIZED;
        if let Err(error) = refused(&caller, "", "refused by the provider").await {
            return failed(&error);
        }
        return instead(&caller, status, trouble).await;
    }
    let about = (StatusCode::OK, Here::Arrival, "Signing in");
    caller.page(about, move || arrival::returning(form)).await
}

/// Takes `code`, `state` and `iss` as the provider wrote them.
pub(crate) async fn finish(caller: Caller, Form(form): Form) -> Response {
    let Some(provider) = &caller.state.door.provider else { return nothing_here() };
    // Each try costs a question to the provider.
    let who = format!("provider for {}", caller.principal.address);
    let guess = match Guess::begin(&caller, &who, Factor::First).await {
        Ok(Ok(guess)) => guess,
        Ok(Err(wait)) => return wait.bare(),
        Err(error) => return failed(&error),
    };
    let kept = kept(&caller.state, &caller.headers);
    let vouched = ask(provider, kept.as_ref(), &form, caller.now()).await;
    let (vouched, kept) = match (vouched, kept) {
        (Ok(vouched), Some(kept)) => (vouched, kept),
        (vouched, _) => {
            guess.wrong();
            let error = vouched.err().unwrap_or(Error::NotBegun);
            return sent_back(&caller, &error).await;
        }
    };
    guess.right_so_far();
    let known = match caller.state.reader.person_external(&vouched.issuer, &vouched.subject).await {
        Ok(known) => known,
        Err(error) => return failed(&error),
    };
    let mut response = if kept.pending.again {
        confirmed(&caller, (provider, &vouched, &kept), known).await
    } else {
        match account(&caller, &vouched, known).await {
            Ok(person) => let_in(&caller, (provider, &vouched, &kept), &person).await,
            Err(StoreError::Conflict(why)) => {
                if let Err(error) = refused(&caller, &vouched.name, why).await {
                    return failed(&error);
                }
                let trouble = format!("You cannot be signed in: {why}.");
                instead(&caller, StatusCode::FORBIDDEN, trouble).await
            }
            Err(error) => failed(&error),
        }
    };
    response.headers_mut().append(SET_COOKIE, SPENT);
    response
}

/// Takes the cookie away: an answer counts once.
const SPENT: HeaderValue = HeaderValue::from_static(
    "__Host-wardround-provider=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
);

async fn ask(
    provider: &Provider,
    kept: Option<&Kept>,
    form: &Query,
    now: Timestamp,
) -> Result<Vouched, Error> {
    let kept = kept.ok_or(Error::NotBegun)?;
    let text = |name: &str| form.get(name).unwrap_or_default();
    // Whoever mixes up two providers is told apart by this (RFC 9207).
    if !text("iss").is_empty() && text("iss") != provider.issuer {
        return Err(Error::NotBegun);
    }
    provider.client.finish(&kept.pending, (text("state"), text("code")), now).await
}

async fn sent_back(caller: &Caller, error: &Error) -> Response {
    tracing::warn!(detail = error.detail(), why = error.word(), "no sign-in through the provider");
    if let Err(error) = refused(caller, "", error.word()).await {
        return failed(&error);
    }
    let status = match error {
        Error::Unreachable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::NoRole => StatusCode::FORBIDDEN,
        _ => StatusCode::UNAUTHORIZED,
    };
    instead(caller, status, error.to_string()).await
}

/// The person's account: made at the first time, and with the role that the provider says now.
async fn account(
    caller: &Caller,
    vouched: &Vouched,
    known: Option<Person>,
) -> Result<Person, StoreError> {
    const ENDED: StoreError = StoreError::Conflict("this account was ended");
    let now = caller.now();
    let mut by = caller.by();
    by.origin.name.clone_from(&vouched.name);
    let id = match known {
        Some(person) if !person.active(now) => return Err(ENDED),
        Some(person) if person.role == vouched.role => return Ok(person),
        Some(person) => {
            caller
                .state
                .writer
                .person_role(&by, person.id, vouched.role, Bounds::default())
                .await?;
            person.id
        }
        None => {
            let new = NewPerson {
                name: vouched.name.clone(),
                role: vouched.role,
                bounds: Bounds::default(),
                external: Some((vouched.issuer.clone(), vouched.subject.clone())),
                demo: false,
            };
            caller.state.writer.person_add(&by, &new).await?
        }
    };
    caller.state.reader.person_get(id).await?.ok_or(ENDED)
}

type Came<'a> = (&'a Provider, &'a Vouched, &'a Kept);

/// In, or on to a second factor of ours where the provider's word does not count.
async fn let_in(caller: &Caller, (provider, vouched, kept): Came<'_>, person: &Person) -> Response {
    let next = kept.next.as_deref();
    let enough = provider.second_factor_there && vouched.second_factor;
    let (stage, path) = match (enough, &person.second) {
        (true, _) => (Stage::Full, destination(person, next)),
        (false, Some(_)) => (Stage::Password, with_next("/sign-in/second", next)),
        (false, None) => (Stage::Enrolment, with_next("/sign-in/enrol", next)),
    };
    let entered = Entered { stage, proof: Proof::Vouched("provider"), fresh: None };
    enter(caller, person, None, entered, &path).await
}

/// The same person, asked afresh, with a second factor.
async fn confirmed(
    caller: &Caller,
    (provider, vouched, kept): Came<'_>,
    known: Option<Person>,
) -> Response {
    let enough = provider.second_factor_there && vouched.second_factor;
    let both = caller.principal.session().zip(caller.principal.person());
    match (both, known) {
        (Some((session, person)), Some(known)) if enough && known.id == person.id => {
            let proof = Proof::Vouched("provider");
            let entered = Entered { stage: Stage::Full, proof, fresh: Some(caller.now()) };
            let next = kept.next.as_deref().unwrap_or("/");
            enter(caller, person, Some(session), entered, next).await
        }
        _ => sent_back(caller, &Error::NotFresh).await,
    }
}
