//! What the producer gets back.

use telemetry::{Code, Encoding, Signal, accepted, failed};

fn answer(signal: Signal, encoding: Encoding, rejected: u64) -> Vec<u8> {
    accepted(signal, encoding, rejected, (rejected > 0).then(|| "no id".to_owned()))
}

#[test]
fn accepted_requests_get_an_empty_message_or_what_was_rejected() {
    for signal in [Signal::Traces, Signal::Logs] {
        assert_eq!(answer(signal, Encoding::Protobuf, 0), b"");
        assert_eq!(answer(signal, Encoding::Json, 0), b"{}");
        // partial_success = 1 { rejected = 1: 3, error_message = 2: "no id" }
        let protobuf = answer(signal, Encoding::Protobuf, 3);
        assert_eq!(protobuf, b"\x0a\x09\x08\x03\x12\x05no id");
    }
    let json = String::from_utf8(answer(Signal::Traces, Encoding::Json, 3)).unwrap();
    assert_eq!(json, r#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"no id"}}"#);
    let json = String::from_utf8(answer(Signal::Logs, Encoding::Json, 3)).unwrap();
    assert_eq!(json, r#"{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"no id"}}"#);
}

#[test]
fn failures_are_a_status() {
    let protobuf = failed(Encoding::Protobuf, Code::Unavailable, "later");
    assert_eq!(protobuf, b"\x08\x0e\x12\x05later");
    let json = String::from_utf8(failed(Encoding::Json, Code::InvalidArgument, "no")).unwrap();
    assert_eq!(json, r#"{"code":3,"message":"no"}"#);
}

#[test]
fn content_types_are_understood() {
    let of = Encoding::of_content_type;
    assert_eq!(of("application/x-protobuf"), Some(Encoding::Protobuf));
    assert_eq!(of("Application/JSON; charset=utf-8"), Some(Encoding::Json));
    assert_eq!(of("text/plain"), None);
    assert_eq!(of(Encoding::Json.content_type()), Some(Encoding::Json));
}
