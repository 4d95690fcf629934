//! What a person can change, one file per verb. Each is a plain form's POST that ends in a redirect,
//! or in the page with what is wrong.

pub(crate) mod account;
pub(crate) mod attack;
pub(crate) mod audit;
pub(crate) mod backup;
mod caller;
pub(crate) mod confirm;
pub(crate) mod contact;
pub mod demo;
pub(crate) mod enrol;
mod factor;
mod guess;
pub(crate) mod incident;
pub(crate) mod people;
pub(crate) mod producer;
pub(crate) mod provider;
pub(crate) mod register;
pub(crate) mod register_import;
pub(crate) mod runbook;
pub(crate) mod runbook_edit;
pub(crate) mod second;
mod sent;
pub(crate) mod session;
pub mod set_up;
pub(crate) mod sign_in;
pub(crate) mod suppression;
mod theme;
pub(crate) mod token;
mod validate;
pub(crate) mod violation;

use caller::{Caller, Form};
use sent::Sent;
pub(crate) use session::{Entered, enter};
pub use theme::theme;
pub use validate::validate;

use axum::response::{IntoResponse, Redirect, Response};
use http::header::REFERER;
use http::{HeaderMap, StatusCode};
use store::StoreError;

use crate::access::Because;
use crate::error::PageError;

/// The path of our own page from which a form came; `/` when the browser does not say.
pub(crate) fn origin_page(headers: &HeaderMap) -> String {
    let referer = headers.get(REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = referer.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    own_path(path.unwrap_or("/"))
}

/// A path of ours to go on to, or `/`: `//host` and `/\host` would be addresses of other hosts.
pub(crate) fn own_path(path: &str) -> String {
    let foreign =
        path.starts_with("//") || path.contains('\\') || path.chars().any(char::is_control);
    if path.starts_with('/') && !foreign { path.to_owned() } else { "/".to_owned() }
}

/// What a change that failed is answered with: a sentence for what cannot be, a status for what
/// broke.
fn failed(error: &StoreError) -> Response {
    let Some(why) = error.reason() else {
        tracing::error!(%error, "a change failed");
        return because(
            StatusCode::SERVICE_UNAVAILABLE,
            "The change could not be stored, so nothing was changed. The reason is in the \
             server's log.",
        );
    };
    because(StatusCode::CONFLICT, why)
}

/// What a page that could not be read again is answered with.
fn unread(error: &PageError) -> Response {
    match error {
        PageError::Store(error) => failed(error),
        error => because(error.status(), "There is nothing to show here."),
    }
}

/// A status with the sentence that explains it.
fn because(status: StatusCode, why: impl Into<String>) -> Response {
    let mut response = status.into_response();
    response.extensions_mut().insert(Because(why.into()));
    response
}

/// Goes on to a page after a form.
fn onward(path: &str) -> Response {
    Redirect::to(path).into_response()
}
