//! Digests that tell whether content changed.

use sha2::{Digest as _, Sha256};

/// Hashes fields with their borders.
pub(crate) struct Digest(Sha256);

impl Digest {
    /// An empty digest.
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    /// Adds bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds a text.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// Adds a number.
    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        self.0.update(value.to_le_bytes());
        self
    }

    /// The first 16 bytes.
    pub(crate) fn long(self) -> [u8; 16] {
        let whole: [u8; 32] = self.0.finalize().into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&whole[..16]);
        bytes
    }

    /// The first 8 bytes as a number.
    pub(crate) fn short(self) -> i64 {
        let whole: [u8; 32] = self.0.finalize().into();
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&whole[..8]);
        i64::from_le_bytes(bytes)
    }
}
