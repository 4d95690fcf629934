//! Text inside text: base64 and hexadecimal.

use std::ops::Range;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};

/// Reads base64 in either alphabet, padded or not.
pub fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let text = text.get(..end)?;
    let url = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    // A last digit with bits that say nothing is written by some encoders; it is cut off.
    let alphabet = if url { BASE64URL_NOPAD } else { BASE64_NOPAD };
    alphabet.decode(text).ok().or_else(|| {
        let whole = text.len() - text.len() % 4;
        alphabet.decode(text.get(..whole)?).ok().filter(|_| whole > 0)
    })
}

/// Whether a byte can be part of base64 or hexadecimal text.
pub fn is_encoding_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// What a run of encoded text says, when it says something that people can read: hexadecimal first,
/// then base64. A few bytes decide for almost everything that is neither.
fn readable(run: &[u8]) -> Option<String> {
    if run.len().is_multiple_of(2) && run.iter().all(u8::is_ascii_hexdigit) {
        let head = HEXLOWER_PERMISSIVE.decode(run.get(..4)?).ok()?;
        if !head.iter().all(|byte| plain(*byte)) {
            return None;
        }
        return text_of(HEXLOWER_PERMISSIVE.decode(run).ok()?);
    }
    let head = base64(run.get(..4)?)?;
    if !head.iter().all(|byte| plain(*byte)) {
        return None;
    }
    text_of(base64(run)?)
}

/// The most places of a run at which encoded text is looked for.
const PLACES: usize = 8;

/// What a run of letters says, and in which of its bytes. Signs of base64 also stand between the
/// words of an address, and a letter before a number: where the whole says nothing, what comes
/// behind one of them may.
pub fn readings(run: &[u8]) -> Vec<(Range<usize>, String)> {
    let hexadecimal = ["0x", "0X", "x"].into_iter().find(|head| run.starts_with(head.as_bytes()));
    let behind = run.iter().enumerate().filter(|(_, byte)| is_joint(**byte));
    let places = std::iter::once(0)
        .chain(hexadecimal.map(str::len))
        .chain(behind.map(|(at, _)| at + 1).take(PLACES));
    let mut found: Vec<(Range<usize>, String)> = Vec::new();
    for from in places {
        if found.last().is_some_and(|(range, _)| from < range.end) {
            continue;
        }
        let rest = &run[from..];
        let next = rest.iter().position(|byte| is_joint(*byte)).unwrap_or(rest.len());
        // All of the rest, else what comes before the next of these signs.
        for length in [rest.len(), next] {
            if let Some(inner) = readable(&rest[..length]) {
                found.push((from..from + length, inner));
                break;
            }
        }
    }
    found
}

fn is_joint(byte: u8) -> bool {
    matches!(byte, b'/' | b'-' | b'_')
}

fn plain(byte: u8) -> bool {
    byte >= b' ' && byte != 0x7f || matches!(byte, b'\n' | b'\r' | b'\t')
}

/// Bytes as text when they are text.
pub fn text_of(bytes: Vec<u8>) -> Option<String> {
    bytes.iter().all(|byte| plain(*byte)).then(|| String::from_utf8(bytes).ok()).flatten()
}
