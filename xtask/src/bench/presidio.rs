//! Presidio's pattern recognisers over the same lines, in a virtual environment of their own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::product::{Product, inside};
use crate::workspace::Workspace;
use crate::{process, tools};

const WANTED: &str = "presidio-analyzer==2.2.366";
const SCRIPT: &str = include_str!("presidio.py");
/// Each of them takes milliseconds there.
const LINES: &str = "400";

pub struct Presidio {
    python: PathBuf,
    script: PathBuf,
    lines: PathBuf,
}

impl Presidio {
    /// Installs it the first time, and writes the lines that it is to look at.
    pub fn install(workspace: &Workspace, product: &Product) -> Result<Self> {
        let folder = product.folder.join("presidio");
        let python = folder.join("bin/python");
        if !process::succeeds(&python, &["-c", "import presidio_analyzer"]) {
            println!("bench: installing {WANTED} from PyPI");
            process::run(Command::new(tools::python()?).args(["-m", "venv"]).arg(&folder))?;
            process::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", WANTED]))
                .context("Presidio could not be installed")?;
        }
        let peer =
            Self { python, script: folder.join("measure.py"), lines: folder.join("lines.txt") };
        fs::write(&peer.script, SCRIPT)?;
        fs::write(&peer.lines, process::output(inside(workspace)?.args(["lines", LINES]))?)?;
        Ok(peer)
    }

    /// Bytes in a second on one core.
    pub fn rate(&self, seconds: &str) -> Result<f64> {
        let mut command = Command::new(&self.python);
        let text = process::output(command.arg(&self.script).arg(&self.lines).arg(seconds))?;
        text.trim().parse().with_context(|| format!("no number: {text}"))
    }
}
