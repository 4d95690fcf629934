//! API tokens of one's own: made, shown once, taken back.

use axum::response::Response;
use domain::id::DAY_MS;
use domain::{Action, Timestamp};
use http::StatusCode;
use identity::secret::Secret;
use store::{Person, TokenId};

use super::{Caller, Form, because, failed, onward, unread};
use crate::pages::{AccountPage, account};
use crate::query::Query;
use crate::shell::Here;

/// The longest that a token lasts, in days.
const LONGEST_DAYS: i64 = 365;
/// The longest name of a token, in characters.
const LONGEST_NAME: usize = 80;

/// What a form asks for.
struct Wanted {
    name: String,
    scopes: Vec<Action>,
    expires: Timestamp,
}

/// Takes `name`, `days` and any number of `scope`; answers with the token, once.
pub(crate) async fn make(caller: Caller, Form(form): Form) -> Response {
    let Some(person) = caller.principal.person() else {
        return because(StatusCode::FORBIDDEN, "Only a person can make a token.");
    };
    let now = caller.now();
    let mut page = match AccountPage::of(&caller.state.reader, &caller.principal, now).await {
        Ok(page) => page,
        Err(error) => return unread(&error),
    };
    let status = match wanted(&form, person, now) {
        Ok(wanted) => match token(&caller, person, &wanted).await {
            Ok(made) => {
                page.made = Some(made);
                page.tokens = match caller.state.reader.tokens_of(person.id).await {
                    Ok(tokens) => tokens,
                    Err(error) => return failed(&error),
                };
                StatusCode::OK
            }
            Err(response) => return *response,
        },
        Err(trouble) => {
            page.trouble = Some(trouble);
            StatusCode::BAD_REQUEST
        }
    };
    let about = (status, Here::Account, "Account");
    caller.page(about, move || account::view(page)).await
}

fn wanted(form: &Query, person: &Person, now: Timestamp) -> Result<Wanted, String> {
    let name = form.get("name").unwrap_or_default().trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(format!("A token needs a name of at most {LONGEST_NAME} characters."));
    }
    let days = form.get("days").and_then(|days| days.parse::<i64>().ok());
    let days = days.filter(|days| (1..=LONGEST_DAYS).contains(days));
    let Some(days) = days else {
        return Err(format!("A token lasts from 1 to {LONGEST_DAYS} days."));
    };
    let scopes: Vec<Action> = form
        .all("scope")
        .filter_map(Action::parse)
        .filter(|scope| scope.for_tokens() && person.role.may(*scope))
        .collect();
    if scopes.is_empty() {
        return Err("Choose at least one thing that the token may do.".to_owned());
    }
    Ok(Wanted { name, scopes, expires: now.plus(days * DAY_MS) })
}

async fn token(caller: &Caller, person: &Person, wanted: &Wanted) -> Result<String, Box<Response>> {
    let secret = Secret::token().map_err(|_| {
        let why = "The operating system gives no random numbers.";
        Box::new(because(StatusCode::SERVICE_UNAVAILABLE, why))
    })?;
    let Wanted { name, scopes, expires } = wanted;
    let by = caller.by();
    caller
        .state
        .writer
        .token_make(&by, person.id, name, scopes, &secret.digest(), *expires)
        .await
        .map_err(|error| Box::new(failed(&error)))?;
    Ok(secret.reveal().to_string())
}

/// Takes `id`.
pub(crate) async fn revoke(caller: Caller, Form(form): Form) -> Response {
    let Some(person) = caller.principal.person() else {
        return because(StatusCode::FORBIDDEN, "Only a person can take a token back.");
    };
    let Some(id) = form.get("id").and_then(|id| id.parse().ok()) else {
        return because(StatusCode::BAD_REQUEST, "id must be the number of a token.");
    };
    let by = caller.by();
    match caller.state.writer.token_revoke(&by, person.id, TokenId(id)).await {
        Ok(()) => onward("/account#tokens"),
        Err(error) => failed(&error),
    }
}
