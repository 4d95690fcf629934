//! The browser's half of the product: script, wasm, style sheet and static files.
//!
//! `cargo xtask site` gives each file an address with a hash in it and stores its brotli and gzip
//! forms beside it, so that serving one is a look-up. A release carries all of them inside; a debug
//! build reads them from the target directory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use app::AppState;
use app::access::{Route, Routes, Rule};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use rust_embed::EmbeddedFile;

include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// What there is to serve. Read once: in a debug build the folder may be made anew at any time, and
/// pages would then ask for addresses that this process does not know.
static SITE: LazyLock<Loaded> = LazyLock::new(Loaded::read);

#[derive(Default)]
struct Loaded {
    /// Name in the code, for example `main.css`, to address, for example `/pkg/main-0123456789.css`.
    manifest: BTreeMap<String, String>,
    /// Address to the file's forms.
    files: BTreeMap<String, Vec<Form>>,
}

/// A file in one content coding; the best comes first.
struct Form {
    coding: Option<&'static str>,
    bytes: Bytes,
    etag: String,
}

/// The endings of the forms and their names in HTTP, in order of preference.
const CODINGS: [(&str, Option<&str>); 3] = [(".br", Some("br")), (".gz", Some("gzip")), ("", None)];

impl Loaded {
    fn read() -> Self {
        let Some(file) = Site::get("manifest.json") else {
            tracing::warn!("built without a site: pages come without script and style");
            return Self::default();
        };
        let manifest: BTreeMap<String, String> = match serde_json::from_slice(&file.data) {
            Ok(manifest) => manifest,
            Err(error) => {
                tracing::error!(%error, "the site's manifest cannot be read");
                return Self::default();
            }
        };
        let forms = |address: &String| {
            let name = address.trim_start_matches('/');
            let found = CODINGS.iter().filter_map(|(ending, coding)| {
                Some(Form::of(*coding, Site::get(&format!("{name}{ending}"))?))
            });
            (address.clone(), found.collect())
        };
        let files = manifest.values().map(forms).collect();
        Self { manifest, files }
    }
}

impl Form {
    fn of(coding: Option<&'static str>, file: EmbeddedFile) -> Self {
        let digest = file.metadata.sha256_hash();
        let digest = digest.iter().take(8).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        let bytes = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Self { coding, bytes, etag: format!("\"{digest:016x}\"") }
    }
}

/// The address of a file by the name that the code uses; `None` if the site has no such file.
pub fn asset(logical: &str) -> Option<String> {
    SITE.manifest.get(logical).cloned()
}

/// Serves `/pkg/…`. An address holds a hash of its content, so browsers may keep the answer for
/// ever.
pub fn routes(state: AppState) -> (Router<()>, Vec<Route>) {
    Routes::new(state).get("/pkg/{*path}", Rule::OPEN, serve).with_state(())
}

async fn serve(Path(path): Path<String>, request: HeaderMap) -> Response {
    let address = format!("/pkg/{path}");
    let forms = SITE.files.get(&address).map_or(&[][..], Vec::as_slice);
    let wanted = |form: &&Form| form.coding.is_none_or(|coding| accepts(&request, coding));
    match forms.iter().find(wanted) {
        Some(form) => respond(&address, form, &request),
        None => (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
    }
}

fn respond(address: &str, form: &Form, request: &HeaderMap) -> Response {
    let known = request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim().trim_start_matches("W/") == form.etag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(form.bytes.clone()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(address)));
    if let Ok(etag) = HeaderValue::from_str(&form.etag) {
        headers.insert(ETAG, etag);
    }
    if let Some(coding) = form.coding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// Whether the browser takes a content coding: named, and not with weight zero.
fn accepts(request: &HeaderMap, coding: &str) -> bool {
    request
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|choice| {
            let mut parts = choice.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
            let refused = parts
                .filter_map(|parameter| parameter.strip_prefix("q="))
                .any(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0));
            named && !refused
        })
}

fn content_type(address: &str) -> &'static str {
    match address.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some("json" | "webmanifest") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
