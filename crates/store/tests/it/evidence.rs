use crate::fixture::{EAST, MAIN, NOW, Store, finding, scope};
use domain::{Batch, Evidence, Part, Source};
use sqlx::Row;

fn answer(id: &str, body: &[u8]) -> Evidence {
    Evidence {
        part: Part::Findings,
        operation: "GetFindings".into(),
        request_id: id.into(),
        taken_at: NOW,
        body: body.to_vec(),
    }
}

#[tokio::test]
async fn a_body_is_stored_once_and_found_from_the_finding() {
    let (store, run) = Store::begun().await;
    let hub = scope(Source::SecurityHub, MAIN, EAST);
    let body = br#"{"Findings": []}"#.repeat(500);
    let one = finding(&hub, "one", "logs");
    for id in ["r1", "r2", "r2"] {
        let batch = Batch {
            findings: vec![one.clone()],
            evidence: vec![answer(id, &body), answer(id, b"")],
            ..Batch::default()
        };
        store.writer.ingest(run, &hub, batch, NOW).await.unwrap();
    }
    let mut raw = store.raw().await;
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM evidence), (SELECT count(*) FROM evidence_use),
                (SELECT max(length(body)) FROM evidence)",
    )
    .fetch_one(&mut raw)
    .await
    .unwrap();
    assert_eq!((row.get::<i64, _>(0), row.get::<i64, _>(1)), (2, 4));
    assert!(row.get::<i64, _>(2) < 200, "it is packed");
    let detail = store.reader.finding_get(&one.id).await.unwrap().unwrap();
    assert_eq!(detail.evidence.len(), 2);
    let first = &detail.evidence[0];
    assert_eq!((first.operation.as_str(), first.request_id.as_str()), ("GetFindings", "r1"));
    assert_eq!(first.size, body.len() as u64);
    assert_eq!(store.reader.evidence_body(&first.hash).await.unwrap(), Some(body));
    let empty = store.reader.evidence_body(&detail.evidence[1].hash).await.unwrap();
    assert_eq!(empty, Some(Vec::new()));
    assert_eq!(store.reader.evidence_body("zz").await.unwrap(), None);
    assert_eq!(store.reader.evidence_page(&hub, 3).await.unwrap().len(), 3);
}
