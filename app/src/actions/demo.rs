//! The doors of the demonstration: one click, and one is somebody.

use axum::response::Response;
use domain::Role;
use http::StatusCode;
use store::{Proof, Stage};

use super::session::destination;
use super::{Caller, Entered, Form, because, enter, failed};
use crate::state::Mode;

/// The account of a role in the demonstration.
pub fn account(role: Role) -> String {
    format!("demo-{}", role.as_str())
}

/// Takes `role` and `next`. Outside of the demonstration there is no such door.
pub(crate) async fn demo(caller: Caller, Form(form): Form) -> Response {
    if caller.state.mode != Mode::Demo {
        return because(StatusCode::NOT_FOUND, "There is nothing at this address.");
    }
    let Some(role) = form.get("role").and_then(Role::parse) else {
        let all = Role::ALL.map(Role::as_str).join(", ");
        return because(StatusCode::BAD_REQUEST, format!("role must be one of {all}."));
    };
    match caller.state.reader.person_named(&account(role)).await {
        Ok(Some(person)) if person.demo && person.active(caller.now()) => {
            let proof = Proof::Vouched("demonstration");
            let entered = Entered { stage: Stage::Full, proof, fresh: None };
            let next = destination(&person, form.get("next"));
            enter(&caller, &person, None, entered, &next).await
        }
        Ok(_) => because(StatusCode::SERVICE_UNAVAILABLE, "The demonstration is still starting."),
        Err(error) => failed(&error),
    }
}
