//! The two encodings, their quirks, and what is refused or rejected.

use domain::telemetry::{SpanKind, SpanStatus};
use serde_json::{Value, json};
use telemetry::{Encoding, Refused};

use crate::{
    requests::{NANOS, SPAN, TRACE, block, log_request, pair, protobuf, send, span_request, text},
    sieve,
};

fn events(received: &domain::telemetry::Received) -> usize {
    received.parcels.iter().map(|parcel| parcel.spans.len() + parcel.logs.len()).sum()
}

#[test]
fn both_encodings_say_the_same() {
    let sieve = sieve();
    let attributes = vec![
        pair("a.text", text("x")),
        pair("a.bool", json!({ "boolValue": true })),
        pair("a.int", json!({ "intValue": "-42" })),
        pair("a.double", json!({ "doubleValue": 1.5 })),
        pair("a.bytes", json!({ "bytesValue": "AAEC/w==" })),
        pair("a.list", json!({ "arrayValue": { "values": [text("x"), { "intValue": "7" }] } })),
        pair("a.map", json!({ "kvlistValue": { "values": [pair("k", text("v"))] } })),
        pair("a.null", json!({})),
    ];
    for request in [span_request(attributes.clone()), log_request(attributes.clone())] {
        let one = send(&sieve, &request, Encoding::Protobuf);
        let two = send(&sieve, &request, Encoding::Json);
        assert_eq!(one, two);
        assert_eq!(events(&one), 1);
        assert_eq!((one.rejected, one.redactor.as_str()), (0, sieve.version()));
    }
    let received = send(&sieve, &span_request(attributes), Encoding::Protobuf);
    let span = &received.parcels[0].spans[0];
    assert_eq!(received.parcels[0].producer.service, "ward-portal");
    assert_eq!((span.kind, span.status), (SpanKind::Server, SpanStatus::Ok));
    assert_eq!((span.begun_us, span.lasted_us), ((NANOS / 1000) as i64, 5000));
    assert_eq!(span.scope, "io.wardportal.http 1.4.0");
    assert_eq!(span.redactions, []);
    let kept = Value::Object(span.attributes.clone());
    assert_eq!(
        kept,
        json!({ "a.text": "x", "a.bool": true, "a.int": -42, "a.double": 1.5, "a.bytes": "AAEC/w==",
            "a.list": ["x", 7], "a.map": { "k": "v" }, "a.null": null })
    );
}

#[test]
fn json_has_quirks() {
    let sieve = sieve();
    let body = json!({ "resourceSpans": [{
        "schemaUrl": "", "unknown": { "x": [1] },
        "resource": null,
        "scopeSpans": [{ "scope": null, "spans": [
            { "traceId": TRACE.to_uppercase(), "spanId": SPAN, "parentSpanId": "", "name": null,
              "kind": "SPAN_KIND_CLIENT", "flags": 257,
              "startTimeUnixNano": NANOS, "endTimeUnixNano": (NANOS + 1000).to_string(),
              "attributes": [
                { "key": "n", "value": { "intValue": 7 } }, { "key": "m", "value": { "intValue": "8" } },
                { "key": "d", "value": { "doubleValue": "NaN" } }, { "key": "e", "value": { "doubleValue": 2 } },
                { "key": "u", "value": { "futureValue": { "x": 1 } } }, { "key": "o" },
                { "key": "b", "value": { "bytesValue": "_-8" } } ],
              "events": null, "links": [{ "traceId": "", "spanId": "" }],
              "status": { "code": "STATUS_CODE_ERROR" } },
        ] }],
    }]});
    let received = sieve.traces(&serde_json::to_vec(&body).unwrap(), Encoding::Json).unwrap();
    assert_eq!(received.parcels[0].producer.service, "unknown_service");
    let span = &received.parcels[0].spans[0];
    assert_eq!((span.trace.to_string().as_str(), span.parent), (TRACE, None));
    assert_eq!((span.kind, span.status, span.lasted_us), (SpanKind::Client, SpanStatus::Error, 1));
    assert_eq!((span.events.len(), span.links.len()), (0, 0));
    let kept = Value::Object(span.attributes.clone());
    assert_eq!(
        kept,
        json!({ "n": 7, "m": 8, "d": "NaN", "e": 2.0, "u": null, "o": null, "b": "/+8=" })
    );
    for empty in ["{}", "{\"resourceSpans\":null}", "{\"resourceSpans\":[]}"] {
        assert_eq!(events(&sieve.traces(empty.as_bytes(), Encoding::Json).unwrap()), 0);
    }
    assert_eq!(events(&sieve.traces(&[], Encoding::Protobuf).unwrap()), 0);
}

