//! What every answer says to browsers, and whom the server listens to.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
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

/// Whether browsers reach the server over TLS, here or at a proxy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Secure(pub bool);

/// Two years, as the preload list asks for; a browser that came once over TLS never comes without.
const ALWAYS_TLS: &str = "max-age=63072000";

/// Puts the protective headers on every answer, also on errors.
pub async fn protect(State(secure): State<Secure>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if secure.0 {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ALWAYS_TLS));
    }
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CONTENT_POLICY));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Names under which browsers reach the server, in lower case and without a port.
#[derive(Debug, Clone, Default)]
pub struct Names(pub Arc<[String]>);

impl Names {
    fn know(&self, host: &str) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        self.0.contains(&name) || is_loopback_name(&name)
    }
}

/// Refuses requests under a name that is not the server's own.
///
/// A page of a stranger whose name suddenly resolves to 127.0.0.1 (DNS rebinding) would otherwise
/// be asked as if it were ours. A request without `Host` comes from no browser.
pub async fn own_name_only(State(names): State<Names>, request: Request, next: Next) -> Response {
    let foreign = host(&request).is_some_and(|host| !names.know(host));
    if foreign {
        return refuse_request(
            &request,
            StatusCode::MISDIRECTED_REQUEST,
            "This server does not go by this name. It answers to localhost, 127.0.0.1, [::1] \
             and to the address that is configured as server.address.",
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

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_loopback_name(name: &str) -> bool {
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
