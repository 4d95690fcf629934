use crate::fixture::{DAY, HOUR, NOW, Store, finding, organisation, raw, scope};
use domain::{Batch, Catalogue, ScoreScope, Source};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use std::path::Path;
use store::{FindingQuery, Reader, StoreError, Trigger};

#[tokio::test]
async fn a_newer_schema_is_refused_by_name() {
    let store = Store::new().await;
    let folder = store.folder;
    drop((store.writer, store.reader));
    let mut connection = raw(folder.path()).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (99990101000000, 'future', 1, x'00', 0)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    drop(connection);
    let error = store::open(folder.path()).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99_990_101_000_000, .. }));
    assert!(error.to_string().contains("newer program"), "{error}");
}

/// The schema as it was released before attempts were judged by when their count changed.
const BEFORE_ATTEMPTS: i64 = 20_261_128_000_003;

/// A database as an earlier program made it.
async fn made_by(version: i64, folder: &Path) -> sqlx::SqliteConnection {
    let known = tempfile::tempdir().unwrap();
    let all = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    for entry in std::fs::read_dir(all).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.split_once('_').unwrap().0.parse::<i64>().unwrap() <= version {
            std::fs::copy(&path, known.path().join(name)).unwrap();
        }
    }
    let options = SqliteConnectOptions::new().filename(folder.join(store::open::FILE));
    let mut connection = options.create_if_missing(true).connect().await.unwrap();
    Migrator::new(known.path()).await.unwrap().run(&mut connection).await.unwrap();
    connection
}

#[tokio::test]
async fn attempts_that_an_earlier_program_counted_are_kept_and_have_changed_when_their_hour_ended()
{
    let folder = tempfile::tempdir().unwrap();
    let mut old = made_by(BEFORE_ATTEMPTS, folder.path()).await;
    let this = NOW.0.div_euclid(HOUR);
    sqlx::query("INSERT INTO identity (id, name) VALUES (1, 'role/111111111111/Nurse')")
        .execute(&mut old)
        .await
        .unwrap();
    for (hour, refused) in [(this - 2, 90), (this - 700, 30)] {
        sqlx::query(
            "INSERT INTO attempt_hour (hour, identity, refused, allowed) VALUES (?1, 1, ?2, 2)",
        )
        .bind(hour)
        .bind(refused)
        .execute(&mut old)
        .await
        .unwrap();
    }
    sqlx::query("INSERT INTO access_hour VALUES (?1, '111111111111', 'who', 1, 0, -1, 9)")
        .bind((this - 1) * HOUR)
        .execute(&mut old)
        .await
        .unwrap();
    old.close().await.unwrap();
    let (writer, reader) = store::open(folder.path()).await.unwrap();
    let [row] = &reader.attempts(None, NOW).await.unwrap()[..] else { panic!("one identity") };
    assert_eq!((row.who.as_str(), row.refused, row.allowed), ("role/111111111111/Nurse", 90, 2));
    let rows = sqlx::query("SELECT hour, changed FROM attempt_hour ORDER BY hour")
        .fetch_all(&mut raw(folder.path()).await)
        .await
        .unwrap();
    let changed: Vec<(i64, i64)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let ended = |hour: i64| (hour, (hour + 1) * HOUR);
    assert_eq!(changed, [ended(this - 700), ended(this - 2)]);
    // An old surge is not told as news.
    let expectations = store::sli::Expectations::default();
    let registers = store::sli::Registers::default();
    writer.sli_judge(&registers, expectations, NOW).await.unwrap();
    let sli = domain::sli::Sli::UnauthorisedAccess;
    assert_eq!(reader.violation_page(sli, 10, None).await.unwrap().items, []);
}

#[tokio::test]
async fn a_reader_cannot_write_and_the_file_is_reopened_as_it_was() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, crate::fixture::MAIN, crate::fixture::EAST);
    store.ingest(run, &hub, vec![finding(&hub, "one", "logs")]).await;
    store.reader.ready().await.unwrap();
    let folder = store.folder;
    drop((store.writer, store.reader));
    let (writer, reader) = store::open(&folder.path().join("wardround.db")).await.unwrap();
    assert_eq!(reader.organisation().await.unwrap(), Some(organisation().into()));
    let page = reader.finding_page(&FindingQuery::default()).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(writer.runs_close_interrupted(NOW.plus(DAY)).await.unwrap(), 1);
    assert_eq!(reader.run_current().await.unwrap(), None);
}

