//! Finding the phrases of the table in text, one look per byte.

use super::{PHRASES, Phrase, Stand};

/// Buckets for the first three bytes of a phrase.
const BUCKETS: usize = 4096;

/// Bytes that may stand behind the first word of a phrase when that has two letters.
const BEHIND: &[u8] = b" _-./+#=:\"'\\[](>*\t,";

/// Words behind a phrase that do not change what it announces.
const QUALIFIERS: &[&str] = &[
    "identifier",
    "numbers",
    "number",
    "value",
    "string",
    "input",
    "param",
    "field",
    "digits",
    "last4",
    "last 4",
    "last four",
    "code",
    "text",
    "nbr",
    "num",
    "raw",
    "old",
    "new",
    "ids",
    "id",
    "no",
    "nr",
    "val",
    "str",
    "hash",
    "list",
    "search",
    "query",
    "date",
];

/// Words behind a phrase in the name of an attribute that say it holds something else.
const OTHERWISE: &[&str] = &[
    "count",
    "length",
    "len",
    "size",
    "status",
    "valid",
    "present",
    "type",
    "format",
    "system",
    "required",
    "missing",
    "enabled",
    "exists",
    "error",
    "errors",
    "ms",
    "duration",
    "total",
    "index",
    "validation",
    "match",
    "matches",
    "column",
    "version",
    "service",
    "state",
    "port",
    "policy",
    "class",
    "schema",
    "table",
    "method",
    "limit",
    "max",
    "min",
    "seconds",
    "hits",
];

/// An index over the table.
pub struct Keys {
    /// For each hash of three bytes the list to try, plus one; zero is none.
    bucket: Box<[u16; BUCKETS]>,
    /// Entries of the table, the longest words first.
    lists: Vec<Vec<&'static Phrase>>,
}

/// A phrase that was found in text.
#[derive(Clone, Copy)]
pub struct Found {
    /// Which.
    pub phrase: &'static Phrase,
    /// Where it begins.
    pub start: usize,
    /// Where it ends, with its qualifiers.
    pub end: usize,
}

fn hash(three: u32) -> usize {
    ((three | 0x0020_2020).wrapping_mul(0x9e37_79b1) >> 20) as usize % BUCKETS
}

impl Keys {
    /// Builds the index.
    pub fn new() -> Self {
        let mut keys = Self { bucket: Box::new([0; BUCKETS]), lists: Vec::new() };
        for phrase in PHRASES {
            // A space in a phrase may be anything in text, so the first three bytes must not reach
            // over one; words of two letters are found by each byte that may follow them.
            let words = phrase.words.as_bytes();
            if words.len() == 2 || words.get(2) == Some(&b' ') {
                for behind in BEHIND.iter().chain(words.get(3)) {
                    keys.insert([words[0], words[1], *behind], phrase);
                }
            } else {
                keys.insert([words[0], words[1], words[2]], phrase);
            }
        }
        for list in &mut keys.lists {
            list.sort_by_key(|phrase| std::cmp::Reverse(phrase.words.len()));
        }
        keys
    }

    fn insert(&mut self, head: [u8; 3], phrase: &'static Phrase) {
        let slot = &mut self.bucket[hash(u32::from_le_bytes([head[0], head[1], head[2], 0]))];
        if *slot == 0 {
            self.lists.push(Vec::new());
            *slot = self.lists.len() as u16;
        }
        let list = &mut self.lists[usize::from(*slot) - 1];
        if !list.iter().any(|known| std::ptr::eq(*known, phrase)) {
            list.push(phrase);
        }
    }

    /// Calls `found` for each phrase in the text; it answers where to go on looking.
    pub fn each(&self, text: &[u8], mut found: impl FnMut(Found) -> usize) {
        if text.len() < 3 {
            return;
        }
        let mut three = u32::from_le_bytes([0, text[0], text[1], 0]);
        let mut from = 0;
        for (at, byte) in text[2..].iter().enumerate() {
            three = three >> 8 | u32::from(*byte) << 16;
            let slot = self.bucket[hash(three)];
            if slot != 0 && at >= from {
                let list = &self.lists[usize::from(slot) - 1];
                let mut length = 0;
                // The longest words; of several entries with the same words all.
                for phrase in list {
                    if phrase.words.len() < length {
                        break;
                    }
                    if let Some(end) = phrase_at(text, at, phrase) {
                        length = phrase.words.len();
                        from = found(Found { phrase, start: at, end }).max(at + 1).max(from);
                    }
                }
            }
        }
    }

