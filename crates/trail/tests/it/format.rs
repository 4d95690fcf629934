//! The worked example of `FORMAT.md` is true.

use trail::{
    Checkpoint, Detail, Entry, Extent, FORMAT, FileDigest, Hash, Link, Manifest, Outcome,
    Signature, Signer, VERSION, link, rfc3339,
};

const AT_US: i64 = 1_795_424_400_000_001;

/// The text of a block, without its last line feed.
fn block(name: &str) -> &'static str {
    let (_, rest) = FORMAT.split_once(&format!("```{name}\n")).unwrap();
    rest.split_once("\n```").unwrap().0
}

/// The bytes of a block of hexadecimal digits; what stands behind `;` explains them.
fn bytes(name: &str) -> Vec<u8> {
    let digits = block(name).lines().filter_map(|line| line.split(';').next());
    hex::decode(digits.collect::<String>().replace(' ', "")).unwrap()
}

fn signer() -> Signer {
    Signer::from_seed(&std::array::from_fn(|at| at as u8))
}

fn detail() -> Detail {
    let text = r#"{"address":"192.0.2.7"}"#.to_owned();
    Detail { salt: std::array::from_fn(|at| at as u8), text }
}

fn first() -> Link {
    let entry = Entry {
        seq: 1,
        at_us: AT_US,
        actor: "user:3".to_owned(),
        role: "auditor".to_owned(),
        action: "sign-in".to_owned(),
        object: String::new(),
        outcome: Outcome::Done,
        facts: r#"{"way":"totp"}"#.to_owned(),
        commitment: Some(detail().commitment()),
    };
    link(Hash::GENESIS, entry)
}

fn checkpoint() -> Checkpoint {
    let origin = "St. Elsewhere".to_owned();
    Checkpoint { origin, seq: 1, hash: first().hash, at_us: AT_US + 1_000_000 }
}

fn manifest() -> Manifest {
    let file = |name: &str| FileDigest { name: name.to_owned(), size: 0, sha256: Hash::of(b"") };
    let at_us = AT_US + 2_000_000;
    Manifest {
        format: VERSION,
        origin: "St. Elsewhere".to_owned(),
        at: rfc3339(at_us),
        at_us,
        extent: Extent::ToHead,
        first_seq: 1,
        last_seq: 1,
        count: 1,
        prev: Hash::GENESIS,
        head: first().hash,
        files: ["entries.ndjson", "checkpoints.ndjson", "FORMAT.md"].map(file).to_vec(),
        key_id: String::new(),
        public_key: signer().public_key(),
        signature: Signature([0; 64]),
    }
    .signed_by(&signer())
}

#[test]
fn the_keys_are_true() {
    assert_eq!(block("key"), signer().public_key().to_string());
    assert_eq!(block("key-id"), signer().public_key().key_id());
}

#[test]
fn the_entry_is_true() {
    let entry = first();
    assert_eq!(bytes("payload"), entry.entry.payload());
    assert_eq!(block("hash"), entry.hash.to_string());
    let hashed = [bytes("hashed-before-payload"), bytes("payload")].concat();
    assert_eq!(Hash::of(&hashed), entry.hash);
    assert_eq!(Hash::of(&bytes("detail-bytes")), Hash(detail().commitment()));
    assert_eq!(block("commitment"), hex::encode(detail().commitment()));
    assert!(FORMAT.contains(&format!("`{}`", detail().text)));

    let folder = tempfile::tempdir().unwrap();
    let mut export = trail::Export::create(folder.path()).unwrap();
    export.entry(&entry, Some(&detail())).unwrap();
    export.finish(&signer(), "", 0, Extent::ToHead).unwrap();
    let line = std::fs::read_to_string(folder.path().join("entries.ndjson")).unwrap();
    assert_eq!(block("entry-line"), line.trim_end());
}

#[test]
fn the_checkpoint_is_true() {
    assert_eq!(bytes("checkpoint-bytes"), checkpoint().to_bytes());
    let signed = signer().sign(&checkpoint());
    assert_eq!(block("checkpoint-line"), serde_json::to_string(&signed).unwrap());
}

#[test]
fn the_manifest_is_true() {
    assert_eq!(bytes("manifest-bytes"), manifest().to_bytes());
    assert_eq!(block("manifest"), serde_json::to_string_pretty(&manifest()).unwrap());
}

#[test]
fn every_kind_of_fault_is_explained() {
    let kinds = "missing out-of-order previous replaced content detail unreadable form rewritten \
                 cut headless surplus head count file manifest key checkpoint anchor";
    for kind in kinds.split_whitespace() {
        assert!(FORMAT.contains(&format!("[`{kind}`]")), "{kind}");
    }
}
