//! Programs that run beside a test or a measurement.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;

/// A started program that said where it listens; it ends when this is dropped.
#[derive(Debug)]
pub struct Service {
    child: Child,
    url: String,
}

impl Service {
    /// Starts a program that writes `listening on http://…` to standard output once it does.
    pub fn start(command: &mut Command) -> Result<Self> {
        let shown = process::shown(command);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting `{shown}`"))?;
        let Some(out) = child.stdout.take() else { bail!("`{shown}` has no output") };
        // Owned from here on, so that a failure below ends the program too.
        let mut service = Self { child, url: String::new() };
        for line in BufReader::new(out).lines() {
            if let Some(url) = line?.strip_prefix("listening on ") {
                url.trim().clone_into(&mut service.url);
                return Ok(service);
            }
        }
        let status = service.child.wait()?;
        bail!("`{shown}` ended before it listened ({status})")
    }

    /// Where it listens, for example `http://127.0.0.1:41234`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody left to tell otherwise.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
