//! What holds for any text.

use proptest::prelude::*;
use telemetry::{Encoding, OperatorRule, Sieve};

use crate::{
    requests::{PLACES, protobuf},
    sieve,
    texts::FORMS,
};

/// Texts with the marks that the scanners look for, close together.
fn marked() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,6}",
        "\\PC{0,3}",
        "[0-9]{1,5}",
        prop::sample::select(vec![
            "mrn",
            "ssn",
            "dob",
            "name",
            "patient",
            "=",
            ":",
            "\"",
            "'",
            "[",
            "]",
            "{",
            "}",
            "[ssn]",
            "[mrn",
            "://",
            "@",
            ".",
            "-",
            "%2D",
            "\\u002d",
            "\\",
            "&#45;",
            "\u{200b}",
            "PID|",
            "NM1*IL*",
            "~",
            "(01)",
            "data:image/",
            "\"resourceType\":\"Patient\"",
            "address",
            "é",
            "\n",
            "age",
            "given",
            "member id",
            "is",
            "#",
            "::",
            "+1",
            "1EG4",
            "DE89",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn key() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![
        None,
        Some("mrn"),
        Some("patient.name"),
        Some("dob"),
        Some("user.id"),
        Some("address"),
        Some("note"),
        Some("age"),
        Some("zip"),
        Some("icd10"),
        Some("account"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn redacting_twice_is_redacting_once(text in marked(), key in key()) {
        let sieve = sieve();
        let once = sieve.text(&text, key);
        let twice = sieve.text(&once.text, key);
        prop_assert_eq!(&twice.text, &once.text);
        prop_assert!(twice.found.is_empty());
    }

    #[test]
    fn redacting_planted_identifiers_twice_is_redacting_once(
        before in marked(), form in prop::sample::select(FORMS), after in marked(),
    ) {
        let sieve = sieve();
        let once = sieve.text(&format!("{before} {} {after}", form.1), None);
        prop_assert_eq!(&sieve.text(&once.text, None).text, &once.text);
    }

    #[test]
    fn an_ssn_is_gone_whatever_stands_around_it(
        before in marked(), area in 1_u32..900, group in 1_u32..100, serial in 1_u32..10_000,
        after in marked(),
    ) {
        prop_assume!(area != 666);
        // A digit that touches it makes it another number.
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let before = before.clone() + if digit(before.chars().last()) { " " } else { "" };
        let after = if digit(after.chars().next()) { " " } else { "" }.to_owned() + &after;
        let ssn = format!("{area:03}-{group:02}-{serial:04}");
        let cleaned = sieve().text(&format!("{before}{ssn}{after}"), None);
        prop_assert!(!cleaned.text.contains(&ssn), "{}", cleaned.text);
    }

    #[test]
    fn json_is_redacted_once_too(text in marked(), name in marked()) {
        let sieve = sieve();
        let mut value = serde_json::json!({ name.clone(): [text.clone(), { "mrn": text.clone() }], "n": 1 });
        sieve.json(&mut value);
        let once = value.clone();
        let again = sieve.json(&mut value);
        prop_assert_eq!(value, once);
        prop_assert!(again.is_empty());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let sieve = sieve();
        for encoding in [Encoding::Protobuf, Encoding::Json] {
            let _ = sieve.traces(&bytes, encoding);
            let _ = sieve.logs(&bytes, encoding);
        }
    }

    #[test]
    fn damaged_requests_are_read_or_refused(
        place in 0..PLACES.len(), at in any::<prop::sample::Index>(), byte in any::<u8>(), text in marked(),
    ) {
        let sieve = sieve();
        let request = PLACES[place].request(&text);
        let logs = PLACES[place].logs;
        let mut body = protobuf(if logs { "logs" } else { "traces" }, &request);
        let at = at.index(body.len());
        body[at] = byte;
        let _ = if logs { sieve.logs(&body, Encoding::Protobuf) } else { sieve.traces(&body, Encoding::Protobuf) };
        let mut body = serde_json::to_vec(&request).unwrap();
        let at = at.min(body.len() - 1);
        body[at] = byte;
        let _ = if logs { sieve.logs(&body, Encoding::Json) } else { sieve.traces(&body, Encoding::Json) };
    }

    #[test]
    fn an_operators_rule_leaves_nothing_of_what_it_finds(text in marked()) {
        let rule = OperatorRule { name: "ward-code".into(), pattern: r"[A-Z]{2}\d|[a-c]+:".into(), keys: vec![] };
        let sieve = Sieve::new(&[rule], [1; 32]).unwrap();
        let once = sieve.text(&text, None);
        prop_assert_eq!(&sieve.text(&once.text, None).text, &once.text);
        let planted = format!("{text} QX7 {text}");
        prop_assert!(!sieve.text(&planted, None).text.contains("QX7"));
    }
}
