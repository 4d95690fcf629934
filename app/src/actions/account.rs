//! What people change about their own account.

use axum::response::Response;
use http::header::SET_COOKIE;
use http::{HeaderValue, StatusCode};

use super::{Caller, Form, because, failed, onward, set_up, unread};
use crate::access::spent_cookie;
use crate::pages::{AccountPage, account};
use crate::shell::Here;

const NOT_A_PERSON: &str = "Only a person who is signed in can do this.";

/// Ends this session.
pub(crate) async fn sign_out(caller: Caller) -> Response {
    let (Some(session), Some(person)) = (caller.principal.session(), caller.principal.person())
    else {
        return because(StatusCode::FORBIDDEN, NOT_A_PERSON);
    };
    let by = caller.by();
    match caller.state.writer.session_end(&by, person.id, session.id).await {
        Ok(()) => goodbye(onward("/sign-in")),
        Err(error) => failed(&error),
    }
}

/// Takes `id`: ends one session of one's own, here or elsewhere.
pub(crate) async fn sign_out_other(caller: Caller, Form(form): Form) -> Response {
    let Some(person) = caller.principal.person() else {
        return because(StatusCode::FORBIDDEN, NOT_A_PERSON);
    };
    let Some(id) = form.get("id").and_then(|id| id.parse().ok()) else {
        return because(StatusCode::BAD_REQUEST, "id must be the number of a session.");
    };
    let by = caller.by();
    match caller.state.writer.session_end(&by, person.id, id).await {
        Ok(()) => onward("/account"),
        Err(error) => failed(&error),
    }
}

/// Ends all sessions of one's own.
pub(crate) async fn sign_out_all(caller: Caller) -> Response {
    let Some(person) = caller.principal.person() else {
        return because(StatusCode::FORBIDDEN, NOT_A_PERSON);
    };
    let by = caller.by();
    match caller.state.writer.session_end_all(&by, person.id).await {
        Ok(()) => goodbye(onward("/sign-in")),
        Err(error) => failed(&error),
    }
}

/// The browser forgets what the session left there.
fn goodbye(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.append(SET_COOKIE, spent_cookie());
    headers.insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    response
}

/// Takes `password` and `again`, and signs out everywhere.
pub(crate) async fn password(caller: Caller, Form(form): Form) -> Response {
    let Some(person) = caller.principal.person().filter(|person| !person.demo && !person.external)
    else {
        return because(
            StatusCode::CONFLICT,
            "This account has no password of its own: the demonstration or a provider signs it in.",
        );
    };
    let chosen = form.get("password").unwrap_or_default().to_owned();
    let again = form.get("again").unwrap_or_default();
    let phc = match set_up::hashed(&caller.state, &person.name, chosen, again).await {
        Ok(phc) => phc,
        Err(trouble) => return own_page(&caller, trouble).await,
    };
    let by = caller.by();
    match caller.state.writer.person_password(&by, person.id, &phc, None).await {
        Ok(()) => goodbye(onward("/sign-in?ready=1")),
        Err(error) => failed(&error),
    }
}

/// Takes the second factor away; the next sign-in sets up a new one.
pub(crate) async fn second(caller: Caller) -> Response {
    let Some(person) = caller.principal.person().filter(|person| !person.demo) else {
        return because(StatusCode::CONFLICT, "The demonstration has no second factor.");
    };
    let by = caller.by();
    match caller.state.writer.person_second_reset(&by, person.id).await {
        Ok(()) => goodbye(onward("/sign-in")),
        Err(error) => failed(&error),
    }
}

/// The account page with what is wrong.
async fn own_page(caller: &Caller, trouble: String) -> Response {
    let loaded = AccountPage::of(&caller.state.reader, &caller.principal, caller.now()).await;
    let page = match loaded {
        Ok(page) => AccountPage { trouble: Some(trouble), ..page },
        Err(error) => return unread(&error),
    };
    let about = (StatusCode::BAD_REQUEST, Here::Account, "Account");
    caller.page(about, move || account::view(page)).await
}
