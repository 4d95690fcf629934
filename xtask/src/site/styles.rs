//! The style sheet: `style/main.css` and what it imports, in one file.

use std::path::Path;

use anyhow::{Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};

use super::Asset;
use crate::workspace::Workspace;

/// Bundles and minifies; `None` while there is no style sheet.
pub fn bundle(workspace: &Workspace) -> Result<Option<Asset>> {
    let entry = workspace.path("style/main.css");
    if !entry.is_file() {
        println!("site: style/main.css does not exist, so there is no style sheet");
        return Ok(None);
    }
    Ok(Some(Asset { name: "main.css".to_owned(), bytes: printed(&entry)?.into_bytes() }))
}

fn printed(entry: &Path) -> Result<String> {
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler.bundle(entry).map_err(|error| anyhow!("style: {error}"))?;
    sheet
        .minify(MinifyOptions { targets: targets(), ..MinifyOptions::default() })
        .map_err(|error| anyhow!("style: {error}"))?;
    let printed = sheet
        .to_css(PrinterOptions { minify: true, targets: targets(), ..PrinterOptions::default() })
        .map_err(|error| anyhow!("style: {error}"))?;
    Ok(printed.code)
}

/// The oldest browsers that get the full look: those of spring 2023, the first in which
/// `color-mix` works everywhere. Nesting and `light-dark()` are younger and are written out.
fn targets() -> Targets {
    let version = |major: u32, minor: u32| Some((major << 16) | (minor << 8));
    Targets::from(Browsers {
        chrome: version(111, 0),
        edge: version(111, 0),
        firefox: version(113, 0),
        safari: version(16, 4),
        ios_saf: version(16, 4),
        ..Browsers::default()
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn imports_become_one_sheet_that_older_browsers_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.css"), "@import \"card.css\" layer(parts);").unwrap();
        let card = ":root { color-scheme: light dark }\n\
                    .card { color: light-dark(#111, #eee); & .title { font-weight: 600 } }";
        fs::write(folder.path().join("card.css"), card).unwrap();
        let sheet = printed(&folder.path().join("main.css")).unwrap();
        assert!(sheet.starts_with("@layer parts{"), "{sheet}");
        assert!(sheet.contains(".card .title{font-weight:600}"), "{sheet}");
        assert!(!sheet.contains("light-dark("), "{sheet}");
    }

    #[test]
    fn a_missing_import_is_named_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.css"), "@import \"missing.css\";").unwrap();
        let error = printed(&folder.path().join("main.css")).unwrap_err();
        assert!(error.to_string().contains("main.css:0:1"), "{error}");
    }
}
