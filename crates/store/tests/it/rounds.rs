use std::collections::BTreeMap;

use crate::fixture::{EAST, HOUR, MAIN, NOW, OTHER, Store, finding, organisation, scope};
use domain::{RunId, Source, TransitionKind};
use store::{FindingQuery, JudgeReport, RunState, Trigger};

#[tokio::test]
async fn a_round_has_a_beginning_progress_and_an_end() {
    let store = Store::new().await;
    let first = store.writer.run_begin(Trigger::Demo, 12, NOW).await.unwrap();
    store.writer.run_progress(first, 5, 1).await.unwrap();
    let current = store.reader.run_current().await.unwrap().unwrap();
    assert_eq!((current.scopes_total, current.scopes_done, current.failed), (12, 5, 1));
    assert_eq!(store.reader.run_latest().await.unwrap(), None);
    let transitions = BTreeMap::from([(TransitionKind::New, 3)]);
    let report = JudgeReport { transitions, ..JudgeReport::default() };
    let ended = store.writer.run_finish(first, NOW.plus(9), &report).await.unwrap();
    assert_eq!((ended.state, ended.ended), (RunState::Done, Some(NOW.plus(9))));
    assert_eq!(ended.transitions, report.transitions);
    assert_eq!(store.reader.run_latest().await.unwrap(), Some(ended.clone()));
    assert_eq!(store.reader.run_get(first).await.unwrap(), Some(ended));
    let second = store.writer.run_begin(Trigger::Schedule, 12, NOW).await.unwrap();
    assert_eq!(store.writer.runs_close_interrupted(NOW).await.unwrap(), 1);
    let page = store.reader.run_page(None, 10).await.unwrap();
    assert_eq!(page.iter().map(|run| run.id).collect::<Vec<RunId>>(), [second, first]);
    assert_eq!(page[0].state, RunState::Interrupted);
    assert_eq!(store.reader.run_page(Some(second), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_that_leaves_the_configuration_keeps_its_records() {
    let (store, run) = Store::begun().await;
    for account in [MAIN, OTHER] {
        let hub = scope(Source::SecurityHub, account, EAST);
        store.ingest(run, &hub, vec![finding(&hub, "one", account)]).await;
    }
    let mut smaller = organisation();
    smaller.accounts.truncate(1);
    store.adopt(&smaller).await;
    assert_eq!(store.reader.scope_statuses().await.unwrap().len(), 10);
    let all = FindingQuery::default();
    assert_eq!(store.reader.finding_page(&all).await.unwrap().items.len(), 1);
    assert_eq!(store.reader.finding_counts(&all).await.unwrap().total, 1);
    assert_eq!(store.reader.open_by_age(10).await.unwrap().len(), 1);
    let other = FindingQuery { account: Some(OTHER.into()), ..FindingQuery::default() };
    assert_eq!(store.reader.finding_page(&other).await.unwrap().items.len(), 1);
    assert_eq!(store.reader.finding_counts(&other).await.unwrap().total, 1);
    store.adopt(&organisation()).await;
    assert_eq!(store.reader.finding_page(&all).await.unwrap().items.len(), 2);
    assert_eq!(store.reader.scope_statuses().await.unwrap()[0].interval_ms, HOUR);
}
