//! `wardround restore`: from a backup to data that can be served.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use age::x25519::Identity;
use anyhow::{Context as _, bail};
use domain::Clock as _;

use super::{ConfigFile, DataDirectory, Ending, print};
use crate::clock::SystemClock;
use crate::{config, lock, restore};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The backup.
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    /// The file with the private key that opens it.
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Move data that stand there already aside. They are not removed.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    data: DataDirectory,
    #[command(flatten)]
    config: ConfigFile,
}

pub async fn run(arguments: Arguments) -> Ending {
    let data = config::load_data(arguments.config.file.as_deref(), arguments.data.directory)?;
    let identity = identity(&arguments.identity)?;
    let _held = lock::take(&data, "restore")?;
    let now = SystemClock.now();
    let done =
        restore::restore(&arguments.backup, &identity, &data, arguments.replace, now).await?;
    let manifest = &done.manifest;
    let mut words = format!(
        "{} holds {} rows and {} audit entries as of {}, made by wardround {}\n",
        data.file().display(),
        manifest.rows,
        manifest.head,
        manifest.at,
        manifest.version
    );
    if let Some(aside) = &done.aside {
        let _ = writeln!(words, "what stood there before lies in {}", aside.display());
    }
    let _ = writeln!(words, "entry {} of the audit log says so", done.entry);
    print(&words);
    Ok(ExitCode::SUCCESS)
}

/// The first key in a file as `age-keygen` and `wardround backup key` write it.
fn identity(path: &Path) -> anyhow::Result<Identity> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("reading the key {}", path.display()))?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    match lines.find_map(|line| line.parse().ok()) {
        Some(identity) => Ok(identity),
        None => bail!("{} holds no private key of age (AGE-SECRET-KEY-1…)", path.display()),
    }
}
