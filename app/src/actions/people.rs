//! Who has an account: inviting, roles, endings. For administrators who just showed a second
//! factor.

use axum::response::Response;
use domain::{Role, Timestamp};
use http::StatusCode;
use identity::secret::Secret;
use store::{Bounds, NewPerson, PersonId, StoreError};

use super::set_up::{INVITATION_MS, link as set_up_link};
use super::{Caller, Form, because, failed, onward, unread};
use crate::pages::people::{self, Invited, PeoplePage};
use crate::query::Query;
use crate::setting::Setting;
use crate::shell::Here;
use crate::state::AppState;

/// The longest name of an account, in characters.
const LONGEST_NAME: usize = 100;

/// Takes `name`, `role` and, for auditors, `ends`, `period_from` and `period_to`; answers with a
/// link, once.
pub(crate) async fn add(caller: Caller, Form(form): Form) -> Response {
    let name = form.get("name").unwrap_or_default().trim().to_owned();
    let wanted = named(&name).and_then(|()| rights(&caller.state, &form));
    let (role, bounds) = match wanted {
        Ok(wanted) => wanted,
        Err(trouble) => return again(&caller, Some(trouble), None).await,
    };
    let by = caller.by();
    let new = NewPerson { name: name.clone(), role, bounds, external: None, demo: false };
    match caller.state.writer.person_add(&by, &new).await {
        Ok(id) => link(&caller, id, name).await,
        Err(StoreError::Conflict(why)) => {
            let trouble = Some(format!("{name}: {why}."));
            again(&caller, trouble, None).await
        }
        Err(error) => failed(&error),
    }
}

/// A new link for somebody who lost theirs, or their password.
pub(crate) async fn invite(caller: Caller, Form(form): Form) -> Response {
    let Some(id) = whom(&form) else { return nobody() };
    match caller.state.reader.person_get(id).await {
        Ok(Some(person)) if person.active(caller.now()) && !person.external && !person.demo => {
            link(&caller, id, person.name).await
        }
        Ok(_) => nobody(),
        Err(error) => failed(&error),
    }
}

async fn link(caller: &Caller, id: PersonId, name: String) -> Response {
    let Ok(secret) = Secret::invitation() else {
        let why = "The operating system gives no random numbers.";
        return because(StatusCode::SERVICE_UNAVAILABLE, why);
    };
    let now = caller.now();
    let by = caller.principal.by(now);
    let made = caller
        .state
        .writer
        .invitation_make(&by, id, &secret.digest(), now.plus(INVITATION_MS))
        .await;
    if let Err(error) = made {
        return failed(&error);
    }
    let link = set_up_link(&caller.state.installation.address, &secret);
    again(caller, None, Some(Invited { name, link })).await
}

/// Takes `id`, `role` and the bounds.
pub(crate) async fn role(caller: Caller, Form(form): Form) -> Response {
    let Some(id) = whom(&form) else { return nobody() };
    let (role, bounds) = match rights(&caller.state, &form) {
        Ok(rights) => rights,
        Err(trouble) => return again(&caller, Some(trouble), None).await,
    };
    let by = caller.by();
    done(&caller, caller.state.writer.person_role(&by, id, role, bounds).await).await
}

/// Takes `id`: the next sign-in sets up a new second factor.
pub(crate) async fn second(caller: Caller, Form(form): Form) -> Response {
    let Some(id) = whom(&form) else { return nobody() };
    let by = caller.by();
    done(&caller, caller.state.writer.person_second_reset(&by, id).await).await
}

/// Takes `id`.
pub(crate) async fn end(caller: Caller, Form(form): Form) -> Response {
    let Some(id) = whom(&form) else { return nobody() };
    let by = caller.by();
    done(&caller, caller.state.writer.person_end(&by, id).await).await
}

async fn done(caller: &Caller, result: Result<(), StoreError>) -> Response {
    match result {
        Ok(()) => onward("/people"),
        Err(StoreError::Conflict(why)) => again(caller, Some(format!("{why}.")), None).await,
        Err(error) => failed(&error),
    }
}

fn whom(form: &Query) -> Option<PersonId> {
    form.get("id").and_then(|id| id.parse().ok()).map(PersonId)
}

fn nobody() -> Response {
    because(StatusCode::NOT_FOUND, "There is no such account, or it has ended.")
}

fn named(name: &str) -> Result<(), String> {
    let characters = name.chars().count();
    let bad = characters == 0 || characters > LONGEST_NAME || name.chars().any(char::is_control);
    if bad {
        return Err(format!("A name has 1 to {LONGEST_NAME} characters."));
    }
    Ok(())
}

/// Role and bounds. An auditor's account ends, and looks at a period.
fn rights(state: &AppState, form: &Query) -> Result<(Role, Bounds), String> {
    let role = form.get("role").and_then(Role::parse).ok_or_else(|| {
        format!("role must be one of {}.", Role::ALL.map(Role::as_str).join(", "))
    })?;
    let day = |name: &str| -> Result<Option<Timestamp>, String> {
        let Some(text) = form.get(name) else { return Ok(None) };
        Setting::day(text)
            .map(Some)
            .ok_or_else(|| format!("{name} must be a date, year-month-day; this says “{text}”."))
    };
    let next_day = |at: Timestamp| at.plus(domain::id::DAY_MS);
    let bounds = Bounds {
        ends: day("ends")?.map(next_day),
        from: day("period_from")?,
        to: day("period_to")?.map(next_day),
    };
    let now = state.wall.now();
    if bounds.ends.is_some_and(|ends| ends <= now) {
        return Err("The account would have ended already: choose a later end.".to_owned());
    }
    bounds.of(role).map(|bounds| (role, bounds)).map_err(ToOwned::to_owned)
}

async fn again(caller: &Caller, trouble: Option<String>, invited: Option<Invited>) -> Response {
    let status = if trouble.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let page = match PeoplePage::of(&caller.state.reader, &caller.principal, caller.now()).await {
        Ok(page) => PeoplePage { trouble, invited, ..page },
        Err(error) => return unread(&error),
    };
    let about = (status, Here::People, "People");
    caller.page(about, move || people::view(page)).await
}
