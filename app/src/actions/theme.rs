//! Remembers the colour scheme, for those without scripts.

use axum::response::{IntoResponse, Redirect, Response};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};

use super::origin_page;
use crate::islands::ThemeChoice;
use crate::query::Query;

/// Takes `theme=light|dark|system`, keeps it in a cookie for a year, and goes back.
pub async fn theme(headers: HeaderMap, body: String) -> Response {
    let choice = ThemeChoice::named(Query::parse(Some(&body)).get("theme").unwrap_or_default());
    let cookie = format!("theme={}; Path=/; Max-Age=31536000; SameSite=Lax", choice.0);
    let mut response = Redirect::to(&origin_page(&headers)).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
