//! What stands behind a key: how far the value reaches, and whether it is one.

mod date;
mod shapes;

pub use shapes::{is_empty_word, whole};

use crate::keys::{
    Found, Shape,
    separator::{Bond, Join},
};

/// The longest quoted value of a name or number, and the longest that is looked for without quotes.
const SHORT: usize = 160;
/// The longest quoted value of any other sort.
const LONG: usize = 4096;

/// A part of a text, as two offsets.
pub type Range = (usize, usize);

/// Adds the ranges of the values that belong to a key.
pub fn values(text: &[u8], found: Found, join: Join, out: &mut Vec<Range>) {
    if join.start >= text.len() {
        return;
    }
    if let Some(quote) = join.quote {
        if quoted(text, found, join, quote, out) {
            return;
        }
    } else if matches!(found.phrase.shape, Shape::Icd | Shape::Cpt | Shape::Ndc) {
        listed(text, found, join, out);
        return;
    }
    if let Some(range) = bare(text, found.phrase.shape, join) {
        out.push(range);
    }
}

/// `"a"` or `"a", "b"`. False when the text in quotes cannot be the value.
fn quoted(text: &[u8], found: Found, join: Join, quote: u8, out: &mut Vec<Range>) -> bool {
    let mut start = join.start;
    let mut any = false;
    let list = text[found.end..join.start].contains(&b'[');
    for _ in 0..16 {
        let most = match found.phrase.shape {
            Shape::Any | Shape::Place | Shape::Image => LONG,
            _ => SHORT,
        };
        let end = text.len().min(start + most);
        let Some(length) = memchr::memchr(quote, &text[start..end]) else { break };
        let mut inner = start + length;
        let after = inner + 1;
        // The quotation mark of a text within a text: \"…\".
        while inner > start && text[inner - 1] == b'\\' {
            inner -= 1;
        }
        let next = after + text[after..].iter().take(4).take_while(|byte| **byte == b' ').count();
        if matches!(text.get(next), Some(b':')) && quote == b'"' {
            break;
        }
        let value = &text[start..inner];
        let clear = matches!(join.bond, Bond::Strong | Bond::Word);
        if (clear || shapes::certain(value, found)) && shapes::fits(value, found.phrase.shape) {
            out.push((start, inner));
            any = true;
        }
        let mark = text[next.min(text.len())..]
            .iter()
            .take(6)
            .take_while(|byte| matches!(**byte, b',' | b' ' | b'\n' | b'\\'))
            .count();
        let more = next + mark;
        if !list || mark == 0 || text.get(more) != Some(&quote) {
            break;
        }
        start = more + 1;
    }
    any
}

/// `E11.9, I10; J45`.
fn listed(text: &[u8], found: Found, join: Join, out: &mut Vec<Range>) {
    let mut start = join.start;
    for _ in 0..16 {
        let end = token_end(text, start, |byte| matches!(byte, b'.' | b'-'));
        let end = trim(text, start, end);
        if !shapes::fits(&text[start..end], found.phrase.shape) {
            return;
        }
        out.push((start, end));
        let gap = text[end..]
            .iter()
            .take(6)
            .take_while(|byte| matches!(**byte, b',' | b' ' | b';' | b'"' | b'\'' | b'|'))
            .count();
        if gap == 0 {
            return;
        }
        start = end + gap;
    }
}

/// The end of letters, digits and what else is allowed; at most [`SHORT`] bytes.
fn token_end(text: &[u8], start: usize, also: impl Fn(u8) -> bool) -> usize {
    let most = text.len().min(start + SHORT);
    start
        + text[start..most]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || also(**byte))
            .count()
}

