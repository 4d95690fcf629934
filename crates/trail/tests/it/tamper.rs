//! Tampering with a real export, in every way that we thought of.

use std::{fs, path::Path};

use trail::{Trust, verify};

use crate::{
    cases::make,
    spelling::row_of,
    world::{Plan, anchors, checkpoint, owner},
};

fn trust(key: bool, anchored: bool) -> Trust {
    Trust {
        public_key: key.then(|| owner().public_key()),
        anchors: if anchored { anchors() } else { Vec::new() },
    }
}

#[test]
fn every_case_gets_its_verdict() {
    let root = tempfile::tempdir().unwrap();
    let cases = make(root.path()).unwrap();
    assert!(cases.len() > 300);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let report = verify(root.path().join(&case.folder), &trust(case.key, case.anchors));
            let as_expected = report.is_ok() == case.ok && report.first_bad() == case.first_bad;
            (!as_expected).then(|| format!("{case:?}\n{report}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Flips one bit of every `step`th byte of a file, and wants to see the right entry named.
fn flip(folder: &Path, trust: &Trust, name: &str, step: usize) {
    let file = folder.join(name);
    let bytes = fs::read(&file).unwrap();
    for at in (0..bytes.len()).step_by(step) {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at / step % 8);
        fs::write(&file, changed).unwrap();
        let report = verify(folder, trust);
        let row = (name == "entries.ndjson").then(|| row_of(&bytes, at));
        assert!(!report.is_ok(), "byte {at} of {name}\n{report}");
        assert_eq!(report.first_bad(), row, "byte {at} of {name}\n{report}");
    }
    fs::write(&file, bytes).unwrap();
}

#[test]
fn no_byte_can_be_flipped() {
    let mut plan = Plan::default();
    plan.links.truncate(4);
    let anchors = checkpoint(&plan.links, 4, &owner()).into_iter().collect();
    let trust = Trust { public_key: Some(owner().public_key()), anchors };
    let folder = tempfile::tempdir().unwrap();
    plan.write(folder.path()).unwrap();
    flip(folder.path(), &trust, "entries.ndjson", 1);
    flip(folder.path(), &trust, "checkpoints.ndjson", 1);
    flip(folder.path(), &trust, "manifest.json", 1);
    flip(folder.path(), &trust, "FORMAT.md", 211);
    assert!(verify(folder.path(), &trust).is_ok());
}
