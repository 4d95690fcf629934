//! Tells the compiler where the site lies that goes into the executable.
//!
//! `cargo xtask` builds the site and names its folder in `WARDROUND_SITE`. Without that, as in a
//! plain `cargo run`, it is looked for where `cargo xtask site` puts it; as long as there is none, an
//! empty folder stands in and the server runs without script and style.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=WARDROUND_SITE");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let folder = match env::var_os("WARDROUND_SITE").filter(|name| !name.is_empty()) {
        Some(named) => PathBuf::from(named),
        None => usual_place(&out),
    };
    // `cargo xtask test` compiles before the site is there; the derive wants a folder.
    fs::create_dir_all(&folder)?;
    if is_release() {
        println!("cargo::rerun-if-changed={}", folder.join("manifest.json").display());
    }
    fs::write(out.join("site.rs"), declaration(&folder))
}

/// `site` in the target directory: the build script writes to `<target>/<profile>/build/<this>/out`.
fn usual_place(out: &Path) -> PathBuf {
    out.ancestors().nth(4).unwrap_or(out).join("site")
}

/// A release carries the files; a debug build reads them from the folder when it is asked for them,
/// so that a change of style needs no new server.
fn is_release() -> bool {
    env::var("PROFILE").is_ok_and(|profile| profile == "release")
}

fn declaration(folder: &Path) -> String {
    let folder = folder.display().to_string();
    format!(
        "/// The files that `cargo xtask site` made.\n\
         #[derive(rust_embed::RustEmbed)]\n\
         #[folder = {folder:?}]\n\
         struct Site;\n"
    )
}
