//! Identifiers of letters and digits, and what stands around a number.

use super::{
    Hits, net,
    numbers::{self, digits_end, groups},
};
use crate::{checks, kind::Kind};

/// A word of letters and digits.
pub fn mixed(text: &[u8], start: usize, end: usize, hits: &mut Hits) {
    let word = &text[start..end];
    match word.len() {
        4 if text.get(end) == Some(&b'.') => {
            mac_dots(text, start, hits);
        }
        4 if text.get(end).is_some_and(|mark| matches!(mark, b'-' | b' ')) => {
            spaced(text, start, end, hits);
        }
        9 if checks::dea(word) && word[0].is_ascii_uppercase() => hits.add(Kind::Dea, start, end),
        11 if checks::mbi(word) => hits.add(Kind::Mbi, start, end),
        17 if checks::vin(word) => hits.add(Kind::Vin, start, end),
        15..=34 if checks::iban(word) => hits.add(Kind::Iban, start, end),
        _ => {}
    }
    // Digits within the word, unless it is a long hexadecimal number.
    if word.len() >= 13 && !(word.len() >= 24 && word.iter().all(u8::is_ascii_hexdigit)) {
        let mut at = start;
        while at < end {
            let stop = at + text[at..end].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if matches!(stop - at, 13..=19) && stop < end {
                numbers::long(text, at, stop, hits);
            }
            at = stop.max(at + 1);
        }
    }
    // `97yo`
    let head = digits_end(text, start);
    if matches!(head - start, 2..=3) {
        years(text, start, head, hits);
    }
    // `123-45-6789` may begin behind letters; that is looked at with the number itself.
}

/// A beneficiary identifier or an IBAN in groups: `1EG4-TE5-MK73`, `DE89 3704 0044 0532 0130 00`.
fn spaced(text: &[u8], start: usize, end: usize, hits: &mut Hits) {
    let mark = text[end];
    if text[start].is_ascii_digit() {
        let last = end + 1 + 3 + 1 + 4;
        let Some(whole) = text.get(start..last) else { return };
        let plain: Vec<u8> = whole.iter().copied().filter(|byte| *byte != mark).collect();
        let apart = text.get(last).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        if text[end + 4] == mark && apart && checks::mbi(&plain) {
            hits.add(Kind::Mbi, start, last);
        }
        return;
    }
    let Some(length) = checks::iban_length(&text[start..end]) else { return };
    let mut plain = Vec::with_capacity(length);
    let mut at = start;
    while plain.len() < length {
        match text.get(at) {
            Some(byte) if byte.is_ascii_alphanumeric() => plain.push(*byte),
            Some(byte) if *byte == mark => {}
            _ => return,
        }
        at += 1;
    }
    let apart = text.get(at).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    if apart && checks::iban(&plain) {
        hits.add(Kind::Iban, start, at);
    }
}

/// `(01)00643169007222(17)…(21)…`: the device and all that follows in the same form.
pub fn udi(text: &[u8], start: usize, end: usize, hits: &mut Hits) -> bool {
    let framed = text[..start].last() == Some(&b'(') && text.get(end) == Some(&b')');
    if !framed || text[start..end] != *b"01" {
        return false;
    }
    let mut stop = digits_end(text, end + 1);
    if !checks::gtin14(&text[end + 1..stop]) {
        return false;
    }
    for _ in 0..6 {
        let inner = digits_end(text, stop + 1);
        if text.get(stop) != Some(&b'(') || text.get(inner) != Some(&b')') {
            break;
        }
        stop = inner
            + 1
            + text[inner + 1..]
                .iter()
                .take(20)
                .take_while(|byte| byte.is_ascii_alphanumeric())
                .count();
    }
    hits.add(Kind::Udi, start - 1, stop);
    true
}

/// `35-209900-176148-1`.
pub fn imei_groups(text: &[u8], start: usize, end: usize, hits: &mut Hits) -> bool {
    let Some(&mark) = text.get(end).filter(|mark| b"- ".contains(mark)) else { return false };
    let (parts, count) = groups::<4>(text, start, mark);
    if count < 4 || parts.map(|(start, end)| end - start) != [2, 6, 6, 1] {
        return false;
    }
    let digits: Vec<u8> =
        parts.iter().flat_map(|(start, end)| text[*start..*end].iter().copied()).collect();
    if checks::imei(&digits) {
        hits.add(Kind::Imei, start, parts[3].1);
        return true;
    }
    false
}

