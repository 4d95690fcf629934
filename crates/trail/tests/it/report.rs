//! What an operator reads.

use std::fs;

use tempfile::TempDir;
use trail::{Extent, KeyStanding, Report, SignedCheckpoint, Trust, Wrong, verify};

use crate::{
    forge::{edit, replace},
    world::{Plan, anchors, checkpoint, log, owner, stranger},
};

fn export(plan: &Plan) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    plan.write(folder.path()).unwrap();
    folder
}

fn pinned(anchors: Vec<SignedCheckpoint>) -> Trust {
    Trust { public_key: Some(owner().public_key()), anchors }
}

fn good(trust: &Trust) -> Report {
    verify(export(&Plan::default()).path(), trust)
}

#[test]
fn a_key_from_the_export_itself_is_said_loudly() {
    let report = good(&Trust::default());
    let said = report.to_string();
    assert!(report.is_ok());
    assert_eq!(report.key, KeyStanding::Unproven);
    assert!(said.starts_with("INTACT: 12 entries, 1 to 12, form one unbroken chain.\n"), "{said}");
    assert!(said.contains("WARNING: NO PUBLIC KEY WAS GIVEN"), "{said}");
    assert!(said.contains("proves integrity, not origin"), "{said}");
    assert!(said.contains("WARNING: no anchor from outside vouches"), "{said}");
}

#[test]
fn with_key_and_anchors_there_is_nothing_to_warn_of() {
    let report = good(&pinned(anchors()));
    let said = report.to_string();
    assert!(report.is_ok() && !said.contains("WARNING") && !said.contains("Note:"), "{said}");
    assert_eq!(report.key, KeyStanding::Pinned);
    assert_eq!((report.anchors, report.last_anchored), (3, Some(12)));
    assert_eq!((report.checkpoints, report.details, report.withheld), (3, 4, 0));
    assert!(said.contains("3 anchors agree, the last one at entry 12."), "{said}");
}

#[test]
fn without_a_key_the_anchors_lend_theirs() {
    let report = good(&Trust { public_key: None, anchors: anchors() });
    assert!(report.is_ok());
    assert_eq!(report.key, KeyStanding::Anchored);
    assert!(report.to_string().contains("It also signed anchors"));
}

#[test]
fn suspects_start_after_the_last_anchor_that_agrees() {
    let mut links = log();
    links[6].entry.object = "finding:other".to_owned();
    let links = crate::world::chain(trail::Hash::GENESIS, links.into_iter().map(|it| it.entry));
    let folder = export(&Plan { links, ..Plan::default() });
    let report = verify(folder.path(), &pinned(anchors()));
    let rewritten: Vec<_> = report.faults.iter().map(|it| (it.seq, it.wrong.clone())).collect();
    let by = trail::Voucher::Anchor;
    assert_eq!(rewritten, [(Some(10), Wrong::Rewritten { by, since: 6 })]);
    let said = report.to_string();
    assert!(said.starts_with("NOT INTACT: the first bad entry is number 10.\n"), "{said}");
    assert!(said.contains("Entries from 6 on are suspect."), "{said}");
}

#[test]
fn erased_details_and_parts_and_newer_anchors_are_noted() {
    let mut plan = Plan { details: false, extent: Extent::Part, ..Plan::default() };
    plan.links = plan.links.drain(5..9).collect();
    let folder = export(&plan);
    fs::write(folder.path().join("README"), "").unwrap();
    let report = verify(folder.path(), &pinned(anchors()));
    assert!(report.is_ok());
    assert_eq!((report.withheld, report.first_seq, report.last_seq), (2, Some(6), Some(9)));
    let said = report.to_string();
    for sentence in [
        "The export starts with entry 6, not with the beginning of the log.",
        "they know of entries up to 12, this export ends with 9.",
        "The folder also holds files that are not covered: README.",
        "1 anchors agree, the last one at entry 5.",
    ] {
        assert!(said.contains(sentence), "{said}");
    }
}

#[test]
fn an_anchor_that_is_not_signed_is_not_used() {
    let mut forged = anchors();
    forged[0].hash.0[0] ^= 1;
    let report = good(&pinned(forged));
    assert_eq!(report.first_bad(), None);
    assert_eq!((report.fault_count, report.anchors), (1, 2));
    assert!(report.to_string().contains("Anchor number 1 is of no use"), "{report}");
}

#[test]
fn an_older_key_is_noted() {
    let old = checkpoint(&log(), 5, &stranger()).unwrap();
    let report = good(&pinned(vec![old]));
    assert!(report.is_ok());
    assert!(report.to_string().contains("signed by other keys"), "{report}");
}

#[test]
fn untrusted_text_cannot_steer_the_terminal() {
    let folder = export(&Plan::default());
    replace(folder.path(), 4, "\"seq\"", "\"\u{1b}[2J\u{7f}\"").unwrap();
    fs::write(folder.path().join("\u{1b}[2J"), "").unwrap();
    let said = verify(folder.path(), &Trust::default()).to_string();
    assert!(said.contains("Entry 4 cannot be read"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn faults_are_bounded_and_the_first_bad_is_not() {
    let folder = export(&Plan::default());
    edit(folder.path(), |rows| {
        rows.splice(6..6, std::iter::repeat_n("{}\n".to_owned(), 5_000));
    })
    .unwrap();
    let report = verify(folder.path(), &pinned(anchors()));
    assert_eq!(report.faults.len(), 1_000);
    assert!(report.fault_count >= 5_000);
    assert_eq!(report.first_bad(), Some(7));
    assert!(report.to_string().contains("more faults."));
}

#[test]
fn a_line_without_end_is_not_held_in_memory() {
    let folder = export(&Plan::default());
    edit(folder.path(), |rows| rows[3] = "x".repeat(40 << 20) + "\n").unwrap();
    let report = verify(folder.path(), &pinned(anchors()));
    assert_eq!(report.first_bad(), Some(4));
    assert!(report.to_string().contains("the line is too long"), "{report}");
}

#[test]
fn a_folder_that_is_none_is_not_intact() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!verify(folder.path(), &Trust::default()).is_ok());
    assert!(!verify(folder.path().join("none"), &Trust::default()).is_ok());
}
