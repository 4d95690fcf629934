use crate::fixture::{
    EAST, MAIN, NOW, OTHER, Store, WEST, control, finding, organisation, passed, recorder,
    resource, scope, visit_all,
};
use domain::{Batch, Catalogue, Source, State};
use store::{EvaluationQuery, EvaluationRow};

async fn judged() -> Store {
    let (store, run) = Store::begun().await;
    visit_all(&store, run, NOW).await;
    for account in [MAIN, OTHER] {
        for region in [EAST, WEST] {
            let hub = scope(Source::SecurityHub, account, region);
            let made = (0..12).map(|n| {
                let mut one = finding(&hub, &format!("{n}"), &format!("{account}-{region}-{n}"));
                one.reason = format!("because of {n}");
                if n % 3 == 0 { one } else { passed(one) }
            });
            store.ingest(run, &hub, made.collect()).await;
        }
    }
    let config = scope(Source::Config, MAIN, EAST);
    let resources = vec![recorder(MAIN, EAST), resource(MAIN, EAST, "AWS::EC2::Volume", "v")];
    let batch = Batch { resources, ..Batch::default() };
    store.writer.ingest(run, &config, batch, NOW).await.unwrap();
    store.writer.judge(run, &organisation(), Catalogue::get(), NOW).await.unwrap();
    store
}

async fn walk(store: &Store, mut query: EvaluationQuery) -> Vec<EvaluationRow> {
    let mut rows = Vec::new();
    loop {
        let page = store.reader.evaluation_page(&query).await.unwrap();
        assert!(query.limit == 0 || page.items.len() <= query.limit as usize);
        rows.extend(page.items);
        query.cursor = page.next;
        if query.cursor.is_none() {
            return rows;
        }
    }
}

#[tokio::test]
async fn lists_agree_with_the_tallies_behind_the_scores() {
    let store = judged().await;
    let tallies = store.reader.control_tallies(None).await.unwrap();
    let all = walk(&store, EvaluationQuery { limit: 200, ..EvaluationQuery::default() }).await;
    assert_eq!(all.len() as u64, tallies.values().map(domain::Tally::total).sum::<u64>());
    assert_eq!(tallies.len(), Catalogue::get().controls.len());
    let small = walk(&store, EvaluationQuery { limit: 13, ..EvaluationQuery::default() }).await;
    assert_eq!(small, all);
    let order = |row: &EvaluationRow| {
        let one = &row.evaluation;
        let place = (one.control.clone(), one.account.clone(), one.region.clone());
        (one.state, place, one.resource.clone())
    };
    assert!(all.windows(2).all(|pair| order(&pair[0]) < order(&pair[1])));
    let (control, _) = control();
    let mine = store.reader.control_tallies(Some(&MAIN.into())).await.unwrap();
    for (state, account) in [(State::Fail, MAIN), (State::Pass, OTHER)] {
        let query = EvaluationQuery {
            control: Some(control.id.clone()),
            states: vec![state],
            account: Some(account.into()),
            limit: 5,
            ..EvaluationQuery::default()
        };
        let rows = walk(&store, query.clone()).await;
        assert_eq!(rows.len(), if state == State::Fail { 8 } else { 16 });
        if account == MAIN {
            assert_eq!(rows.len() as u64, mine[&control.id].get(state));
        }
        let west = EvaluationQuery { region: Some(WEST.into()), ..query.clone() };
        assert_eq!(walk(&store, west).await.len(), rows.len() / 2);
        let none = EvaluationQuery { controls: Some(Vec::new()), ..query };
        assert!(walk(&store, none).await.is_empty());
    }
}

#[tokio::test]
async fn an_evaluation_tells_its_finding_its_age_and_its_reason() {
    let store = judged().await;
    let key = format!("arn:aws:s3:::{MAIN}-{EAST}-3").into();
    let rows = store.reader.evaluation_of_resource(&key).await.unwrap();
    let (control, _) = control();
    let row = rows.iter().find(|row| row.evaluation.control == control.id).unwrap();
    let one = &row.evaluation;
    assert_eq!((one.state, one.as_of, row.since), (State::Fail, Some(NOW), NOW));
    assert_eq!((row.severity, row.finding_reason.as_str()), (control.severity, "because of 3"));
    assert_eq!(row.title, format!("{MAIN}-{EAST}-3"));
    assert_eq!(one.kind, "AWS::S3::Bucket");
    let id = one.finding.as_ref().unwrap();
    let detail = store.reader.finding_get(id).await.unwrap().unwrap();
    assert_eq!(detail.finding.resources[0].key, key);
    let gaps = walk(&store, EvaluationQuery { limit: 200, ..EvaluationQuery::default() }).await;
    let gap = gaps.iter().find(|row| row.evaluation.finding.is_none()).unwrap();
    assert_eq!(gap.evaluation.as_of, None);
    assert!(store.reader.evaluation_of_resource(&"nothing".into()).await.unwrap().is_empty());
}

#[tokio::test]
async fn several_states_are_one_list() {
    let store = judged().await;
    let unknown: Vec<State> = State::ALL.into_iter().filter(|state| state.unknown()).collect();
    let query = EvaluationQuery { states: unknown.clone(), limit: 7, ..EvaluationQuery::default() };
    let rows = walk(&store, query.clone()).await;
    let tallies = store.reader.control_tallies(None).await.unwrap();
    assert_eq!(rows.len() as u64, tallies.values().map(domain::Tally::unknown).sum::<u64>());
    assert!(rows.iter().all(|row| row.evaluation.state.unknown()));
    let mut alone = 0;
    for state in unknown {
        let one = EvaluationQuery { states: vec![state], ..query.clone() };
        alone += walk(&store, one).await.len();
    }
    assert_eq!(alone, rows.len());
    let all = EvaluationQuery { states: Vec::new(), ..query };
    assert!(walk(&store, all).await.len() > rows.len(), "no states are all states");
}

#[tokio::test]
async fn the_oldest_failure_is_found_among_more_than_a_page() {
    let (store, run) = Store::begun().await;
    let (control, _) = control();
    let since = async || store.reader.control_failing_since(&control.id).await.unwrap();
    assert_eq!(since().await, None);
    visit_all(&store, run, NOW).await;
    // The oldest failure is the last one of any list: its name and its region come last.
    let west = scope(Source::SecurityHub, OTHER, WEST);
    store.ingest(run, &west, vec![finding(&west, "first", "zz-first")]).await;
    store.writer.judge(run, &organisation(), Catalogue::get(), NOW).await.unwrap();
    let later = NOW.plus(60_000);
    let east = scope(Source::SecurityHub, MAIN, EAST);
    let made = (0..300).map(|n| finding(&east, &format!("{n}"), &format!("b-{n}")));
    store.ingest(run, &east, made.collect()).await;
    store.writer.judge(run, &organisation(), Catalogue::get(), later).await.unwrap();
    assert_eq!(since().await, Some(NOW));
    let mut mended = passed(finding(&west, "first", "zz-first"));
    mended.updated_at = later;
    store.ingest(run, &west, vec![mended]).await;
    store.writer.judge(run, &organisation(), Catalogue::get(), later.plus(1)).await.unwrap();
    assert_eq!(since().await, Some(later));
}
