//! Why a page cannot be shown, and with which status it says so.

use http::StatusCode;
use store::StoreError;

/// A page that cannot be shown.
#[derive(Debug)]
pub enum PageError {
    /// There is nothing at this address.
    NotFound(Missing),
    /// A parameter of the URL has a value that it cannot have.
    Parameter {
        /// Its name.
        name: &'static str,
        /// What the URL says. Untrusted text.
        value: String,
        /// What it may say.
        allowed: String,
    },
    /// The store could not answer.
    Store(StoreError),
}

/// What was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The kind of thing, e.g. `finding`; empty for an unknown address.
    pub kind: &'static str,
    /// What the URL says. Untrusted text.
    pub id: String,
    /// The list in which it would be.
    pub list: &'static str,
}

impl PageError {
    /// A thing that is not there.
    pub fn missing(kind: &'static str, id: impl Into<String>, list: &'static str) -> Self {
        Self::NotFound(Missing { kind, id: id.into(), list })
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Parameter { .. } => StatusCode::BAD_REQUEST,
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Cursor => Self::Parameter {
                name: "cursor",
                value: String::new(),
                allowed: "the cursor of a “next” link".to_owned(),
            },
            error => Self::Store(error),
        }
    }
}
