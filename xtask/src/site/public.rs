//! The static files under `public/`.

use std::fs;

use anyhow::Result;

use super::Asset;
use crate::workspace::Workspace;

/// Every file under `public/`, named by its path below it, in a stable order.
pub fn collect(workspace: &Workspace) -> Result<Vec<Asset>> {
    let folder = workspace.path("public");
    workspace
        .files("public")?
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy();
            Ok(Asset { name: name.replace('\\', "/"), bytes: fs::read(&path)? })
        })
        .collect()
}
