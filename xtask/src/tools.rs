//! The programs that this tool calls, and how to get each of them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

const WASM: &str = "wasm32-unknown-unknown";

/// Makes sure that rustc can build for the browser, installing the target if rustup is there.
pub fn wasm_target() -> Result<()> {
    let mut rustc = std::process::Command::new("rustc");
    let found = process::output(rustc.args(["--print", "target-libdir", "--target", WASM]))
        .context("rustc is missing; install it with: curl https://sh.rustup.rs -sSf | sh")?;
    if Path::new(found.trim()).is_dir() {
        return Ok(());
    }
    println!("site: adding the {WASM} target");
    process::run(std::process::Command::new("rustup").args(["target", "add", WASM])).context(
        "the wasm target is missing and could not be added; \
         install it with: rustup target add wasm32-unknown-unknown",
    )
}

/// SQLite and the TLS library are C: without a compiler the build ends in a linker's riddle.
pub fn c_compiler() -> Result<()> {
    let named = std::env::var_os("CC");
    let candidates = named.iter().map(PathBuf::from).chain(["cc".into(), "gcc".into()]);
    for candidate in candidates {
        if process::succeeds(&candidate, &["--version"]) {
            return Ok(());
        }
    }
    bail!("no C compiler; install one with: apt-get install build-essential")
}

/// A compiler for C++: libFuzzer is written in it.
pub fn cxx_compiler() -> Result<()> {
    let named = std::env::var_os("CXX");
    let mut candidates = named.iter().map(PathBuf::from).chain(["c++".into(), "g++".into()]);
    if candidates.any(|candidate| process::succeeds(&candidate, &["--version"])) {
        return Ok(());
    }
    bail!("no C++ compiler; install one with: apt-get install build-essential")
}

/// Node and npm, for the end-to-end tests.
pub fn node() -> Result<()> {
    if process::succeeds("node", &["--version"]) && process::succeeds("npm", &["--version"]) {
        return Ok(());
    }
    bail!("node and npm are missing; install them with: apt-get install nodejs npm (20 or newer)")
}

/// Python 3 with venv, for the tests against clients and servers that we did not write.
pub fn python() -> Result<&'static str> {
    let name = "python3";
    if process::succeeds(name, &["-c", "import ensurepip, venv"]) {
        return Ok(name);
    }
    bail!("python3 with venv is missing; install it with: apt-get install python3 python3-venv")
}

/// curl, with which the example for deployment pipelines asks.
pub fn curl() -> Result<()> {
    if process::succeeds("curl", &["--version"]) {
        return Ok(());
    }
    bail!("curl is missing; install it with: apt-get install curl")
}

/// Whether `cargo nextest` is installed; `cargo test` does where it is not.
pub fn nextest(workspace: &Workspace) -> bool {
    let mut command = workspace.cargo();
    command.args(["nextest", "--version"]);
    command.output().is_ok_and(|output| output.status.success())
}

/// A Chromium: `CHROMIUM`, Debian's, then the one that Playwright downloaded.
pub fn chromium() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM").map(PathBuf::from) {
        if named.is_file() {
            return Ok(named);
        }
        bail!("CHROMIUM names {}, which is not a file", named.display());
    }
    let debian = PathBuf::from("/usr/bin/chromium");
    if debian.is_file() {
        return Ok(debian);
    }
    playwright_browser().context(
        "NO BROWSER: the end-to-end tests cannot run. Install one with: apt-get install chromium \
         (or: cd end2end && npx playwright install chromium), or name one in CHROMIUM, or leave \
         the tests out with --no-browser",
    )
}

/// The newest full Chromium in Playwright's own cache.
fn playwright_browser() -> Option<PathBuf> {
    let cache = std::env::var_os("PLAYWRIGHT_BROWSERS_PATH").map(PathBuf::from).or_else(|| {
        std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache/ms-playwright"))
    })?;
    let mut found: Vec<PathBuf> = std::fs::read_dir(cache)
        .ok()?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("chromium-"))
        .flat_map(|entry| {
            ["chrome-linux64/chrome", "chrome-linux/chrome"].map(|p| entry.path().join(p))
        })
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found.pop()
}
