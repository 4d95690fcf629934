//! Writing exports and reading anchors.

use std::fs;

use proptest::prelude::*;
use trail::{Detail, Error, Export, Extent, Hash, Trust, read_anchors, verify};

use crate::world::{LAST, ORIGIN, Plan, anchors, chain, owner, time};

#[test]
fn only_an_empty_folder_is_filled() {
    let folder = tempfile::tempdir().unwrap();
    Export::create(folder.path()).unwrap();
    let error = Export::create(folder.path()).unwrap_err();
    assert!(matches!(error, Error::NotEmpty { .. }), "{error}");
    fs::write(folder.path().join("file"), "").unwrap();
    assert!(Export::create(folder.path().join("file")).is_err());
    Export::create(folder.path().join("new/and/deep")).unwrap();
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("export");
    Plan::default().write(&folder).unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.clone()), 0o700);
    for file in ["entries.ndjson", "checkpoints.ndjson", "manifest.json", "FORMAT.md"] {
        assert_eq!(mode(folder.join(file)), 0o600, "{file}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 4);
}

#[test]
fn an_interrupted_export_is_seen_to_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut export = Export::create(folder.path()).unwrap();
    for link in crate::world::log() {
        export.entry(&link, None).unwrap();
    }
    drop(export);
    let report = verify(folder.path(), &Trust::default());
    assert!(!report.is_ok());
    assert!(report.to_string().contains("The manifest cannot be read"));
}

#[test]
fn the_manifest_says_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let links = crate::world::log();
    let mut export = Export::create(folder.path()).unwrap();
    for link in &links[2..] {
        export.entry(link, None).unwrap();
    }
    let manifest = export.finish(&owner(), ORIGIN, time(LAST), Extent::Part).unwrap();
    assert_eq!((manifest.first_seq, manifest.last_seq, manifest.count), (3, LAST, LAST - 2));
    assert_eq!((manifest.prev, manifest.head), (links[1].hash, links[11].hash));
    assert!(manifest.is_sound());
    let text = fs::read_to_string(folder.path().join("manifest.json")).unwrap();
    assert_eq!(serde_json::from_str::<trail::Manifest>(&text).unwrap(), manifest);
    for file in &manifest.files {
        let bytes = fs::read(folder.path().join(&file.name)).unwrap();
        assert_eq!((file.size, file.sha256), (bytes.len() as u64, Hash::of(&bytes)));
    }
}

#[test]
fn anchors_are_read_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("anchors.ndjson");
    let lines: Vec<_> = anchors().iter().map(|it| serde_json::to_string(it).unwrap()).collect();
    fs::write(&path, lines.join("\n\n") + "\r\n").unwrap();
    assert_eq!(read_anchors(&path).unwrap(), anchors());
    fs::write(&path, lines.join("\n") + "\n{\"seq\":1}\n").unwrap();
    let error = read_anchors(&path).unwrap_err().to_string();
    assert!(error.contains("line 4: no signed checkpoint"), "{error}");
    assert!(read_anchors(folder.path().join("none")).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_was_logged_comes_back_intact(
        entries in prop::collection::vec((super::encoding::entries(), prop::option::of(any::<String>())), 0..6),
        origin in any::<String>(),
        at_us in any::<i64>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let details: Vec<_> = entries.iter().map(|(_, text)| text.clone().map(|it| Detail::new(it).unwrap())).collect();
        let links = chain(Hash::GENESIS, (1..).zip(entries).zip(&details).map(|((seq, (entry, _)), detail)| {
            let commitment = detail.as_ref().map(Detail::commitment).or(entry.commitment);
            trail::Entry { seq, commitment, ..entry }
        }));
        let mut export = Export::create(folder.path()).unwrap();
        for (link, detail) in links.iter().zip(&details) {
            export.entry(link, detail.as_ref()).unwrap();
        }
        export.finish(&owner(), &origin, at_us, Extent::ToHead).unwrap();
        let trust = Trust { public_key: Some(owner().public_key()), anchors: Vec::new() };
        let report = verify(folder.path(), &trust);
        prop_assert!(report.is_ok(), "{}", report);
        prop_assert_eq!(report.entries, links.len() as u64);
        prop_assert_eq!(report.head, links.last().map(|link| link.hash));
    }
}
