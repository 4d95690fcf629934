//! Values next to words that say what they are, and structures that begin with a mark.

use super::Hits;
use crate::{
    keys::{Found, Keys, Shape, Stand, separator},
    kind::Kind,
    values,
};

/// Looks for keys and what belongs to them.
pub fn scan(keys: &Keys, text: &[u8], hits: &mut Hits) {
    let mut ranges = Vec::new();
    // Fields that count only where a FHIR resource describes a person.
    let mut pending = Vec::new();
    let mut person = false;
    keys.each(text, |found| {
        hits.keys = true;
        match found.phrase.shape {
            Shape::Hl7 => return segment(text, found, Kind::Hl7, b"", hits),
            Shape::X12 => return segment(text, found, Kind::X12, b"~'", hits),
            Shape::Image => return image(text, found, hits),
            _ => {}
        }
        let join = separator::join(text, found.end);
        if found.phrase.shape == Shape::Fhir {
            let rest = &text[join.start.min(text.len())..];
            person |= [&b"Patient"[..], b"Person", b"RelatedPerson"]
                .iter()
                .any(|name| rest.starts_with(name));
            return found.end;
        }
        values::values(text, found, join, &mut ranges);
        if found.phrase.stand == Stand::FhirField {
            pending.extend(ranges.drain(..).map(|range| (found.phrase.kind, range)));
        }
        // A key without a value may be the first word of another: `patient.address.street`.
        let next = if ranges.is_empty() { found.start + 1 } else { found.end };
        for (start, end) in ranges.drain(..) {
            hits.add(found.phrase.kind, start, end);
        }
        next
    });
    if person {
        for (kind, (start, end)) in pending {
            hits.add(kind, start, end);
        }
    }
}

/// The rest of a segment: up to the end of the line, also where that is written as an escape.
fn segment(text: &[u8], found: Found, kind: Kind, ends: &[u8], hits: &mut Hits) -> usize {
    let start = found.end;
    let mut end = start;
    while let Some(byte) = text.get(end) {
        let escape = *byte == b'\\' && matches!(text.get(end + 1), Some(b'r' | b'n'));
        if matches!(byte, b'\r' | b'\n') || escape || ends.contains(byte) {
            break;
        }
        end += 1;
    }
    hits.add(kind, start, end);
    end
}

/// An image as text.
fn image(text: &[u8], found: Found, hits: &mut Hits) -> usize {
    let length = text[found.end..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"+/=;,:%-._".contains(byte))
        .count();
    hits.add(Kind::Photo, found.start, found.end + length);
    found.end + length
}
