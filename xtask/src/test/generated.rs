//! Files in the repository that the product itself writes.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::rust;
use crate::process;
use crate::workspace::Workspace;

/// The file, and the arguments with which the product prints what should be in it.
const FILES: [(&str, &[&str]); 1] = [("docs/wardround.example.toml", &["config", "example"])];

/// Compares every generated file with what the product prints now.
pub fn check(workspace: &Workspace) -> Result<String> {
    let executable = rust::executable(workspace)?;
    for (name, arguments) in FILES {
        let mut command = Command::new(&executable);
        let printed = process::output(command.args(arguments))?;
        let path = workspace.path(name);
        let kept = fs::read_to_string(&path).with_context(|| format!("reading {name}"))?;
        if kept != printed {
            bail!("{name} is out of date; renew it with: {} > {name}", process::shown(&command));
        }
    }
    Ok(format!("{} up to date", FILES.map(|(name, _)| name).join(", ")))
}
