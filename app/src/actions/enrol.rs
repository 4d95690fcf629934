//! Setting up a second factor, which every role needs before anything is shown.

use axum::response::Response;
use http::{StatusCode, Uri};
use identity::pace::Factor;
use identity::recovery;
use identity::totp::Totp;
use store::{Person, Proof, Session, Stage, StoreError};

use super::guess::Guess;
use super::session::{Failed, begin, destination, welcome};
use super::{Caller, Entered, Form, because, factor, failed, onward, own_path};
use crate::pages::arrival::{self, Codes, Enrol};
use crate::query::Query;
use crate::shell::Here;
use crate::state::AppState;

/// The secret as a picture and as text, and a form for the first code.
pub(crate) async fn page(caller: Caller, uri: Uri) -> Response {
    let next = Query::parse(uri.query()).get("next").map(own_path);
    let Some((session, person, Stage::Enrolment)) = caller.principal.arriving() else {
        return onward("/sign-in");
    };
    let Ok(totp) = Totp::new() else { return no_randomness() };
    let sealed = seal(&caller.state, session, &totp);
    show(&caller, StatusCode::OK, form(person, &totp, sealed, next, None)).await
}

fn no_randomness() -> Response {
    because(StatusCode::SERVICE_UNAVAILABLE, "The operating system gives no random numbers.")
}

/// The secret travels in the form, sealed for this very session, so that a GET stores nothing.
fn seal(state: &AppState, session: &Session, totp: &Totp) -> String {
    let sealed = state.door.key.seal(totp.as_bytes(), &for_session(session)).unwrap_or_default();
    hex::encode(sealed)
}

fn for_session(session: &Session) -> String {
    format!("enrolment in session {}", session.id)
}

fn unseal(state: &AppState, session: &Session, text: &str) -> Option<Totp> {
    let sealed = hex::decode(text).ok()?;
    let opened = state.door.key.open(&sealed, &for_session(session)).ok()?;
    Totp::from_bytes(&opened)
}

fn form(
    person: &Person,
    totp: &Totp,
    sealed: String,
    next: Option<String>,
    trouble: Option<&str>,
) -> Enrol {
    let uri = totp.uri("Wardround", &person.name);
    Enrol {
        // A name that is too long for a picture can still be typed.
        picture: report::qr(&uri, "QR code to scan with an authenticator app"),
        secret: totp.to_text().to_string(),
        sealed,
        next,
        trouble: trouble.map(ToOwned::to_owned),
    }
}

async fn show(caller: &Caller, status: StatusCode, form: Enrol) -> Response {
    let about = (status, Here::Arrival, "Set up a second factor");
    caller.page(about, move || arrival::enrol(form)).await
}

/// Takes `sealed`, `code` and `next`; answers with the recovery codes, once.
pub(crate) async fn enrol(caller: Caller, Form(fields): Form) -> Response {
    let next = fields.get("next").map(own_path);
    let Some((session, person, Stage::Enrolment)) = caller.principal.arriving() else {
        return onward("/sign-in");
    };
    let Some(totp) = unseal(&caller.state, session, fields.get("sealed").unwrap_or_default())
    else {
        return onward("/sign-in/enrol");
    };
    let guess = match Guess::begin(&caller, &person.name, Factor::Second).await {
        Ok(Ok(guess)) => guess,
        Ok(Err(wait)) => return wait.bare(),
        Err(error) => return failed(&error),
    };
    let now = caller.now();
    let code: String = fields.get("code").unwrap_or_default().split_whitespace().collect();
    let Ok(step) = totp.check(&code, now.0, None) else {
        guess.wrong();
        let trouble =
            Some("This is not the code that the app shows now. Check the clock of your device.");
        let form = form(person, &totp, seal(&caller.state, session, &totp), next, trouble);
        return show(&caller, StatusCode::UNAUTHORIZED, form).await;
    };
    let Ok(codes) = recovery::make() else { return no_randomness() };
    let shown: Vec<String> = codes.iter().map(|code| code.as_str().to_owned()).collect();
    let Some(proof) = proof(&caller.state, person, &totp, step, &shown).await else {
        return no_randomness();
    };
    let entered = Entered { stage: Stage::Full, proof, fresh: Some(now) };
    match begin(&caller, person, Some(session), &entered).await {
        Ok(secret) => {
            guess.right();
            let page = Codes { codes: shown, next: destination(person, next.as_deref()) };
            let about = (StatusCode::OK, Here::Arrival, "Recovery codes");
            let page = move || arrival::codes(page);
            welcome(caller.page(about, page).await, &secret)
        }
        Err(Failed::Store(StoreError::Conflict(_))) => onward("/sign-in"),
        Err(Failed::Store(error)) => failed(&error),
        Err(Failed::Randomness) => no_randomness(),
    }
}

async fn proof(
    state: &AppState,
    person: &Person,
    totp: &Totp,
    step: i64,
    codes: &[String],
) -> Option<Proof> {
    let owner = factor::context(person);
    let sealed = state.door.key.seal(totp.as_bytes(), &owner).ok()?;
    let codes = codes.to_vec();
    let hash = move || codes.iter().filter_map(|code| recovery::hash(&owner, code)).collect();
    let recovery = factor::hashing(state, hash).await?;
    Some(Proof::Enrolled { sealed, step, recovery })
}
