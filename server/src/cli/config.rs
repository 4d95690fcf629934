//! `wardround config`.

use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print an annotated configuration to fill in.
    Example,
}

pub fn run(arguments: &Arguments) -> ExitCode {
    match arguments.command {
        Command::Example => super::print(&crate::config::example()),
    }
    ExitCode::SUCCESS
}
