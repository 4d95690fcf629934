//! Identifiers that numbers give away by themselves.

use super::{Hits, codes};
use crate::{checks, kind::Kind};

/// Looks at each word that has a digit in it.
pub fn scan(text: &[u8], hits: &mut Hits) {
    let mut behind = 0;
    while let Some(digit) = next_digit(text, behind) {
        let before = text[behind..digit]
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        let after = text[digit..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let (start, end) = (digit - before, digit + after);
        word(text, start, end, hits);
        behind = end;
    }
}

/// The next digit. Whole chunks without one are passed over together.
fn next_digit(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(chunk) = text.get(at..at + 32) {
        if chunk.iter().fold(false, |any, byte| any | byte.is_ascii_digit()) {
            break;
        }
        at += 32;
    }
    text[at..].iter().position(u8::is_ascii_digit).map(|place| at + place)
}

fn word(text: &[u8], start: usize, end: usize, hits: &mut Hits) {
    let run = text[start..end].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    if run < end - start {
        codes::mixed(text, start, end, hits);
    }
    if run > 0 {
        number(text, end - run, end, hits);
    }
}

/// A number that begins at `start`, possibly behind letters, and goes on behind separators.
fn number(text: &[u8], start: usize, end: usize, hits: &mut Hits) {
    let length = end - start;
    if text[..start].last() == Some(&b'+') && international(text, start, hits) {
        return;
    }
    match length {
        3 => {
            let _ = social(text, start, hits) || nanp(text, start, hits) || ipv4(text, start, hits);
        }
        1..=2 => {
            let _ = ipv4(text, start, hits)
                || codes::udi(text, start, end, hits)
                || codes::imei_groups(text, start, end, hits)
                || codes::mac_dashes(text, start, end, hits);
        }
        4 => {
            let _ = card_groups(text, start, hits) || codes::mac_dots(text, start, hits);
        }
        5 => codes::zip(text, start, end, hits),
        13..=19 => long(text, start, end, hits),
        _ => {}
    }
    if length <= 6 {
        codes::street(text, start, end, hits);
    }
    if matches!(length, 2 | 3) {
        codes::years(text, start, end, hits);
    }
}

/// A run of digits as long as a card's.
pub fn long(text: &[u8], start: usize, end: usize, hits: &mut Hits) {
    let digits = &text[start..end];
    if checks::card(digits) {
        hits.add(Kind::Card, start, end);
    } else if checks::imei(digits) {
        hits.add(Kind::Imei, start, end);
    }
}

/// The end of the digits at `start`; at most twenty.
pub fn digits_end(text: &[u8], start: usize) -> usize {
    start
        + text
            .get(start..)
            .map_or(0, |rest| rest.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count())
}

/// The groups of digits that follow with the same separator, this one included.
pub fn groups<const N: usize>(text: &[u8], start: usize, mark: u8) -> ([(usize, usize); N], usize) {
    let mut groups = [(0, 0); N];
    let mut count = 0;
    let mut from = start;
    while count < N {
        let end = digits_end(text, from);
        if end == from {
            break;
        }
        groups[count] = (from, end);
        count += 1;
        if text.get(end) != Some(&mark) {
            break;
        }
        from = end + 1;
    }
    (groups, count)
}

/// `536-90-4399`, with a hyphen, point, space, underline or slash twice.
fn social(text: &[u8], start: usize, hits: &mut Hits) -> bool {
    let Some(&mark) = text.get(start + 3).filter(|mark| b"- ._/".contains(mark)) else {
        return false;
    };
    let (parts, count) = groups::<3>(text, start, mark);
    if count < 3 || parts[1].1 - parts[1].0 != 2 || parts[2].1 - parts[2].0 != 4 {
        return false;
    }
    let [area, group, serial] = parts.map(|(start, end)| &text[start..end]);
    let mut end = parts[2].1;
    if checks::ssn(area, group, serial) {
        // A claim number of old Medicare: a letter, and perhaps one more character.
        let letters =
            text[end..].iter().take(3).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let claim = matches!(letters, 1..=2) && b"ABCDEFHJKMTW".contains(&text[end]);
        end += if claim { letters } else { 0 };
        hits.add(if claim { Kind::Hicn } else { Kind::Ssn }, start, end);
        return true;
    }
    if checks::itin(area, group, serial) {
        hits.add(Kind::Itin, start, end);
        return true;
    }
    false
}

/// `(617) 555-0142`, `617.555.0142`, `1-617-555-0142`.
fn nanp(text: &[u8], start: usize, hits: &mut Hits) -> bool {
    let open = text[..start].last() == Some(&b'(');
    let mut at = start + 3;
    let closed = text.get(at) == Some(&b')');
    at += usize::from(closed);
    let first = text.get(at).copied();
    let mark = first.filter(|byte| b"-. /".contains(byte));
    at += usize::from(mark.is_some());
    if open != closed || mark.is_none() && !closed {
        return false;
    }
    let exchange = digits_end(text, at);
    let area = &text[start..start + 3];
    // `(617)5550142`
    if closed && exchange - at == 7 && checks::nanp(area, &text[at..at + 3]) {
        hits.add(Kind::Phone, start - 1, exchange);
        return true;
    }
    let last = exchange + 1;
    let end = digits_end(text, last);
    let second = text.get(exchange).copied();
    if exchange - at != 3
        || end - last != 4
        || !second.is_some_and(|byte| b"-. ".contains(&byte))
        || !checks::nanp(area, &text[at..exchange])
    {
        return false;
    }
    let begin = country(text, start - usize::from(open));
    let alone = begin == start - usize::from(open) && !open;
    // Three numbers in a row with spaces are a table more often than a phone.
    if alone && first == Some(b' ') && second == Some(b' ') && !stands_alone(text, start, end) {
        return false;
    }
    let dotted = |at: Option<&u8>| at == Some(&b'.');
    let digit = |at: Option<&u8>| at.is_some_and(u8::is_ascii_digit);
    let more = dotted(text.get(end)) && digit(text.get(end + 1));
    let less = alone && start >= 2 && dotted(text.get(start - 1)) && digit(text.get(start - 2));
    if more || less {
        return false;
    }
    hits.add(Kind::Phone, begin, end);
    true
}

/// The beginning of a country code 1 before the area, if there is one.
fn country(text: &[u8], start: usize) -> usize {
    let mark = text[..start].last().is_some_and(|byte| b"- .".contains(byte));
    let one = start.saturating_sub(1 + usize::from(mark));
    if text.get(one) != Some(&b'1') || one == start {
        return start;
    }
    match one.checked_sub(1).map(|place| text[place]) {
        Some(b'+') => one - 1,
        Some(byte) if byte.is_ascii_alphanumeric() || byte == b'.' => start,
        _ => one,
    }
}

/// Whether no number stands on either side, a space away, and the area is one that is in use.
fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let near = |place: Option<usize>| {
        place.and_then(|place| text.get(place)).is_some_and(u8::is_ascii_digit)
    };
    let general = text[start + 1..start + 3] != *b"00" || text[start] == b'8';
    general && !near(start.checked_sub(2)) && !near(Some(end + 1))
}

