//! Canonical bytes: one value, one encoding.

use crate::VERSION;

/// Bytes to be hashed or signed, built field by field.
#[derive(Debug, Default)]
pub(crate) struct Canon(Vec<u8>);

impl Canon {
    /// Opens with what the bytes are about and the version, so that no two kinds are ever equal.
    pub(crate) fn of(domain: &str) -> Self {
        Self::default().field(domain.as_bytes()).raw(&VERSION.to_be_bytes())
    }

    /// Bytes of a known number, without a length.
    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// A length of four bytes, then the bytes. `TEXT_LIMIT` keeps lengths far below `u32::MAX`.
    pub(crate) fn field(self, bytes: &[u8]) -> Self {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.raw(&length.to_be_bytes()).raw(bytes)
    }

    /// A number as a field of eight bytes.
    pub(crate) fn number(self, number: u64) -> Self {
        self.field(&number.to_be_bytes())
    }

    /// A signed number as a field of eight bytes, in two's complement.
    pub(crate) fn signed(self, number: i64) -> Self {
        self.field(&number.to_be_bytes())
    }

    /// The bytes.
    pub(crate) fn done(self) -> Vec<u8> {
        self.0
    }
}

/// Reads exactly `N` bytes from lower-case hexadecimal digits; nothing else is accepted, so that
/// a value has one spelling.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Result<[u8; N], crate::Error> {
    let mut bytes = [0; N];
    let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    match hex::decode_to_slice(text, &mut bytes) {
        Ok(()) if lower => Ok(bytes),
        _ => Err(crate::Error::Hex { digits: 2 * N }),
    }
}

/// `#[serde(with = "hexed")]` for byte arrays.
pub(crate) mod hexed {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<const N: usize, S: Serializer>(
        bytes: &[u8; N],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(bytes))
    }

    pub(crate) fn deserialize<'a, const N: usize, D: Deserializer<'a>>(
        from: D,
    ) -> Result<[u8; N], D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        super::from_hex(&text).map_err(D::Error::custom)
    }
}
