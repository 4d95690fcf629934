//! Domain values as JSON, with times that people and programs read: RFC 3339 in UTC.

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::Timestamp;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use store::StoreError;

use crate::refusal::Problem;

/// What handlers return.
pub type Answer = Result<Response, Problem>;

/// Fields that hold a [`Timestamp`], which is a number inside and a text outside.
pub const TIMES: [&str; 23] = [
    "as_of",
    "at",
    "created_at",
    "ended",
    "first_seen",
    "frozen_since",
    "gone_at",
    "last_attempt",
    "last_bad",
    "last_finished_at",
    "last_full",
    "last_seen",
    "last_success",
    "next_due",
    "oldest_as_of",
    "since",
    "started",
    "state_since",
    "taken_at",
    "updated_at",
    "until",
    "visited_at",
    "watermark",
];

/// Writes a value.
pub fn json(value: &impl Serialize) -> Answer {
    let mut value = serde_json::to_value(value).map_err(|error| Problem::internal(&error))?;
    write_times(&mut value);
    Ok(Json(value).into_response())
}

fn write_times(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(write_times),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_i64().filter(|_| TIMES.contains(&name.as_str())) {
                    Some(ms) => *value = Value::String(Timestamp(ms).rfc3339()),
                    None => write_times(value),
                }
            }
        }
        _ => {}
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Cursor => Self::parameter(
                "cursor",
                "This cursor does not belong to this list.",
                "the value of `next` of the page before, with the same parameters",
            ),
            error => match error.reason() {
                Some(why) => Self::new(StatusCode::CONFLICT, why.to_owned()),
                None => Self::internal(&error),
            },
        }
    }
}
