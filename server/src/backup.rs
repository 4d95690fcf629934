//! Copies of Wardround's own data: data backup plan and testing of it, 45 CFR 164.308(a)(7)(ii)(A)
//! and (D).
//!
//! A backup is one file: a tar of the database, the keys beside it and what was found in them,
//! compressed with zstd and encrypted to a public key of age. The copy of the database is opened and
//! verified before it is encrypted; the file is read again afterwards.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use age::x25519::Recipient;
use anyhow::{Context as _, bail};
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{Backup, Reader, backup::check_copy};

use crate::config::{Backups, Data};
use crate::premises;

/// The name of what was found, within a backup.
pub const MANIFEST: &str = "manifest.json";
/// The ending of a backup's file.
const ENDING: &str = ".tar.zst.age";

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The program that made it.
    pub version: String,
    /// When, as RFC 3339.
    pub at: String,
    /// The schema of the database.
    pub schema: i64,
    /// Rows of all its tables.
    pub rows: u64,
    /// Entries of its audit log.
    pub head: u64,
    /// SHA-256 of the database, in hexadecimal digits.
    pub sha256: String,
}

/// Where backups go and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whose data.
    pub data: Data,
    /// Who can open them.
    pub recipient: Recipient,
    /// The folder.
    pub directory: PathBuf,
    /// Milliseconds between two.
    pub every_ms: i64,
    /// How many are kept.
    pub keep: usize,
}

impl Plan {
    /// The plan of a configuration.
    pub fn of(data: &Data, wanted: &Backups) -> Self {
        let beside = || data.directory.join("backups");
        Self {
            data: data.clone(),
            recipient: wanted.recipient.clone(),
            directory: wanted.directory.clone().unwrap_or_else(beside),
            every_ms: wanted.every_ms,
            keep: wanted.keep,
        }
    }

    /// Makes a backup and tells how it went. A failure leaves no file.
    pub async fn make(&self, reader: &Reader, now: Timestamp) -> Backup {
        let begun = Instant::now();
        let made = self.attempt(reader, now).await;
        let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        match made {
            Ok(made) => Backup { took_ms, ..made },
            Err(error) => Backup {
                at: now,
                took_ms,
                file: String::new(),
                bytes: 0,
                digest: None,
                rows: 0,
                head: 0,
                error: Some(format!("{error:#}")),
            },
        }
    }

    async fn attempt(&self, reader: &Reader, now: Timestamp) -> anyhow::Result<Backup> {
        make_folder(&self.directory)?;
        // The copy in the clear lies where the database lies in the clear already.
        let passing = tempfile::Builder::new()
            .prefix(".backup-")
            .tempdir_in(&self.data.directory)
            .with_context(|| format!("making a folder in {}", self.data.directory.display()))?;
        let copy = passing.path().join(store::open::FILE);
        reader.copy_into(&copy).await?;
        let checked = check_copy(&copy).await.context("looking at the copy")?;
        let stamp = now.rfc3339().replace([':', '.'], "-");
        let version = env!("CARGO_PKG_VERSION");
        let name = format!("wardround-{version}-schema{}-{stamp}{ENDING}", checked.schema);
        let (file, keys) = (self.directory.join(&name), premises::keys(&self.data));
        let (recipient, at) = (self.recipient.clone(), now.rfc3339());
        let written = tokio::task::spawn_blocking(move || {
            let manifest = Manifest {
                version: version.to_owned(),
                at,
                schema: checked.schema,
                rows: checked.rows,
                head: checked.head,
                sha256: hex::encode(digest(&copy)?.0),
            };
            let written = write(&copy, &keys, &manifest, &recipient, &file);
            drop(passing);
            written
        });
        let (digest, bytes) = written.await.context("the writing thread ended")??;
        self.thin_out().context("removing older backups")?;
        Ok(Backup {
            at: now,
            took_ms: 0,
            file: name,
            bytes,
            digest: Some(digest),
            rows: checked.rows,
            head: checked.head,
            error: None,
        })
    }

    /// Removes the oldest beyond the number that is kept. Names carry their time, and so sort by it
    /// within one version; across versions the file's own time decides.
    fn thin_out(&self) -> io::Result<()> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(&self.directory)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("wardround-") && name.ends_with(ENDING) {
                all.push((entry.metadata()?.modified()?, name, entry.path()));
            }
        }
        all.sort();
        let surplus = all.len().saturating_sub(self.keep.max(1));
        all.iter().take(surplus).try_for_each(|(_, _, path)| std::fs::remove_file(path))
    }
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))
}

/// SHA-256 and size of a file.
pub fn digest(path: &Path) -> io::Result<([u8; 32], u64)> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((hasher.finalize().into(), bytes)),
            read => {
                hasher.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
}

/// Hashes what passes through.
struct Hashing<W> {
    inner: W,
    hasher: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Packs, compresses, encrypts, and reads again what arrived on the disk.
fn write(
    copy: &Path,
    keys: &Path,
    manifest: &Manifest,
    recipient: &Recipient,
    file: &Path,
) -> anyhow::Result<([u8; 32], u64)> {
    let part = file.with_extension("part");
    let result = write_part(copy, keys, manifest, recipient, &part)
        .with_context(|| format!("writing {}", part.display()))
        .and_then(|expected| {
            let (found, bytes) = digest(&part)?;
            if found != expected {
                bail!("{} does not read as it was written", part.display());
            }
            std::fs::rename(&part, file).with_context(|| format!("naming {}", file.display()))?;
            Ok((found, bytes))
        });
    if result.is_err() {
        // What is half written is of no use; why it is so was told already.
        let _ = std::fs::remove_file(&part);
    }
    result
}

fn write_part(
    copy: &Path,
    keys: &Path,
    manifest: &Manifest,
    recipient: &Recipient,
    part: &Path,
) -> anyhow::Result<[u8; 32]> {
    let out = Hashing { inner: File::create(part)?, hasher: Sha256::new() };
    let encryptor =
        age::Encryptor::with_recipients(std::iter::once(recipient as &dyn age::Recipient))?;
    let encrypted = encryptor.wrap_output(out)?;
    let mut archive = tar::Builder::new(zstd::Encoder::new(encrypted, 3)?);
    archive.mode(tar::HeaderMode::Deterministic);
    archive.append_path_with_name(copy, store::open::FILE)?;
    for name in premises::KEYS {
        archive.append_path_with_name(keys.join(name), format!("keys/{name}"))?;
    }
    let text = serde_json::to_vec_pretty(manifest)?;
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o600);
    archive.append_data(&mut header, MANIFEST, text.as_slice())?;
    let out = archive.into_inner()?.finish()?.finish()?;
    out.inner.sync_all()?;
    Ok(out.hasher.finalize().into())
}
