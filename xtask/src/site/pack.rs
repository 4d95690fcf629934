//! Addresses with a hash in them, and the precompressed forms of each file.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::Asset;

/// Already compressed formats gain nothing from a second round.
const COMPRESSED: [&str; 6] = ["png", "jpg", "webp", "avif", "woff2", "gz"];

/// Writes every asset under `folder/pkg` and the manifest beside it.
pub fn write(folder: &Path, assets: &[Asset]) -> Result<()> {
    let mut manifest = BTreeMap::new();
    for asset in assets {
        let address = address(asset);
        let path = folder.join(address.trim_start_matches('/'));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, &asset.bytes)?;
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if !COMPRESSED.contains(&extension.as_str()) {
            let forms = [("br", brotli(&asset.bytes)?), ("gz", gzip(&asset.bytes)?)];
            for (suffix, bytes) in forms.iter().filter(|form| form.1.len() < asset.bytes.len()) {
                fs::write(path.with_extension(format!("{extension}.{suffix}")), bytes)?;
            }
        }
        manifest.insert(asset.name.as_str(), address);
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join("manifest.json"), serde_json::to_vec_pretty(&manifest)?)?;
    Ok(())
}

/// `/pkg/main-0123456789.css` for `main.css`: a new content is a new address, so browsers may keep
/// a file for ever.
fn address(asset: &Asset) -> String {
    let hash = &hex::encode(Sha256::digest(&asset.bytes))[..10];
    match asset.name.rsplit_once('.') {
        Some((stem, extension)) => format!("/pkg/{stem}-{hash}.{extension}"),
        None => format!("/pkg/{}-{hash}", asset.name),
    }
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(assets: &[Asset]) -> (tempfile::TempDir, BTreeMap<String, String>) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), assets).unwrap();
        let manifest = fs::read(folder.path().join("manifest.json")).unwrap();
        (folder, serde_json::from_slice(&manifest).unwrap())
    }

    fn asset(name: &str, bytes: &[u8]) -> Asset {
        Asset { name: name.to_owned(), bytes: bytes.to_vec() }
    }

    #[test]
    fn a_new_content_gets_a_new_address() {
        let (_, one) = written(&[asset("icons/a.svg", b"<svg/>")]);
        let (_, two) = written(&[asset("icons/a.svg", b"<svg></svg>")]);
        assert!(one["icons/a.svg"].starts_with("/pkg/icons/a-"), "{one:?}");
        assert_ne!(one["icons/a.svg"], two["icons/a.svg"]);
    }

    #[test]
    fn the_packed_form_holds_the_same_bytes() {
        let text = ".card{color:red}".repeat(100);
        let (folder, manifest) = written(&[asset("main.css", text.as_bytes())]);
        let packed = format!("{}{}.br", folder.path().display(), manifest["main.css"]);
        let packed = fs::read(packed).unwrap();
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut packed.as_slice(), &mut unpacked).unwrap();
        assert!(packed.len() < text.len());
        assert_eq!(unpacked, text.as_bytes());
    }

    #[test]
    fn what_does_not_get_smaller_has_one_form() {
        let (folder, manifest) = written(&[asset("a.txt", b"a"), asset("b.png", &[0; 400])]);
        for address in manifest.values() {
            let packed = format!("{}{address}.br", folder.path().display());
            assert!(!Path::new(&packed).exists(), "{packed}");
        }
    }
}
