//! Writes an export, entry by entry.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::{
    Detail, Error, Extent, FORMAT, FileDigest, Hash, Link, Manifest, Signature, SignedCheckpoint,
    Signer, VERSION,
    manifest::{CHECKPOINTS, ENTRIES, FORMAT_FILE, MANIFEST},
    rfc3339, row,
    signer::{create_private, sync_folder, write_private},
};

/// A folder that is being filled with entries, checkpoints and, last, the manifest.
///
/// Entries are taken as they are: a damaged log can be exported too, so that its damage can be
/// looked at elsewhere. Memory use does not depend on their number. Entries and checkpoints should
/// come from one snapshot of the store, or a checkpoint may know of an entry that is not there.
#[derive(Debug)]
pub struct Export {
    folder: PathBuf,
    entries: Sink,
    checkpoints: Sink,
    first: Option<(u64, Hash)>,
    last: Option<(u64, Hash)>,
    count: u64,
}

impl Export {
    /// Starts an export in a new or empty folder. Only its owner can read what is written: exports
    /// hold personal details.
    ///
    /// # Errors
    /// [`Error::NotEmpty`], [`Error::File`].
    pub fn create(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        create_folder(folder).map_err(Error::at(folder))?;
        let mut inside = fs::read_dir(folder).map_err(Error::at(folder))?;
        if inside.next().is_some() {
            return Err(Error::NotEmpty { path: folder.to_owned() });
        }
        Ok(Self {
            entries: Sink::create(folder.join(ENTRIES))?,
            checkpoints: Sink::create(folder.join(CHECKPOINTS))?,
            folder: folder.to_owned(),
            first: None,
            last: None,
            count: 0,
        })
    }

    /// Adds the next entry, with its personal details unless they are withheld or erased.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn entry(&mut self, link: &Link, detail: Option<&Detail>) -> Result<(), Error> {
        self.entries.write(row::write(link, detail))?;
        self.first.get_or_insert((link.entry.seq, link.prev));
        self.last = Some((link.entry.seq, link.hash));
        self.count += 1;
        Ok(())
    }

    /// Adds a signed checkpoint that lies within the entries of the export.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn checkpoint(&mut self, checkpoint: &SignedCheckpoint) -> Result<(), Error> {
        let line = serde_json::to_vec(checkpoint).map(|mut line| {
            line.push(b'\n');
            line
        });
        self.checkpoints.write(line)
    }

    /// Writes `FORMAT.md` and the signed manifest, down to the disk. An export without a manifest
    /// was interrupted.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn finish(
        self,
        signer: &Signer,
        origin: &str,
        at_us: i64,
        extent: Extent,
    ) -> Result<Manifest, Error> {
        let format = self.folder.join(FORMAT_FILE);
        write_private(&format, FORMAT.as_bytes()).map_err(Error::at(&format))?;
        let digest = FileDigest {
            name: FORMAT_FILE.to_owned(),
            size: FORMAT.len() as u64,
            sha256: Hash::of(FORMAT.as_bytes()),
        };
        let files =
            vec![self.entries.finish(ENTRIES)?, self.checkpoints.finish(CHECKPOINTS)?, digest];
        let (first_seq, prev) = self.first.unwrap_or((1, Hash::GENESIS));
        let (last_seq, head) = self.last.unwrap_or((0, Hash::GENESIS));
        let manifest = Manifest {
            format: VERSION,
            origin: origin.to_owned(),
            at: rfc3339(at_us),
            at_us,
            extent,
            first_seq,
            last_seq,
            count: self.count,
            prev,
            head,
            files,
            key_id: String::new(),
            public_key: signer.public_key(),
            signature: Signature([0; 64]),
        }
        .signed_by(signer);
        write_manifest(&self.folder, &manifest)?;
        Ok(manifest)
    }
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// The manifest appears whole or not at all.
fn write_manifest(folder: &Path, manifest: &Manifest) -> Result<(), Error> {
    let path = folder.join(MANIFEST);
    let draft = folder.join("manifest.json.new");
    manifest
        .to_text()
        .map_err(io::Error::from)
        .and_then(|text| write_private(&draft, text.as_bytes()))
        .and_then(|()| fs::rename(&draft, &path))
        .and_then(|()| sync_folder(folder))
        .map_err(Error::at(&path))
}

/// A file that counts and hashes what is written to it.
#[derive(Debug)]
struct Sink {
    path: PathBuf,
    file: BufWriter<File>,
    sha256: Sha256,
    size: u64,
}

impl Sink {
    fn create(path: PathBuf) -> Result<Self, Error> {
        let file = create_private(&path).map_err(Error::at(&path))?;
        Ok(Self { path, file: BufWriter::new(file), sha256: Sha256::new(), size: 0 })
    }

    fn write(&mut self, line: serde_json::Result<Vec<u8>>) -> Result<(), Error> {
        let line = line.map_err(io::Error::from).map_err(Error::at(&self.path))?;
        self.file.write_all(&line).map_err(Error::at(&self.path))?;
        self.sha256.update(&line);
        self.size += line.len() as u64;
        Ok(())
    }

    fn finish(mut self, name: &str) -> Result<FileDigest, Error> {
        let flushed = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        flushed.map_err(Error::at(&self.path))?;
        let sha256 = Hash(self.sha256.finalize().into());
        Ok(FileDigest { name: name.to_owned(), size: self.size, sha256 })
    }
}
