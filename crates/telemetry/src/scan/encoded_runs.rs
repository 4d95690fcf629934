//! Runs of text that may be base64 or hexadecimal.

use crate::encoded::is_encoding_byte;

/// The shortest run that is looked into: eleven bytes, such as an SSN with hyphens, in base64.
const SHORTEST: usize = 15;

/// The runs, as ranges. Looks at one byte of eight, and at all only around those.
pub fn runs(text: &[u8], mut found: impl FnMut(usize, usize)) {
    let mut behind = 0;
    let mut at = SHORTEST / 2;
    while at < text.len() {
        if !is_encoding_byte(text[at]) {
            at += SHORTEST / 2;
            continue;
        }
        let before =
            text[behind..at].iter().rev().take_while(|byte| is_encoding_byte(**byte)).count();
        let after = text[at..].iter().take_while(|byte| is_encoding_byte(**byte)).count();
        let (start, mut end) = (at - before, at + after);
        if end - start >= SHORTEST {
            while end < text.len() && text[end] == b'=' && end - at - after < 2 {
                end += 1;
            }
            found(start, end);
        }
        behind = end;
        at = end + SHORTEST / 2;
    }
}
