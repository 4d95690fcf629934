//! What a person can change, one file per verb. Each is a plain form's POST that ends in a redirect.

mod theme;
mod validate;

pub use theme::theme;
pub use validate::validate;

use http::HeaderMap;
use http::header::REFERER;

/// The path of our own page from which a form came; `/` when the browser does not say.
fn origin_page(headers: &HeaderMap) -> String {
    let referer = headers.get(REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = referer.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    match path {
        // `//host` would be an address of another host.
        Some(path) if !path.starts_with("//") => path.to_owned(),
        _ => "/".to_owned(),
    }
}
