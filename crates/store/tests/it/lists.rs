use std::collections::BTreeSet;

use crate::fixture::{EAST, MAIN, NOW, OTHER, Store, WEST, control, finding, scope};
use domain::{Batch, Finding, FindingState, Severity, Source};
use store::{FindingQuery, FindingRow, StoreError};

/// 3,000 findings over accounts, regions, sources, states and severities, many at the same time.
async fn filled() -> (Store, Vec<Finding>) {
    let (store, run) = Store::begun().await;
    let mut all = Vec::new();
    for n in 0..3_000_usize {
        let source = [Source::SecurityHub, Source::Config, Source::GuardDuty][n % 3 * (n % 2)];
        let account = [MAIN, OTHER][n / 7 % 2];
        let scope = scope(source, account, [EAST, WEST][n / 11 % 2]);
        let mut one = finding(&scope, &format!("native-{n}"), &format!("bucket-{n}"));
        one.severity = Severity::from_rank((n % 5) as i64);
        one.state = FindingState::ALL[n / 5 % 7];
        one.updated_at = NOW.plus(-((n / 40) as i64));
        one.sample = n % 97 == 0;
        if n % 4 == 0 {
            one.control = None;
        }
        if n % 50 == 0 {
            one.title = format!("Rare weather over {n}");
        }
        all.push(one);
    }
    for account in [MAIN, OTHER] {
        for region in [EAST, WEST] {
            for source in Source::ALL {
                let scope = scope(source, account, region);
                let here = |one: &&Finding| {
                    one.source == source
                        && one.account == scope.account
                        && one.region == scope.region
                };
                let findings: Vec<Finding> = all.iter().filter(here).cloned().collect();
                let batch = Batch { findings, ..Batch::default() };
                store.writer.ingest(run, &scope, batch, NOW).await.unwrap();
            }
        }
    }
    (store, all)
}

async fn walk(store: &Store, mut query: FindingQuery) -> Vec<FindingRow> {
    let mut rows = Vec::new();
    loop {
        let page = store.reader.finding_page(&query).await.unwrap();
        assert!(page.items.len() <= query.limit as usize);
        rows.extend(page.items);
        query.cursor = page.next;
        if query.cursor.is_none() {
            return rows;
        }
    }
}

fn wanted(query: &FindingQuery, one: &Finding) -> bool {
    let has = |word: &str| {
        let native = one.native_id.replace('-', "");
        let text = format!("{} {} {} {native}", one.title, one.check, one.resources[0].key);
        let text = text.to_lowercase();
        text.split(|c: char| !c.is_alphanumeric()).any(|piece| piece == word)
    };
    (query.states.is_empty() || query.states.contains(&one.state))
        && (query.severities.is_empty() || query.severities.contains(&one.severity))
        && (query.sources.is_empty() || query.sources.contains(&one.source))
        && query.account.as_ref().is_none_or(|account| *account == one.account)
        && query.region.as_ref().is_none_or(|region| *region == one.region)
        && query.controls.as_ref().is_none_or(|controls| {
            !one.sample && one.control.as_ref().is_some_and(|one| controls.contains(one))
        })
        && query.q.as_ref().is_none_or(|q| q.split(' ').all(|word| has(&word.to_lowercase())))
}

fn queries() -> Vec<FindingQuery> {
    let any = FindingQuery { limit: 47, ..FindingQuery::default() };
    let mut all = vec![any.clone()];
    for states in [vec![], vec![FindingState::Open], vec![FindingState::Open, FindingState::Passed]]
    {
        for sources in [vec![], vec![Source::GuardDuty], vec![Source::Config, Source::Backup]] {
            for account in [None, Some(MAIN.into())] {
                for region in [None, Some(WEST.into())] {
                    for controls in [None, Some(vec![control().0.id.clone()])] {
                        all.push(FindingQuery {
                            states: states.clone(),
                            sources: sources.clone(),
                            account: account.clone(),
                            region: region.clone(),
                            controls,
                            ..any.clone()
                        });
                    }
                }
            }
        }
    }
    for q in ["rare", "Rare weather", "bucket", "bucket 17", "native150", "nowhere"] {
        for account in [None, Some(OTHER.into())] {
            let severities = vec![Severity::High, Severity::Critical];
            all.push(FindingQuery { q: Some(q.into()), account, severities, ..any.clone() });
        }
    }
    all
}

