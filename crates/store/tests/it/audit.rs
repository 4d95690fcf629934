//! Entries of the audit log that come together.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::FutureExt as _;
use store::{Act, By, Origin, StoreError, Writer};
use trail::{Hash, Verifier};

use crate::fixture::{NOW, Store, raw};

/// More than go into one statement.
const MANY: usize = 150;

fn act(action: &str, number: usize) -> Act {
    let origin = Origin { name: format!("writer-{number}"), ..Origin::default() };
    By { origin, ..By::system(NOW) }.did(action, format!("finding:{number}"))
}

async fn all_at_once(writer: &Writer, action: &str) -> Vec<Result<u64, StoreError>> {
    let writers = (0..MANY).map(|number| writer.audit(act(action, number)));
    futures::future::join_all(writers).await
}

/// The log's length, once all of it verifies.
async fn verified(store: &Store) -> u64 {
    let mut verifier = Verifier::starting_after(0, Hash::GENESIS);
    for row in store.reader.audit_after(0, 10_000).await.unwrap() {
        verifier.push(&row.link).unwrap();
    }
    verifier.reached()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_gets_a_number_of_its_own_and_the_chain_holds() {
    let store = Store::new().await;
    let numbers: BTreeSet<u64> =
        all_at_once(&store.writer, "view").await.into_iter().map(Result::unwrap).collect();
    assert_eq!(numbers, (1..=MANY as u64).collect());
    assert_eq!(verified(&store).await, MANY as u64);
    let rows = store.reader.audit_after(0, 10_000).await.unwrap();
    let objects: BTreeSet<&str> = rows.iter().map(|row| row.link.entry.object.as_str()).collect();
    assert_eq!(objects.len(), MANY, "each entry is there once");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_away_takes_nothing_from_the_others_and_is_written_all_the_same() {
    let store = Store::new().await;
    // Each is asked once, so that its entry waits, and every second one leaves, the first as well.
    let mut waiting: Vec<_> =
        (0..MANY).map(|number| Box::pin(store.writer.audit(act("view", number)))).collect();
    for one in &mut waiting {
        assert!(one.now_or_never().is_none());
    }
    let mut left = 0;
    waiting.retain(|_| {
        left += 1;
        left % 2 == 0
    });
    for result in futures::future::join_all(waiting).await {
        result.unwrap();
    }
    for _ in 0..100 {
        if verified(&store).await == MANY as u64 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{} of {MANY} entries were written", verified(&store).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_is_told_to_all_of_it_and_the_next_goes_on() {
    let store = Store::new().await;
    store.writer.audit(act("view", 0)).await.unwrap();
    let mut other = raw(store.folder.path()).await;
    sqlx::query(
        "CREATE TRIGGER refuse BEFORE INSERT ON audit WHEN NEW.action = 'refused'
         BEGIN SELECT RAISE (ABORT, 'the disk is full'); END",
    )
    .execute(&mut other)
    .await
    .unwrap();
    for result in all_at_once(&store.writer, "refused").await {
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with("writing the audit log: error"), "{error}");
        assert!(error.ends_with("the disk is full"), "{error}");
    }
    assert_eq!(verified(&store).await, 1);
    assert_eq!(store.writer.audit(act("view", 1)).await.unwrap(), 2);
    // Others find no transaction that was left open.
    store.writer.runs_close_interrupted(NOW).await.unwrap();
    assert_eq!(verified(&store).await, 2);
}

#[tokio::test]
async fn entries_alone_do_not_age_pages() {
    let store = Store::new().await;
    let before = store.reader.version().await.unwrap();
    all_at_once(&store.writer, "view").await;
    assert_eq!(store.reader.version().await.unwrap(), before);
}

#[tokio::test]
async fn two_processes_write_one_chain() {
    let store = Store::new().await;
    let (other, _) = store::open(store.folder.path()).await.unwrap();
    for number in 0..6 {
        let writer = if number % 3 == 1 { &other } else { &store.writer };
        assert_eq!(writer.audit(act("view", number)).await.unwrap(), number as u64 + 1);
    }
    store.writer.runs_close_interrupted(NOW).await.unwrap();
    assert_eq!(verified(&store).await, 6);
}
