//! `wardround migrate`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use domain::Clock as _;

use super::{ConfigFile, DataDirectory, Ending};
use crate::clock::SystemClock;
use crate::config;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataDirectory,
    #[command(flatten)]
    config: ConfigFile,
}

pub async fn run(arguments: Arguments) -> Ending {
    let data = config::load_data(arguments.config.file.as_deref(), arguments.data.directory)?;
    let file = data.file();
    let before = file.exists();
    if before {
        let copy = copy(&file)?;
        super::print(&format!("copied to {}\n", copy.display()));
    }
    store::open(data.location())
        .await
        .with_context(|| format!("opening the database in {}", data.location().display()))?;
    let done = if before { "now has" } else { "was made with" };
    let version = env!("CARGO_PKG_VERSION");
    super::print(&format!("{} {done} the schema of wardround {version}\n", file.display()));
    Ok(ExitCode::SUCCESS)
}

/// Copies the file and the log that belongs to it. Both together are consistent as long as no
/// other process writes.
fn copy(file: &Path) -> anyhow::Result<PathBuf> {
    let time = SystemClock.now().rfc3339().replace([':', '.'], "-");
    let with = |path: &Path, end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let copy = with(file, &format!(".before-{}-{time}", env!("CARGO_PKG_VERSION")));
    for end in ["", "-wal"] {
        let (from, to) = (with(file, end), with(&copy, end));
        if from.exists() {
            std::fs::copy(&from, &to)
                .with_context(|| format!("copying {} to {}", from.display(), to.display()))?;
        }
    }
    Ok(copy)
}
