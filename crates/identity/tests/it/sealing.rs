//! Sealed secrets and the file of the key.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::Path,
};

use identity::{
    SealingKey,
    seal::{KeyError, Refused},
};
use proptest::prelude::*;

const CONTEXT: &str = "totp of user 17";

fn key(path: &Path) -> SealingKey {
    SealingKey::load_or_make(path).unwrap()
}

#[test]
fn only_the_same_context_opens() {
    let key = SealingKey::passing().unwrap();
    let sealed = key.seal(b"attack at dawn", CONTEXT).unwrap();
    assert_eq!(key.open(&sealed, CONTEXT).unwrap().as_slice(), b"attack at dawn");
    for other in ["totp of user 18", "totp of user 1", "", "totp of user 17 "] {
        assert_eq!(key.open(&sealed, other).unwrap_err(), Refused);
    }
    assert_eq!(SealingKey::passing().unwrap().open(&sealed, CONTEXT).unwrap_err(), Refused);
    assert_ne!(sealed, key.seal(b"attack at dawn", CONTEXT).unwrap(), "a nonce for each");
    assert!(key.open(&key.seal(b"", CONTEXT).unwrap(), CONTEXT).unwrap().is_empty());
}

#[test]
fn any_change_is_noticed() {
    let key = SealingKey::passing().unwrap();
    let sealed = key.seal(b"attack at dawn", CONTEXT).unwrap();
    for index in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[index] ^= 1 << bit;
            assert_eq!(key.open(&changed, CONTEXT).unwrap_err(), Refused);
        }
        assert_eq!(key.open(&sealed[..index], CONTEXT).unwrap_err(), Refused);
    }
}

#[test]
fn the_key_is_made_once_and_for_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seal.key");
    let sealed = key(&path).seal(b"x", CONTEXT).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    assert_eq!(key(&path).open(&sealed, CONTEXT).unwrap().as_slice(), b"x");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn a_key_that_others_can_reach_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seal.key");
    let _ = key(&path);
    for mode in [0o640, 0o604, 0o620, 0o601, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let error = SealingKey::load_or_make(&path).unwrap_err();
        assert!(matches!(error, KeyError::Exposed { mode: found, .. } if found == mode));
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    let _ = key(&path);
}

#[test]
fn a_damaged_key_is_refused_and_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seal.key");
    let _ = key(&path);
    let good = fs::read_to_string(&path).unwrap();
    let upper = good.to_uppercase();
    let spoiled = format!("{}g\n", &good[..good.len() - 2]);
    for text in ["", "\n", &good[1..], &good[..good.len() - 1], &upper, &spoiled] {
        fs::write(&path, text).unwrap();
        let error = SealingKey::load_or_make(&path).unwrap_err();
        assert!(matches!(error, KeyError::Damaged(_)), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    let error = SealingKey::load_or_make(folder.path()).unwrap_err();
    assert!(matches!(error, KeyError::Damaged(_)), "a folder: {error}");
}

#[test]
fn trouble_with_the_place_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing").join("seal.key");
    let error = SealingKey::load_or_make(&path).unwrap_err();
    assert!(error.to_string().contains("missing/seal.key"), "{error}");
    let dangling = folder.path().join("link");
    symlink(folder.path().join("nowhere"), &dangling).unwrap();
    assert!(matches!(SealingKey::load_or_make(&dangling).unwrap_err(), KeyError::Io { .. }));
}

#[test]
fn many_starts_at_once_get_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seal.key");
    let sealed: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let starts: Vec<_> =
            (0..16).map(|_| scope.spawn(|| key(&path).seal(b"x", CONTEXT).unwrap())).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    let key = key(&path);
    assert!(sealed.iter().all(|sealed| key.open(sealed, CONTEXT).is_ok()));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

proptest! {
    #[test]
    fn what_was_sealed_opens(plain in proptest::collection::vec(any::<u8>(), 0..200), context in ".*") {
        let key = SealingKey::passing().unwrap();
        let sealed = key.seal(&plain, &context).unwrap();
        prop_assert_eq!(sealed.len(), plain.len() + 41);
        prop_assert_eq!(key.open(&sealed, &context).unwrap().to_vec(), plain);
    }

    #[test]
    fn nothing_read_panics(sealed in proptest::collection::vec(any::<u8>(), 0..200)) {
        let key = SealingKey::passing().unwrap();
        prop_assert_eq!(key.open(&sealed, CONTEXT).unwrap_err(), Refused);
    }
}
