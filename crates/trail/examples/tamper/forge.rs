//! What somebody with an export and an editor can do.

use std::{fs, path::Path};

use serde_json::Value;
use trail::{Extent, Hash, Link, Manifest, Signer};

use crate::world::Done;

/// The lines of a file, each with its line feed.
pub fn lines(file: &Path) -> Done<Vec<String>> {
    Ok(fs::read_to_string(file)?.split_inclusive('\n').map(str::to_owned).collect())
}

/// Changes the lines of `entries.ndjson`.
pub fn edit(folder: &Path, change: impl FnOnce(&mut Vec<String>)) -> Done {
    let file = folder.join("entries.ndjson");
    let mut rows = lines(&file)?;
    change(&mut rows);
    Ok(fs::write(file, rows.concat())?)
}

/// Replaces text in the line of entry `seq`.
pub fn replace(folder: &Path, seq: u64, from: &str, to: &str) -> Done {
    let mut found = false;
    edit(folder, |rows| {
        let row = &mut rows[seq as usize - 1];
        found = row.contains(from);
        *row = row.replacen(from, to, 1);
    })?;
    if found { Ok(()) } else { Err(format!("entry {seq} has no {from}").into()) }
}

/// Puts a link into the line of its entry, with the details that stood there.
pub fn put(folder: &Path, link: &Link) -> Done {
    edit(folder, |rows| {
        let row = &mut rows[link.entry.seq as usize - 1];
        let Ok(mut object) = serde_json::from_str::<Value>(row) else { return };
        object["action"] = link.entry.action.clone().into();
        object["prev"] = link.prev.to_string().into();
        object["hash"] = link.hash.to_string().into();
        *row = format!("{object}\n");
    })
}

/// What a forger claims in a manifest.
pub struct Claim {
    pub signer: Signer,
    pub at_us: Option<i64>,
    pub extent: Extent,
}

impl Claim {
    pub fn by(signer: Signer) -> Self {
        Self { signer, at_us: None, extent: Extent::ToHead }
    }
}

/// Makes the manifest anew, so that it fits the files as they are now.
pub fn remake(folder: &Path, claim: &Claim) -> Done {
    let path = folder.join("manifest.json");
    let mut manifest: Manifest = serde_json::from_str(&fs::read_to_string(&path)?)?;
    let rows = lines(&folder.join("entries.ndjson"))?;
    let rows: Vec<Value> = rows.iter().filter_map(|row| serde_json::from_str(row).ok()).collect();
    let hash = |row: &Value, name: &str| row[name].as_str().and_then(|text| text.parse().ok());
    manifest.count = rows.len() as u64;
    if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
        manifest.first_seq = first["seq"].as_u64().unwrap_or_default();
        manifest.prev = hash(first, "prev").unwrap_or(Hash::GENESIS);
        manifest.last_seq = last["seq"].as_u64().unwrap_or_default();
        manifest.head = hash(last, "hash").unwrap_or(Hash::GENESIS);
    } else {
        (manifest.first_seq, manifest.last_seq) = (1, 0);
        (manifest.prev, manifest.head) = (Hash::GENESIS, Hash::GENESIS);
    }
    for file in &mut manifest.files {
        let bytes = fs::read(folder.join(&file.name))?;
        (file.size, file.sha256) = (bytes.len() as u64, Hash::of(&bytes));
    }
    if let Some(at_us) = claim.at_us {
        (manifest.at_us, manifest.at) = (at_us, trail::rfc3339(at_us));
    }
    manifest.extent = claim.extent;
    let manifest = manifest.signed_by(&claim.signer);
    Ok(fs::write(path, serde_json::to_string_pretty(&manifest)? + "\n")?)
}

/// Copies the files of an export.
pub fn copy(from: &Path, to: &Path) -> Done {
    fs::create_dir_all(to)?;
    for file in fs::read_dir(from)? {
        let file = file?;
        fs::copy(file.path(), to.join(file.file_name()))?;
    }
    Ok(())
}
