//! Answers that say no: a problem document (RFC 9457) for programs, a plain page for people.
//!
//! None of them tells anything about the inside: what went wrong in there goes to the log.

use app::access::Because;
use axum::Json;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

/// The media type of problem documents.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A problem document as in RFC 9457.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the title says what the status means.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What the status means.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// The parameter that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What the parameter may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<String>,
}

impl Problem {
    /// A problem with a sentence for whoever sent the request.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            parameter: None,
            allowed: None,
        }
    }

    /// A parameter that cannot be taken.
    pub fn parameter(name: &str, wrong: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self {
            parameter: Some(name.to_owned()),
            allowed: Some(allowed.into()),
            ..Self::new(StatusCode::BAD_REQUEST, wrong)
        }
    }

    /// There is nothing at this address.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, what)
    }

    /// Something failed inside. The cause is logged and not told.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, sentence(StatusCode::INTERNAL_SERVER_ERROR))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        response
    }
}

/// Gives errors without a proper body one: those of layers and extractors, which write bare text.
pub async fn dress(request: Request, next: Next) -> Response {
    let program = wants_json(request.uri().path(), request.headers());
    let response = next.run(request).await;
    let status = response.status();
    let bare = (status.is_client_error() || status.is_server_error()) && !dressed(&response);
    if !bare {
        return response;
    }
    let kept =
        [ALLOW, RETRY_AFTER].map(|name| (name.clone(), response.headers().get(name).cloned()));
    let because = response.extensions().get::<Because>().cloned();
    let detail = because.as_ref().map_or_else(|| sentence(status), |because| &because.0);
    let mut response = refuse(program, status, detail);
    for (name, value) in kept {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn dressed(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|kind| {
        kind.starts_with("text/html")
            || kind.starts_with(PROBLEM_JSON)
            || kind.starts_with("application/json")
            || kind.starts_with("application/x-protobuf")
    })
}

/// Refuses in the language of whoever asks.
pub fn refuse_request(request: &Request, status: StatusCode, detail: &str) -> Response {
    refuse(wants_json(request.uri().path(), request.headers()), status, detail)
}

fn refuse(program: bool, status: StatusCode, detail: &str) -> Response {
    if program {
        return Problem::new(status, detail).into_response();
    }
    let title = status.canonical_reason().unwrap_or("Error");
    // A reason may repeat what a request said.
    let detail = escaped(detail);
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · Wardround</title></head>\
         <body><main><h1>{title}</h1><p>{detail}</p><p><a href=\"/\">Back to the overview</a></p>\
         </main></body></html>\n"
    );
    (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Programs ask below `/api` and the health addresses, or say that they want JSON; people send a
/// browser, which names HTML.
fn wants_json(path: &str, headers: &HeaderMap) -> bool {
    if path == "/api" || path.starts_with("/api/") {
        return true;
    }
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("json") && !accept.contains("text/html")
}

/// What a person can do about a status. Fixed sentences: nothing in them comes from a request.
pub fn sentence(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "The request could not be understood.",
        StatusCode::NOT_FOUND => "There is nothing at this address.",
        StatusCode::METHOD_NOT_ALLOWED => "This address does not take that method.",
        StatusCode::PAYLOAD_TOO_LARGE => "The request is larger than anything that is taken here.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "The request is in a format that is not taken here.",
        StatusCode::SERVICE_UNAVAILABLE => "Not available at the moment. Please try again.",
        status if status.is_server_error() => {
            "Something failed inside. What it was stands in the server's log under the request id \
             of this answer."
        }
        _ => "The request was refused.",
    }
}
