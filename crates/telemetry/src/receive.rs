//! The door: bytes in, [`Received`] out.

use domain::telemetry::{Parcel, Position, Producer, Received};
use prost::Message;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::{
    sieve::Sieve,
    walk::Notes,
    wire::{Any, KeyValue, LogsRequest, Resource, Scope, TracesRequest},
};

/// How a request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/json`.
    Json,
}

impl Encoding {
    /// By the `Content-Type` of a request, whatever its parameters.
    pub fn of_content_type(text: &str) -> Option<Self> {
        let kind = text.split(';').next().unwrap_or_default().trim();
        [Self::Protobuf, Self::Json]
            .into_iter()
            .find(|encoding| encoding.content_type().eq_ignore_ascii_case(kind))
    }

    /// The `Content-Type` of an answer.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }
}

/// A request that cannot be read. Says where and what would be right, and nothing of what it said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The bytes are no such message.
    #[error(
        "this is not an {expected} in protobuf{}; send the message uncompressed or with \
         Content-Encoding: gzip, or use application/json",
        at.map(|at| format!(" ({at})")).unwrap_or_default()
    )]
    Protobuf {
        /// The message that would be right.
        expected: &'static str,
        /// The field that could not be read.
        at: Option<&'static str>,
    },
    /// The text is no such message.
    #[error("line {line}, column {column}: {problem}; this should be an {expected} in OTLP/JSON")]
    Json {
        /// The message that would be right.
        expected: &'static str,
        /// What is wrong.
        problem: &'static str,
        /// Where, counted from 1.
        line: usize,
        /// Where, counted from 1.
        column: usize,
    },
}

/// Fields whose names may stand in an error: protobuf's decoder names them.
const FIELDS: &[&str] = &[
    "recursion limit reached",
    "buffer underflow",
    "invalid wire type",
    "not UTF-8",
    "invalid string value",
    "invalid varint",
    "invalid tag value",
    "unexpected end group tag",
    "delimited length exceeded",
];

fn decode<M: Message + Default + DeserializeOwned>(
    body: &[u8],
    encoding: Encoding,
    expected: &'static str,
) -> Result<M, Refused> {
    match encoding {
        Encoding::Protobuf => M::decode(body).map_err(|error| {
            let said = error.to_string();
            let at = FIELDS.iter().copied().find(|field| said.contains(field));
            Refused::Protobuf { expected, at }
        }),
        Encoding::Json => serde_json::from_slice(body).map_err(|error| Refused::Json {
            expected,
            problem: match error.classify() {
                Category::Eof => "the text ends too early",
                Category::Syntax | Category::Io => "this is not JSON, or nested too deeply",
                Category::Data => "a value has the wrong type",
            },
            line: error.line(),
            column: error.column(),
        }),
    }
}

impl Sieve {
    /// Reads an `ExportTraceServiceRequest` and takes out what identifies.
    ///
    /// The caller bounds the size of `body`; nesting is bounded here (100 levels in protobuf, 128
    /// in JSON). What it takes is linear in the size.
    ///
    /// # Errors
    /// If it cannot be read as a whole. Single spans that make no sense are counted as rejected.
    pub fn traces(&self, body: &[u8], encoding: Encoding) -> Result<Received, Refused> {
        let request: TracesRequest = decode(body, encoding, "ExportTraceServiceRequest")?;
        let mut received = self.nothing_yet();
        for resource in request.resource_spans {
            let place = self.parcel(resource.resource, &mut received);
            for spans in resource.scope_spans {
                let scope = spans.scope.unwrap_or_default();
                for span in spans.spans {
                    let mut notes = Notes::default();
                    match self.span(span, &scope, &mut notes) {
                        Ok(span) => received.parcels[place].spans.push(span),
                        Err(why) => reject(&mut received, why),
                    }
                }
            }
        }
        Ok(received)
    }

