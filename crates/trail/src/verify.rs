//! Verifies an export: recomputes everything, believes nothing.

use std::path::Path;

use crate::{
    PublicKey, Report, SignedCheckpoint,
    lines::Lines,
    manifest::{CHECKPOINTS, ENTRIES, FILES, FORMAT_FILE, MANIFEST},
    manifest_check::{self, compare},
    report::plain,
    walk::Walk,
    witness::Witnesses,
};

/// What is known from elsewhere than the export. Whoever can write to the log can also make an
/// export of an invented one: only this shows it.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// The key of the installation. Without it, the key comes out of the export itself.
    pub public_key: Option<PublicKey>,
    /// Signed checkpoints that were kept elsewhere, see [`read_anchors`](crate::read_anchors).
    pub anchors: Vec<SignedCheckpoint>,
}

/// Verifies the export in this folder. Needs neither server nor network, and does not stop at the
/// first fault.
pub fn verify(folder: impl AsRef<Path>, trust: &Trust) -> Report {
    let folder = folder.as_ref();
    let mut report = Report::default();

    let mut witnesses = Witnesses::of_anchors(trust, &mut report);
    let manifest = manifest_check::read(folder, trust, &witnesses.anchor_keys, &mut report);
    let manifest = manifest.as_ref();
    let key = trust.public_key.or_else(|| Some(manifest?.manifest.public_key));
    let pinned = trust.public_key.is_some();
    let checkpoints = witnesses.read_checkpoints(folder, key, pinned, &mut report);
    witnesses.sort();
    compare(manifest, CHECKPOINTS, checkpoints, &mut report);

    let mut walk = Walk::new(manifest, &witnesses, &mut report);
    let entries = walk.entries(folder);
    walk.end();
    compare(manifest, ENTRIES, entries, &mut report);

    let format = Lines::open(&folder.join(FORMAT_FILE)).and_then(Lines::digest);
    compare(manifest, FORMAT_FILE, format, &mut report);
    note_strangers(folder, &mut report);
    report.close();
    report
}

/// Files that nobody signed for are no fault, and should not be mistaken for part of the export.
fn note_strangers(folder: &Path, report: &mut Report) {
    let Ok(inside) = std::fs::read_dir(folder) else { return };
    let names = inside.filter_map(|file| Some(file.ok()?.file_name().to_string_lossy().into()));
    let known = |name: &String| name == MANIFEST || FILES.contains(&name.as_str());
    let mut strangers: Vec<String> = names.filter(|name| !known(name)).collect();
    strangers.sort();
    if !strangers.is_empty() {
        let names = plain(&strangers.join(", "));
        report.notes.push(format!("The folder also holds files that are not covered: {names}."));
    }
}
