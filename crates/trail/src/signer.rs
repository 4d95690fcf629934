//! The key that signs, and its file.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

use crate::{Checkpoint, Error, PublicKey, Signature, SignedCheckpoint};

/// Signs checkpoints and manifests with Ed25519.
///
/// The key file holds the 32 bytes of the private key as hexadecimal digits and a line feed.
pub struct Signer(SigningKey);

impl Signer {
    /// Reads the key of this file, or makes the file with a new random key.
    ///
    /// The file appears whole or not at all, and of two processes that make it at the same time
    /// both end up with the same key. On Unix its mode is 0600.
    ///
    /// # Errors
    /// [`Error::KeyExposed`] when others may read or write the file, [`Error::KeyFile`] when it
    /// holds something else, [`Error::File`] when the file system refuses.
    pub fn load_or_make(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        if let Some(signer) = Self::load(path)? {
            return Ok(signer);
        }
        make(path)?;
        Self::load(path)?.ok_or_else(|| Error::at(path)(io::ErrorKind::NotFound.into()))
    }

    /// A signer from the 32 bytes of a private key.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The key that proves the signatures.
    pub fn public_key(&self) -> PublicKey {
        self.0.verifying_key().into()
    }

    /// Signs a head of the log.
    pub fn sign(&self, checkpoint: &Checkpoint) -> SignedCheckpoint {
        let public_key = self.public_key();
        SignedCheckpoint {
            origin: checkpoint.origin.clone(),
            seq: checkpoint.seq,
            hash: checkpoint.hash,
            at_us: checkpoint.at_us,
            key_id: public_key.key_id(),
            public_key,
            signature: self.sign_bytes(&checkpoint.to_bytes()),
        }
    }

    pub(crate) fn sign_bytes(&self, bytes: &[u8]) -> Signature {
        Signature(self.0.sign(bytes).to_bytes())
    }

    fn load(path: &Path) -> Result<Option<Self>, Error> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::at(path)(error)),
        };
        refuse_exposed(path, &file)?;
        // One byte more than a key has, so that a longer file is seen to be none.
        let mut text = Zeroizing::new([0; 66]);
        let length = read_some(file, &mut text[..]).map_err(Error::at(path))?;
        let seed = std::str::from_utf8(&text[..length])
            .ok()
            .and_then(|text| text.strip_suffix('\n'))
            .and_then(|digits| crate::bytes::from_hex(digits).ok())
            .map(Zeroizing::new)
            .ok_or_else(|| Error::KeyFile { path: path.to_owned() })?;
        Ok(Some(Self::from_seed(&seed)))
    }
}

/// Without the key.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.public_key().key_id())
    }
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, file: &File) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    // Of the open file, so that it cannot be exchanged between the look and the reading.
    let mode = file.metadata().map_err(Error::at(path))?.permissions().mode() & 0o777;
    let others = mode & 0o077;
    if others == 0 { Ok(()) } else { Err(Error::KeyExposed { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path, _: &File) -> Result<(), Error> {
    Ok(())
}

fn read_some(mut file: File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// Writes a new key beside its place, then gives it its name unless another was faster.
fn make(path: &Path) -> Result<(), Error> {
    let (mut seed, mut suffix) = (Zeroizing::new([0_u8; 32]), [0_u8; 8]);
    getrandom::fill(&mut *seed).map_err(Error::Random)?;
    getrandom::fill(&mut suffix).map_err(Error::Random)?;
    let mut text = Zeroizing::new([b'\n'; 65]);
    hex::encode_to_slice(seed.as_slice(), &mut text[..64])
        .map_err(|error| Error::at(path)(io::Error::other(error)))?;

    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", hex::encode(suffix)));
    let draft = path.with_file_name(name);
    let written = write_private(&draft, &text[..]).and_then(|()| {
        // Unlike a rename, a link never replaces a key that is already there.
        match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    });
    let removed = fs::remove_file(&draft);
    written.and(removed).and_then(|()| sync_parent(path)).map_err(Error::at(path))
}

/// Writes a new file that only its owner can read, down to the disk.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create_private(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Creates a file that only its owner can read; refuses when there is one.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes names in the folder of `path` survive a loss of power.
fn sync_parent(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    sync_folder(parent.unwrap_or(Path::new(".")))
}

/// Makes the names in a folder survive a loss of power, where the system can do that.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
