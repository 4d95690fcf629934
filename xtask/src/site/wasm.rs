//! The islands as a wasm module and the script that loads it.

use std::fs;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::Asset;
use crate::process;
use crate::workspace::Workspace;

const NAME: &str = "wardround";

/// Compiles `frontend` and returns the module as the compiler left it.
pub fn compile(workspace: &Workspace) -> Result<Vec<u8>> {
    let (target, profile) = ("wasm32-unknown-unknown", "wasm-release");
    process::run(workspace.cargo().args([
        "build",
        "--package",
        "frontend",
        "--target",
        target,
        "--profile",
        profile,
    ]))?;
    let path = workspace.target(&format!("{target}/{profile}/frontend.wasm"));
    fs::read(&path).with_context(|| format!("reading {}", path.display()))
}

/// Runs wasm-bindgen, as a library of the very version that the module was compiled with.
///
/// The script is told the module's address by the page, so the module may have any name.
pub fn bind(module: &[u8]) -> Result<Vec<Asset>> {
    let mut output = Bindgen::new()
        .input_bytes(NAME, module.to_vec())
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen")?;
    // Every crate has an entry here; most are empty.
    let snippets = output.snippets().iter().filter(|(_, scripts)| !scripts.is_empty());
    let extra = snippets.map(|(name, _)| name).chain(output.local_modules().keys()).next();
    if let Some(name) = extra {
        bail!("{name} brings JavaScript of its own, which the site does not serve");
    }
    let script = output.js().trim_start().to_owned().into_bytes();
    let wasm = output.wasm_mut().emit_wasm();
    Ok(vec![
        Asset { name: format!("{NAME}.js"), bytes: script },
        Asset { name: format!("{NAME}.wasm"), bytes: wasm },
    ])
}
