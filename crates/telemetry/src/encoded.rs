//! Text inside text: base64 and hexadecimal.

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
pub fn readable(run: &[u8]) -> Option<String> {
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

fn plain(byte: u8) -> bool {
    byte >= b' ' && byte != 0x7f || matches!(byte, b'\n' | b'\r' | b'\t')
}

/// Bytes as text when they are text.
pub fn text_of(bytes: Vec<u8>) -> Option<String> {
    bytes.iter().all(|byte| plain(*byte)).then(|| String::from_utf8(bytes).ok()).flatten()
}
