//! A piece of work, as tracing records it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{AuditFact, AuthFact, Redaction, SpanId, TraceId};

/// One operation within a trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// Its trace.
    pub trace: TraceId,
    /// Itself.
    pub id: SpanId,
    /// Its parent; none for a root.
    pub parent: Option<SpanId>,
    /// What was done, such as `GET /patients/{id}`.
    pub name: String,
    /// Which side of a call.
    pub kind: SpanKind,
    /// When it began, in microseconds since 1970, by the producer's clock.
    pub begun_us: i64,
    /// How long it took, in microseconds.
    pub lasted_us: i64,
    /// How it ended.
    pub status: SpanStatus,
    /// Its words for that.
    pub status_message: String,
    /// The instrumentation scope.
    pub scope: String,
    /// Vendors' state, as in W3C Trace Context.
    pub trace_state: String,
    /// Whether it served PHI: the attribute `phi.endpoint`.
    pub phi: bool,
    /// Attributes, nested as they were sent.
    pub attributes: Map<String, Value>,
    /// What happened on the way.
    pub events: Vec<SpanEvent>,
    /// Other spans that it names.
    pub links: Vec<Link>,
    /// What was taken out of it.
    pub redactions: Vec<Redaction>,
    /// If it tells of a sign-in, in its attributes or in those of an event.
    pub auth: Option<AuthFact>,
    /// If it writes an audit log, in its attributes or in those of an event.
    pub audit: Option<AuditFact>,
}

/// Something that happened within a span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpanEvent {
    /// When, in microseconds since 1970.
    pub at_us: i64,
    /// What, such as `exception`.
    pub name: String,
    /// Attributes.
    pub attributes: Map<String, Value>,
}

/// A span that another span names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Its trace.
    pub trace: TraceId,
    /// Itself.
    pub id: SpanId,
    /// Vendors' state.
    pub trace_state: String,
    /// Attributes.
    pub attributes: Map<String, Value>,
}

/// Which side of a call a span is, as OpenTelemetry's `SpanKind` says.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum SpanKind {
    /// Unsaid, or within one process.
    #[default]
    Internal,
    /// Answers a request.
    Server,
    /// Makes a request.
    Client,
    /// Puts a message into a queue.
    Producer,
    /// Takes one out.
    Consumer,
}

impl SpanKind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::Internal, Self::Server, Self::Client, Self::Producer, Self::Consumer];

    /// The word in URLs, JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }
}

/// How a span ended.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum SpanStatus {
    /// Unsaid: it ended without an error.
    #[default]
    Unset,
    /// The application says that it went well.
    Ok,
    /// It failed.
    Error,
}

impl SpanStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Unset, Self::Ok, Self::Error];

    /// The word in URLs, JSON and storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::Ok => "ok",
            Self::Error => "error",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}
