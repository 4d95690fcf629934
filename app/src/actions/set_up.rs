//! Setting a password by a one-time link: the first administrator's, and everybody's after.

use axum::response::Response;
use http::{StatusCode, Uri};
use identity::pace::Factor;
use identity::password;
use identity::secret::{Kind, Secret};
use store::{Actor, Digest, Person, StoreError};

use super::guess::Guess;
use super::{Caller, Form, because, factor, failed, onward};
use crate::pages::arrival::{self, SetUp};
use crate::query::Query;
use crate::shell::Here;
use crate::state::AppState;

/// How long a link for a password holds.
pub const INVITATION_MS: i64 = 3 * domain::id::DAY_MS;

/// The address at which somebody sets a password.
pub fn link(address: &str, secret: &Secret) -> String {
    format!("{address}/set-up?key={}", secret.reveal().as_str())
}

/// The form for a new password.
pub(crate) async fn page(caller: Caller, uri: Uri) -> Response {
    let query = Query::parse(uri.query());
    let key = query.get("key").unwrap_or_default().to_owned();
    match invited(&caller.state, &key).await {
        Ok(Some((_, person))) => {
            let form = SetUp { key, name: person.name, trouble: None };
            show(&caller, StatusCode::OK, form).await
        }
        Ok(None) => spent(),
        Err(error) => failed(&error),
    }
}

async fn invited(state: &AppState, key: &str) -> Result<Option<(Digest, Person)>, StoreError> {
    let Ok(secret) = Secret::parse(Kind::Invitation, key) else { return Ok(None) };
    let digest = secret.digest();
    let person = state.reader.invitation_get(&digest, state.wall.now()).await?;
    Ok(person.map(|person| (digest, person)))
}

fn spent() -> Response {
    because(
        StatusCode::NOT_FOUND,
        "This link was used already, is too old, or was cut. Ask an administrator for a new one; \
         on the server, `wardround user invite NAME` makes one.",
    )
}

async fn show(caller: &Caller, status: StatusCode, form: SetUp) -> Response {
    let about = (status, Here::Arrival, "Choose a password");
    caller.page(about, move || arrival::set_up(form)).await
}

/// Takes `key`, `password` and `again`.
pub(crate) async fn set_up(caller: Caller, Form(form): Form) -> Response {
    let key = form.get("key").unwrap_or_default().to_owned();
    // Links cannot be guessed, but looking one up costs something.
    match Guess::begin(&caller, "link", Factor::First).await {
        Ok(Ok(guess)) => guess.right_so_far(),
        Ok(Err(wait)) => return wait.bare(),
        Err(error) => return failed(&error),
    }
    let (digest, person) = match invited(&caller.state, &key).await {
        Ok(Some(both)) => both,
        Ok(None) => return spent(),
        Err(error) => return failed(&error),
    };
    let chosen = form.get("password").unwrap_or_default().to_owned();
    let again = form.get("again").unwrap_or_default();
    let phc = match hashed(&caller.state, &person.name, chosen, again).await {
        Ok(phc) => phc,
        Err(trouble) => {
            let form = SetUp { key, name: person.name, trouble: Some(trouble) };
            return show(&caller, StatusCode::BAD_REQUEST, form).await;
        }
    };
    let mut by = caller.by();
    by.actor = Actor::Person(person.id);
    by.role = Some(person.role);
    by.origin.name.clone_from(&person.name);
    match caller.state.writer.person_password(&by, person.id, &phc, Some(digest)).await {
        Ok(()) => onward("/sign-in?ready=1"),
        Err(StoreError::Conflict(_)) => spent(),
        Err(error) => failed(&error),
    }
}

/// The hash of a new password, or what is wrong with it.
pub(super) async fn hashed(
    state: &AppState,
    name: &str,
    chosen: String,
    again: &str,
) -> Result<String, String> {
    password::check_new(&chosen, name)
        .map_err(|weak| format!("This password cannot be used: {weak}."))?;
    if chosen != again {
        return Err("The two passwords are not the same.".to_owned());
    }
    match factor::hashing(state, move || password::hash(&chosen)).await {
        Some(Ok(hash)) => Ok(hash.to_phc()),
        _ => Err("The password could not be hashed; try again.".to_owned()),
    }
}
