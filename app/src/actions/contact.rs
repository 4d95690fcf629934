//! Contacts: a test message, and a notification that is sent again.

use axum::response::Response;
use http::StatusCode;

use super::{Caller, Form, because, failed, onward};

/// Takes `contact`.
pub(crate) async fn test(caller: Caller, Form(form): Form) -> Response {
    let Some(contact) = form.get("contact") else {
        return because(StatusCode::BAD_REQUEST, "Name the contact.");
    };
    let oncall = &caller.state.oncall;
    match caller.state.writer.contact_try(&caller.by(), contact, &oncall.setting).await {
        Ok(()) => {
            oncall.stir();
            onward("/notifications")
        }
        Err(error) => failed(&error),
    }
}

/// Takes `id` of a delivery that was refused or given up.
pub(crate) async fn again(caller: Caller, Form(form): Form) -> Response {
    let Some(id) = form.get("id").and_then(|id| id.parse().ok()) else {
        return because(StatusCode::BAD_REQUEST, "Name the notification (id).");
    };
    match caller.state.writer.delivery_again(&caller.by(), id).await {
        Ok(()) => {
            caller.state.oncall.stir();
            onward("/notifications")
        }
        Err(error) => failed(&error),
    }
}
