//! Every sort of identifier, in every form, at every place, in both encodings: all of it must be
//! gone. The texts are in `texts.rs`.

use std::collections::BTreeMap;

use domain::telemetry::EventKey;
use telemetry::{Encoding, Kind};

use crate::{
    requests::{PLACES, log_request, pair, send, text},
    sieve,
    texts::{FORMS, KEYED, in_disguise},
};

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Whether what came out still says it: as it stood, or its digits without what was between them.
fn leaks(out: &str, planted: &str) -> bool {
    let plain = digits(planted);
    out.contains(planted) || plain.len() >= 6 && out.contains(&plain)
}

#[test]
fn every_kind_has_forms() {
    for kind in Kind::ALL {
        let known = FORMS.iter().any(|(form, ..)| form == kind);
        assert!(known || *kind == Kind::Unclear, "{kind:?} has no form in texts.rs");
    }
}

#[test]
fn every_identifier_is_gone_from_every_place() {
    let sieve = sieve();
    let (mut planted, mut missed) = (0_u32, Vec::new());
    for place in PLACES {
        for (kind, carrier, raw) in FORMS {
            let request = place.request(carrier);
            for encoding in [Encoding::Protobuf, Encoding::Json] {
                planted += 1;
                let mut received = send(&sieve, &request, encoding);
                // A digest in hexadecimal may have any two digits in it.
                let logs = received.parcels.iter_mut().flat_map(|parcel| &mut parcel.logs);
                logs.for_each(|log| log.key = EventKey([0; 16]));
                let out = serde_json::to_string(&received).unwrap();
                let noted = received
                    .parcels
                    .iter()
                    .flat_map(|parcel| {
                        let spans = parcel.spans.iter().flat_map(|span| &span.redactions);
                        let logs = parcel.logs.iter().flat_map(|log| &log.redactions);
                        parcel.redactions.iter().chain(spans).chain(logs)
                    })
                    .any(|redaction| redaction.position == place.position);
                if leaks(&out, raw) || !noted {
                    missed.push(format!("{kind:?} in {} ({encoding:?}): {carrier}", place.name));
                }
            }
        }
    }
    println!("planted {planted}, missed {}", missed.len());
    assert!(
        missed.is_empty(),
        "{} of {planted}:\n{}",
        missed.len(),
        missed[..missed.len().min(40)].join("\n")
    );
}

#[test]
fn every_disguise_is_seen_through() {
    let sieve = sieve();
    let (mut planted, mut missed) = (0_u32, Vec::new());
    for (kind, carrier, raw) in FORMS {
        for (name, text, secret) in in_disguise(carrier, raw) {
            planted += 1;
            let cleaned = sieve.text(&text, None);
            if cleaned.text.contains(&secret) || leaks(&cleaned.text, raw) {
                missed.push(format!("{kind:?} {name}: {text} -> {}", cleaned.text));
            }
        }
    }
    println!("planted {planted}, missed {}", missed.len());
    assert!(
        missed.is_empty(),
        "{} of {planted}:\n{}",
        missed.len(),
        missed[..missed.len().min(40)].join("\n")
    );
}

#[test]
fn the_name_of_an_attribute_is_enough() {
    let sieve = sieve();
    let mut missed = Vec::new();
    for (key, value) in KEYED {
        for value_json in
            [text(value), serde_json::json!({ "arrayValue": { "values": [text(value)] } })]
        {
            for encoding in [Encoding::Protobuf, Encoding::Json] {
                let request = log_request(vec![pair(key, value_json.clone())]);
                let out = serde_json::to_string(&send(&sieve, &request, encoding)).unwrap();
                if out.contains(value) {
                    missed.push(format!("{key} = {value}"));
                }
            }
        }
        if let Ok(number) = value.parse::<i64>() {
            let request = log_request(vec![pair(key, serde_json::json!({ "intValue": number }))]);
            let out = serde_json::to_string(&send(&sieve, &request, Encoding::Protobuf)).unwrap();
            if out.contains(value) {
                missed.push(format!("{key} = {value} as a number"));
            }
        }
        let cleaned = sieve.text(value, Some(key));
        assert!(missed.is_empty() && cleaned.text != *value, "{key} {value} {missed:?}");
        let text = format!("{{\"a\":1,\"{key}\":\"{value}\",\"b\":2}}");
        let out = sieve.text(&text, None).text;
        if out.contains(value) {
            missed.push(format!("{text} -> {out}"));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn kinds_are_told_apart() {
    let sieve = sieve();
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    for (kind, carrier, _) in FORMS {
        let cleaned = sieve.text(carrier, None);
        if !cleaned.found.iter().any(|(rule, _)| rule == kind.name()) {
            wrong.insert((*carrier).to_owned(), format!("{kind:?}, found {:?}", cleaned.found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
