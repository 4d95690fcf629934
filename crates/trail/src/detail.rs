//! Personal details, which can be erased.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Error, Hash, TEXT_LIMIT,
    bytes::{Canon, hexed},
};

/// What commitments are about.
const DOMAIN: &str = "wardround/audit-detail";

/// Personal details of an entry: names, addresses.
///
/// They stand beside the chain, which holds only [`Detail::commitment`]. Once the row is erased,
/// nobody can guess from the commitment what it said: the salt is gone with it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// Sixteen random bytes, in JSON as hexadecimal digits.
    #[serde(with = "hexed")]
    pub salt: [u8; 16],
    /// JSON text. Taken byte for byte.
    pub text: String,
}

impl Detail {
    /// Salts the text with random bytes of the operating system.
    ///
    /// # Errors
    /// [`Error::TooLong`] above [`TEXT_LIMIT`]; [`Error::Random`] when the system has no
    /// randomness to give.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        if text.len() > TEXT_LIMIT {
            return Err(Error::TooLong { found: text.len() });
        }
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(Error::Random)?;
        Ok(Self { salt, text })
    }

    /// What [`Entry::commitment`](crate::Entry::commitment) holds:
    /// SHA-256(domain ‖ version ‖ salt ‖ text).
    pub fn commitment(&self) -> [u8; 32] {
        Hash::of(&Canon::of(DOMAIN).field(&self.salt).field(self.text.as_bytes()).done()).0
    }
}

/// Without the text: personal details have no business in a log of the program.
impl fmt::Debug for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detail").field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}