/// `00-1B-44-11-3A-B7`, whichever group the digit was in.
pub fn mac_dashes(text: &[u8], start: usize, end: usize, hits: &mut Hits) -> bool {
    if end - start != 2 {
        return false;
    }
    let before = text[..start]
        .iter()
        .rev()
        .take(15)
        .take_while(|byte| byte.is_ascii_hexdigit() || **byte == b'-')
        .count();
    let first = start - before / 3 * 3;
    let apart = first == 0 || !text[first - 1].is_ascii_alphanumeric() && text[first - 1] != b'-';
    let Some(token) = text.get(first..first + 17) else { return false };
    let behind =
        text.get(first + 17).is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-');
    let fits = apart && behind && net::is_mac(token, b'-');
    if fits {
        hits.add(Kind::Mac, first, first + 17);
    }
    fits
}

/// `001b.4411.3ab7`, where the first group has digits only.
pub fn mac_dots(text: &[u8], start: usize, hits: &mut Hits) -> bool {
    let Some(token) = text.get(start..start + 14) else { return false };
    let fits = token.iter().enumerate().all(|(place, byte)| match place {
        4 | 9 => *byte == b'.',
        _ => byte.is_ascii_hexdigit(),
    }) && text.get(start + 14).is_none_or(|byte| !byte.is_ascii_alphanumeric())
        && token.iter().any(u8::is_ascii_alphabetic);
    if fits {
        hits.add(Kind::Mac, start, start + 14);
    }
    fits
}

/// States and territories as the Postal Service writes them.
const STATES: &str = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT \
NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR VI GU AS MP";

/// Abbreviations that also are words, or units, before a number.
const WORDS: &str = "IN OR OK ID ME HI MS AS OH PA MP";

/// `MA 02139` behind a place.
pub fn zip(text: &[u8], start: usize, end: usize, hits: &mut Hits) {
    let Some(state) = start.checked_sub(3).map(|from| &text[from..start - 1]) else { return };
    let known = |list: &str| list.as_bytes().chunks(3).any(|entry| entry[..2] == *state);
    if text[start - 1] != b' ' || !known(STATES) || start < 5 {
        return;
    }
    let before = &text[..start - 3];
    let comma = before.ends_with(b", ");
    let place = before.ends_with(b" ") && before[before.len() - 2].is_ascii_alphabetic();
    if !(comma || place && !known(WORDS)) {
        return;
    }
    let more = digits_end(text, end + 1);
    let long = text.get(end) == Some(&b'-') && more - end - 1 == 4;
    hits.add(Kind::Zip, start, if long { more } else { end });
}

const STREETS: &[&str] = &[
    "Street",
    "St",
    "Avenue",
    "Ave",
    "Road",
    "Rd",
    "Lane",
    "Ln",
    "Drive",
    "Boulevard",
    "Blvd",
    "Court",
    "Ct",
    "Way",
    "Terrace",
    "Circle",
    "Cir",
    "Parkway",
    "Pkwy",
    "Highway",
    "Hwy",
    "Dr",
    "Place",
    "Pl",
    "Square",
    "Trail",
];

/// `12 Larkspur Lane`: a number, one to four words with capitals, the last of which is a street.
pub fn street(text: &[u8], start: usize, end: usize, hits: &mut Hits) {
    let mut at = end;
    for place in 0..5 {
        if text.get(at) != Some(&b' ') || !text.get(at + 1).is_some_and(u8::is_ascii_uppercase) {
            return;
        }
        let word = at + 1;
        at = word
            + text[word..].iter().take(24).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let known =
            STREETS.iter().any(|known| text[word..at].eq_ignore_ascii_case(known.as_bytes()));
        let apart = text.get(at).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        if place > 0 && known && apart {
            hits.add(Kind::Address, start, at);
            return;
        }
        if text.get(at) == Some(&b'.') && at - word <= 3 {
            at += 1;
        }
    }
}

/// `97 years old`, `97-year-old`, `97yo`, `97 y/o`.
pub fn years(text: &[u8], start: usize, end: usize, hits: &mut Hits) {
    if !(90..=130).contains(&checks::number(&text[start..end]))
        || start > 0 && (text[start - 1].is_ascii_alphanumeric() || text[start - 1] == b'.')
    {
        return;
    }
    let gap = usize::from(text.get(end).is_some_and(|byte| matches!(byte, b' ' | b'-')));
    let rest = &text[end + gap..];
    let old = [
        "year-old",
        "year old",
        "years old",
        "years of age",
        "yo",
        "y/o",
        "y.o",
        "yr old",
        "yrs old",
    ]
    .iter()
    .any(|word| {
        rest.get(..word.len()).is_some_and(|here| here.eq_ignore_ascii_case(word.as_bytes()))
            && rest.get(word.len()).is_none_or(|byte| !byte.is_ascii_alphabetic())
    });
    if old {
        hits.add(Kind::Age, start, end);
    }
}
