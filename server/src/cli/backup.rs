//! `wardround backup`: copies of Wardround's own data.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use age::secrecy::ExposeSecret as _;
use age::x25519::{Identity, Recipient};
use anyhow::{Context as _, bail};
use clap::Subcommand;
use domain::Clock as _;
use store::By;

use super::{ConfigFile, DataDirectory, Ending, print};
use crate::backup::Plan;
use crate::clock::SystemClock;
use crate::config::{self, Backups};
use crate::premises;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
    /// Whose key opens it; the configured recipient unless told.
    #[arg(long, value_name = "KEY")]
    recipient: Option<Recipient>,
    /// The folder to write to; the configured one unless told.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    #[command(flatten)]
    data: DataDirectory,
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a pair of keys: the private half goes into a file, the public half is printed.
    Key {
        /// A new file for the private half. Keep it on another machine: without it no backup opens.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

pub async fn run(arguments: Arguments) -> Ending {
    if let Some(What::Key { out }) = &arguments.what {
        return key(out);
    }
    let file = arguments.config.file.as_deref();
    let wanted = config::load_backups(file)?;
    let data = config::load_data(file, arguments.data.directory)?;
    let mut wanted = match (arguments.recipient, wanted) {
        (Some(recipient), Some(wanted)) => Backups { recipient, ..wanted },
        (Some(recipient), None) => Backups::to(recipient),
        (None, Some(wanted)) => wanted,
        (None, None) => bail!(
            "nobody could open the backup: name a public key with --recipient, or set recipient \
             in [backup] of the configuration; `wardround backup key --out FILE` makes one"
        ),
    };
    wanted.directory = arguments.into.or(wanted.directory);
    if !data.file().exists() {
        bail!("there is no database at {}", data.file().display());
    }
    let (writer, reader) = store::open(data.location())
        .await
        .with_context(|| format!("opening the database in {}", data.location().display()))?;
    // Where no server ever ran, the keys are made now: a backup is complete.
    premises::ensure_keys(&data)?;
    let plan = Plan::of(&data, &wanted);
    let now = SystemClock.now();
    let made = plan.make(&reader, now).await;
    writer.backup_note(&By::system(now), &made).await?;
    if let Some(error) = made.error {
        bail!("no backup was made: {error}");
    }
    print(&format!(
        "{}\n{} rows and {} audit entries, opened and verified before they were encrypted\n",
        plan.directory.join(&made.file).display(),
        made.rows,
        made.head
    ));
    Ok(ExitCode::SUCCESS)
}

fn key(out: &Path) -> Ending {
    let identity = Identity::generate();
    let public = identity.to_public();
    let text = format!(
        "# Opens Wardround's backups. Public half: {public}\n{}\n",
        identity.to_string().expose_secret()
    );
    private(out, text.as_bytes())
        .with_context(|| format!("writing {}; it must not exist yet", out.display()))?;
    eprintln!("{} opens every backup made to this public key:", out.display());
    print(&format!("{public}\n"));
    Ok(ExitCode::SUCCESS)
}

/// Writes a new file that only its owner reads.
fn private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
