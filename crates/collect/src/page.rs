//! What a mapper makes of one answer of a listing.

use domain::{AccessEvent, Finding, Part, Problem, Resource, Timestamp};
use serde_json::Value;

use crate::operation::Operation;
use crate::read;

/// What a mapper made of one answer.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Statements.
    pub findings: Vec<Finding>,
    /// Resources and facts.
    pub resources: Vec<Resource>,
    /// Who tried to get in or to do something.
    pub access: Vec<AccessEvent>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Items that were left out because nobody can tell which ones they are. A listing with any
    /// is no proof that something is gone: it may be one of these.
    pub left_out: u64,
    /// The token of the next page.
    pub next: Option<String>,
    /// The greatest time of change among the findings.
    pub latest: Option<Timestamp>,
    /// The smallest time among the events, also those that do not count.
    pub oldest: Option<Timestamp>,
}

/// An answer that cannot be read at all: why, in one sentence. Names shapes, never values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub String);

/// What a mapper returns.
pub type Mapped = Result<Page, Unreadable>;

impl Page {
    /// Notes something that could not be read.
    pub(crate) fn problem(&mut self, operation: &Operation, subject: &str, message: String) {
        self.problems.push(problem(operation.part, operation.name, subject, message));
    }

    /// Notes an item that was left out, and counts it.
    pub(crate) fn leave_out(&mut self, operation: &Operation, subject: &str, message: String) {
        self.left_out += 1;
        self.problem(operation, subject, message);
    }
}

/// A problem, with its subject kept short.
pub(crate) fn problem(part: Part, operation: &str, subject: &str, message: String) -> Problem {
    Problem { part, operation: operation.to_owned(), subject: read::bounded(subject, 512), message }
}

/// The JSON of an answer. A byte order mark is skipped.
pub(crate) fn json(body: &[u8]) -> Result<Value, Unreadable> {
    let value: Value = serde_json::from_slice(without_mark(body)).map_err(|e| not_json(&e))?;
    match value {
        Value::Object(_) => Ok(value),
        other => {
            Err(Unreadable(format!("a JSON object was expected, found {}", read::shape(&other))))
        }
    }
}

/// The body without a UTF-8 byte order mark.
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Says what kind of fault it is, and where; serde's own words could quote the payload.
pub(crate) fn not_json(error: &serde_json::Error) -> Unreadable {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the JSON ends too early",
        serde_json::error::Category::Syntax => "the answer is not JSON",
        _ => "the JSON has an unexpected shape",
    };
    Unreadable(format!("{what} (line {}, column {})", error.line(), error.column()))
}

/// Takes a list out of an answer. An answer without the list is unreadable: its absence must not
/// pass for "there are none".
pub(crate) fn list(value: &mut Value, name: &str) -> Result<Vec<Value>, Unreadable> {
    match read::take(value, name) {
        Some(Value::Array(items)) => Ok(items),
        Some(other) => {
            Err(Unreadable(format!("{name}: a list was expected, found {}", read::shape(&other))))
        }
        None => Err(Unreadable(format!("{name} is missing"))),
    }
}

/// The items of a list in an answer, and the token of the next page.
pub(crate) fn items(body: &[u8], name: &str) -> Result<(Vec<Value>, Option<String>), Unreadable> {
    let mut value = json(body)?;
    Ok((list(&mut value, name)?, next_token(&value)))
}

/// The token of the next page. An empty token is none.
pub(crate) fn next_token(value: &Value) -> Option<String> {
    read::text(value, "NextToken").filter(|token| !token.is_empty()).map(str::to_owned)
}
