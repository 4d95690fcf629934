//! Requests in both encodings from one description: OTLP/JSON, and an encoder that writes the same
//! as protobuf by the field numbers of opentelemetry-proto. It shares no code with the decoder.

use data_encoding::{BASE64, HEXLOWER};
use domain::telemetry::{Position, Received};
use serde_json::{Value, json};
use telemetry::{Encoding, Sieve};

/// How a field is written.
enum Sort {
    Text,
    Hex,
    Fixed,
    Varint,
    One(&'static str),
    Many(&'static str),
}

fn fields(message: &str) -> Vec<(&'static str, u64, Sort)> {
    use Sort::{Fixed, Hex, Many, One, Text, Varint};
    match message {
        "traces" => vec![("resourceSpans", 1, Many("rs"))],
        "logs" => vec![("resourceLogs", 1, Many("rl"))],
        "rs" => vec![("resource", 1, One("resource")), ("scopeSpans", 2, Many("ss"))],
        "rl" => vec![("resource", 1, One("resource")), ("scopeLogs", 2, Many("sl"))],
        "ss" => vec![("scope", 1, One("scope")), ("spans", 2, Many("span"))],
        "sl" => vec![("scope", 1, One("scope")), ("logRecords", 2, Many("log"))],
        "resource" => vec![("attributes", 1, Many("kv"))],
        "scope" => vec![("name", 1, Text), ("version", 2, Text), ("attributes", 3, Many("kv"))],
        "span" => vec![
            ("traceId", 1, Hex),
            ("spanId", 2, Hex),
            ("traceState", 3, Text),
            ("parentSpanId", 4, Hex),
            ("name", 5, Text),
            ("kind", 6, Varint),
            ("startTimeUnixNano", 7, Fixed),
            ("endTimeUnixNano", 8, Fixed),
            ("attributes", 9, Many("kv")),
            ("events", 11, Many("event")),
            ("links", 13, Many("link")),
            ("status", 15, One("status")),
        ],
        "event" => {
            vec![("timeUnixNano", 1, Fixed), ("name", 2, Text), ("attributes", 3, Many("kv"))]
        }
        "link" => vec![
            ("traceId", 1, Hex),
            ("spanId", 2, Hex),
            ("traceState", 3, Text),
            ("attributes", 4, Many("kv")),
        ],
        "status" => vec![("message", 2, Text), ("code", 3, Varint)],
        "log" => vec![
            ("timeUnixNano", 1, Fixed),
            ("severityNumber", 2, Varint),
            ("severityText", 3, Text),
            ("body", 5, One("any")),
            ("attributes", 6, Many("kv")),
            ("traceId", 9, Hex),
            ("spanId", 10, Hex),
            ("observedTimeUnixNano", 11, Fixed),
            ("eventName", 12, Text),
        ],
        "kv" => vec![("key", 1, Text), ("value", 2, One("any"))],
        "list" => vec![("values", 1, Many("any"))],
        "map" => vec![("values", 1, Many("kv"))],
        other => panic!("no message {other}"),
    }
}

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A field with a length before it.
pub fn block(tag: u64, bytes: &[u8], out: &mut Vec<u8>) {
    varint(tag << 3 | 2, out);
    varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

fn any(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    for (field, inner) in value.as_object().unwrap() {
        match field.as_str() {
            "stringValue" => block(1, inner.as_str().unwrap().as_bytes(), &mut out),
            "boolValue" => out.extend([2 << 3, u8::from(inner.as_bool().unwrap())]),
            "intValue" => {
                out.push(3 << 3);
                let text = inner.to_string();
                varint(text.trim_matches('"').parse::<i64>().unwrap() as u64, &mut out);
            }
            "doubleValue" => {
                out.push(4 << 3 | 1);
                out.extend(inner.as_f64().unwrap().to_le_bytes());
            }
            "arrayValue" => block(5, &protobuf("list", inner), &mut out),
            "kvlistValue" => block(6, &protobuf("map", inner), &mut out),
            "bytesValue" => {
                block(7, &BASE64.decode(inner.as_str().unwrap().as_bytes()).unwrap(), &mut out);
            }
            other => panic!("no value {other}"),
        }
    }
    out
}

/// The protobuf of what OTLP/JSON says.
pub fn protobuf(message: &str, value: &Value) -> Vec<u8> {
    if message == "any" {
        return any(value);
    }
    let mut out = Vec::new();
    for (name, tag, sort) in fields(message) {
        let Some(inner) = value.get(name) else { continue };
        match sort {
            Sort::Text => block(tag, inner.as_str().unwrap().as_bytes(), &mut out),
            Sort::Hex => {
                let bytes = HEXLOWER.decode(inner.as_str().unwrap().as_bytes()).unwrap();
                block(tag, &bytes, &mut out);
            }
            Sort::Fixed => {
                varint(tag << 3 | 1, &mut out);
                out.extend(number(inner).to_le_bytes());
            }
            Sort::Varint => {
                varint(tag << 3, &mut out);
                varint(number(inner), &mut out);
            }
            Sort::One(of) => block(tag, &protobuf(of, inner), &mut out),
            Sort::Many(of) => {
                for item in inner.as_array().unwrap() {
                    block(tag, &protobuf(of, item), &mut out);
                }
            }
        }
    }
    out
}

pub const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
pub const SPAN: &str = "b7ad6b7169203331";
/// 2026-01-15 10:00:00 UTC.
pub const NANOS: u64 = 1_768_471_200_000_000_000;

pub fn text(text: &str) -> Value {
    json!({ "stringValue": text })
}

pub fn pair(key: &str, value: Value) -> Value {
    json!({ "key": key, "value": value })
}

/// A request with one clean span.
pub fn span_request(attributes: Vec<Value>) -> Value {
    json!({ "resourceSpans": [{
        "resource": { "attributes": [pair("service.name", text("ward-portal"))] },
        "scopeSpans": [{
            "scope": { "name": "io.wardportal.http", "version": "1.4.0" },
            "spans": [{
                "traceId": TRACE, "spanId": SPAN, "name": "GET /ward", "kind": 2,
                "startTimeUnixNano": NANOS.to_string(),
                "endTimeUnixNano": (NANOS + 5_000_000).to_string(),
                "attributes": attributes,
                "events": [{ "timeUnixNano": NANOS.to_string(), "name": "step", "attributes": [] }],
                "links": [{ "traceId": TRACE, "spanId": SPAN, "attributes": [] }],
                "status": { "code": 1, "message": "fine" },
            }],
        }],
    }]})
}

/// A request with one clean log record.
pub fn log_request(attributes: Vec<Value>) -> Value {
    json!({ "resourceLogs": [{
        "resource": { "attributes": [pair("service.name", text("ward-portal"))] },
        "scopeLogs": [{
            "scope": { "name": "io.wardportal.http" },
            "logRecords": [{
                "timeUnixNano": NANOS.to_string(), "severityNumber": 9, "severityText": "INFO",
                "body": text("round begins"), "attributes": attributes,
            }],
        }],
    }]})
}

/// A place in a request where a text can stand.
pub struct Place {
    /// For messages of failed tests.
    pub name: &'static str,
    /// What the product calls it.
    pub position: Position,
    /// Whether it is in a request with logs.
    pub logs: bool,
    set: fn(&mut Value, &str),
}

impl Place {
    /// A request with the text there.
    pub fn request(&self, text: &str) -> Value {
        let mut request = if self.logs { log_request(vec![]) } else { span_request(vec![]) };
        (self.set)(&mut request, text);
        request
    }
}

const ATTRIBUTE: &str = "note";

fn push(value: &mut Value, pointer: &str, key: &str, inner: Value) {
    value.pointer_mut(pointer).unwrap().as_array_mut().unwrap().push(pair(key, inner));
}

fn set(value: &mut Value, pointer: &str, field: &str, inner: Value) {
    value.pointer_mut(pointer).unwrap()[field] = inner;
}

const R: &str = "/resourceSpans/0/resource/attributes";
const SC: &str = "/resourceSpans/0/scopeSpans/0/scope";
const S: &str = "/resourceSpans/0/scopeSpans/0/spans/0";
const SA: &str = "/resourceSpans/0/scopeSpans/0/spans/0/attributes";
const E: &str = "/resourceSpans/0/scopeSpans/0/spans/0/events/0";
const EA: &str = "/resourceSpans/0/scopeSpans/0/spans/0/events/0/attributes";
const K: &str = "/resourceSpans/0/scopeSpans/0/spans/0/links/0";
const KA: &str = "/resourceSpans/0/scopeSpans/0/spans/0/links/0/attributes";
const L: &str = "/resourceLogs/0/scopeLogs/0/logRecords/0";
const LA: &str = "/resourceLogs/0/scopeLogs/0/logRecords/0/attributes";
const LR: &str = "/resourceLogs/0/resource/attributes";
const LS: &str = "/resourceLogs/0/scopeLogs/0/scope";

fn list(inner: Value) -> Value {
    json!({ "arrayValue": { "values": [text("first"), { "arrayValue": { "values": [inner] } }] } })
}

fn map(key: &str, inner: Value) -> Value {
    json!({ "kvlistValue": { "values": [
        pair("deep", json!({ "kvlistValue": { "values": [pair(key, inner)] } })),
    ] } })
}

fn bytes(text: &str) -> Value {
    json!({ "bytesValue": BASE64.encode(text.as_bytes()) })
}

macro_rules! places {
    ($($name:literal $position:ident $logs:literal $set:expr;)*) => {
        /// Every place.
        pub const PLACES: &[Place] = &[$(
            Place { name: $name, position: Position::$position, logs: $logs, set: $set },
        )*];
    };
}

places! {
    "resource value" Value false |v, t| push(v, R, ATTRIBUTE, text(t));
    "resource key" Key false |v, t| push(v, R, t, text("x"));
    "service name" Producer false |v, t| v.pointer_mut(R).unwrap()[0]["value"] = text(t);
    "service instance" Producer false |v, t| push(v, R, "service.instance.id", text(t));
    "scope name" Scope false |v, t| set(v, SC, "name", json!(t));
    "scope version" Scope false |v, t| set(v, SC, "version", json!(t));
    "scope value" Value false |v, t| set(v, SC, "attributes", json!([pair(ATTRIBUTE, text(t))]));
    "scope key" Key false |v, t| set(v, SC, "attributes", json!([pair(t, text("x"))]));
    "span name" SpanName false |v, t| set(v, S, "name", json!(t));
    "span trace state" TraceState false |v, t| set(v, S, "traceState", json!(t));
    "span status" StatusMessage false |v, t| set(v, S, "status", json!({ "code": 2, "message": t }));
    "span key" Key false |v, t| push(v, SA, t, text("x"));
    "span value" Value false |v, t| push(v, SA, ATTRIBUTE, text(t));
    "span list" Value false |v, t| push(v, SA, ATTRIBUTE, list(text(t)));
    "span map value" Value false |v, t| push(v, SA, ATTRIBUTE, map("x", text(t)));
    "span map key" Key false |v, t| push(v, SA, ATTRIBUTE, map(t, text("x")));
    "span bytes" Value false |v, t| push(v, SA, ATTRIBUTE, bytes(t));
    "event name" EventName false |v, t| set(v, E, "name", json!(t));
    "event value" Value false |v, t| push(v, EA, "exception.message", text(t));
    "event key" Key false |v, t| push(v, EA, t, text("x"));
    "link trace state" TraceState false |v, t| set(v, K, "traceState", json!(t));
    "link value" Value false |v, t| push(v, KA, ATTRIBUTE, text(t));
    "link key" Key false |v, t| push(v, KA, t, text("x"));
    "audit producer" Value false |v, t| push(v, SA, "audit.producer", text(t));
    "log body" Body true |v, t| set(v, L, "body", text(t));
    "log body list" Body true |v, t| set(v, L, "body", list(text(t)));
    "log body map value" Body true |v, t| set(v, L, "body", map("x", text(t)));
    "log body map key" Key true |v, t| set(v, L, "body", map(t, text("x")));
    "log body bytes" Body true |v, t| set(v, L, "body", bytes(t));
    "log severity" SeverityText true |v, t| set(v, L, "severityText", json!(t));
    "log event name" EventName true |v, t| set(v, L, "eventName", json!(t));
    "log value" Value true |v, t| push(v, LA, ATTRIBUTE, text(t));
    "log key" Key true |v, t| push(v, LA, t, text("x"));
    "log list in map" Value true |v, t| push(v, LA, ATTRIBUTE, map("x", list(text(t))));
    "log resource value" Value true |v, t| push(v, LR, ATTRIBUTE, text(t));
    "log scope name" Scope true |v, t| set(v, LS, "name", json!(t));
}

/// Sends a request in an encoding.
pub fn send(sieve: &Sieve, request: &Value, encoding: Encoding) -> Received {
    let traces = request.get("resourceSpans").is_some();
    let body = match encoding {
        Encoding::Json => serde_json::to_vec(request).unwrap(),
        Encoding::Protobuf => protobuf(if traces { "traces" } else { "logs" }, request),
    };
    let received = if traces { sieve.traces(&body, encoding) } else { sieve.logs(&body, encoding) };
    received.unwrap()
}
