//! Where things are: the workspace's root and cargo's target directory.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;

/// The repository in which `cargo xtask` was called.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

impl Workspace {
    /// Asks cargo, which knows about `CARGO_TARGET_DIR` and `build.target-dir` in any config file.
    pub fn find() -> Result<Self> {
        // Cargo says at run time where it runs. What was true when this was compiled need not be: in
        // a shared target directory another clone may have built this very file.
        let here = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let text = process::output(process::cargo(&here).args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
        ]))?;
        let metadata: Metadata =
            serde_json::from_str(&text).context("reading what cargo metadata printed")?;
        Ok(Self { root: metadata.workspace_root, target: metadata.target_directory })
    }

    /// A path inside the repository.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A path inside cargo's target directory.
    pub fn target(&self, relative: &str) -> PathBuf {
        self.target.join(relative)
    }

    /// Where the site lies; the server is compiled with `WARDROUND_SITE` set to this.
    pub fn site(&self) -> PathBuf {
        self.target("site")
    }

    /// `cargo`, to be run at the root and with the site's place told to the server's build script.
    pub fn cargo(&self) -> std::process::Command {
        let mut command = process::cargo(&self.root);
        command.env("WARDROUND_SITE", self.site());
        command
    }

    /// The product as built for development and for tests.
    pub fn executable(&self) -> PathBuf {
        self.target("debug").join(format!("wardround{}", std::env::consts::EXE_SUFFIX))
    }

    /// A path as a person wants to read it: relative to the root where it lies below it.
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }

    /// The files below a folder of the repository in a stable order, without hidden ones and what
    /// package managers put there; none where the folder does not exist.
    pub fn files(&self, relative: &str) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        gather(&self.path(relative), &mut found)?;
        found.sort();
        Ok(found)
    }
}

fn gather(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        if name.starts_with('.') || name == "node_modules" || name == "target" {
            continue;
        }
        if path.is_dir() {
            gather(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
