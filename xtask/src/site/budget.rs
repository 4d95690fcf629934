//! The byte budget: what a first visit may load besides the page itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// The first load may take 150 kB in all, brotli; 40 kB of that are left for the HTML.
const LIMIT: u64 = 110_000;

/// What every page asks for.
const FIRST_LOAD: [&str; 3] = ["wardround.js", "wardround.wasm", "main.css"];

/// Prints the sizes and fails if those of the first load exceed the budget.
pub fn check(folder: &Path) -> Result<String> {
    let text = fs::read_to_string(folder.join("manifest.json")).context("reading the manifest")?;
    let manifest: BTreeMap<String, String> = serde_json::from_str(&text)?;
    println!("\n  {:<28}{:>10}{:>10}{:>10}", "", "bytes", "gzip", "brotli");
    let mut total = 0;
    for (name, address) in &manifest {
        let path = folder.join(address.trim_start_matches('/'));
        let plain = fs::metadata(&path).with_context(|| path.display().to_string())?.len();
        let form = |suffix: &str| {
            let mut form = path.clone().into_os_string();
            form.push(suffix);
            fs::metadata(form).map_or(plain, |metadata| metadata.len())
        };
        let (gzip, brotli) = (form(".gz"), form(".br"));
        println!("  {name:<28}{plain:>10}{gzip:>10}{brotli:>10}");
        if FIRST_LOAD.contains(&name.as_str()) {
            total += brotli;
        }
    }
    println!("  {:<28}{total:>30}  of {LIMIT} allowed\n", "script + wasm + style");
    if total > LIMIT {
        bail!(
            "the byte budget is exceeded: {total} bytes of script, wasm and style sheet, brotli, \
             where {LIMIT} are allowed"
        );
    }
    Ok(format!("{total} of {LIMIT} bytes of script, wasm and style sheet, brotli"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(script: u64) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let manifest = r#"{"wardround.js": "/pkg/a.js", "picture.png": "/pkg/b.png"}"#;
        fs::create_dir(folder.path().join("pkg")).unwrap();
        fs::write(folder.path().join("manifest.json"), manifest).unwrap();
        fs::write(folder.path().join("pkg/a.js"), vec![b'a'; 500_000]).unwrap();
        fs::write(folder.path().join("pkg/a.js.br"), vec![b'a'; script as usize]).unwrap();
        fs::write(folder.path().join("pkg/b.png"), vec![b'a'; 500_000]).unwrap();
        folder
    }

    #[test]
    fn what_the_first_load_takes_over_the_wire_is_held_to_the_budget() {
        assert!(check(site(LIMIT).path()).is_ok());
        let error = check(site(LIMIT + 1).path()).unwrap_err();
        assert!(error.to_string().contains("110001 bytes"), "{error}");
    }
}