#[tokio::test]
async fn every_filter_lists_exactly_what_it_should_in_order() {
    let (store, all) = filled().await;
    for query in queries() {
        let rows = walk(&store, query.clone()).await;
        let got: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(got.len(), rows.len(), "nothing twice: {query:?}");
        let want: BTreeSet<&str> =
            all.iter().filter(|one| wanted(&query, one)).map(|one| one.id.as_str()).collect();
        assert_eq!(got, want, "{query:?}");
        let order = |row: &FindingRow| (row.severity, -row.updated_at.0);
        assert!(rows.windows(2).all(|pair| order(&pair[0]) <= order(&pair[1])), "{query:?}");
        let counts = store.reader.finding_counts(&query).await.unwrap();
        let counted = all.iter().filter(|one| wanted(&query, one) && !one.sample).count();
        assert_eq!((counts.total, counts.at_least), (counted as u64, false), "{query:?}");
    }
}

#[tokio::test]
async fn counts_show_what_each_filter_would_leave() {
    let (store, all) = filled().await;
    let query = FindingQuery {
        states: vec![FindingState::Open],
        account: Some(MAIN.into()),
        ..FindingQuery::default()
    };
    let counts = store.reader.finding_counts(&query).await.unwrap();
    let count = |wanted: &dyn Fn(&Finding) -> bool| {
        all.iter().filter(|one| !one.sample && wanted(one)).count() as u64
    };
    let main = |one: &Finding| one.account.as_str() == MAIN;
    let open = |one: &Finding| one.state == FindingState::Open;
    assert_eq!(counts.total, count(&|one| main(one) && open(one)));
    for state in FindingState::ALL {
        let n = count(&|one| main(one) && one.state == state);
        assert_eq!(counts.by_state.get(&state).copied().unwrap_or(0), n);
    }
    assert_eq!(counts.by_account[&OTHER.into()], count(&|one| !main(one) && open(one)));
    assert_eq!(counts.by_severity.values().sum::<u64>(), counts.total);
    assert_eq!(counts.by_region.values().sum::<u64>(), counts.total);
    assert_eq!(counts.by_source.values().sum::<u64>(), counts.total);
}

#[tokio::test]
async fn words_find_beginnings_uuids_and_nothing_by_hostile_text() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let uuid = "0f9b1f4c-1d2e-4f3a-8b5c-6d7e8f9a0b1c";
    let one = finding(&hub, &format!("arn:aws:securityhub:::finding/{uuid}"), "logs");
    store.ingest(run, &hub, vec![one.clone()]).await;
    let find = async |q: &str| {
        let query = FindingQuery { q: Some(q.into()), ..FindingQuery::default() };
        store.reader.finding_page(&query).await.unwrap().items.len()
    };
    for q in ["logs", "LOGS block", "block publ", uuid, &one.native_id, "arn:aws:s3:::logs", " "] {
        assert_eq!(find(q).await, 1, "{q}");
    }
    for q in
        ["publ block", "\"", "logs OR \"", "NEAR(", "*", "' OR 1=1 --", "\u{0}", "title:logs x"]
    {
        assert_eq!(find(q).await, 0, "{q}");
    }
    // Changed words are found, the old ones are not.
    let mut renamed = one;
    renamed.title = "Entirely different".into();
    renamed.updated_at = NOW;
    store.ingest(run, &hub, vec![renamed]).await;
    assert_eq!((find("different").await, find("public").await), (1, 0));
}

#[tokio::test]
async fn a_foreign_cursor_is_refused() {
    let (store, _) = Store::begun().await;
    for cursor in ["", "x", "f", "fzz", "t5b5d", "f5b5d"] {
        let query = FindingQuery { cursor: Some(cursor.into()), ..FindingQuery::default() };
        let error = store.reader.finding_page(&query).await.unwrap_err();
        assert!(matches!(error, StoreError::Cursor), "{cursor}");
    }
    let nothing = FindingQuery { controls: Some(Vec::new()), ..FindingQuery::default() };
    assert!(store.reader.finding_page(&nothing).await.unwrap().items.is_empty());
}
