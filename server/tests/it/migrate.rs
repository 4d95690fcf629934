//! From the schema of yesterday to that of today, also when the power goes.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};

use crate::binary::{output, wardround};

const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");

/// The versions of all migrations, the oldest first.
fn versions() -> Vec<(i64, PathBuf)> {
    let mut all: Vec<(i64, PathBuf)> = std::fs::read_dir(MIGRATIONS)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name.split_once('_').unwrap().0.parse().unwrap(), path)
        })
        .collect();
    all.sort();
    all
}

async fn open(file: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .connect()
        .await
        .unwrap()
}

/// A database as an earlier program left it, with evidence in it.
async fn old(folder: &Path, version: i64) {
    let known = tempfile::tempdir().unwrap();
    for (number, path) in versions() {
        if number <= version {
            std::fs::copy(&path, known.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    std::fs::create_dir_all(folder).unwrap();
    let mut connection = open(&folder.join("wardround.db")).await;
    Migrator::new(known.path()).await.unwrap().run(&mut connection).await.unwrap();
    sqlx::query(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
         INSERT INTO evidence (hash, size, body) SELECT randomblob(32), 500, randomblob(500) FROM n",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
}

/// Schema, rows and whether the file is whole.
async fn look(file: &Path) -> (i64, i64, String) {
    let mut connection = open(file).await;
    let row = sqlx::query(
        "SELECT (SELECT max(version) FROM _sqlx_migrations), (SELECT count(*) FROM evidence),
                (SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema ORDER BY name))",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    let whole: String =
        sqlx::query("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap().get(0);
    assert_eq!(whole, "ok");
    (row.get(0), row.get(1), row.get(2))
}

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

fn migrate(data: &Path) -> (i32, String, String) {
    output(wardround().arg("migrate").arg("--data").arg(data))
}

#[tokio::test]
async fn a_copy_is_made_before_and_only_when_something_changes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("kept");
    let (code, out, error) = migrate(&data);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("was made with the schema") && !out.contains("copied"), "{out}");
    let (code, out, error) = migrate(&data);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("now has the schema") && !out.contains("copied"), "{out}");
    for (version, _) in versions().iter().rev().skip(1) {
        let data = folder.path().join(version.to_string());
        old(&data, *version).await;
        let (code, out, error) = migrate(&data);
        assert_eq!(code, 0, "{error}");
        let copy = out.lines().find_map(|line| line.strip_prefix("copied to ")).unwrap();
        assert_eq!(look(Path::new(copy)).await.0, *version, "the copy is as it was before");
        let (new, rows, _) = look(&data.join("wardround.db")).await;
        assert_eq!((new, rows), (store::migrate::newest(), 40_000));
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(migrate(folder.path()).0, 0);
    let file = folder.path().join("wardround.db");
    let mut connection = open(&file).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (20990101000000, 'of a later version', 1, x'00', 0)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    let before = std::fs::read(&file).unwrap();
    let (code, _, error) = migrate(folder.path());
    assert_eq!(code, 1);
    assert!(error.contains("20990101000000") && error.contains("newer"), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[cfg(unix)]
#[tokio::test]
async fn killed_at_any_moment_it_leaves_the_old_schema_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let (fixture, data) = (folder.path().join("old"), folder.path().join("data"));
    let before = versions().iter().rev().nth(1).unwrap().0;
    old(&fixture, before).await;
    let (_, rows, old_tables) = look(&fixture.join("wardround.db")).await;
    copy(&fixture, &data);
    let begun = Instant::now();
    assert_eq!(migrate(&data).0, 0);
    let whole = begun.elapsed();
    let (new, _, new_tables) = look(&data.join("wardround.db")).await;
    let (mut olds, mut news) = (0, 0);
    for step in 0..24_u32 {
        copy(&fixture, &data);
        let mut command = wardround();
        command.arg("migrate").arg("--data").arg(&data).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        // The end, where the schema changes, is looked at more closely than the copying before it.
        let part = if step < 8 { whole * step / 8 } else { whole * (step + 24) / 48 };
        std::thread::sleep(part.saturating_sub(Duration::from_millis(1)));
        // It may be over already.
        let _ = child.kill();
        child.wait().unwrap();
        let (version, found, tables) = look(&data.join("wardround.db")).await;
        assert_eq!(found, rows, "step {step}");
        if version == before {
            assert_eq!(tables, old_tables, "step {step}");
            olds += 1;
        } else {
            assert_eq!((version, tables), (new, new_tables.clone()), "step {step}");
            news += 1;
        }
        // Whatever the first attempt left, the next one completes.
        let (code, _, error) = migrate(&data);
        assert_eq!(code, 0, "step {step}: {error}");
        assert_eq!(look(&data.join("wardround.db")).await.0, new);
    }
    assert!(olds > 0, "none of {news} was killed before its end");
}
