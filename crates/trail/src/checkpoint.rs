//! A signed head of the log.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};

use crate::{Error, Hash, PublicKey, Signature, bytes::Canon};

/// What checkpoint signatures are about.
const DOMAIN: &str = "wardround/audit-checkpoint";

/// "At this time, the log of this installation ended with this entry and this hash."
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a name that the operator gave to the installation.
    pub origin: String,
    /// Sequence number of the last entry; 0 for an empty log.
    pub seq: u64,
    /// Hash of that entry; [`Hash::GENESIS`] for an empty log.
    pub hash: Hash,
    /// When: microseconds since 1970-01-01T00:00:00Z.
    pub at_us: i64,
}

impl Checkpoint {
    /// The canonical bytes that are signed.
    pub fn to_bytes(&self) -> Vec<u8> {
        Canon::of(DOMAIN)
            .field(self.origin.as_bytes())
            .number(self.seq)
            .field(&self.hash.0)
            .signed(self.at_us)
            .done()
    }
}

/// A checkpoint with its signature; as JSON one line. Kept outside, it is an anchor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedCheckpoint {
    /// See [`Checkpoint::origin`].
    pub origin: String,
    /// See [`Checkpoint::seq`].
    pub seq: u64,
    /// See [`Checkpoint::hash`].
    pub hash: Hash,
    /// See [`Checkpoint::at_us`].
    pub at_us: i64,
    /// Short name of the key, see [`PublicKey::key_id`].
    pub key_id: String,
    /// The key that signed.
    pub public_key: PublicKey,
    /// Over [`Checkpoint::to_bytes`].
    pub signature: Signature,
}

impl SignedCheckpoint {
    /// What was signed.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            origin: self.origin.clone(),
            seq: self.seq,
            hash: self.hash,
            at_us: self.at_us,
        }
    }

    /// Whether this key, and no other, signed this content.
    ///
    /// # Errors
    /// [`Error::OtherKey`] or [`Error::Signature`].
    pub fn verify(&self, key: &PublicKey) -> Result<(), Error> {
        let expected = key.key_id();
        if self.public_key != *key || self.key_id != expected {
            return Err(Error::OtherKey { expected, found: self.key_id.clone() });
        }
        if key.made(&self.signature, &self.checkpoint().to_bytes()) {
            Ok(())
        } else {
            Err(Error::Signature)
        }
    }
}

/// Reads anchors: signed checkpoints, one JSON object per line; empty lines are passed over.
///
/// # Errors
/// [`Error::File`], or [`Error::Anchor`] with the line that cannot be read. Signatures are checked
/// later, by [`verify`](crate::verify()).
pub fn read_anchors(path: impl AsRef<Path>) -> Result<Vec<SignedCheckpoint>, Error> {
    let path = path.as_ref();
    let text = fs::read_to_string(path).map_err(Error::at(path))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| Error::Anchor {
                path: path.to_owned(),
                line: index + 1,
                why: error.to_string(),
            })
        })
        .collect()
}