/// Without punctuation at the end.
fn trim(text: &[u8], start: usize, end: usize) -> usize {
    let keeps =
        text[start..end].iter().rposition(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    keeps.map_or(start, |last| start + last + 1)
}

/// A value without quotes.
fn bare(text: &[u8], shape: Shape, join: Join) -> Option<Range> {
    let start = join.start;
    let clear = matches!(join.bond, Bond::Strong | Bond::Word);
    let end = match shape {
        Shape::Id(_) | Shape::StrongId(_) | Shape::AwsOrAccount => return id(text, shape, join),
        Shape::Name => return name(text, join),
        Shape::Person => {
            return name(text, join).filter(|(start, end)| {
                clear && text[*start..*end].iter().any(|b| b" ,^".contains(b))
            });
        }
        Shape::Date => return date::at(text, start, clear),
        Shape::Age | Shape::Zip => token_end(text, start, |byte| byte == b'-'),
        Shape::Phone => phone_end(text, start),
        Shape::Icd | Shape::Cpt | Shape::Ndc => {
            token_end(text, start, |byte| matches!(byte, b'.' | b'-'))
        }
        Shape::Address | Shape::Place => {
            if !clear {
                return (shape == Shape::Place).then(|| shapes::street(text, start)).flatten();
            }
            place_end(text, start)
        }
        Shape::Any | Shape::User => any_end(text, start, shape, join.bond)?,
        Shape::Hl7 | Shape::X12 | Shape::Image | Shape::Fhir => return None,
    };
    let end = if matches!(shape, Shape::Any) { end } else { trim(text, start, end) };
    (shapes::fits(&text[start..end], shape)
        && (clear || !matches!(shape, Shape::Zip | Shape::User)))
    .then_some((start, end))
}

fn id(text: &[u8], shape: Shape, join: Join) -> Option<Range> {
    let start = join.start;
    let clear = matches!(join.bond, Bond::Strong | Bond::Word);
    let also = |byte| matches!(byte, b'-' | b'_' | b'.' | b'/' | b'*' | b'^');
    let mut end = trim(text, start, token_end(text, start, also));
    let value = &text[start..end];
    let least = match (shape, clear) {
        (Shape::StrongId(_), false) => return None,
        (Shape::Id(least) | Shape::StrongId(least), true) => least,
        (Shape::Id(1 | 2), false) => 3,
        (Shape::Id(least), false) => least.max(5),
        _ => 4,
    };
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits < least.min(4) || !shapes::fits(value, shape) || !clear && date::is_iso(value) {
        return None;
    }
    // `123 456 789`, and `12-34` that a space follows.
    if clear && value.iter().all(u8::is_ascii_digit) && value.len() <= 4 {
        for _ in 0..5 {
            let group = token_end(text, (end + 1).min(text.len()), |_| false);
            let next = text.get(end + 1..group).unwrap_or_default();
            if text.get(end) != Some(&b' ')
                || !matches!(next.len(), 2..=4)
                || !next.iter().all(u8::is_ascii_digit)
            {
                break;
            }
            end = group;
        }
    }
    Some((start, end))
}

fn phone_end(text: &[u8], start: usize) -> usize {
    let most = text.len().min(start + 28);
    start
        + text[start..most]
            .iter()
            .take_while(|byte| {
                byte.is_ascii_digit()
                    || matches!(byte, b'+' | b'(' | b')' | b'-' | b'.' | b' ' | b'/' | b'x')
            })
            .count()
}

/// Up to the end of the field.
fn place_end(text: &[u8], start: usize) -> usize {
    let most = text.len().min(start + SHORT);
    let mut end = start;
    let mut word = start;
    while end < most {
        match text[end] {
            b';' | b'|' | b'&' | b'\n' | b'\r' | b'"' | b'\'' | b'}' | b'{' | b'<' | b'['
            | b'\t' => break,
            b'=' | b':' => return word.max(start + 1).min(end),
            b' ' | b',' => word = end,
            _ => {}
        }
        end += 1;
    }
    end
}

/// Up to a space or the end of the field; credentials in headers have more words.
fn any_end(text: &[u8], start: usize, shape: Shape, bond: Bond) -> Option<usize> {
    let most = text.len().min(start + LONG);
    let stops = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(
                byte,
                b'"' | b'\'' | b'&' | b'<' | b'>' | b'}' | b')' | b']' | b',' | b';' | b'['
            )
    };
    let token =
        |from: usize| from + text[from..most].iter().take_while(|byte| !stops(byte)).count();
    let mut end = token(start);
    let head = &text[start..end];
    let scheme = [&b"Bearer"[..], b"Basic", b"Digest", b"Token"]
        .iter()
        .any(|scheme| head.eq_ignore_ascii_case(scheme));
    if scheme && text.get(end) == Some(&b' ') {
        end = token((end + 1).min(most));
    }
    match bond {
        Bond::Strong | Bond::Word => Some(end),
        // `Bearer eyJ…` stands alone in logs of requests.
        _ => (shape == Shape::Any && end - start >= 16).then_some(end),
    }
}

/// Words of a name. Without quotes nothing says where it ends: words go on as long as they begin
/// like the first, and no further than four.
fn name(text: &[u8], join: Join) -> Option<Range> {
    let start = join.start;
    let first = word_end(text, start);
    if first == start || key_follows(text, first) {
        return None;
    }
    let capital = text[start].is_ascii_uppercase() || !text[start].is_ascii();
    if !capital && join.bond != Bond::Strong || is_empty_word(&text[start..first]) {
        return None;
    }
    let mut end = first;
    for _ in 0..3 {
        let gap = text[end..]
            .iter()
            .take(2)
            .take_while(|byte| matches!(**byte, b' ' | b',' | b'^' | b'+' | b'.'))
            .count();
        let next = end + gap;
        let stop = word_end(text, next.min(text.len()));
        if gap == 0 || stop == next || key_follows(text, stop) {
            break;
        }
        let alike =
            text[next].is_ascii_uppercase() || !text[next].is_ascii() || end == first && !capital;
        if !alike {
            break;
        }
        end = stop;
    }
    Some((start, end))
}

fn word_end(text: &[u8], start: usize) -> usize {
    let most = text.len().min(start + 48);
    let run = text[start..most]
        .iter()
        .take_while(|byte| {
            byte.is_ascii_alphabetic() || !byte.is_ascii() || matches!(byte, b'\'' | b'-')
        })
        .count();
    if text.get(start).is_some_and(|byte| matches!(byte, b'\'' | b'-')) {
        return start;
    }
    trim(text, start, start + run)
}

fn key_follows(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b'=' | b':' | b'_' | b'(' | b'/'))
        || text.get(at).is_some_and(u8::is_ascii_digit)
        || text.get(at) == Some(&b'"') && text.get(at + 1) == Some(&b':')
}
