//! Sign-ins, audit events and PHI endpoints.

use domain::telemetry::{AuthCause, AuthOutcome};
use serde_json::{Value, json};
use telemetry::Encoding;

use crate::{
    requests::{log_request, pair, send, span_request, text},
    sieve,
};

fn sign_in() -> Vec<Value> {
    vec![
        pair("auth.outcome", text("Failure")),
        pair("auth.failure.cause", text("wrong_credential")),
        pair("enduser.id", text("jroe12")),
        pair("audit.producer", text("ward-audit")),
        pair("audit.seq", json!({ "intValue": "4711" })),
        pair("phi.endpoint", json!({ "boolValue": true })),
    ]
}

#[test]
fn they_are_read_from_spans_and_logs() {
    let sieve = sieve();
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let mut spans = send(&sieve, &span_request(sign_in()), encoding);
        let span = spans.parcels.remove(0).spans.remove(0);
        let mut logs = send(&sieve, &log_request(sign_in()), encoding);
        let log = logs.parcels.remove(0).logs.remove(0);
        assert!(span.phi);
        assert_eq!((&span.auth, &span.audit), (&log.auth, &log.audit));
        let auth = span.auth.unwrap();
        assert_eq!(
            (auth.outcome, auth.cause),
            (AuthOutcome::Failure, Some(AuthCause::WrongCredential))
        );
        let who = auth.who.unwrap();
        assert_eq!(who.len(), 32);
        assert_eq!(span.attributes["enduser.id"], format!("[user:{who}]"));
        let audit = span.audit.unwrap();
        assert_eq!((audit.producer.as_str(), audit.seq), ("ward-audit", Some(4711)));
    }
}

#[test]
fn they_are_read_from_the_events_of_a_span() {
    let mut request = span_request(vec![pair("phi.endpoint", text("true"))]);
    request["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["events"][0]["attributes"] = json!([
        pair("auth.outcome", text("success")),
        pair("user.id", text("jroe12")),
        pair("audit.producer", text("log of 536-90-4399")),
        pair("audit.seq", text("12")),
    ]);
    let span = send(&sieve(), &request, Encoding::Json).parcels.remove(0).spans.remove(0);
    assert!(span.phi);
    assert_eq!(span.auth.unwrap().outcome, AuthOutcome::Success);
    let audit = span.audit.unwrap();
    assert_eq!((audit.producer.as_str(), audit.seq), ("log of [ssn]", Some(12)));
}

#[test]
fn half_a_convention_is_none() {
    let request = span_request(vec![
        pair("auth.outcome", text("perhaps")),
        pair("audit.seq", json!({ "intValue": "1" })),
        pair("phi.endpoint", text("no")),
    ]);
    let span = send(&sieve(), &request, Encoding::Json).parcels.remove(0).spans.remove(0);
    assert_eq!((span.auth, span.audit, span.phi), (None, None, false));
    let request = span_request(vec![
        pair("auth.outcome", text("failure")),
        pair("auth.failure.cause", text("bad mood")),
        pair("audit.producer", text("x")),
        pair("audit.seq", text("-1")),
    ]);
    let span = send(&sieve(), &request, Encoding::Json).parcels.remove(0).spans.remove(0);
    assert_eq!(span.auth.unwrap().cause, None);
    assert_eq!(span.audit.unwrap().seq, None);
}

#[test]
fn pseudonyms_are_the_same_here_and_others_elsewhere() {
    let here = sieve();
    let elsewhere = telemetry::Sieve::new(&[], [8; 32]).unwrap();
    let one = here.text("jroe12", Some("user.id")).text;
    assert_eq!(one, here.text("jroe12", Some("enduser.id")).text);
    assert_ne!(one, here.text("jroe13", Some("user.id")).text);
    assert_ne!(one, elsewhere.text("jroe12", Some("user.id")).text);
    assert_eq!(here.text(&one, Some("user.id")).text, one);
}

#[test]
fn the_user_is_gone_from_the_other_texts_of_the_record() {
    let mut request = log_request(sign_in());
    let record = &mut request["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0];
    record["body"] = text("sign-in of jroe12 refused, jroe12x is somebody else");
    let log = send(&sieve(), &request, Encoding::Protobuf).parcels.remove(0).logs.remove(0);
    let who = log.auth.unwrap().who.unwrap();
    assert_eq!(log.body, format!("sign-in of [user:{who}] refused, jroe12x is somebody else"));
    let mut request = span_request(sign_in());
    request["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"] = json!("GET /users/jroe12");
    let span = send(&sieve(), &request, Encoding::Json).parcels.remove(0).spans.remove(0);
    assert_eq!(span.name, format!("GET /users/[user:{who}]"));
}

#[test]
fn structures_are_judged_the_same_as_a_map_of_otlp_and_as_json() {
    use serde_json::json;
    let text = |text: &str| json!({ "stringValue": text });
    let map = |pairs: &[(&str, serde_json::Value)]| {
        let values: Vec<_> =
            pairs.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        json!({ "kvlistValue": { "values": values } })
    };
    let list = |values: Vec<serde_json::Value>| json!({ "arrayValue": { "values": values } });
    let patient = map(&[
        ("resourceType", text("Patient")),
        ("id", text("p88123")),
        ("identifier", list(vec![map(&[("value", text("q99177"))])])),
        ("name", list(vec![map(&[("text", text("Orla Quillfeather"))])])),
    ]);
    let pair = list(vec![text("mrn"), text("12345678")]);
    let user = json!({ "key": "enduser.id", "value": text("jroe12") });
    let note = json!({ "key": "note", "value": { "bytesValue": "c2lnbi1pbiBvZiBqcm9lMTI=" } });
    let named = json!({ "key": "of jroe12", "value": text("x") });
    let records = json!([
        { "body": patient }, { "body": pair }, { "attributes": [user, note, named] }
    ]);
    let request = json!({ "resourceLogs": [{ "scopeLogs": [{ "logRecords": records }] }] });
    let sieve = crate::sieve();
    let received = sieve.logs(request.to_string().as_bytes(), telemetry::Encoding::Json).unwrap();
    let all = format!("{received:?}");
    for secret in ["p88123", "q99177", "Quillfeather", "12345678", "jroe12", "anJvZTEy"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}
