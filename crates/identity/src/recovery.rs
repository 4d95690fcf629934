//! Recovery codes: ten, shown once, each good for one sign-in without the second factor.
//!
//! A code is twelve symbols of an alphabet of 32: 60 random bits. NIST SP 800-63B calls this a
//! look-up secret and wants one below 112 bits salted and hashed like a password, and one below
//! 64 bits behind a rate limit. So the digest is Argon2id, once for an attempt and not once for
//! each stored code, and [`crate::pace`] counts the attempts.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    password,
    random::{self, NoRandomness},
};

/// How many codes a person gets.
pub const COUNT: usize = 10;

/// Crockford's alphabet: no `i`, `l`, `o`, `u`, which are mistaken for `1`, `0`, `v`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Symbols in a code, without dashes.
const SYMBOLS: usize = 12;

/// One recovery code, to be shown once.
pub struct Code(Zeroizing<String>);

impl Code {
    /// The code as it is shown, such as `abcd-efgh-jkmn`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// Ten new codes.
pub fn make() -> Result<Vec<Code>, NoRandomness> {
    (0..COUNT).map(|_| make_one()).collect()
}

fn make_one() -> Result<Code, NoRandomness> {
    // 32 divides 256, so every symbol is equally likely.
    let random = random::bytes::<SYMBOLS>()?;
    let mut text = Zeroizing::new(String::with_capacity(SYMBOLS + 2));
    for (index, byte) in random.iter().enumerate() {
        if index > 0 && index % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    Ok(Code(text))
}

/// What is stored of a code: Argon2id over the code without case, spaces and dashes, with `o` read
/// as `0` and `i` and `l` as `1`. `None` when it cannot be a code.
///
/// `owner` is the account's id, which never changes; it is the salt, so that one guess cannot be
/// held against the codes of everybody.
pub fn hash(owner: &str, code: &str) -> Option<[u8; 32]> {
    let plain = normalise(code)?;
    let salt = Sha256::new()
        .chain_update(b"wardround recovery code 1\0")
        .chain_update(owner.as_bytes())
        .finalize();
    let mut digest = [0; 32];
    password::argon2().hash_password_into(plain.as_slice(), &salt, &mut digest).ok()?;
    Some(digest)
}

/// Which of the owner's `stored` digests the typed code belongs to. Every digest is compared, so
/// that the time does not tell which one it was. The caller removes it in the same transaction.
pub fn find(owner: &str, stored: &[[u8; 32]], typed: &str) -> Option<usize> {
    let digest = hash(owner, typed)?;
    let mut found = None;
    for (index, one) in stored.iter().enumerate() {
        if random::same(one, &digest) {
            found = Some(index);
        }
    }
    found
}

fn normalise(code: &str) -> Option<Zeroizing<[u8; SYMBOLS]>> {
    let mut plain = Zeroizing::new([0; SYMBOLS]);
    let mut length = 0;
    for letter in code.chars().filter(|letter| !is_filler(*letter)) {
        let symbol = match letter.to_ascii_lowercase() {
            'o' => b'0',
            'i' | 'l' => b'1',
            other => u8::try_from(other).ok().filter(|byte| ALPHABET.contains(byte))?,
        };
        *plain.get_mut(length)? = symbol;
        length += 1;
    }
    (length == SYMBOLS).then_some(plain)
}

/// Spaces, and the dashes that word processors make of a hyphen.
fn is_filler(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_shape_and_differ() {
        let codes = make().unwrap();
        assert_eq!(codes.len(), COUNT);
        for code in &codes {
            let groups: Vec<_> = code.as_str().split('-').collect();
            assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [4, 4, 4]);
            assert!(hash("7", code.as_str()).is_some());
        }
        let mut digests: Vec<_> = codes.iter().map(|code| hash("7", code.as_str())).collect();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), COUNT);
    }

    #[test]
    fn the_way_of_typing_does_not_matter() {
        let digest = hash("7", "abcd-ef01-jkmn");
        assert!(digest.is_some());
        for typed in ["ABCD EF01 JKMN", "abcdef01jkmn", " abcd–efo1—jkmn\n", "abcd-efOI-jkmn"] {
            assert_eq!(hash("7", typed), digest, "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_has_no_digest() {
        for typed in ["", "abcd-efgh", "abcd-efgh-jkmn-p", "abcd-efgh-jkmu", "äbcd-efgh-jkmn"] {
            assert_eq!(hash("7", typed), None, "{typed}");
        }
    }

    #[test]
    fn the_right_one_is_found() {
        let codes = make().unwrap();
        let stored: Vec<_> = codes.iter().filter_map(|code| hash("7", code.as_str())).collect();
        assert_eq!(find("7", &stored, codes[7].as_str()), Some(7));
        assert_eq!(find("7", &stored[..7], codes[7].as_str()), None);
        assert_eq!(find("7", &stored, "nonsense"), None);
        assert_eq!(find("8", &stored, codes[7].as_str()), None, "somebody else's");
    }
}