    /// What the name of an attribute announces: the last phrase in it, unless the words behind that
    /// say otherwise (`mrn.count`).
    pub fn of(&self, name: &str) -> Option<&'static Phrase> {
        if name.len() > 256 {
            return None;
        }
        let mut text = Vec::with_capacity(name.len() + 1);
        text.extend_from_slice(name.as_bytes());
        text.push(b'=');
        let mut last: Option<Found> = None;
        self.each(&text, |found| {
            if !matches!(found.phrase.stand, Stand::Mark | Stand::FhirField) {
                last = Some(found);
            }
            found.end
        });
        let found = last?;
        let field = found.phrase.stand == Stand::Field;
        let rest = &text[found.end..text.len() - 1];
        let mut words = 0;
        for word in rest.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty()) {
            words += 1;
            let otherwise =
                OTHERWISE.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
            if otherwise || field || words > 2 {
                return None;
            }
        }
        Some(found.phrase)
    }
}

/// Whether the phrase stands at this place; where it ends.
fn phrase_at(text: &[u8], at: usize, phrase: &Phrase) -> Option<usize> {
    let before = at.checked_sub(1).map(|place| text[place]);
    let end = words_at(text, at, phrase.words)?;
    let apart = before.is_none_or(|byte| {
        !byte.is_ascii_alphabetic() || byte.is_ascii_lowercase() && text[at].is_ascii_uppercase()
    });
    match phrase.stand {
        Stand::Mark => {
            return before.is_none_or(|byte| !byte.is_ascii_alphanumeric()).then_some(end);
        }
        Stand::Field | Stand::FhirField => {
            let next = text.get(end).copied();
            let quoted = matches!(next, Some(b'"' | b'\'' | b'\\'));
            return match before {
                None | Some(b'?' | b'&' | b'{' | b'<' | b'.' | b'/' | b'[') => true,
                Some(b'"' | b'\'') => quoted,
                Some(b' ' | b',' | b';' | b'(' | b'\n' | b'\t') => next == Some(b'='),
                _ => false,
            }
            .then_some(end)
            .filter(|_| next.is_none_or(|byte| !byte.is_ascii_alphanumeric() && byte != b'_'));
        }
        Stand::Word if !apart => return None,
        _ => {}
    }
    let mut end = end;
    for _ in 0..2 {
        end = qualifier(text, end).unwrap_or(end);
    }
    if text.get(end).is_some_and(|byte| matches!(byte, b's' | b'S')) {
        end += 1;
    }
    text.get(end).is_none_or(|byte| !byte.is_ascii_alphabetic()).then_some(end)
}

/// Compares words regardless of case; a space may be up to two separators or none.
fn words_at(text: &[u8], at: usize, words: &str) -> Option<usize> {
    let mut at = at;
    for byte in words.bytes() {
        if byte == b' ' {
            let gap = text.get(at..)?.iter().take(2).take_while(|byte| is_gap(**byte)).count();
            at += gap;
        } else {
            if text.get(at)?.to_ascii_lowercase() != byte {
                return None;
            }
            at += 1;
        }
    }
    Some(at)
}

fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'_' | b'-' | b'.' | b'/' | b'+' | b'?' | b'\t')
}

/// A word that changes nothing (`number`, `id`), or the number of the field (`phone2=`).
fn qualifier(text: &[u8], at: usize) -> Option<usize> {
    let gap = text
        .get(at..)
        .map_or(0, |rest| rest.iter().take(2).take_while(|byte| is_gap(**byte)).count());
    for word in QUALIFIERS {
        if let Some(end) = words_at(text, at + gap, word)
            && text.get(end).is_none_or(|byte| {
                !byte.is_ascii_alphabetic()
                    || text[end - 1].is_ascii_lowercase() && byte.is_ascii_uppercase()
            })
        {
            return Some(end);
        }
    }
    let digits =
        text.get(at + gap..)?.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    let end = at + gap + digits;
    (matches!(digits, 1..=2) && matches!(text.get(end), Some(b'=' | b':' | b'"' | b'\'')))
        .then_some(end)
}