#[tokio::test]
async fn the_version_changes_with_every_change_and_with_nothing_else() {
    let (store, run) = Store::begun().await;
    let before = store.reader.version().await.unwrap();
    store.reader.run_latest().await.unwrap();
    assert_eq!(store.reader.clone().version().await.unwrap(), before);
    store.writer.run_progress(run, 1, 0).await.unwrap();
    let after = store.reader.version().await.unwrap();
    assert_ne!(after, before);
    // As another process would.
    let (other, _) = store::open(store.folder.path()).await.unwrap();
    other.run_progress(run, 2, 0).await.unwrap();
    assert_ne!(store.reader.version().await.unwrap(), after);
}

/// Everything that a remembering reader may answer from memory.
async fn remembered(reader: &Reader) -> String {
    let since = NOW.plus(-30 * DAY);
    format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        reader.organisation().await.unwrap(),
        reader.freshness(NOW).await.unwrap(),
        reader.run_latest().await.unwrap(),
        reader.scores_latest().await.unwrap(),
        reader.control_tallies(None).await.unwrap(),
        reader.finding_counts(&FindingQuery::default()).await.unwrap(),
        reader.score_history(&ScoreScope::Overall, since).await.unwrap(),
        reader.finding_page(&FindingQuery::default()).await.unwrap(),
    )
}

#[tokio::test]
async fn what_is_remembered_is_forgotten_with_the_next_commit() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, crate::fixture::MAIN, crate::fixture::EAST);
    let mut told = Vec::new();
    let mut tell = async |store: &Store| {
        let reader = store.reader.remembering().await.unwrap();
        let first = remembered(&reader).await;
        assert_eq!(remembered(&reader).await, first);
        assert_eq!(remembered(&store.reader).await, first);
        let again = store.reader.remembering().await.unwrap();
        assert_eq!(again.remembered(), reader.remembered());
        assert_eq!(remembered(&again).await, first);
        assert!(!told.contains(&first), "nothing changed: {first}");
        told.push(first);
    };
    tell(&store).await;
    store.ingest(run, &hub, vec![finding(&hub, "one", "logs")]).await;
    tell(&store).await;
    let judged = store.writer.judge(run, &organisation(), Catalogue::get(), NOW).await.unwrap();
    tell(&store).await;
    store.writer.run_finish(run, NOW, &judged).await.unwrap();
    tell(&store).await;
    // An account that leaves the configuration takes its findings out of sight.
    let mut less = organisation();
    less.accounts.retain(|account| account.id.as_str() != crate::fixture::MAIN);
    store.adopt(&less).await;
    tell(&store).await;
    // As another process would.
    let (other, _) = store::open(store.folder.path()).await.unwrap();
    other.judge(run, &less, Catalogue::get(), NOW.plus(DAY)).await.unwrap();
    tell(&store).await;
}

#[tokio::test]
async fn a_history_that_is_remembered_for_a_short_time_is_not_taken_for_a_long_one() {
    let (store, run) = Store::begun().await;
    let ages = [40, 10, 0];
    for age in ages {
        let at = NOW.plus(-age * DAY);
        store.writer.judge(run, &organisation(), Catalogue::get(), at).await.unwrap();
        let mut other = store.raw().await;
        sqlx::query("UPDATE score SET run = run + ?1 WHERE at = ?2")
            .bind(1000 - age)
            .bind(at.0)
            .execute(&mut other)
            .await
            .unwrap();
    }
    let reader = store.reader.remembering().await.unwrap();
    for days in [5, 20, 60, 20, 5] {
        let since = NOW.plus(-days * DAY);
        let scope = &ScoreScope::Overall;
        let remembered = reader.score_history(scope, since).await.unwrap();
        assert_eq!(remembered, store.reader.score_history(scope, since).await.unwrap());
        assert_eq!(remembered.len(), ages.iter().filter(|age| **age <= days).count());
    }
}

/// Tasks of the server hold these futures across threads.
#[tokio::test]
async fn the_futures_can_move_between_threads() {
    let (store, run) = Store::begun().await;
    let (writer, reader) = (store.writer.clone(), store.reader.clone());
    let hub = scope(Source::SecurityHub, crate::fixture::MAIN, crate::fixture::EAST);
    tokio::spawn(async move {
        let batch = Batch { findings: vec![finding(&hub, "one", "logs")], ..Batch::default() };
        writer.ingest(run, &hub, batch, NOW).await.unwrap();
        let organisation = organisation();
        let report = writer.judge(run, &organisation, domain::Catalogue::get(), NOW).await.unwrap();
        writer.run_finish(run, NOW, &report).await.unwrap();
        writer.housekeeping(NOW).await.unwrap();
        writer.run_begin(Trigger::Person, 1, NOW).await.unwrap();
        reader.finding_page(&FindingQuery::default()).await.unwrap();
        reader.finding_counts(&FindingQuery::default()).await.unwrap();
    })
    .await
    .unwrap();
}
