//! Copies of the data, and what they are worth, by the commands that an operator types.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use sqlx::{Connection as _, Row as _, SqliteConnection};

use crate::binary::{output, wardround};

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command: Command = wardround();
    command.current_dir(folder).args(arguments);
    output(&mut command)
}

fn good(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, error) = run(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {error}");
    out
}

/// A data folder with two people, a pair of keys and a backup; the answer is the backup's path.
fn made(folder: &Path) -> (String, String) {
    good(folder, &["user", "--data", "data", "add", "first", "--role", "engineer"]);
    good(folder, &["user", "--data", "data", "add", "second", "--role", "compliance"]);
    let public = good(folder, &["backup", "key", "--out", "key.txt"]).trim().to_owned();
    let out =
        good(folder, &["backup", "--data", "data", "--into", "copies", "--recipient", &public]);
    let file = out.lines().next().unwrap().to_owned();
    (file, public)
}

async fn rows(folder: &Path, sql: &'static str) -> Vec<String> {
    let url = format!("sqlite://{}", folder.join("wardround.db").display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
}

#[tokio::test]
async fn a_backup_comes_back_on_another_machine() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let (file, _) = made(here);
    let bytes = std::fs::read(here.join(&file)).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1"), "encrypted");
    assert!(!bytes.windows(6).any(|it| it == b"second"));
    let out = good(here, &["restore", &file, "--identity", "key.txt", "--data", "elsewhere"]);
    assert!(out.contains("audit entries"), "{out}");
    let names = "SELECT name FROM person ORDER BY id";
    assert_eq!(rows(&here.join("elsewhere"), names).await, ["first", "second"]);
    let last = "SELECT action || ' ' || facts FROM audit ORDER BY seq DESC LIMIT 1";
    let last = rows(&here.join("elsewhere"), last).await.remove(0);
    let facts: Value = serde_json::from_str(last.strip_prefix("restore ").unwrap()).unwrap();
    assert!(facts["resumed_from"].as_u64().unwrap() >= 4, "{facts}");
    // The log goes on and verifies, with the same key.
    good(here, &["audit", "export", "--data", "elsewhere", "--out", "proof"]);
    good(here, &["audit", "verify", "proof"]);
    let key = |data: &str| std::fs::read(here.join(data).join("keys/audit.key")).unwrap();
    assert_eq!(key("data"), key("elsewhere"));
}

#[tokio::test]
async fn a_restore_never_overwrites_and_says_where_the_old_data_lie() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let (file, _) = made(here);
    good(here, &["user", "--data", "data", "add", "third", "--role", "executive"]);
    let (code, _, error) =
        run(here, &["restore", &file, "--identity", "key.txt", "--data", "data"]);
    assert_eq!(code, 1);
    assert!(error.contains("exists already") && error.contains("--replace"), "{error}");
    let out =
        good(here, &["restore", &file, "--identity", "key.txt", "--data", "data", "--replace"]);
    let aside = out.lines().find_map(|line| line.strip_prefix("what stood there before lies in "));
    let aside = here.join(aside.unwrap());
    let names = "SELECT name FROM person ORDER BY id";
    assert_eq!(rows(&here.join("data"), names).await, ["first", "second"]);
    assert_eq!(rows(&aside, names).await, ["first", "second", "third"], "nothing is lost");
}

#[test]
fn what_is_wrong_with_a_backup_is_said_and_nothing_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let (file, public) = made(here);
    good(here, &["backup", "key", "--out", "other.txt"]);
    let whole = std::fs::read(here.join(&file)).unwrap();
    std::fs::write(here.join("cut.age"), &whole[..whole.len() - 100]).unwrap();
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    std::fs::write(here.join("changed.age"), changed).unwrap();
    std::fs::write(here.join("text.age"), "hello").unwrap();
    for (backup, key, expected) in [
        (file.as_str(), "other.txt", "another key"),
        ("cut.age", "key.txt", "cut or changed"),
        ("changed.age", "key.txt", "cut or changed"),
        ("text.age", "key.txt", "no backup of Wardround"),
        ("missing.age", "key.txt", "missing.age"),
        (file.as_str(), "text.age", "no private key"),
    ] {
        let (code, _, error) = run(here, &["restore", backup, "--identity", key, "--data", "new"]);
        assert_eq!(code, 1, "{backup} {key}");
        assert!(error.contains(expected), "{backup} {key}: {error}");
        assert!(!here.join("new/wardround.db").exists(), "{backup} {key}");
    }
    // Nobody could open it: refused before anything is written.
    let (code, _, error) = run(here, &["backup", "--data", "data"]);
    assert_eq!(code, 1);
    assert!(error.contains("--recipient"), "{error}");
    let (code, _, error) = run(here, &["backup", "--data", "nowhere", "--recipient", &public]);
    assert_eq!(code, 1);
    assert!(error.contains("no database"), "{error}");
    let (code, _, error) = run(here, &["backup", "key", "--out", "key.txt"]);
    assert_eq!(code, 1, "a key is never overwritten");
    assert!(error.contains("must not exist"), "{error}");
}

#[tokio::test]
async fn a_log_that_was_changed_is_not_copied() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let (_, public) = made(here);
    let url = format!("sqlite://{}", here.join("data/wardround.db").display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    for sql in ["DROP TRIGGER audit_no_update", "UPDATE audit SET action = 'nothing' WHERE seq = 2"]
    {
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    let before = std::fs::read_dir(here.join("copies")).unwrap().count();
    let (code, _, error) =
        run(here, &["backup", "--data", "data", "--into", "copies", "--recipient", &public]);
    assert_eq!(code, 1);
    assert!(error.contains("Entry 2 was changed"), "{error}");
    assert_eq!(std::fs::read_dir(here.join("copies")).unwrap().count(), before);
}

#[test]
fn old_ones_go_and_the_newest_stay() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let (_, public) = made(here);
    let mut last = String::new();
    for _ in 0..3 {
        let mut command = wardround();
        command.current_dir(here).env("WARDROUND_BACKUP_KEEP", "2");
        command.env("WARDROUND_BACKUP_RECIPIENT", &public);
        command.args(["backup", "--data", "data", "--into", "copies"]);
        let (code, out, error) = output(&mut command);
        assert_eq!(code, 0, "{error}");
        last = out.lines().next().unwrap().to_owned();
    }
    let copies = std::fs::read_dir(here.join("copies")).unwrap();
    let names: Vec<String> =
        copies.map(|it| it.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().any(|name| last.ends_with(name)), "{names:?} {last}");
}
