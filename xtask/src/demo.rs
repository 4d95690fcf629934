//! The product on this machine, with a simulated organisation instead of AWS.

use std::process::Command;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{process, site};

/// Where the demo listens unless it is told otherwise.
const ADDRESS: &str = "127.0.0.1:3000";

/// What `cargo xtask demo` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Passed on to `wardround demo`, for example `--data DIR` or `--listen 127.0.0.1:4000`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    rest: Vec<String>,
}

/// Builds what is needed and becomes the product.
///
/// The server is built without optimisation: on a fresh machine a page is there in half the time,
/// and the demonstration is fast enough.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    println!("demo: 1 of 3, the browser's half");
    site::run(workspace)?;
    println!("demo: 2 of 3, the server; the first time takes some minutes");
    process::run(workspace.cargo().args(["build", "--package", "server"]))?;
    println!("demo: 3 of 3, starting\n");
    let mut command = Command::new(workspace.executable());
    command.arg("demo");
    if !arguments.rest.iter().any(|word| word == "--listen" || word.starts_with("--listen=")) {
        command.args(["--listen", ADDRESS]);
    }
    replace(command.args(&arguments.rest))
}

/// Puts the product in this process's place, so that signals reach it and its exit code is ours.
#[cfg(unix)]
fn replace(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(anyhow::Error::new(error).context(format!("starting `{}`", process::shown(command))))
}

#[cfg(not(unix))]
fn replace(command: &mut Command) -> Result<()> {
    process::run(command)
}
