//! What happened, as OTLP/JSON.

use std::collections::BTreeMap;

use domain::Timestamp;
use serde_json::{Value, json};

use super::hour::{Happening, LOG, Request, SignIn};

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn flag(key: &str, value: bool) -> Value {
    json!({ "key": key, "value": { "boolValue": value } })
}

/// 64-bit integers are text in the JSON of protobuf.
fn nanoseconds(at: Timestamp, more_us: i64) -> String {
    (i128::from(at.0) * 1_000_000 + i128::from(more_us) * 1_000).to_string()
}

fn resource(service: &str) -> Value {
    json!({ "attributes": [
        text("service.name", service),
        text("service.version", "2.14.0"),
        text("telemetry.sdk.language", "java"),
    ] })
}

/// The spans of the requests, by service.
pub fn traces(happening: &Happening) -> Value {
    let mut services: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for request in &happening.requests {
        services.entry(request.service).or_default().extend(spans(request));
        services.entry("database").or_default().push(query(request));
    }
    let resources: Vec<Value> = services
        .into_iter()
        .map(|(service, spans)| {
            json!({
                "resource": resource(service),
                "scopeSpans": [{ "scope": { "name": "clinic", "version": "1.0" }, "spans": spans }]
            })
        })
        .collect();
    json!({ "resourceSpans": resources })
}

fn id(span: u64) -> String {
    format!("{span:016x}")
}

fn spans(request: &Request) -> Vec<Value> {
    let status = if request.failed {
        json!({ "code": 2, "message": "record is locked" })
    } else {
        json!({})
    };
    let code = if request.failed { "409" } else { "200" };
    let mut attributes = vec![flag("phi.endpoint", true), text("http.response.status_code", code)];
    attributes.extend(request.leak.map(|(key, value)| text(key, value)));
    let root = json!({
        "traceId": request.trace,
        "spanId": id(request.span),
        "name": request.name,
        "kind": 2,
        "startTimeUnixNano": nanoseconds(request.at, 0),
        "endTimeUnixNano": nanoseconds(request.at, request.lasted_us),
        "status": status,
        "attributes": attributes,
    });
    let check = json!({
        "traceId": request.trace,
        "spanId": id(request.span ^ 0xF0F0),
        "parentSpanId": id(request.span),
        "name": "check consent",
        "kind": 1,
        "startTimeUnixNano": nanoseconds(request.at, 800),
        "endTimeUnixNano": nanoseconds(request.at, 3_000),
        "attributes": [text("consent.policy", "treatment")],
    });
    let render = json!({
        "traceId": request.trace,
        "spanId": id(request.span ^ 0xFF00),
        "parentSpanId": id(request.span),
        "name": "render",
        "kind": 1,
        "startTimeUnixNano": nanoseconds(request.at, request.lasted_us - 6_000),
        "endTimeUnixNano": nanoseconds(request.at, request.lasted_us - 500),
        "attributes": [],
    });
    vec![root, check, render]
}

fn query(request: &Request) -> Value {
    json!({
        "traceId": request.trace,
        "spanId": id(request.span ^ 0x0FF0),
        "parentSpanId": id(request.span),
        "name": "SELECT records",
        "kind": 3,
        "startTimeUnixNano": nanoseconds(request.at, 3_200),
        "endTimeUnixNano": nanoseconds(request.at, request.lasted_us - 6_500),
        "attributes": [text("db.system.name", "postgresql"), text("db.collection.name", "records")],
    })
}

/// Sign-ins, audit events and lines that somebody logged, by service.
pub fn logs(happening: &Happening) -> Value {
    let portal: Vec<Value> = happening.sign_ins.iter().map(sign_in).collect();
    let records: Vec<Value> = happening.requests.iter().filter_map(audit).collect();
    let careless = happening.careless.iter().map(|(at, line)| {
        json!({
            "timeUnixNano": nanoseconds(*at, 0),
            "severityNumber": 13,
            "severityText": "WARN",
            "body": { "stringValue": line },
        })
    });
    let logs = |service: &str, records: Vec<Value>| {
        json!({
            "resource": resource(service),
            "scopeLogs": [{ "scope": { "name": "clinic" }, "logRecords": records }]
        })
    };
    json!({ "resourceLogs": [
        logs("patient-portal", portal),
        logs("records-api", records),
        logs("integration-engine", careless.collect()),
    ] })
}

fn sign_in(sign_in: &SignIn) -> Value {
    let outcome = if sign_in.cause.is_some() { "failure" } else { "success" };
    let mut attributes = vec![text("auth.outcome", outcome), text("enduser.id", &sign_in.who)];
    attributes.extend(sign_in.cause.map(|cause| text("auth.failure.cause", cause)));
    json!({
        "timeUnixNano": nanoseconds(sign_in.at, 0),
        "severityNumber": 9,
        "severityText": "INFO",
        "body": { "stringValue": "sign-in" },
        "attributes": attributes,
    })
}

fn audit(request: &Request) -> Option<Value> {
    let seq = request.audit?;
    Some(json!({
        "timeUnixNano": nanoseconds(request.at.plus(-request.late_ms), request.lasted_us),
        "severityNumber": 9,
        "severityText": "INFO",
        "traceId": request.trace,
        "spanId": id(request.span),
        "body": { "stringValue": "record opened" },
        "attributes": [
            text("audit.producer", LOG),
            json!({ "key": "audit.seq", "value": { "intValue": seq.to_string() } }),
        ],
    }))
}
