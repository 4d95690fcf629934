//! An attack on the simulated organisation.

use axum::response::Response;
use http::StatusCode;

use super::{Caller, because, onward};

/// Takes nothing. Outside of the demonstration there is no such door.
pub(crate) async fn attack(caller: Caller) -> Response {
    let Some(ask) = &caller.state.attack else {
        return because(StatusCode::NOT_FOUND, "There is nothing at this address.");
    };
    // One that is under way already is attack enough.
    let _ = ask.try_send(());
    onward("/oncall")
}
