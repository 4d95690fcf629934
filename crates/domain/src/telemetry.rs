//! What applications say of themselves, after everything that identifies a patient was taken out.
//!
//! Shapes follow the data model of OpenTelemetry (opentelemetry.io/docs/specs/otel). Times are
//! microseconds where durations matter and milliseconds where only the order does.

mod facts;
mod redaction;
mod span;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use facts::{AuditFact, AuthCause, AuthFact, AuthOutcome, Judged};
pub use redaction::{Position, Redaction};
pub use span::{Link, Span, SpanEvent, SpanKind, SpanStatus};

use crate::Timestamp;

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// Reads hexadecimal digits. All zeros is "none" in OpenTelemetry, and none here.
            pub fn parse(text: &str) -> Option<Self> {
                let mut bytes = [0; $length];
                hex::decode_to_slice(text, &mut bytes).ok()?;
                Self::from_bytes(&bytes)
            }

            /// The same from bytes.
            pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
                let bytes: [u8; $length] = bytes.try_into().ok()?;
                bytes.iter().any(|byte| *byte != 0).then_some(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a hexadecimal id"))
            }
        }
    };
}

hex_id!(
    /// A trace: 16 bytes.
    TraceId,
    16
);
hex_id!(
    /// A span within its trace: 8 bytes.
    SpanId,
    8
);
hex_id!(
    /// One event, however often it is sent: 16 bytes of HMAC-SHA256 over what was received, under a
    /// key of the installation, so that nobody can try out what was taken out of it.
    EventKey,
    16
);

/// Who sends: an application, by the resource attributes of OpenTelemetry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Producer {
    /// `service.name`; `unknown_service` when it is absent, as the specification says.
    pub service: String,
    /// `service.instance.id`, or empty.
    pub instance: String,
}

impl fmt::Display for Producer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.instance.is_empty() {
            return f.write_str(&self.service);
        }
        write!(f, "{}/{}", self.service, self.instance)
    }
}

/// A line that an application logged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogRecord {
    /// Its identity.
    pub key: EventKey,
    /// When it happened, by the producer's clock; when it was observed, where it does not say; 0
    /// where it says neither.
    pub at: Timestamp,
    /// 1 to 24, 0 for unsaid; 17 and above is an error.
    pub severity: u8,
    /// The producer's own word for the severity.
    pub severity_text: String,
    /// The instrumentation scope.
    pub scope: String,
    /// The text; JSON where the body is a structure.
    pub body: String,
    /// Attributes, nested as they were sent.
    pub attributes: Map<String, Value>,
    /// The trace it belongs to.
    pub trace: Option<TraceId>,
    /// The span it belongs to.
    pub span: Option<SpanId>,
    /// What was taken out of it.
    pub redactions: Vec<Redaction>,
    /// If it tells of a sign-in.
    pub auth: Option<AuthFact>,
    /// If it belongs to an audit log.
    pub audit: Option<AuditFact>,
}

/// Everything that one producer sent in one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    /// Who sent it.
    pub producer: Producer,
    /// What was taken out of the attributes of its resource, which are not kept.
    pub redactions: Vec<Redaction>,
    /// Spans.
    pub spans: Vec<Span>,
    /// Log records.
    pub logs: Vec<LogRecord>,
}

/// One accepted request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Received {
    /// By producer, in the order in which they were sent.
    pub parcels: Vec<Parcel>,
    /// Records that could not be read, with the reason; the others count.
    pub rejected: u64,
    /// Why, for the first of them; never what it said.
    pub why_rejected: Option<String>,
    /// The redactor that looked: a short digest over its version and its rules.
    pub redactor: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_and_print_and_zero_is_none() {
        let text = "0af7651916cd43dd8448eb211c80319c";
        let id = TraceId::parse(text).unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<TraceId>(&format!("\"{text}\"")).unwrap(), id);
        for wrong in ["", "00", "00000000000000000000000000000000", "zz", &text[1..]] {
            assert_eq!(TraceId::parse(wrong), None, "{wrong}");
        }
    }
}
