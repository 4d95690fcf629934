//! From a backup to a database that can be served: 45 CFR 164.308(a)(7)(ii)(B).

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use age::x25519::Identity;
use anyhow::{Context as _, bail};
use domain::Timestamp;
use serde::Serialize;
use store::By;
use store::backup::check_copy;

use crate::backup::{self, MANIFEST, Manifest};
use crate::config::Data;
use crate::premises;

/// What came back.
#[derive(Debug)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// Where the data lie that stood there before.
    pub aside: Option<PathBuf>,
    /// The number of the entry in the audit log that says so.
    pub entry: u64,
}

/// What the log says of it.
#[derive(Serialize)]
struct Facts<'a> {
    backup: String,
    made: &'a str,
    by_version: &'a str,
    schema: i64,
    resumed_from: u64,
}

/// Puts a backup in the place of the data.
///
/// Everything is unpacked beside and verified first. Data that stand there already are moved aside
/// if `replace` says so, and never removed. An older schema is brought to this program's; the audit
/// log gets an entry that says from which number on it resumes.
pub async fn restore(
    file: &Path,
    identity: &Identity,
    data: &Data,
    replace: bool,
    now: Timestamp,
) -> anyhow::Result<Restored> {
    let target = data.file();
    if target.exists() && !replace {
        bail!(
            "{} exists already; --replace moves it aside, or name an empty folder with --data",
            target.display()
        );
    }
    std::fs::create_dir_all(&data.directory)
        .with_context(|| format!("making {}", data.directory.display()))?;
    let passing = tempfile::Builder::new().prefix(".restore-").tempdir_in(&data.directory)?;
    let unpacked = passing.path().to_owned();
    let (sha256, _) =
        backup::digest(file).with_context(|| format!("reading {}", file.display()))?;
    unpack(file, identity, &unpacked)?;
    let manifest = looked_at(&unpacked).await?;
    let aside = if target.exists() { Some(move_aside(data, now)?) } else { None };
    place(&unpacked, data)?;
    let (writer, _) = store::open(data.location()).await.context("opening what was restored")?;
    let facts = Facts {
        backup: hex::encode(sha256),
        made: &manifest.at,
        by_version: &manifest.version,
        schema: manifest.schema,
        resumed_from: manifest.head,
    };
    let entry = writer.audit(By::system(now).did("restore", "database").with(&facts)).await?;
    Ok(Restored { manifest, aside, entry })
}

fn unpack(file: &Path, identity: &Identity, into: &Path) -> anyhow::Result<()> {
    let name = file.display();
    let reader = BufReader::new(File::open(file).with_context(|| format!("opening {name}"))?);
    let decryptor = age::Decryptor::new_buffered(reader)
        .with_context(|| format!("{name} is no backup of Wardround: age cannot read it"))?;
    let plain = decryptor
        .decrypt(std::iter::once(identity as &dyn age::Identity))
        .with_context(|| format!("{name} was encrypted to another key than this one"))?;
    let mut archive = tar::Archive::new(zstd::Decoder::new(plain)?);
    archive.unpack(into).with_context(|| format!("unpacking {name}: it was cut or changed"))
}

/// Verifies what was unpacked against what the backup says of itself.
async fn looked_at(folder: &Path) -> anyhow::Result<Manifest> {
    let text = std::fs::read(folder.join(MANIFEST)).context("the backup has no manifest")?;
    let manifest: Manifest = serde_json::from_slice(&text).context("reading the manifest")?;
    let known = store::migrate::newest();
    if manifest.schema > known {
        bail!(
            "this backup was made by wardround {} with schema {}, and this program knows schemas \
             up to {known}: restore it with version {} or a newer one",
            manifest.version,
            manifest.schema,
            manifest.version
        );
    }
    let copy = folder.join(store::open::FILE);
    if hex::encode(backup::digest(&copy)?.0) != manifest.sha256 {
        bail!("the database in the backup is not the one that its manifest names");
    }
    let checked = check_copy(&copy).await?;
    if (checked.rows, checked.head) != (manifest.rows, manifest.head) {
        bail!(
            "the backup says {} rows and {} audit entries, but holds {} and {}",
            manifest.rows,
            manifest.head,
            checked.rows,
            checked.head
        );
    }
    Ok(manifest)
}

/// Moves database, its log and the keys into a folder of their own.
fn move_aside(data: &Data, now: Timestamp) -> anyhow::Result<PathBuf> {
    let stamp = now.rfc3339().replace([':', '.'], "-");
    let aside = data.directory.join(format!("before-restore-{stamp}"));
    std::fs::create_dir_all(&aside).with_context(|| format!("making {}", aside.display()))?;
    let file = data.file();
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        moved(Path::new(&name), &aside)?;
    }
    moved(&premises::keys(data), &aside)?;
    Ok(aside)
}

fn moved(from: &Path, into: &Path) -> anyhow::Result<()> {
    let Some(name) = from.file_name().filter(|_| from.exists()) else { return Ok(()) };
    let to = into.join(name);
    std::fs::rename(from, &to)
        .with_context(|| format!("moving {} to {}", from.display(), to.display()))
}

/// Only its owner reads it: archives do not tell.
#[cfg(unix)]
fn private(key: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn place(unpacked: &Path, data: &Data) -> anyhow::Result<()> {
    let keys = premises::keys(data);
    std::fs::create_dir_all(&keys).with_context(|| format!("making {}", keys.display()))?;
    for name in premises::KEYS {
        let key = unpacked.join("keys").join(name);
        private(&key).with_context(|| format!("protecting {}", key.display()))?;
        rename(&key, &keys.join(name))?;
    }
    let target = data.file();
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    // Last: with it the data are there.
    rename(&unpacked.join(store::open::FILE), &target)
}

/// Moves a file, also to another file system.
fn rename(from: &Path, to: &Path) -> anyhow::Result<()> {
    if std::fs::rename(from, to).is_ok() {
        return Ok(());
    }
    std::fs::copy(from, to)
        .and_then(|_| File::open(to)?.sync_all())
        .with_context(|| format!("copying {} to {}", from.display(), to.display()))
}