#[test]
fn spans_that_make_no_sense_are_rejected_and_counted() {
    let sieve = sieve();
    let good = span_request(vec![])["resourceSpans"][0]["scopeSpans"][0]["spans"][0].clone();
    let with = |field: &str, value: Value| {
        let mut span = good.clone();
        span[field] = value;
        span
    };
    let mut no_times = with("startTimeUnixNano", json!("0"));
    no_times["endTimeUnixNano"] = json!("0");
    let request = json!({ "resourceSpans": [{ "scopeSpans": [{ "spans": [
        with("traceId", json!("00000000000000000000000000000000")),
        with("spanId", json!("0000000000000000")),
        with("traceId", json!("0af7")),
        no_times,
        good,
        with("endTimeUnixNano", json!((NANOS - 1).to_string())),
        with("startTimeUnixNano", json!("0")),
        with("endTimeUnixNano", json!(u64::MAX.to_string())),
    ] }] }] });
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let received = send(&sieve, &request, encoding);
        assert_eq!((received.rejected, events(&received)), (4, 4));
        assert!(received.why_rejected.as_ref().unwrap().contains("trace id of 16 bytes"));
        let lasted: Vec<_> = received.parcels[0].spans.iter().map(|span| span.lasted_us).collect();
        assert_eq!(&lasted[..3], [5000, 0, 0]);
    }
}

#[test]
fn one_producer_is_one_parcel() {
    let mut request = log_request(vec![]);
    let first = request["resourceLogs"][0].clone();
    let mut other = first.clone();
    other["resource"]["attributes"][0]["value"] = text("lab");
    request["resourceLogs"] = json!([first, other, first]);
    let received = send(&sieve(), &request, Encoding::Protobuf);
    let sizes: Vec<_> =
        received.parcels.iter().map(|p| (p.producer.service.as_str(), p.logs.len())).collect();
    assert_eq!(sizes, [("ward-portal", 2), ("lab", 1)]);
}

