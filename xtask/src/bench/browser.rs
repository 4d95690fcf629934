//! Pages in a real browser: bytes and times as Chromium counts them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::process;
use crate::tools;
use crate::workspace::Workspace;

/// What the browser is asked to do.
#[derive(Debug, Serialize)]
pub struct Visit {
    pub url: String,
    /// The page counts as drawn when this selector matches and the next frame was painted.
    pub drawn: String,
    /// Nothing that matches this may be left when the page counts as drawn.
    pub busy: Option<String>,
    /// A cookie, `name=value`, of somebody who is signed in.
    pub session: Option<String>,
}

impl Visit {
    /// A page that is complete as it arrives.
    pub fn page(url: &str, session: &str) -> Self {
        Self {
            url: url.to_owned(),
            drawn: "main h1".to_owned(),
            busy: None,
            session: Some(session.to_owned()),
        }
    }
}

/// What the browser saw.
#[derive(Debug, Deserialize)]
pub struct Seen {
    /// From asking for the page until it was drawn, in milliseconds.
    pub drawn_ms: f64,
    /// The longest that one answer took, from the request to its last byte, in milliseconds.
    pub slowest_ms: f64,
    pub answers: Vec<Transfer>,
}

/// One answer.
#[derive(Debug, Deserialize)]
pub struct Transfer {
    pub path: String,
    /// `br`, `gzip`, `zstd` or `plain`.
    pub encoding: String,
    /// As they came over the connection, headers included.
    pub bytes: f64,
}

/// Whether a browser can be driven here; the reason where it cannot.
pub fn available(workspace: &Workspace) -> Result<()> {
    tools::node()?;
    tools::chromium()?;
    if !workspace.path("end2end/node_modules/playwright-core").is_dir() {
        bail!("playwright-core is missing; install it with: cd end2end && npm ci");
    }
    Ok(())
}

/// Opens a page in a new browser with an empty profile.
pub fn visit(workspace: &Workspace, folder: &Path, visit: &Visit) -> Result<Seen> {
    available(workspace)?;
    let script = workspace.path("xtask/src/bench/visit.mjs");
    let text = process::output(
        Command::new("node")
            .arg(script)
            .arg(serde_json::to_string(visit)?)
            .current_dir(folder)
            .env("PLAYWRIGHT", workspace.path("end2end/node_modules/playwright-core/index.mjs"))
            .env("CHROMIUM", tools::chromium()?),
    )?;
    serde_json::from_str(&text).with_context(|| format!("the browser reported: {text}"))
}
