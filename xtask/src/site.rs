//! The browser's half: wasm, its script, the style sheet and the static files.
//!
//! Everything lands in `<target>/site`: files under `pkg/` with a hash in their names, each with
//! its precompressed forms beside it, and `manifest.json`, which maps the name that the code uses
//! to the address that the page asks for. Nothing is done when no input changed.

mod budget;
mod pack;
mod public;
mod stamp;
mod styles;
mod wasm;

use std::fs;

use anyhow::{Context, Result};

use crate::tools;
use crate::workspace::Workspace;

/// One file of the site before it has an address.
#[derive(Debug)]
struct Asset {
    /// The name that the code uses, for example `main.css`.
    name: String,
    bytes: Vec<u8>,
}

/// Builds the site and returns the line of its sizes.
///
/// The wasm is optimised and everything is compressed as well as it goes in every build: that takes
/// two seconds more than the least effort, and only one kind of site has to be right.
pub fn run(workspace: &Workspace) -> Result<String> {
    tools::wasm_target()?;
    tools::c_compiler()?;
    println!("site: compiling the islands for the browser");
    let module = wasm::compile(workspace)?;
    let folder = workspace.site();
    let inputs = stamp::of_inputs(workspace, &module)?;
    if stamp::is_current(&folder, &inputs) {
        println!("site: up to date in {}", workspace.shown(&folder));
    } else {
        write(workspace, &module, &inputs)?;
    }
    budget::check(&folder)
}

/// Makes the whole folder beside the old one, then puts it in the old one's place.
fn write(workspace: &Workspace, module: &[u8], inputs: &str) -> Result<()> {
    println!("site: binding, bundling, hashing, compressing");
    let mut assets = wasm::bind(module)?;
    assets.extend(styles::bundle(workspace)?);
    assets.extend(public::collect(workspace)?);
    let folder = workspace.site();
    let fresh = workspace.target("site.new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    pack::write(&fresh, &assets)?;
    fs::write(fresh.join(stamp::FILE), inputs)?;
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::rename(&fresh, &folder).with_context(|| format!("moving to {}", folder.display()))?;
    println!("site: {} files in {}", assets.len(), workspace.shown(&folder));
    Ok(())
}
