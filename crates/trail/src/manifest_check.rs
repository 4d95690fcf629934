//! Reads the manifest of an export and says how far to believe it.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::{
    Fault, Hash, KeyStanding, Manifest, PublicKey, Report, Trust, Wrong,
    manifest::{FILES, MANIFEST},
    report::plain,
};

/// A manifest that could be read.
pub(crate) struct Checked {
    pub(crate) manifest: Manifest,
    /// Signed by the key that it names: it is as its maker left it, whoever that was.
    pub(crate) sound: bool,
    /// Sound, and the key is trusted: what it claims about time and extent can be believed.
    pub(crate) trusted: bool,
}

/// Reads `manifest.json`; what is wrong with it goes into the report.
pub(crate) fn read(
    folder: &Path,
    trust: &Trust,
    anchor_keys: &[PublicKey],
    report: &mut Report,
) -> Option<Checked> {
    let mut wrong = |why: String| report.fault(Fault::nowhere(Wrong::Manifest { why }));
    let text = match text(&folder.join(MANIFEST)) {
        Ok(text) => text,
        Err(error) => {
            wrong(format!("cannot be read: {error}"));
            return None;
        }
    };
    let manifest: Manifest = match serde_json::from_str(&text) {
        Ok(manifest) => manifest,
        Err(error) => {
            wrong(format!("cannot be read: {}", plain(&error.to_string())));
            return None;
        }
    };
    let formed = manifest.to_text().is_ok_and(|again| again == text);
    if !formed {
        wrong("is not written as the format wants it".to_owned());
    }
    let named = manifest.files.iter().map(|file| file.name.as_str()).eq(FILES);
    if !named {
        wrong(format!("has to name the files {}", FILES.join(", ")));
    }
    let signed = manifest.is_sound();
    if !signed {
        wrong("is not as it was signed".to_owned());
    }
    let sound = formed && named && signed;
    report.describe(&manifest);
    report.key = standing(&manifest, sound, trust, anchor_keys);
    if report.key == KeyStanding::Refused {
        let keys = trust.public_key.as_ref().map_or(anchor_keys, std::slice::from_ref);
        let trusted = keys.iter().map(PublicKey::key_id).collect();
        let found = manifest.public_key.key_id();
        report.fault(Fault::nowhere(Wrong::Key { found, trusted }));
    }
    let trusted = sound && report.key != KeyStanding::Refused;
    Some(Checked { manifest, sound, trusted })
}

fn standing(
    manifest: &Manifest,
    sound: bool,
    trust: &Trust,
    anchor_keys: &[PublicKey],
) -> KeyStanding {
    let key = manifest.public_key;
    match trust.public_key {
        _ if !sound => KeyStanding::Unreadable,
        Some(pinned) if pinned == key => KeyStanding::Pinned,
        None if anchor_keys.is_empty() => KeyStanding::Unproven,
        None if anchor_keys.contains(&key) => KeyStanding::Anchored,
        _ => KeyStanding::Refused,
    }
}

fn text(path: &Path) -> io::Result<String> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut text = String::new();
    File::open(path)?.take(1 << 20).read_to_string(&mut text)?;
    Ok(text)
}

/// Holds a file against what the manifest says of it.
pub(crate) fn compare(
    checked: Option<&Checked>,
    name: &'static str,
    found: io::Result<(u64, Hash)>,
    report: &mut Report,
) {
    let stated = checked.map(|checked| &checked.manifest.files);
    let stated = stated.and_then(|files| files.iter().find(|file| file.name == name));
    let why = match (found, stated) {
        (Err(error), _) => format!("cannot be read: {error}"),
        (Ok((size, _)), Some(stated)) if size != stated.size => {
            format!("has {size} bytes, where the manifest says {}", stated.size)
        }
        (Ok((_, sha256)), Some(stated)) if sha256 != stated.sha256 => {
            "does not have the SHA-256 that the manifest says".to_owned()
        }
        _ => return,
    };
    report.fault(Fault::nowhere(Wrong::File { name, why }));
}