/// `+44 20 7946 0958`: the E.164 form, 8 to 15 digits.
fn international(text: &[u8], start: usize, hits: &mut Hits) -> bool {
    let before = start.checked_sub(2).map(|place| text[place]);
    if text[start] == b'0' || before.is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    let mut end = start;
    let mut digits = 0;
    let mut at = start;
    let mut marks = 0;
    loop {
        let stop = digits_end(text, at);
        if stop == at || digits + stop - at > 15 {
            break;
        }
        digits += stop - at;
        end = stop;
        let gap = text[stop..].iter().take(2).take_while(|byte| b"- .()/".contains(byte)).count();
        if gap == 0 {
            break;
        }
        marks += 1;
        at = stop + gap;
    }
    let fits = digits >= 8 && (marks > 0 || digits >= 9);
    if fits {
        hits.add(Kind::Phone, start - 1, end);
    }
    fits
}

/// Four numbers up to 255 with points; loopback, "any" and "all" say nothing of a person.
fn ipv4(text: &[u8], start: usize, hits: &mut Hits) -> bool {
    let (parts, count) = groups::<5>(text, start, b'.');
    let before = text[..start].last();
    if count != 4
        || parts[..4]
            .iter()
            .any(|(start, end)| end - start > 3 || checks::number(&text[*start..*end]) > 255)
        || before.is_some_and(|byte| matches!(byte, b'v' | b'V'))
        || before == Some(&b'.') && start >= 2 && text[start - 2].is_ascii_digit()
    {
        return false;
    }
    let end = parts[3].1;
    let first = &text[parts[0].0..parts[0].1];
    let whole = &text[start..end];
    if first == b"127" || whole == b"0.0.0.0" || whole == b"255.255.255.255" {
        return false;
    }
    hits.add(Kind::Ip, start, end);
    true
}

/// `4111 1111 1111 1111`, `3782-822463-10005`.
fn card_groups(text: &[u8], start: usize, hits: &mut Hits) -> bool {
    let Some(&mark) = text.get(start + 4).filter(|mark| b"- ._".contains(mark)) else {
        return false;
    };
    let (parts, count) = groups::<5>(text, start, mark);
    let lengths = parts.map(|(start, end)| end - start);
    let used = match lengths {
        [4, 4, 4, 4, 3] => 5,
        [4, 4, 4, 4, _] => 4,
        [4, 6, 4 | 5, ..] => 3,
        _ => return false,
    };
    if count < used {
        return false;
    }
    for used in (used.min(4)..=used).rev() {
        let digits: Vec<u8> =
            parts[..used].iter().flat_map(|(s, e)| text[*s..*e].iter().copied()).collect();
        if checks::card(&digits) {
            hits.add(Kind::Card, start, parts[used - 1].1);
            return true;
        }
    }
    false
}
