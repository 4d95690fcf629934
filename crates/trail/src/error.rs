//! What can go wrong while writing; what is wrong with a log is a [`Fault`](crate::Fault).

use std::{io, path::PathBuf};

/// Why something could not be made, read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes: {0}")]
    Random(getrandom::Error),
    /// Not the hexadecimal text that was expected.
    #[error("expected {digits} lower-case hexadecimal digits")]
    Hex {
        /// How many digits were expected.
        digits: usize,
    },
    /// The bytes are no usable Ed25519 public key.
    #[error("not a usable Ed25519 public key")]
    PublicKey,
    /// The key file can be read or written by others.
    #[error(
        "the signing key {0} is open to others (mode {mode:04o}): run `chmod 600 {0}`, and make a \
         new key if somebody may have read it",
        path.display()
    )]
    KeyExposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file holds something else.
    #[error(
        "{} holds no signing key: expected 64 lower-case hexadecimal digits and a line feed",
        path.display()
    )]
    KeyFile {
        /// The key file.
        path: PathBuf,
    },
    /// Signed by another key than the one asked for.
    #[error("signed by the key {found}, not by {expected}")]
    OtherKey {
        /// Id of the key that should have signed.
        expected: String,
        /// Id of the key that is named.
        found: String,
    },
    /// The signature does not fit the content.
    #[error("the signature does not fit the content")]
    Signature,
    /// An export goes into a folder of its own.
    #[error("{} is not empty: an export needs a new or empty folder", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A line of a file of anchors is no signed checkpoint.
    #[error("{}, line {line}: no signed checkpoint: {why}", path.display())]
    Anchor {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// More text than an entry or a detail may carry.
    #[error("{found} bytes of text, where at most {} are allowed", crate::TEXT_LIMIT)]
    TooLong {
        /// How many bytes there are.
        found: usize,
    },
}

impl Error {
    /// For `map_err`: says which file an error is about.
    pub(crate) fn at(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}
