//! `wardround completions`.

use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Cli;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The shell; for bash: wardround completions bash > ~/.local/share/bash-completion/completions/wardround
    shell: Shell,
}

pub fn run(arguments: &Arguments) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "wardround", &mut script);
    super::print(&String::from_utf8_lossy(&script));
    ExitCode::SUCCESS
}