#[test]
fn a_record_sent_again_has_the_same_key_and_another_one_has_not() {
    let sieve = sieve();
    let key = |request: &Value| send(&sieve, request, Encoding::Protobuf).parcels[0].logs[0].key;
    let request = log_request(vec![pair("n", json!({ "intValue": "1" }))]);
    assert_eq!(key(&request), key(&request));
    assert_eq!(key(&request), send(&sieve, &request, Encoding::Json).parcels[0].logs[0].key);
    let mut batched = request.clone();
    let record = request["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0].clone();
    let mut other = record.clone();
    other["body"] = text("mrn=12345678");
    let mut third = record.clone();
    third["body"] = text("mrn=12345679");
    batched["resourceLogs"][0]["scopeLogs"][0]["logRecords"] = json!([other, record, third]);
    let logs = send(&sieve, &batched, Encoding::Json).parcels.remove(0).logs;
    assert_eq!(logs[1].key, key(&request));
    // What was received counts, not what is left of it.
    assert_eq!(logs[0].body, logs[2].body);
    assert_ne!(logs[0].key, logs[2].key);
    // Without the key of the installation nobody can try out what was taken out.
    let elsewhere = telemetry::Sieve::new(&[], [8; 32]).unwrap();
    assert_ne!(send(&elsewhere, &request, Encoding::Json).parcels[0].logs[0].key, key(&request));
}

#[test]
fn times_severities_and_bodies_of_logs() {
    let sieve = sieve();
    let mut request = log_request(vec![]);
    let record = request.pointer_mut("/resourceLogs/0/scopeLogs/0/logRecords/0").unwrap();
    record["timeUnixNano"] = json!("0");
    record["observedTimeUnixNano"] = json!(NANOS.to_string());
    record["severityNumber"] = json!(99);
    record["eventName"] = json!("round.begun");
    record["body"] =
        json!({ "kvlistValue": { "values": [pair("a", json!({ "intValue": "1" }))] } });
    let log = send(&sieve, &request, Encoding::Protobuf).parcels.remove(0).logs.remove(0);
    assert_eq!((log.at.0, log.severity), ((NANOS / 1_000_000) as i64, 0));
    assert_eq!(log.body, "{\"a\":1}");
    assert_eq!(log.attributes["event.name"], "round.begun");
    assert_eq!((log.trace, log.span), (None, None));
}

#[test]
fn errors_say_where_and_not_what() {
    let sieve = sieve();
    let secret = "536-90-4399";
    for body in [
        format!("{{\"resourceSpans\":[{{\"scopeSpans\":\"{secret}\"}}]}}"),
        format!(
            "{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{{\"startTimeUnixNano\":\"{secret}\"}}]}}]}}]}}"
        ),
        format!("{{\"resourceSpans\": {secret}"),
        secret.to_owned(),
        format!("\"{secret}\""),
        "{\"resourceSpans\":[".to_owned(),
    ] {
        let error = sieve.traces(body.as_bytes(), Encoding::Json).unwrap_err();
        assert!(matches!(error, Refused::Json { .. }));
        let said = format!("{error} {error:?}");
        assert!(!said.contains(secret) && said.contains("line"), "{said}");
        assert!(said.contains("ExportTraceServiceRequest"), "{said}");
        let error = sieve.logs(body.as_bytes(), Encoding::Protobuf).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(secret));
    }
    // Text that is not UTF-8.
    let mut record = Vec::new();
    block(3, b"536-90-4399\xff", &mut record);
    let (mut scope, mut resource, mut request) = (Vec::new(), Vec::new(), Vec::new());
    block(2, &record, &mut scope);
    block(2, &scope, &mut resource);
    block(1, &resource, &mut request);
    let error = sieve.logs(&request, Encoding::Protobuf).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(secret), "{error}");
}

#[test]
fn depth_is_bounded() {
    let sieve = sieve();
    let nested = |depth: usize| {
        let mut value = text("x");
        for _ in 0..depth {
            value = json!({ "arrayValue": { "values": [value] } });
        }
        log_request(vec![pair("deep", value)])
    };
    let deep = nested(20);
    assert_eq!(send(&sieve, &deep, Encoding::Protobuf), send(&sieve, &deep, Encoding::Json));
    let mut body = b"{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":".to_vec();
    for _ in 0..50_000 {
        body.extend(b"{\"arrayValue\":{\"values\":[");
    }
    assert!(sieve.logs(&body, Encoding::Json).is_err());
    let wrapped = (0..120).fold(protobuf("any", &text("x")), |inner, _| {
        let (mut list, mut outer) = (Vec::new(), Vec::new());
        block(1, &inner, &mut list);
        block(5, &list, &mut outer);
        outer
    });
    let (mut record, mut scope, mut resource, mut request) = (vec![], vec![], vec![], vec![]);
    block(5, &wrapped, &mut record);
    block(2, &record, &mut scope);
    block(2, &scope, &mut resource);
    block(1, &resource, &mut request);
    let error = sieve.logs(&request, Encoding::Protobuf).unwrap_err();
    assert!(error.to_string().contains("recursion"), "{error}");
}
