//! What every answer says to browsers, and whom the server listens to.

use std::net::IpAddr;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::refusal::refuse_request;

/// For answers that bring no policy of their own. Pages do: theirs carries a nonce.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Everything that a page of ours never needs. A word that Chromium does not know (`web-share`, say)
/// is a warning in its console on every page.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), \
    encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), \
    microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), \
    screen-wake-lock=(), usb=(), xr-spatial-tracking=()";

const FIXED: [(HeaderName, &str); 5] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Puts the protective headers on every answer, also on errors.
pub async fn protect(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CONTENT_POLICY));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Refuses requests under a name that is not this machine's own.
///
/// A page of a stranger whose name suddenly resolves to 127.0.0.1 (DNS rebinding) would otherwise
/// read everything. A request without `Host` comes from no browser.
pub async fn own_name_only(request: Request, next: Next) -> Response {
    let foreign = host(&request).is_some_and(|host| !is_loopback_name(host));
    if foreign {
        return refuse_request(
            &request,
            StatusCode::MISDIRECTED_REQUEST,
            "This server answers to localhost, 127.0.0.1 and [::1] alone, because sign-in does \
             not exist yet. A proxy in front of it has to send one of these as Host.",
        );
    }
    next.run(request).await
}

fn host(request: &Request) -> Option<&str> {
    request
        .uri()
        .authority()
        .map(http::uri::Authority::as_str)
        .or_else(|| request.headers().get(HOST).map(|host| host.to_str().unwrap_or("")))
}

fn is_loopback_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Refuses requests that change something when a page of another site sent them.
///
/// Browsers say so in `Sec-Fetch-Site`, older ones in `Origin`. What says neither is a program,
/// which nobody can trick into sending what it does not want to send.
pub async fn same_site_only(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || same_site(request.headers()) {
        return next.run(request).await;
    }
    refuse_request(
        &request,
        StatusCode::FORBIDDEN,
        "This request changes something and was sent by a page of another site.",
    )
}

fn same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(ORIGIN.as_str()) else { return true };
    let own = text(HOST.as_str()).unwrap_or_default();
    ["http://", "https://"]
        .iter()
        .any(|scheme| origin.strip_prefix(scheme).is_some_and(|name| name == own))
        && !own.is_empty()
}
