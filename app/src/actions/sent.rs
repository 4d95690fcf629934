//! Forms that may bring a file along.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use multer::{Field, Multipart};
use sha2::{Digest as _, Sha256};

use super::because;
use crate::query::Query;

/// The field whose file is read as text.
pub(crate) const TABLE_FILE: &str = "table_file";
/// The most text that one form may bring.
pub(crate) const MOST_TEXT: usize = 1024 * 1024;
/// The longest name of a file that is kept, in characters.
const LONGEST_NAME: usize = 200;

/// What is known of a file that was sent: it went by and was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Uploaded {
    /// Its name, without folders.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) bytes: u64,
    /// Its SHA-256.
    pub(crate) sha256: String,
}

/// A form with its files.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) form: Query,
    /// The file of the field [`TABLE_FILE`], as text.
    pub(crate) table: Option<String>,
    /// Any other file.
    pub(crate) file: Option<Uploaded>,
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = kind.and_then(|kind| multer::parse_boundary(kind).ok());
        let Some(boundary) = boundary else {
            let body =
                String::from_request(request, state).await.map_err(IntoResponse::into_response)?;
            return Ok(Self { form: Query::parse(Some(&body)), ..Self::default() });
        };
        read(request.into_body(), boundary).await
    }
}

async fn read(body: Body, boundary: String) -> Result<Sent, Response> {
    let mut parts = Multipart::new(body.into_data_stream(), boundary);
    let mut sent = Sent::default();
    let mut pairs = Vec::new();
    let mut left = MOST_TEXT;
    while let Some(mut part) = parts.next_field().await.map_err(|error| broken(&error))? {
        let name = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(file_name) {
            Some(_) if name == TABLE_FILE => {
                let text = text(&mut part, &mut left).await?;
                sent.table = (!text.trim().is_empty()).then_some(text);
            }
            Some(file) => sent.file = hashed(&mut part, file).await?.or(sent.file),
            None => {
                let value = text(&mut part, &mut left).await?;
                pairs.push((name, value));
            }
        }
    }
    sent.form = Query::of(pairs);
    Ok(sent)
}

/// Reads a part as text.
async fn text(part: &mut Field<'_>, left: &mut usize) -> Result<String, Response> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error))? {
        *left = left.checked_sub(chunk.len()).ok_or_else(too_long)?;
        bytes.extend_from_slice(&chunk);
    }
    // Spreadsheets of other decades write other letters; what is lost is seen in the preview.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Computes the digest of a file as it goes by; `None` for a field without one.
async fn hashed(part: &mut Field<'_>, name: String) -> Result<Option<Uploaded>, Response> {
    let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
    while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error))? {
        hash.update(&chunk);
        bytes += chunk.len() as u64;
    }
    let sha256 = hex::encode(hash.finalize());
    Ok((bytes > 0).then_some(Uploaded { name, bytes, sha256 }))
}

fn file_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|it| !it.is_control()).take(LONGEST_NAME).collect()
}

fn too_long() -> Response {
    let why = "The text is larger than one mebibyte: divide it.";
    because(StatusCode::PAYLOAD_TOO_LARGE, why)
}

fn broken(error: &multer::Error) -> Response {
    tracing::debug!(%error, "a form could not be read");
    // The limit of the server ends the stream; nothing else does so without an end.
    let limited = matches!(error, multer::Error::StreamReadFailed(_));
    if limited {
        let why = "The file is larger than anything that is taken here, or the connection broke.";
        return because(StatusCode::PAYLOAD_TOO_LARGE, why);
    }
    because(StatusCode::BAD_REQUEST, "The form could not be read: it is not whole.")
}
