//! The first step of signing in: a name and a password.

use axum::response::Response;
use http::{StatusCode, Uri};
use identity::pace::Factor;
use identity::password::{self, PasswordHash};
use store::{Person, Proof, Stage};

use super::guess::{Guess, refused};
use super::session::destination;
use super::{Caller, Entered, Form, enter, factor, failed, onward, own_path};
use crate::pages::arrival::{self, SignIn};
use crate::query::Query;
use crate::shell::Here;
use crate::state::{AppState, Mode};

/// The form. Whoever is signed in already is led on.
pub(crate) async fn page(caller: Caller, uri: Uri) -> Response {
    let query = Query::parse(uri.query());
    if let Some(person) = caller.principal.person() {
        return onward(&destination(person, query.get("next")));
    }
    let form = SignIn {
        next: query.get("next").map(own_path),
        told: told(&query),
        ..empty(&caller.state).await
    };
    show(&caller, StatusCode::OK, form).await
}

/// What led here.
fn told(query: &Query) -> Option<&'static str> {
    if query.get("ended").is_some() {
        return Some("Your session has ended. Nothing that was stored is lost.");
    }
    query.get("ready").map(|_| "The password is set. Sign in with it.")
}

async fn empty(state: &AppState) -> SignIn {
    SignIn {
        name: String::new(),
        next: None,
        trouble: None,
        told: None,
        demo: state.mode == Mode::Demo,
        provider: state.door.provider.as_ref().map(|provider| provider.name.clone()),
        anybody: state.reader.anybody().await.unwrap_or(true),
    }
}

/// The form once more, because another way in did not work.
pub(super) async fn instead(caller: &Caller, status: StatusCode, trouble: String) -> Response {
    let form = SignIn { trouble: Some(trouble), ..empty(&caller.state).await };
    show(caller, status, form).await
}

async fn show(caller: &Caller, status: StatusCode, form: SignIn) -> Response {
    let about = (status, Here::Arrival, "Sign in");
    caller.page(about, move || arrival::sign_in(form)).await
}

/// Takes `name`, `password` and `next`. The answer to an unknown name is the same as to a wrong
/// password, and takes the same time.
pub(crate) async fn sign_in(caller: Caller, Form(form): Form) -> Response {
    let name = form.get("name").unwrap_or_default().trim().to_owned();
    let typed = form.get("password").unwrap_or_default().to_owned();
    let next = form.get("next").map(own_path);
    let again = |trouble: String| async {
        SignIn {
            name: name.clone(),
            next: next.clone(),
            trouble: Some(trouble),
            ..empty(&caller.state).await
        }
    };
    if name.is_empty() || typed.is_empty() {
        let form = again("Name and password are both needed.".to_owned()).await;
        return show(&caller, StatusCode::BAD_REQUEST, form).await;
    }
    let guess = match Guess::begin(&caller, &name, Factor::First).await {
        Ok(Ok(guess)) => guess,
        Ok(Err(wait)) => {
            let form = again(wait.sentence()).await;
            let page = show(&caller, StatusCode::TOO_MANY_REQUESTS, form).await;
            return wait.dress(page);
        }
        Err(error) => return failed(&error),
    };
    let found = match caller.state.reader.person_named(&name).await {
        Ok(found) => found.filter(|person| person.active(caller.now()) && !person.demo),
        Err(error) => return failed(&error),
    };
    let Some(person) = verified(&caller.state, found, typed).await else {
        guess.wrong();
        if let Err(error) = refused(&caller, &name, "wrong name or password").await {
            return failed(&error);
        }
        let form = again("The name or the password is wrong.".to_owned()).await;
        return show(&caller, StatusCode::UNAUTHORIZED, form).await;
    };
    guess.right_so_far();
    let (stage, path) = match person.second {
        Some(_) => (Stage::Password, "/sign-in/second"),
        None => (Stage::Enrolment, "/sign-in/enrol"),
    };
    let path = with_next(path, next.as_deref());
    let entered = Entered { stage, proof: Proof::Vouched("password"), fresh: None };
    enter(&caller, &person, None, entered, &path).await
}

pub(super) fn with_next(path: &str, next: Option<&str>) -> String {
    match next {
        Some(next) if next != "/" => Query::default().with("next", next).href(path),
        _ => path.to_owned(),
    }
}

/// The person, if the password is theirs. A name that nobody has costs the same time.
async fn verified(state: &AppState, found: Option<Person>, typed: String) -> Option<Person> {
    let hash = found
        .as_ref()
        .and_then(|person| person.password.as_deref())
        .and_then(|phc| PasswordHash::parse(phc).ok());
    let right = factor::hashing(state, move || match hash {
        Some(hash) => password::verify(&hash, &typed),
        None => password::verify_nobody(&typed),
    });
    if right.await.unwrap_or(false) { found } else { None }
}
