//! Showing a second factor once more, before something that matters.

use axum::response::Response;
use http::{StatusCode, Uri};
use identity::pace::Factor;
use store::{Person, Proof, Stage, StoreError};

use super::guess::{Guess, refused};
use super::session::{Failed, begin, welcome};
use super::{Caller, Entered, Form, because, factor, failed, onward, own_path};
use crate::pages::arrival::{self, Confirm};
use crate::query::Query;
use crate::shell::Here;
use crate::state::AppState;

/// The form.
pub(crate) async fn page(caller: Caller, uri: Uri) -> Response {
    let next = Query::parse(uri.query()).get("next").map_or_else(|| "/".to_owned(), own_path);
    show(&caller, StatusCode::OK, next, None).await
}

async fn show(
    caller: &Caller,
    status: StatusCode,
    next: String,
    trouble: Option<String>,
) -> Response {
    let person = caller.principal.person();
    let form = Confirm {
        next,
        trouble,
        demo: person.is_some_and(|person| person.demo),
        provider: caller
            .state
            .door
            .provider
            .as_ref()
            .filter(|_| person.is_some_and(|person| person.external && person.second.is_none()))
            .map(|provider| provider.name.clone()),
    };
    let about = (status, Here::Arrival, "Confirm that it is you");
    caller.page(about, move || arrival::confirm(form)).await
}

/// Takes `code` and `next`. In the demonstration the click is the code.
pub(crate) async fn confirm(caller: Caller, Form(form): Form) -> Response {
    let next = form.get("next").map_or_else(|| "/".to_owned(), own_path);
    let (Some(session), Some(person)) = (caller.principal.session(), caller.principal.person())
    else {
        return because(StatusCode::FORBIDDEN, "Only a person can confirm.");
    };
    let guess = match Guess::begin(&caller, &person.name, Factor::Second).await {
        Ok(Ok(guess)) => guess,
        Ok(Err(wait)) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            let trouble = Some(wait.sentence());
            return wait.dress(show(&caller, status, next, trouble).await);
        }
        Err(error) => return failed(&error),
    };
    let wrong = match proof(&caller.state, person, form.get("code").unwrap_or_default()).await {
        Ok(proof) => {
            let entered = Entered { stage: Stage::Full, proof, fresh: Some(caller.now()) };
            match begin(&caller, person, Some(session), &entered).await {
                Ok(secret) => {
                    guess.right();
                    return welcome(onward(&next), &secret);
                }
                Err(Failed::Store(StoreError::Conflict(why))) => why,
                Err(Failed::Store(error)) => return failed(&error),
                Err(Failed::Randomness) => {
                    let why = "The operating system gives no random numbers.";
                    return because(StatusCode::SERVICE_UNAVAILABLE, why);
                }
            }
        }
        Err(why) => why,
    };
    guess.wrong();
    if let Err(error) = refused(&caller, &person.name, "wrong confirmation").await {
        return failed(&error);
    }
    let trouble = Some(wrong.to_owned());
    show(&caller, StatusCode::UNAUTHORIZED, next, trouble).await
}

async fn proof(state: &AppState, person: &Person, typed: &str) -> Result<Proof, &'static str> {
    if person.demo {
        return Ok(Proof::Vouched("demonstration"));
    }
    factor::check(state, person, typed).await
}
