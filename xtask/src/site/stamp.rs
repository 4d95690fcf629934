//! Whether the site in the target directory was made from these inputs.

use std::fs;
use std::path::Path;

use anyhow::Result;
use sha2::{Digest, Sha256};

use crate::workspace::Workspace;

/// Lies in the site's folder and holds the digest of what it was made from.
pub const FILE: &str = "inputs.sha256";

/// A digest of all that the site depends on, this tool included.
pub fn of_inputs(workspace: &Workspace, module: &[u8]) -> Result<String> {
    let mut digest = Sha256::new();
    digest.update(module);
    for folder in ["style", "public", "xtask/src/site"] {
        for path in workspace.files(folder)? {
            let bytes = fs::read(&path)?;
            digest.update(workspace.shown(&path));
            digest.update(bytes.len().to_le_bytes());
            digest.update(bytes);
        }
    }
    Ok(hex::encode(digest.finalize()))
}

/// Whether the folder is complete and was made from inputs with this digest.
pub fn is_current(folder: &Path, inputs: &str) -> bool {
    folder.join("manifest.json").is_file()
        && fs::read_to_string(folder.join(FILE)).is_ok_and(|found| found == inputs)
}