    /// Reads an `ExportLogsServiceRequest` and takes out what identifies. As [`Self::traces`].
    ///
    /// # Errors
    /// If it cannot be read as a whole.
    pub fn logs(&self, body: &[u8], encoding: Encoding) -> Result<Received, Refused> {
        let request: LogsRequest = decode(body, encoding, "ExportLogsServiceRequest")?;
        let mut received = self.nothing_yet();
        for resource in request.resource_logs {
            let sender = producer_of(resource.resource.as_ref());
            let place = self.parcel(resource.resource, &mut received);
            for logs in resource.scope_logs {
                let scope = logs.scope.unwrap_or_default();
                for record in logs.log_records {
                    let mut notes = Notes::default();
                    let record = self.log(record, &scope, &sender, &mut notes);
                    received.parcels[place].logs.push(record);
                }
            }
        }
        Ok(received)
    }

    fn nothing_yet(&self) -> Received {
        Received {
            parcels: Vec::new(),
            rejected: 0,
            why_rejected: None,
            redactor: self.version().to_owned(),
        }
    }

    /// The place of the parcel for a resource; the one before, if that is the same.
    fn parcel(&self, resource: Option<Resource>, received: &mut Received) -> usize {
        let mut notes = Notes::default();
        let raw = producer_of(resource.as_ref());
        let producer = Producer {
            service: notes.within("service.name", |notes| {
                self.named(raw.service, "service.name", Position::Producer, notes)
            }),
            instance: notes.within("service.instance.id", |notes| {
                self.named(raw.instance, "service.instance.id", Position::Producer, notes)
            }),
        };
        let attributes = resource.unwrap_or_default().attributes;
        // What is left of them is not kept; what they held is told.
        notes.within("resource", |notes| self.attributes(attributes, Position::Value, notes));
        // A batch has few producers; one that has many is not searched through for each.
        let known = received.parcels.iter().enumerate().rev().take(16);
        let mut known = known.filter(|(_, parcel)| parcel.producer == producer);
        if let Some((place, _)) = known.next() {
            received.parcels[place].redactions.append(&mut notes.redactions);
            return place;
        }
        received.parcels.push(Parcel {
            producer,
            redactions: notes.redactions,
            spans: Vec::new(),
            logs: Vec::new(),
        });
        received.parcels.len() - 1
    }

    /// Name and version of a scope, as one text: `name version`.
    pub(crate) fn scope(&self, scope: &Scope, notes: &mut Notes) -> String {
        let text = match (scope.name.as_str(), scope.version.as_str()) {
            (name, "") => name.to_owned(),
            ("", version) => version.to_owned(),
            (name, version) => format!("{name} {version}"),
        };
        notes.within("scope", |notes| self.owned(text, Position::Scope, notes))
    }

    /// The attributes of a scope, under the names that exporters without scopes give them
    /// (opentelemetry.io/docs/specs/otel/common/mapping-to-non-otlp).
    pub(crate) fn scope_attributes(
        &self,
        scope: &Scope,
        attributes: &mut serde_json::Map<String, serde_json::Value>,
        notes: &mut Notes,
    ) {
        if scope.attributes.is_empty() {
            return;
        }
        let clean = notes.within("scope", |notes| {
            self.attributes(scope.attributes.clone(), Position::Value, notes)
        });
        for (name, value) in clean {
            attributes.entry(format!("otel.scope.{name}")).or_insert(value);
        }
    }
}

fn reject(received: &mut Received, why: &str) {
    received.rejected += 1;
    received.why_rejected.get_or_insert_with(|| why.to_owned());
}

/// Who sends, as it says. What identifies is still in it.
fn producer_of(resource: Option<&Resource>) -> Producer {
    let text = |name: &str| {
        resource
            .and_then(|resource| text_attribute(&resource.attributes, name))
            .filter(|text| !text.is_empty())
    };
    Producer {
        service: text("service.name").unwrap_or("unknown_service").to_owned(),
        instance: text("service.instance.id").unwrap_or_default().to_owned(),
    }
}

/// An attribute that is text.
pub(crate) fn text_attribute<'a>(attributes: &'a [KeyValue], name: &str) -> Option<&'a str> {
    let pair = attributes.iter().find(|pair| pair.key == name)?;
    match pair.value.as_ref()?.value.as_ref()? {
        Any::Text(text) => Some(text),
        _ => None,
    }
}
