//! Passwords: what may become one, and how it is kept.
//!
//! After NIST SP 800-63B, section on passwords: length, no composition rules, no forced change, a
//! block list, every character allowed, each code point counted as one. It asks for fifteen
//! characters where a password stands alone and eight beside a second factor; here it never stands
//! alone, and twelve are asked for.

mod common;

use std::fmt;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The fewest characters of a new password.
pub const LEAST: usize = 12;
/// The most characters of a password.
pub const MOST: usize = 128;
/// The most bytes of one: four for each character.
const MOST_BYTES: usize = 4 * MOST;

/// Memory of one Argon2id run in KiB, passes over it and lanes: the first choice of the OWASP
/// Password Storage Cheat Sheet. A run takes some 25 ms and 19 MiB; the caller bounds how many run
/// at once and keeps them off the threads that serve.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The most that a stored hash may ask for, so that a tampered row cannot exhaust the machine.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_PASSES: u32 = 10;

/// A hash with our parameters that is no password's: the digest was written down, not computed.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$d2FyZHJvdW5kIG5vYm9keQ\
                      $bm9ib2R5IGhhcyBhIHBhc3N3b3JkIHRoYXQgZml0cyE";

/// Why a text may not become a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Fewer than [`LEAST`] characters.
    #[error("use at least {LEAST} characters; this has {0}. A few random words are easy to type")]
    Short(usize),
    /// More than [`MOST`] characters.
    #[error("use at most {MOST} characters")]
    Long,
    /// The sign-in name, the product's name, or one of them with little added.
    #[error("it is too close to your name or to the name of this product")]
    Name,
    /// A well-known password, or a well-known word with digits and signs around it.
    #[error("it is one of the passwords that are tried first")]
    Common,
    /// The same few characters again and again, or a run such as `abcdefghijkl`.
    #[error("it repeats a few characters or follows the alphabet or the keyboard")]
    Pattern,
}

/// Why a password could not be hashed or a stored hash not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Longer than any password may be.
    #[error("a password has at most {MOST} characters")]
    Long,
    /// No random salt, or no memory.
    #[error("the password could not be hashed")]
    Hashing,
    /// Not an Argon2id hash of version 19 with bearable parameters.
    #[error("the stored password hash is damaged")]
    Damaged,
}

/// Whether `password` may become the password of the person who signs in as `name`.
pub fn check_new(password: &str, name: &str) -> Result<(), Weak> {
    let text = normalise(password).ok_or(Weak::Long)?;
    let length = text.chars().count();
    if length < LEAST {
        return Err(Weak::Short(length));
    }
    if common::is_pattern(&text) {
        return Err(Weak::Pattern);
    }
    if common::is_close_to(&text, name) || common::is_close_to(&text, "wardround") {
        return Err(Weak::Name);
    }
    if common::is_common(&text) {
        return Err(Weak::Common);
    }
    Ok(())
}

/// The stored form of a password: a PHC string. Hidden from `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(phc::PasswordHash);

impl PasswordHash {
    /// Reads the stored form.
    pub fn parse(text: &str) -> Result<Self, PasswordError> {
        let hash = phc::PasswordHash::new(text).map_err(|_| PasswordError::Damaged)?;
        let params = Params::try_from(&hash).map_err(|_| PasswordError::Damaged)?;
        let known = hash.algorithm.as_str() == "argon2id"
            && hash.version == Some(Version::V0x13.into())
            && hash.salt.is_some()
            && hash.hash.is_some();
        let bearable = params.m_cost() <= MOST_MEMORY_KIB
            && params.t_cost() <= MOST_PASSES
            && params.p_cost() <= 4;
        if known && bearable { Ok(Self(hash)) } else { Err(PasswordError::Damaged) }
    }

    /// The stored form, to be written to the database and nowhere else.
    pub fn to_phc(&self) -> String {
        self.0.to_string()
    }

    /// Whether the hash was made with other parameters than those in force. Then the caller hashes
    /// the password again, at the next sign-in, when it is there in plain.
    pub fn needs_rehash(&self) -> bool {
        Params::try_from(&self.0).map_or(true, |params| {
            (params.m_cost(), params.t_cost(), params.p_cost()) != (MEMORY_KIB, PASSES, LANES)
        })
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Hashes a password with a new salt. It does not ask whether the password is any good.
pub fn hash(password: &str) -> Result<PasswordHash, PasswordError> {
    let text = normalise(password).ok_or(PasswordError::Long)?;
    let hash = argon2().hash_password(text.as_bytes()).map_err(|_| PasswordError::Hashing)?;
    Ok(PasswordHash(hash))
}

/// Whether the password is the one that was hashed.
pub fn verify(hash: &PasswordHash, password: &str) -> bool {
    match normalise(password) {
        Some(text) => argon2().verify_password(text.as_bytes(), &hash.0).is_ok(),
        None => verify_nobody(""),
    }
}

/// Spends the time of [`verify`] for a name that has no account, and answers no. Without it, the
/// quick answer would tell who has an account.
pub fn verify_nobody(password: &str) -> bool {
    let text = normalise(password).unwrap_or_default();
    if let Ok(hash) = phc::PasswordHash::new(NOBODY) {
        let right = argon2().verify_password(text.as_bytes(), &hash).is_ok();
        std::hint::black_box(right);
    }
    false
}

/// Argon2id with the parameters in force.
pub(crate) fn argon2() -> Argon2<'static> {
    const PARAMS: Params = match Params::new(MEMORY_KIB, PASSES, LANES, None) {
        Ok(params) => params,
        // Checked while compiling: other parameters than these do not build.
        Err(_) => panic!("Argon2 refuses these parameters"),
    };
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS)
}

/// The text in the normal form NFKC (UAX #15), so that an accented letter is the same from every
/// keyboard. `None` when it is too long.
fn normalise(password: &str) -> Option<Zeroizing<String>> {
    if password.len() > MOST_BYTES {
        return None;
    }
    let text = Zeroizing::new(password.nfkc().collect::<String>());
    (text.chars().count() <= MOST).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_costs_what_somebody_costs() {
        let nobody = PasswordHash::parse(NOBODY).unwrap();
        let somebody = hash("three random words").unwrap();
        assert!(!nobody.needs_rehash());
        assert_eq!(
            Params::try_from(&nobody.0).unwrap(),
            Params::try_from(&somebody.0).unwrap(),
            "memory, passes, lanes and length of output"
        );
        assert_eq!(nobody.0.version, somebody.0.version);
        assert_eq!(nobody.0.algorithm, somebody.0.algorithm);
        let lengths = |hash: &PasswordHash| {
            (hash.0.salt.map(|salt| salt.len()), hash.0.hash.map(|output| output.len()))
        };
        assert_eq!(lengths(&nobody), lengths(&somebody));
    }

    #[test]
    fn normal_forms_meet() {
        assert_eq!(normalise("cafe\u{301}"), normalise("caf\u{e9}"));
        assert_eq!(normalise(&"ß".repeat(MOST)).unwrap().chars().count(), MOST);
        assert_eq!(normalise(&"x".repeat(MOST + 1)), None);
        // One code point that NFKC makes eighteen of.
        assert_eq!(normalise(&"\u{fdfa}".repeat(100)), None);
    }
}
