//! Time-based one-time codes, RFC 6238: SHA-1, six digits, thirty seconds, one step either way.
//!
//! SHA-1 because authenticator apps silently ignore any other choice; HMAC does not rest on the
//! collision resistance that SHA-1 lost (RFC 4226, appendix B.2).

use std::fmt;

use data_encoding::BASE32_NOPAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::random::{self, NoRandomness};

/// Bytes of a secret: 160 bits, as RFC 4226, section 4 recommends.
pub const SECRET: usize = 20;
/// Seconds in a step.
const STEP_S: i64 = 30;
/// Steps before and after the present one whose code is accepted, for slow hands and slow clocks
/// (RFC 6238, section 5.2).
const WINDOW: i64 = 1;
/// Digits of a code.
const DIGITS: usize = 6;
/// What stays as it is in a URI: the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why a code was refused. Each counts as a failed attempt with [`crate::pace`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TotpError {
    /// Not six digits.
    #[error("a code has six digits")]
    Shape,
    /// Not the code of this time.
    #[error("the code is wrong or too old")]
    Wrong,
    /// The right code, but it or a later one was used before: somebody may have looked on.
    #[error("the code was used already; wait for the next one")]
    Replayed,
}

/// The secret that an authenticator app and the server share. Kept sealed ([`crate::seal`]),
/// hidden from `Debug`, wiped when dropped.
pub struct Totp(Zeroizing<[u8; SECRET]>);

impl Totp {
    /// A new random secret.
    pub fn new() -> Result<Self, NoRandomness> {
        Ok(Self(random::bytes()?))
    }

    /// A secret that was kept. `None` when it has not [`SECRET`] bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The secret, to be sealed and stored.
    pub fn as_bytes(&self) -> &[u8; SECRET] {
        &self.0
    }

    /// The secret as a person types it into an app that cannot scan: base32 in groups of four.
    pub fn to_text(&self) -> Zeroizing<String> {
        let plain = Zeroizing::new(BASE32_NOPAD.encode(self.0.as_slice()));
        let mut text = Zeroizing::new(String::with_capacity(2 * SECRET));
        for (index, letter) in plain.chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                text.push(' ');
            }
            text.push(letter);
        }
        text
    }

    /// The `otpauth://` address that apps scan (Google Authenticator's key URI format). A colon
    /// separates issuer and account there, so one within either becomes a space.
    pub fn uri(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let part = |text: &str| {
            let text = text.replace(':', " ");
            utf8_percent_encode(&text, RESERVED).to_string()
        };
        let (issuer, account) = (part(issuer), part(account));
        let secret = Zeroizing::new(BASE32_NOPAD.encode(self.0.as_slice()));
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}\
             &algorithm=SHA1&digits={DIGITS}&period={STEP_S}",
            secret.as_str(),
        ))
    }

    /// The code that an app shows at `at_ms`: for tests and for checking an installation.
    pub fn code(&self, at_ms: i64) -> Zeroizing<String> {
        self.code_of(step(at_ms).max(0))
    }

    /// Checks a typed code; spaces in it do not matter.
    ///
    /// `last_step` is the step of the last code that was accepted for this secret. The answer is
    /// the step to store in its place, in the transaction that signs in. A code of that step or of
    /// an earlier one is refused, so that nobody can use again what he saw being typed (RFC 6238,
    /// section 5.2).
    pub fn check(&self, code: &str, at_ms: i64, last_step: Option<i64>) -> Result<i64, TotpError> {
        let typed: Zeroizing<String> =
            Zeroizing::new(code.chars().filter(|letter| !letter.is_whitespace()).collect());
        if typed.len() != DIGITS || !typed.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(TotpError::Shape);
        }
        let now = step(at_ms);
        let mut found = Choice::from(0);
        let mut matched = 0;
        // All steps are compared and the latest taken, whatever matched before.
        for step in (now - WINDOW..=now + WINDOW).filter(|step| *step >= 0) {
            let hit = self.code_of(step).as_bytes().ct_eq(typed.as_bytes());
            matched = i64::conditional_select(&matched, &step, hit);
            found |= hit;
        }
        if !bool::from(found) {
            return Err(TotpError::Wrong);
        }
        if last_step.is_some_and(|last| matched <= last) {
            return Err(TotpError::Replayed);
        }
        Ok(matched)
    }

    /// The code of a step, which is not negative.
    fn code_of(&self, step: i64) -> Zeroizing<String> {
        let totp = totp_rs::Builder::new()
            .with_algorithm(totp_rs::Algorithm::SHA1)
            .with_digits(DIGITS as u8)
            .with_step_duration(STEP_S as u64)
            .with_secret(*self.0)
            .build_noncompliant();
        let seconds = (step as u64).saturating_mul(STEP_S as u64);
        Zeroizing::new(totp.generate(seconds).to_string())
    }
}

impl fmt::Debug for Totp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Totp(…)")
    }
}

fn step(at_ms: i64) -> i64 {
    at_ms.div_euclid(1_000 * STEP_S)
}
