//! Takes the audit log away, with its proof.

use std::io;
use std::path::Path;

use axum::response::{IntoResponse, Response};
use domain::Timestamp;
use domain::id::DAY_MS;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use store::{Bounds, Period};

use super::{Caller, Form, because, failed};
use crate::query::Query;
use crate::setting::Setting;

/// Takes `from` and `to`, both dates; answers with an archive of what
/// `wardround audit export` writes. `wardround audit verify` proves it without server or network.
pub(crate) async fn export(caller: Caller, Form(form): Form) -> Response {
    let period = match period(&form, caller.principal.bounds()) {
        Ok(period) => period,
        Err(why) => return because(StatusCode::BAD_REQUEST, why),
    };
    let now = caller.now();
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => return unwritten(&error),
    };
    let inside = folder.path().join("audit");
    let notary = &caller.state.notary;
    let written = caller
        .state
        .reader
        .audit_export(&inside, &notary.signer, &notary.origin, now, period)
        .await;
    if let Err(error) = written {
        return failed(&error);
    }
    let name = format!("wardround-audit-{}", now.rfc3339().get(..10).unwrap_or_default());
    let folder_name = name.clone();
    let packed = tokio::task::spawn_blocking(move || {
        let packed = pack(&inside, &folder_name);
        drop(folder);
        packed
    });
    match packed.await.map_err(io::Error::other).and_then(|packed| packed) {
        Ok(bytes) => attachment(bytes, &name),
        Err(error) => unwritten(&error),
    }
}

/// The period that was asked for, within the one that binds whoever asks.
fn period(form: &Query, bounds: Bounds) -> Result<Period, String> {
    let day = |name: &str| -> Result<Option<Timestamp>, String> {
        let Some(text) = form.get(name) else { return Ok(None) };
        let wrong = || format!("{name} must be a date, year-month-day; this says “{text}”.");
        Setting::day(text).map(Some).ok_or_else(wrong)
    };
    let to = day("to")?.map(|at| at.plus(DAY_MS));
    Ok(Period {
        from: day("from")?.max(bounds.from),
        to: match (to, bounds.to) {
            (Some(asked), Some(bound)) => Some(asked.min(bound)),
            (asked, bound) => asked.or(bound),
        },
    })
}

fn pack(folder: &Path, name: &str) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(zstd::Encoder::new(Vec::new(), 3)?);
    archive.mode(tar::HeaderMode::Deterministic);
    archive.append_dir_all(name, folder)?;
    archive.into_inner()?.finish()
}

fn attachment(bytes: Vec<u8>, name: &str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/zstd"));
    let disposition = format!("attachment; filename=\"{name}.tar.zst\"");
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    response
}

fn unwritten(error: &io::Error) -> Response {
    tracing::error!(%error, "the audit log could not be packed");
    because(StatusCode::SERVICE_UNAVAILABLE, "The archive could not be written on this server.")
}
