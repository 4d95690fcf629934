//! The pages in a headless Chromium.

use std::fs;
use std::process::Command;

use anyhow::Result;

use super::{runner, rust};
use crate::workspace::Workspace;
use crate::{process, site, tools};

/// Runs the Playwright tests against the product built from this tree.
pub fn run(workspace: &Workspace) -> Result<String> {
    tools::node()?;
    let chromium = tools::chromium()?;
    site::run(workspace)?;
    let executable = rust::executable(workspace)?;
    packages(workspace)?;
    let folder = workspace.path("end2end");
    process::run(
        Command::new("npx").args(["--no-install", "tsc", "--noEmit"]).current_dir(&folder),
    )?;
    runner(
        Command::new("npx")
            .args(["--no-install", "playwright", "test"])
            .current_dir(&folder)
            .env("CHROMIUM", chromium)
            .env("WARDROUND_BIN", executable),
    )
}

/// Installs the npm packages unless those of this very lock file are there.
fn packages(workspace: &Workspace) -> Result<()> {
    let lock = fs::read_to_string(workspace.path("end2end/package-lock.json"))?;
    let installed = workspace.path("end2end/node_modules/.installed-lock.json");
    if fs::read_to_string(&installed).is_ok_and(|found| found == lock) {
        return Ok(());
    }
    println!("browser: installing the npm packages");
    process::run(Command::new("npm").arg("ci").current_dir(workspace.path("end2end")))?;
    fs::write(installed, lock)?;
    Ok(())
}
