//! An entry in its place in the chain.

use crate::{Entry, Hash, bytes::Canon};

/// What entry hashes are about.
pub(crate) const DOMAIN: &str = "wardround/audit-entry";

/// An entry with the hash of the one before it and its own. Whether they fit is for
/// [`Verifier`](crate::Verifier) to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What happened.
    pub entry: Entry,
    /// The hash of the entry before it; [`Hash::GENESIS`] for the first.
    pub prev: Hash,
    /// Its own hash, see [`link`].
    pub hash: Hash,
}

impl Link {
    /// Whether the stated hash is that of the entry after the stated previous hash.
    pub fn is_sound(&self) -> bool {
        self.hash == digest(self.prev, &self.entry)
    }
}

/// Chains an entry: SHA-256(domain ‖ version ‖ seq ‖ prev ‖ payload).
pub fn link(prev: Hash, entry: Entry) -> Link {
    let hash = digest(prev, &entry);
    Link { entry, prev, hash }
}

fn digest(prev: Hash, entry: &Entry) -> Hash {
    let bytes =
        Canon::of(DOMAIN).raw(&entry.seq.to_be_bytes()).raw(&prev.0).raw(&entry.payload()).done();
    Hash::of(&bytes)
}
