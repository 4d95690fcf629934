//! `wardround migrate`.

use std::process::ExitCode;

use anyhow::Context as _;

use super::{ConfigFile, DataDirectory, Ending};
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
    let (_, reader) = store::open(data.location())
        .await
        .with_context(|| format!("opening the database in {}", data.location().display()))?;
    if let Some(copy) = reader.copied() {
        super::print(&format!("copied to {}\n", copy.display()));
    }
    let done = if before { "now has" } else { "was made with" };
    let version = env!("CARGO_PKG_VERSION");
    super::print(&format!("{} {done} the schema of wardround {version}\n", file.display()));
    Ok(ExitCode::SUCCESS)
}
