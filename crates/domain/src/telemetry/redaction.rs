//! What was taken out, and where.

use serde::{Deserialize, Serialize};

/// A text in which identifiers were replaced by their kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Redaction {
    /// The rule that found it, such as `ssn`.
    pub rule: String,
    /// Which sort of text.
    pub position: Position,
    /// The way to it within the record, such as `attributes.http.url` or `events[1].name`. Names
    /// in it are redacted too.
    pub path: String,
    /// How often.
    pub count: u32,
}

/// The sorts of text in telemetry. Every one is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Position {
    /// The name of an attribute, at any depth.
    Key,
    /// The value of an attribute, at any depth.
    Value,
    /// A span's name.
    SpanName,
    /// The words of a status.
    StatusMessage,
    /// The name of a span's event.
    EventName,
    /// Vendors' state of a trace, of the span or of a link.
    TraceState,
    /// Name and version of an instrumentation scope.
    Scope,
    /// The text of a log record, at any depth.
    Body,
    /// The word for a severity.
    SeverityText,
    /// Name or instance of the producer.
    Producer,
}

impl Position {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Key,
        Self::Value,
        Self::SpanName,
        Self::StatusMessage,
        Self::EventName,
        Self::TraceState,
        Self::Scope,
        Self::Body,
        Self::SeverityText,
        Self::Producer,
    ];

    /// The word in URLs, JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
            Self::SpanName => "span-name",
            Self::StatusMessage => "status-message",
            Self::EventName => "event-name",
            Self::TraceState => "trace-state",
            Self::Scope => "scope",
            Self::Body => "body",
            Self::SeverityText => "severity-text",
            Self::Producer => "producer",
        }
    }
}
