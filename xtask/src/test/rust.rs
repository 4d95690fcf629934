//! What cargo, clippy and rustdoc check.

use anyhow::Result;

use super::runner;
use crate::workspace::Workspace;
use crate::{process, tools};

/// Every crate that is built for this machine. All steps choose the same crates, because cargo
/// settles the features of dependencies per choice, and another choice would build them again.
const CRATES: [&str; 3] = ["--workspace", "--exclude", "frontend"];

/// rustfmt changes nothing.
pub fn format(workspace: &Workspace) -> Result<String> {
    process::run(workspace.cargo().args(["fmt", "--all", "--check"]))?;
    process::run(process::cargo(&workspace.path("fuzz")).args(["fmt", "--check"]))?;
    Ok("nothing to format".to_owned())
}

/// clippy has nothing to say.
pub fn lints(workspace: &Workspace) -> Result<String> {
    tools::wasm_target()?;
    let strict = ["--", "-D", "warnings"];
    process::run(workspace.cargo().arg("clippy").args(CRATES).arg("--all-targets").args(strict))?;
    let browser = [
        "--package",
        "frontend",
        "--package",
        "app",
        "--features",
        "app/hydrate",
        "--target",
        "wasm32-unknown-unknown",
    ];
    process::run(
        workspace
            .cargo()
            .arg("clippy")
            .args(browser)
            .args(["--profile", "wasm-release"])
            .args(strict),
    )?;
    Ok("no warning".to_owned())
}

/// The documentation builds without a warning.
pub fn docs(workspace: &Workspace) -> Result<String> {
    process::run(
        workspace
            .cargo()
            .env("RUSTDOCFLAGS", "-D warnings")
            .arg("doc")
            .args(CRATES)
            .arg("--no-deps"),
    )?;
    Ok("no warning".to_owned())
}

/// Unit and integration tests, by nextest where it is installed.
pub fn unit(workspace: &Workspace) -> Result<String> {
    let mut command = workspace.cargo();
    if tools::nextest(workspace) {
        command.args(["nextest", "run"]).args(CRATES);
    } else {
        command.arg("test").args(CRATES).arg("--all-targets");
    }
    runner(&mut command)
}

/// The examples in the documentation.
pub fn examples(workspace: &Workspace) -> Result<String> {
    runner(workspace.cargo().arg("test").args(CRATES).arg("--doc"))
}

/// Builds the executable that the tests start, with the dependencies that the unit tests built.
pub fn executable(workspace: &Workspace) -> Result<std::path::PathBuf> {
    process::run(workspace.cargo().arg("build").args(CRATES).args(["--bins", "--tests"]))?;
    Ok(workspace.executable())
}
