//! The messages of OTLP, as opentelemetry-proto 1.x defines them (collector/trace/v1,
//! collector/logs/v1, trace/v1, logs/v1, common/v1, resource/v1), as far as they carry something
//! that is kept. Fields that are not listed are skipped by both decoders.
//!
//! They are written down here instead of taken from `opentelemetry-proto`, because that crate brings
//! the whole SDK, and its JSON refuses `null` for a list, a name for an enumeration and `"NaN"` for
//! a number, all of which the protobuf JSON mapping lets producers send.

pub mod json;

use serde::Deserialize;

macro_rules! message {
    ($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, prost::Message, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub struct $name { $($(#[$attribute])* pub $field: $kind,)* }
    };
}

message! {
    /// `ExportTraceServiceRequest`.
    TracesRequest {
        #[prost(message, repeated, tag = "1")]
        #[serde(deserialize_with = "json::nullable")]
        resource_spans: Vec<ResourceSpans>,
    }
}

message! {
    /// `ExportLogsServiceRequest`.
    LogsRequest {
        #[prost(message, repeated, tag = "1")]
        #[serde(deserialize_with = "json::nullable")]
        resource_logs: Vec<ResourceLogs>,
    }
}

message! {
    /// What one resource sends.
    ResourceSpans {
        #[prost(message, optional, tag = "1")]
        resource: Option<Resource>,
        #[prost(message, repeated, tag = "2")]
        #[serde(deserialize_with = "json::nullable")]
        scope_spans: Vec<ScopeSpans>,
    }
}

message! {
    /// What one instrumentation library made.
    ScopeSpans {
        #[prost(message, optional, tag = "1")]
        scope: Option<Scope>,
        #[prost(message, repeated, tag = "2")]
        #[serde(deserialize_with = "json::nullable")]
        spans: Vec<SpanRecord>,
    }
}

message! {
    /// What one resource logs.
    ResourceLogs {
        #[prost(message, optional, tag = "1")]
        resource: Option<Resource>,
        #[prost(message, repeated, tag = "2")]
        #[serde(deserialize_with = "json::nullable")]
        scope_logs: Vec<ScopeLogs>,
    }
}

message! {
    /// What one instrumentation library logs.
    ScopeLogs {
        #[prost(message, optional, tag = "1")]
        scope: Option<Scope>,
        #[prost(message, repeated, tag = "2")]
        #[serde(deserialize_with = "json::nullable")]
        log_records: Vec<LogRecord>,
    }
}

message! {
    /// Who sends.
    Resource {
        #[prost(message, repeated, tag = "1")]
        #[serde(deserialize_with = "json::nullable")]
        attributes: Vec<KeyValue>,
    }
}

message! {
    /// The instrumentation scope.
    Scope {
        #[prost(string, tag = "1")]
        #[serde(deserialize_with = "json::nullable")]
        name: String,
        #[prost(string, tag = "2")]
        #[serde(deserialize_with = "json::nullable")]
        version: String,
        #[prost(message, repeated, tag = "3")]
        #[serde(deserialize_with = "json::nullable")]
        attributes: Vec<KeyValue>,
    }
}

message! {
    /// One operation.
    SpanRecord {
        #[prost(bytes = "vec", tag = "1")]
        #[serde(deserialize_with = "json::hex_id")]
        trace_id: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        #[serde(deserialize_with = "json::hex_id")]
        span_id: Vec<u8>,
        #[prost(string, tag = "3")]
        #[serde(deserialize_with = "json::nullable")]
        trace_state: String,
        #[prost(bytes = "vec", tag = "4")]
        #[serde(deserialize_with = "json::hex_id")]
        parent_span_id: Vec<u8>,
        #[prost(string, tag = "5")]
        #[serde(deserialize_with = "json::nullable")]
        name: String,
        #[prost(int32, tag = "6")]
        #[serde(deserialize_with = "json::span_kind")]
        kind: i32,
        #[prost(fixed64, tag = "7")]
        #[serde(deserialize_with = "json::u64")]
        start_time_unix_nano: u64,
        #[prost(fixed64, tag = "8")]
        #[serde(deserialize_with = "json::u64")]
        end_time_unix_nano: u64,
        #[prost(message, repeated, tag = "9")]
        #[serde(deserialize_with = "json::nullable")]
        attributes: Vec<KeyValue>,
        #[prost(message, repeated, tag = "11")]
        #[serde(deserialize_with = "json::nullable")]
        events: Vec<Event>,
        #[prost(message, repeated, tag = "13")]
        #[serde(deserialize_with = "json::nullable")]
        links: Vec<Link>,
        #[prost(message, optional, tag = "15")]
        status: Option<Status>,
    }
}

message! {
    /// Something on the way.
    Event {
        #[prost(fixed64, tag = "1")]
        #[serde(deserialize_with = "json::u64")]
        time_unix_nano: u64,
        #[prost(string, tag = "2")]
        #[serde(deserialize_with = "json::nullable")]
        name: String,
        #[prost(message, repeated, tag = "3")]
        #[serde(deserialize_with = "json::nullable")]
        attributes: Vec<KeyValue>,
    }
}

message! {
    /// Another span.
    Link {
        #[prost(bytes = "vec", tag = "1")]
        #[serde(deserialize_with = "json::hex_id")]
        trace_id: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        #[serde(deserialize_with = "json::hex_id")]
        span_id: Vec<u8>,
        #[prost(string, tag = "3")]
        #[serde(deserialize_with = "json::nullable")]
        trace_state: String,
        #[prost(message, repeated, tag = "4")]
        #[serde(deserialize_with = "json::nullable")]
        attributes: Vec<KeyValue>,
    }
}

message! {
    /// How a span ended.
    Status {
        #[prost(string, tag = "2")]
        #[serde(deserialize_with = "json::nullable")]
        message: String,
        #[prost(int32, tag = "3")]
        #[serde(deserialize_with = "json::status_code")]
        code: i32,
    }
}

message! {
    /// A line.
    LogRecord {
        #[prost(fixed64, tag = "1")]
        #[serde(deserialize_with = "json::u64")]
        time_unix_nano: u64,
        #[prost(fixed64, tag = "11")]
        #[serde(deserialize_with = "json::u64")]
        observed_time_unix_nano: u64,
        #[prost(int32, tag = "2")]
        #[serde(deserialize_with = "json::severity")]
        severity_number: i32,
        #[prost(string, tag = "3")]
        #[serde(deserialize_with = "json::nullable")]
        severity_text: String,
        #[prost(message, optional, tag = "5")]
        body: Option<AnyValue>,
        #[prost(message, repeated, tag = "6")]
        #[serde(deserialize_with = "json::nullable")]
        attributes: Vec<KeyValue>,
        #[prost(bytes = "vec", tag = "9")]
        #[serde(deserialize_with = "json::hex_id")]
        trace_id: Vec<u8>,
        #[prost(bytes = "vec", tag = "10")]
        #[serde(deserialize_with = "json::hex_id")]
        span_id: Vec<u8>,
        #[prost(string, tag = "12")]
        #[serde(deserialize_with = "json::nullable")]
        event_name: String,
    }
}

message! {
    /// An attribute.
    KeyValue {
        #[prost(string, tag = "1")]
        #[serde(deserialize_with = "json::nullable")]
        key: String,
        #[prost(message, optional, tag = "2")]
        value: Option<AnyValue>,
    }
}

message! {
    /// A list.
    ArrayValue {
        #[prost(message, repeated, tag = "1")]
        #[serde(deserialize_with = "json::nullable")]
        values: Vec<AnyValue>,
    }
}

message! {
    /// A map.
    KeyValueList {
        #[prost(message, repeated, tag = "1")]
        #[serde(deserialize_with = "json::nullable")]
        values: Vec<KeyValue>,
    }
}

/// A value of any sort. Its JSON is read by [`json`].
#[derive(Clone, PartialEq, prost::Message)]
pub struct AnyValue {
    /// The value; none is null.
    #[prost(oneof = "Any", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub value: Option<Any>,
}

/// The sorts.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Any {
    /// Text.
    #[prost(string, tag = "1")]
    Text(String),
    /// Yes or no.
    #[prost(bool, tag = "2")]
    Bool(bool),
    /// An integer.
    #[prost(int64, tag = "3")]
    Int(i64),
    /// A number.
    #[prost(double, tag = "4")]
    Double(f64),
    /// A list.
    #[prost(message, tag = "5")]
    List(ArrayValue),
    /// A map.
    #[prost(message, tag = "6")]
    Map(KeyValueList),
    /// Bytes.
    #[prost(bytes = "vec", tag = "7")]
    Bytes(Vec<u8>),
}

/// `ExportTraceServiceResponse` and `ExportLogsServiceResponse`, which have the same fields.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ExportResponse {
    /// Set when something was rejected.
    #[prost(message, optional, tag = "1")]
    pub partial_success: Option<PartialSuccess>,
}

/// `ExportTracePartialSuccess` and `ExportLogsPartialSuccess`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PartialSuccess {
    /// How many were rejected.
    #[prost(int64, tag = "1")]
    pub rejected: i64,
    /// Why.
    #[prost(string, tag = "2")]
    pub error_message: String,
}

/// `google.rpc.Status`, without details.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RpcStatus {
    /// The code of `google.rpc.Code`.
    #[prost(int32, tag = "1")]
    pub code: i32,
    /// Words for a person.
    #[prost(string, tag = "2")]
    pub message: String,
}
