//! The key and its file.

use std::{fs, path::PathBuf};

use tempfile::TempDir;
use trail::{Error, Signer};

use crate::world::{checkpoint, log, owner, stranger};

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.key");
    (folder, path)
}

#[test]
fn a_key_is_made_once_and_found_again() {
    let (folder, path) = place();
    let made = Signer::load_or_make(&path).unwrap();
    let found = Signer::load_or_make(&path).unwrap();
    assert_eq!(made.public_key(), found.public_key());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.len(), 65);
    assert!(!format!("{made:?}").contains(&text[..16]), "the key is not printed");
    let (_other, path) = place();
    assert_ne!(Signer::load_or_make(path).unwrap().public_key(), made.public_key());
}

#[test]
fn those_who_make_it_at_the_same_time_get_the_same_key() {
    let (folder, path) = place();
    let keys: Vec<_> = std::thread::scope(|scope| {
        let make = || Signer::load_or_make(&path).unwrap().public_key();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = place();
    Signer::load_or_make(&path).unwrap();
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    for open in [0o644, 0o640, 0o604, 0o660, 0o602] {
        fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
        let error = Signer::load_or_make(&path).unwrap_err();
        assert!(matches!(error, Error::KeyExposed { mode, .. } if mode == open));
        let said = error.to_string();
        assert!(said.contains(&format!("mode {open:04o}")) && said.contains("chmod 600"), "{said}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    Signer::load_or_make(&path).unwrap();
}

#[cfg(unix)]
#[test]
fn a_file_with_something_else_is_refused_and_kept() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = place();
    let digits = "0123456789abcdef".repeat(4);
    let texts = [
        String::new(),
        digits.clone(),
        format!("{digits}\n\n"),
        format!("{}\n", digits.to_uppercase()),
        format!("{}\n", &digits[2..]),
        "é".repeat(40),
    ];
    for text in texts {
        fs::write(&path, &text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let error = Signer::load_or_make(&path).unwrap_err();
        assert!(matches!(error, Error::KeyFile { .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    fs::write(&path, format!("{digits}\n")).unwrap();
    let seed = hex::decode(digits).unwrap().try_into().unwrap();
    let key = Signer::load_or_make(&path).unwrap().public_key();
    assert_eq!(key, Signer::from_seed(&seed).public_key());
}

#[test]
fn a_place_that_does_not_exist_is_named() {
    let (folder, _) = place();
    let path = folder.path().join("nowhere/audit.key");
    let error = Signer::load_or_make(&path).unwrap_err().to_string();
    assert!(error.starts_with(&path.display().to_string()), "{error}");
    assert!(Signer::load_or_make(folder.path()).is_err(), "a folder is no key");
}

#[test]
fn a_signature_holds_for_its_key_and_its_content_only() {
    let links = log();
    let signed = checkpoint(&links, 5, &owner()).unwrap();
    let key = owner().public_key();
    signed.verify(&key).unwrap();
    assert!(matches!(signed.verify(&stranger().public_key()), Err(Error::OtherKey { .. })));
    let changes: [fn(&mut trail::SignedCheckpoint); 6] = [
        |it| it.seq += 1,
        |it| it.at_us += 1,
        |it| it.hash.0[31] ^= 1,
        |it| it.origin.push('.'),
        |it| it.signature.0[0] ^= 1,
        |it| it.key_id = stranger().public_key().key_id(),
    ];
    for change in changes {
        let mut changed = signed.clone();
        change(&mut changed);
        assert!(changed.verify(&key).is_err());
    }
    let line = serde_json::to_string(&signed).unwrap();
    assert!(!line.contains('\n'));
    assert_eq!(serde_json::from_str::<trail::SignedCheckpoint>(&line).unwrap(), signed);
}
