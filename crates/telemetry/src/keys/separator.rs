//! What stands between a key and its value.

/// How clearly the two belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bond {
    /// `mrn=`, `"mrn": `, `MRN #`.
    Strong,
    /// `mrn is`.
    Word,
    /// `mrn 1`, `mrn/1`, `mrn-1`.
    Weak,
    /// `MRN1`.
    Glued,
}

/// Where a value begins, and how it is bound to its key.
#[derive(Debug, Clone, Copy)]
pub struct Join {
    /// How.
    pub bond: Bond,
    /// The first byte of the value.
    pub start: usize,
    /// The quotation mark before it.
    pub quote: Option<u8>,
}

/// Words that join a key to its value.
const WORDS: &[&str] = &[
    "is", "was", "are", "equals", "eq", "like", "in", "of", "on", "at", "for", "to", "a", "be",
    "ending", "with", "id",
];

fn space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Skips at most `most` bytes for which `fits`.
fn skip(text: &[u8], at: usize, most: usize, fits: impl Fn(u8) -> bool) -> usize {
    at + text[at..].iter().take(most).take_while(|byte| fits(**byte)).count()
}

/// Reads what follows a key that ends at `end`. Never looks further than some forty bytes.
pub fn join(text: &[u8], end: usize) -> Join {
    let closed =
        skip(text, end, 4, |byte| matches!(byte, b'"' | b'\'' | b']' | b')' | b'\\' | b'`' | b'*'));
    // The point of an abbreviation: `D.O.B.:`, `no. 1`.
    let point = text.get(closed) == Some(&b'.')
        && text
            .get(closed + 1)
            .is_some_and(|byte| space(*byte) || matches!(byte, b':' | b'=' | b'#'));
    let mut at = skip(text, closed + usize::from(point), 3, space);
    let next = text.get(at + 1).copied();
    let bond = match text.get(at) {
        Some(b'=' | b':' | b'>' | b'#' | b'|' | b'~') => {
            at = skip(text, at, 3, |byte| matches!(byte, b'=' | b':' | b'>' | b'#' | b'|' | b'~'));
            Bond::Strong
        }
        Some(b'-' | b'!' | b'<') if matches!(next, Some(b'>' | b'=')) => {
            at += 2;
            Bond::Strong
        }
        Some(b',' | b';' | b'/' | b'-' | b'_' | b'.' | b'+') => {
            at += 1;
            Bond::Weak
        }
        Some(b'(' | b'[' | b'{') => Bond::Weak,
        Some(byte) if byte.is_ascii_alphabetic() && at > end => {
            let word = joining_words(text, at);
            let bond = if word > at { Bond::Word } else { Bond::Weak };
            at = word;
            bond
        }
        _ if at > end => Bond::Weak,
        _ => Bond::Glued,
    };
    let (bond, at) = bridge(text, at).map_or((bond, at), |at| (Bond::Strong, at));
    opened(text, at, bond)
}

fn joining_words(text: &[u8], at: usize) -> usize {
    let mut at = at;
    for _ in 0..2 {
        for word in WORDS {
            let end = at + word.len();
            if text.get(at..end).is_some_and(|here| here.eq_ignore_ascii_case(word.as_bytes()))
                && text.get(end).is_some_and(|byte| space(*byte) || matches!(byte, b':' | b'='))
            {
                at = skip(text, end, 3, |byte| space(byte) || matches!(byte, b':' | b'='));
                break;
            }
        }
    }
    at
}

/// `"name": "mrn", "value": "1"`: the value is bound by the word for it.
fn bridge(text: &[u8], at: usize) -> Option<usize> {
    let at =
        skip(text, at, 6, |byte| space(byte) || matches!(byte, b'"' | b'\'' | b'\\' | b',' | b'('));
    let end = at + 5;
    if !text.get(at..end)?.eq_ignore_ascii_case(b"value") {
        return None;
    }
    let end = skip(text, end, 6, |byte| byte.is_ascii_alphabetic());
    let closed = skip(text, end, 3, |byte| space(byte) || matches!(byte, b'"' | b'\'' | b'\\'));
    matches!(text.get(closed)?, b':' | b'=').then_some(closed + 1)
}

fn opened(text: &[u8], at: usize, bond: Bond) -> Join {
    let start = skip(text, at, 8, |byte| {
        space(byte)
            || matches!(byte, b'"' | b'\'' | b'[' | b'(' | b'{' | b'`' | b'\\' | b'#' | b'%')
    });
    let quote =
        text[at..start].iter().rev().copied().find(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    let bond = match bond {
        Bond::Weak if text[at..start].contains(&b'#') => Bond::Strong,
        Bond::Glued if start > at => Bond::Weak,
        bond => bond,
    };
    Join { bond, start, quote: quote.filter(|_| text[start - 1] != b' ') }
}
