//! How a secret that must be read again lies in the database: sealed with a key that lies in a file
//! beside it, so that neither a copied database nor a leaked query shows it.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::random::{self, NoRandomness};

/// What the key file begins with; 64 hexadecimal digits and a line end follow.
const HEADER: &str = "wardround-sealing-key-1:";
const FILE_LENGTH: u64 = HEADER.len() as u64 + 64 + 1;
/// The first byte of everything sealed, for the day when the way of sealing changes.
const VERSION: u8 = 1;
const NONCE: usize = 24;
const TAG: usize = 16;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Somebody besides the owner may read or change the file.
    #[error("{path} has mode {mode:04o}: others can reach the key. Run: chmod 600 {path}")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is not one of ours: cut, changed, a folder.
    #[error("{0} is not a sealing key; bring it back from a backup, do not make a new one")]
    Damaged(PathBuf),
    /// The system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No random bytes for a new key.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// It was not sealed with this key for this context, or it was changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not sealed with this key for this purpose, or changed since")]
pub struct Refused;

/// The key of the installation. Hidden from `Debug`, wiped when dropped.
pub struct SealingKey(Zeroizing<[u8; 32]>);

impl SealingKey {
    /// Reads the key at `path`, or makes one there if the path is free.
    ///
    /// A new file appears complete or not at all, with mode 0600, and never replaces another: of
    /// two processes that start together both get the key of the first. A file that others can
    /// reach is refused, and so is a damaged one: a new key would make everything sealed with the
    /// old one unreadable.
    pub fn load_or_make(path: &Path) -> Result<Self, KeyError> {
        let io = |source| KeyError::Io { path: path.to_owned(), source };
        match Self::load(path) {
            Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
        match Self::make(path)? {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io(error)),
        }
        Self::load(path)
    }

    /// A key that lies nowhere: for tests and the demonstration.
    pub fn passing() -> Result<Self, NoRandomness> {
        Ok(Self(random::bytes()?))
    }

    fn load(path: &Path) -> Result<Self, KeyError> {
        let io = |source| KeyError::Io { path: path.to_owned(), source };
        let damaged = || KeyError::Damaged(path.to_owned());
        // Looked at before it is opened, because opening a pipe would wait for a writer.
        if !fs::metadata(path).map_err(io)?.is_file() {
            return Err(damaged());
        }
        let mut file = File::open(path).map_err(io)?;
        let about = file.metadata().map_err(io)?;
        let mode = about.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed { path: path.to_owned(), mode });
        }
        if about.len() != FILE_LENGTH {
            return Err(damaged());
        }
        let mut text = Zeroizing::new([0; FILE_LENGTH as usize]);
        file.read_exact(text.as_mut_slice()).map_err(io)?;
        let digits = text
            .strip_prefix(HEADER.as_bytes())
            .and_then(|rest| rest.strip_suffix(b"\n"))
            .ok_or_else(damaged)?;
        let bytes = Zeroizing::new(HEXLOWER.decode(digits).map_err(|_| damaged())?);
        let key = bytes.as_slice().try_into().map_err(|_| damaged())?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// Writes a new key under a passing name, then links it to its own: a link, unlike a rename,
    /// fails when the name is taken.
    fn make(path: &Path) -> Result<io::Result<()>, NoRandomness> {
        let key = random::bytes::<32>()?;
        let mut text = Zeroizing::new(String::with_capacity(FILE_LENGTH as usize));
        text.push_str(HEADER);
        HEXLOWER.encode_append(key.as_slice(), &mut text);
        text.push('\n');
        let suffix = HEXLOWER.encode(random::bytes::<8>()?.as_slice());
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{suffix}"));
        let passing = PathBuf::from(name);
        let written = write_new(&passing, text.as_bytes())
            .and_then(|()| fs::hard_link(&passing, path))
            .and_then(|()| sync_folder(path));
        // What remains after a failure is a file that nobody else can read.
        let removed = fs::remove_file(&passing);
        Ok(written.and(removed))
    }

    /// Seals `plain` for `context`, a text that says what it is and whose, such as
    /// `totp of user 17`. Only the same context opens it again, so that nobody who can write to
    /// the database can hand one person's secret to another.
    pub fn seal(&self, plain: &[u8], context: &str) -> Result<Vec<u8>, SealError> {
        let nonce = random::bytes::<NONCE>()?;
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| SealError::TooLong)?;
        let mut all = Vec::with_capacity(1 + NONCE + sealed.len());
        all.push(VERSION);
        all.extend_from_slice(nonce.as_slice());
        all.extend_from_slice(&sealed);
        Ok(all)
    }

    /// Opens what [`SealingKey::seal`] made for the same context.
    pub fn open(&self, sealed: &[u8], context: &str) -> Result<Zeroizing<Vec<u8>>, Refused> {
        let (version, rest) = sealed.split_first().ok_or(Refused)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE>().ok_or(Refused)?;
        if *version != VERSION || text.len() < TAG {
            return Err(Refused);
        }
        let payload = Payload { msg: text, aad: context.as_bytes() };
        let plain = self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| Refused)?;
        Ok(Zeroizing::new(plain))
    }

    /// A key for another purpose, which tells nothing about this one: HMAC-SHA256 of the purpose
    /// (RFC 2104).
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&(*self.block()).into());
        mac.update(b"wardround-derived-key-1:");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// The key, filled up to the block of SHA-256 as RFC 2104 does it.
    fn block(&self) -> Zeroizing<[u8; 64]> {
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(self.0.as_slice());
        block
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.0).into())
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

/// Why something could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// No random nonce.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// More than 256 GiB.
    #[error("too long to be sealed")]
    TooLong,
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the name of a new file survive a power cut.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
