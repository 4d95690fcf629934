//! What a browser or a program carries: session ids, API tokens, invitations.
//!
//! Written as a prefix, 32 random bytes and a four-byte checksum, in lower-case base32:
//! `wr_` and 58 letters and digits. The prefix lets scanners find a token that was committed by
//! mistake (`wr_[a-z2-7]{58}`); the checksum tells a typing error from a wrong token without asking
//! the database. Only the digest is stored.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::random::{self, NoRandomness};

/// Random bytes in a secret: 256 bits, so that a plain hash at rest is enough.
const RANDOM: usize = 32;
/// Bytes of the checksum.
const CHECK: usize = 4;
/// Letters that base32 makes of them, five bits each.
const LETTERS: usize = ((RANDOM + CHECK) * 8).div_ceil(5);

/// What a secret is for. One kind is never taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The id of a session, in the cookie of a browser.
    Session,
    /// An API token of a program.
    Token,
    /// A link that lets a person make an account, or the first administrator set up the product.
    Invitation,
}

impl Kind {
    /// What the written form begins with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Session => "ws_",
            Self::Token => "wr_",
            Self::Invitation => "wi_",
        }
    }
}

/// Why a text is not a secret of the expected kind. Neither says anything about the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Another prefix, length or alphabet.
    #[error("it must be {0} followed by 58 letters and digits")]
    Shape(&'static str),
    /// The shape is right and the checksum is not.
    #[error("the checksum does not match: it was mistyped or cut")]
    Checksum,
}

/// 256 random bits with a purpose. Not `Clone`, hidden from `Debug`, wiped when dropped.
pub struct Secret {
    kind: Kind,
    bytes: Zeroizing<[u8; RANDOM]>,
}

impl Secret {
    /// A new session id.
    pub fn session() -> Result<Self, NoRandomness> {
        Self::new(Kind::Session)
    }

    /// A new API token.
    pub fn token() -> Result<Self, NoRandomness> {
        Self::new(Kind::Token)
    }

    /// A new invitation.
    pub fn invitation() -> Result<Self, NoRandomness> {
        Self::new(Kind::Invitation)
    }

    fn new(kind: Kind) -> Result<Self, NoRandomness> {
        Ok(Self { kind, bytes: random::bytes()? })
    }

    /// What the secret is for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Reads the written form; surrounding space and the case of letters do not matter.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, ParseError> {
        let shape = ParseError::Shape(kind.prefix());
        let text = text.trim();
        let (prefix, letters) = text.split_at_checked(kind.prefix().len()).ok_or(shape)?;
        if !prefix.eq_ignore_ascii_case(kind.prefix()) || letters.len() != LETTERS {
            return Err(shape);
        }
        let letters = Zeroizing::new(letters.to_ascii_uppercase());
        let raw = BASE32_NOPAD.decode(letters.as_bytes()).map_err(|_| shape)?;
        let raw = Zeroizing::new(raw);
        let (bytes, check) = raw.split_first_chunk::<RANDOM>().ok_or(shape)?;
        if check != checksum(kind, bytes) {
            return Err(ParseError::Checksum);
        }
        Ok(Self { kind, bytes: Zeroizing::new(*bytes) })
    }

    /// The written form, for the one time it is shown or sent.
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut raw = Zeroizing::new([0; RANDOM + CHECK]);
        raw[..RANDOM].copy_from_slice(self.bytes.as_slice());
        raw[RANDOM..].copy_from_slice(&checksum(self.kind, &self.bytes));
        let mut text = Zeroizing::new(String::with_capacity(3 + LETTERS));
        text.push_str(self.kind.prefix());
        BASE32_NOPAD.encode_append(raw.as_slice(), &mut text);
        text.make_ascii_lowercase();
        text
    }

    /// What is stored at rest, and looked up.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"wardround secret 1\0");
        hash.update(self.kind.prefix());
        hash.update(self.bytes.as_slice());
        hash.finalize().into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({:?}, …)", self.kind)
    }
}

fn checksum(kind: Kind, bytes: &[u8; RANDOM]) -> [u8; CHECK] {
    let mut hash = Sha256::new();
    hash.update(b"wardround checksum 1\0");
    hash.update(kind.prefix());
    hash.update(bytes);
    let digest: [u8; 32] = hash.finalize().into();
    [digest[0], digest[1], digest[2], digest[3]]
}
