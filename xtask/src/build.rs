//! The one file to deploy.

use std::fs;

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{process, site};

/// Builds the site, then the server with the site inside, and puts it at `target/dist/wardround`.
pub fn run(workspace: &Workspace) -> Result<()> {
    site::run(workspace)?;
    println!("build: compiling the server; the first time takes some minutes");
    process::run(workspace.cargo().args(["build", "--release", "--package", "server"]))?;
    let folder = workspace.path("target/dist");
    fs::create_dir_all(&folder)?;
    let name = format!("wardround{}", std::env::consts::EXE_SUFFIX);
    let file = folder.join(&name);
    // A copy over a running executable is refused; a new file in its place is not.
    let fresh = folder.join(format!("{name}.new"));
    fs::copy(workspace.target("release").join(&name), &fresh)
        .with_context(|| format!("copying to {}", fresh.display()))?;
    fs::rename(&fresh, &file)?;
    let size = fs::metadata(&file)?.len() as f64 / 1e6;
    println!("build: {} ({size:.1} MB)", workspace.shown(&file));
    Ok(())
}
