use crate::fixture::{DAY, EAST, MAIN, NOW, Store, finding, passed, scope};
use domain::{Severity, Source};

#[tokio::test]
async fn the_most_overdue_comes_first() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let make = |name: &str, severity: Severity, age: i64| {
        let mut one = finding(&hub, name, name);
        one.severity = severity;
        one.created_at = NOW.plus(-age * DAY);
        one
    };
    // Critical has 7 days, high 30: due in 2 days, overdue by 3, overdue by 1, due in 20.
    let all = vec![
        make("a", Severity::Critical, 5),
        make("b", Severity::Critical, 10),
        make("c", Severity::High, 31),
        make("d", Severity::High, 10),
        make("medium", Severity::Medium, 999),
        passed(make("fixed", Severity::Critical, 999)),
    ];
    store.ingest(run, &hub, all).await;
    let rows = store.reader.open_by_age(10).await.unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row.resource.name.as_str()).collect();
    assert_eq!(names, ["b", "c", "a", "d"]);
    assert_eq!(store.reader.open_by_age(2).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_finding_that_opens_again_is_young_again() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let one = finding(&hub, "one", "logs");
    let mut again = one.clone();
    again.updated_at = NOW;
    for version in [one.clone(), passed(one.clone()), again] {
        store.ingest(run, &hub, vec![version]).await;
    }
    let rows = store.reader.open_by_age(10).await.unwrap();
    assert_eq!((rows[0].state_since, rows[0].created_at), (NOW, one.created_at));
}
