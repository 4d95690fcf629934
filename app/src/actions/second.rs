//! The second step of signing in: a one-time code or a recovery code.

use axum::response::Response;
use http::{StatusCode, Uri};
use identity::pace::Factor;
use store::{Stage, StoreError};

use super::guess::{Guess, refused};
use super::session::{Failed, begin, destination, welcome};
use super::{Caller, Entered, Form, because, factor, failed, onward, own_path};
use crate::pages::arrival::{self, Second};
use crate::query::Query;
use crate::shell::Here;

/// The form; whoever has not shown a password is led back.
pub(crate) async fn page(caller: Caller, uri: Uri) -> Response {
    let query = Query::parse(uri.query());
    let next = query.get("next").map(own_path);
    if let Some(person) = caller.principal.person() {
        return onward(&destination(person, next.as_deref()));
    }
    match caller.principal.arriving() {
        Some((_, _, Stage::Password)) => {
            show(&caller, StatusCode::OK, Second { next, trouble: None }).await
        }
        Some((_, _, Stage::Enrolment)) => onward("/sign-in/enrol"),
        _ => onward("/sign-in"),
    }
}

async fn show(caller: &Caller, status: StatusCode, form: Second) -> Response {
    let about = (status, Here::Arrival, "Second factor");
    caller.page(about, move || arrival::second(form)).await
}

/// Takes `code` and `next`.
pub(crate) async fn second(caller: Caller, Form(form): Form) -> Response {
    let next = form.get("next").map(own_path);
    let Some((session, person, Stage::Password)) = caller.principal.arriving() else {
        return onward("/sign-in");
    };
    let again = |trouble: String| Second { next: next.clone(), trouble: Some(trouble) };
    let guess = match Guess::begin(&caller, &person.name, Factor::Second).await {
        Ok(Ok(guess)) => guess,
        Ok(Err(wait)) => {
            let form = again(wait.sentence());
            let page = show(&caller, StatusCode::TOO_MANY_REQUESTS, form).await;
            return wait.dress(page);
        }
        Err(error) => return failed(&error),
    };
    let wrong =
        match factor::check(&caller.state, person, form.get("code").unwrap_or_default()).await {
            Ok(proof) => {
                let entered = Entered { stage: Stage::Full, proof, fresh: Some(caller.now()) };
                match begin(&caller, person, Some(session), &entered).await {
                    Ok(secret) => {
                        guess.right();
                        return welcome(onward(&destination(person, next.as_deref())), &secret);
                    }
                    Err(Failed::Store(StoreError::Conflict(_))) => {
                        "This code is wrong or was used already."
                    }
                    Err(Failed::Store(error)) => return failed(&error),
                    Err(Failed::Randomness) => {
                        return because(
                            StatusCode::SERVICE_UNAVAILABLE,
                            "No random numbers are to be had.",
                        );
                    }
                }
            }
            Err(why) => why,
        };
    guess.wrong();
    if let Err(error) = refused(&caller, &person.name, "wrong second factor").await {
        return failed(&error);
    }
    show(&caller, StatusCode::UNAUTHORIZED, again(wrong.to_owned())).await
}
