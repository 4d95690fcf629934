//! Telemetry by the door that producers use, and what becomes of it.

use std::collections::BTreeMap;
use std::io::Write as _;

use app::query::Query;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::{Action, Role};
use flate2::Compression;
use flate2::write::GzEncoder;
use identity::secret::Secret;
use serde_json::{Value, json};
use store::By;

use crate::setup::{Answer, Bench, now};

/// A token that may send and nothing else.
pub async fn token(bench: &Bench) -> String {
    let people = bench.state.reader.people().await.unwrap();
    let engineer = people.iter().find(|person| person.role == Role::Engineer).unwrap();
    let secret = Secret::token().unwrap();
    let ends = now().plus(86_400_000);
    bench
        .state
        .writer
        .token_make(
            &By::system(now()),
            engineer.id,
            "collector",
            &[Action::SendTelemetry],
            &secret.digest(),
            ends,
        )
        .await
        .unwrap();
    secret.reveal().to_string()
}

fn nanoseconds(ms: i64) -> String {
    format!("{ms}000000")
}

fn attribute(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

pub fn logs(records: &[Value]) -> Value {
    json!({ "resourceLogs": [{
        "resource": { "attributes": [attribute("service.name", "portal")] },
        "scopeLogs": [{ "logRecords": records }]
    }]})
}

pub fn record(body: &str, attributes: &[Value]) -> Value {
    json!({
        "timeUnixNano": nanoseconds(now().0),
        "severityText": "INFO",
        "body": { "stringValue": body },
        "attributes": attributes
    })
}

fn post(path: &str, token: &str, kind: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", kind)
        .body(body.into())
        .unwrap()
}

pub async fn send(bench: &Bench, path: &str, token: &str, body: &Value) -> Answer {
    bench.send_bare(post(path, token, "application/json", body.to_string())).await
}

#[tokio::test]
async fn a_token_sends_and_nobody_else_does() {
    let bench = Bench::empty().await;
    let token = token(&bench).await;
    let body = logs(&[record("signed in", &[attribute("auth.outcome", "success")])]);
    let answer = send(&bench, "/v1/logs", &token, &body).await;
    assert_eq!((answer.status, answer.text().as_str()), (StatusCode::OK, "{}"));
    let producer = &bench.state.reader.producers().await.unwrap()[0];
    assert_eq!((producer.service.as_str(), producer.sign_ins), ("portal", 1));
    let answer = send(&bench, "/v1/logs", "wr_nobody", &body).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let answer =
        bench.send_as(Role::Executive, Request::post("/v1/logs").body(Body::empty()).unwrap());
    assert_eq!(answer.await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn gzip_is_unpacked_and_a_batch_that_comes_again_counts_once() {
    let bench = Bench::empty().await;
    let token = token(&bench).await;
    let body = logs(&[record("one", &[]), record("two", &[])]).to_string();
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(body.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    for _ in 0..2 {
        let mut request = post("/v1/logs", &token, "application/json", packed.clone());
        request.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
        assert_eq!(bench.send_bare(request).await.status, StatusCode::OK);
    }
    let producer = &bench.state.reader.producers().await.unwrap()[0];
    assert_eq!((producer.logs, producer.repeated), (2, 2));
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_named_without_its_text() {
    let mut bench = Bench::empty().await;
    let token = token(&bench).await;
    let planted = "{\"resourceLogs\": [\"078-05-1121\"]}";
    for (kind, body, status, word) in [
        ("application/json", planted.to_owned(), StatusCode::BAD_REQUEST, "OTLP/JSON"),
        ("application/x-protobuf", "no".to_owned(), StatusCode::BAD_REQUEST, "protobuf"),
        ("text/plain", "x".to_owned(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "application/json"),
        ("application/json", " ".repeat(9 << 20), StatusCode::PAYLOAD_TOO_LARGE, "8 MiB"),
    ] {
        let answer = bench.send_bare(post("/v1/logs", &token, kind, body)).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.status, status, "{kind}");
        assert!(text.contains(word) && !text.contains("078"), "{kind}: {text}");
    }
    bench.measure.tick().await;
    let health = bench.state.reader.redactor_health(now()).await.unwrap();
    assert_eq!(health.refusals["unreadable"], 2);
}

#[tokio::test]
async fn nothing_passes_while_the_redactor_does_not_work() {
    let bench = Bench::empty().await;
    let token = token(&bench).await;
    bench.measure.intake.block();
    let body = logs(&[record("one", &[])]);
    let answer = send(&bench, "/v1/logs", &token, &body).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "5");
    assert!(bench.state.reader.producers().await.unwrap().is_empty());
    assert!(bench.measure.intake.check(), "it shows that it works");
    assert_eq!(send(&bench, "/v1/logs", &token, &body).await.status, StatusCode::OK);
}

/// Identifiers, and how they are planted.
const PLANTED: [(&str, &str, &str); 6] = [
    ("512-45-6789", "note", "patient said 512-45-6789 at the desk"),
    ("MRN-4471902", "body", "opened chart mrn=MRN-4471902"),
    ("jane.roe@example.com", "contact", "mail to jane.roe@example.com"),
    ("1EG4-TE5-MK73", "claim", "mbi 1EG4-TE5-MK73 accepted"),
    ("4111111111111111", "card", "paid with 4111111111111111"),
    ("(312) 555-0142", "callback", "call (312) 555-0142"),
];

#[tokio::test]
async fn nothing_planted_is_found_in_the_database_in_a_page_or_in_the_api() {
    let mut bench = Bench::collected().await;
    let token = token(&bench).await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let records: Vec<Value> = PLANTED
        .iter()
        .map(|(_, key, text)| record(text, &[attribute(key, text), attribute(text, "x")]))
        .collect();
    assert_eq!(send(&bench, "/v1/logs", &token, &logs(&records)).await.status, StatusCode::OK);
    let spans: Vec<Value> = PLANTED
        .iter()
        .enumerate()
        .map(|(index, (_, key, text))| {
            json!({
                "traceId": trace,
                "spanId": format!("b7ad6b716920333{index}"),
                "name": format!("GET /x {text}"),
                "startTimeUnixNano": nanoseconds(now().0),
                "endTimeUnixNano": nanoseconds(now().0 + 5),
                "traceState": format!("v={text}"),
                "status": { "code": 2, "message": text },
                "attributes": [attribute(key, text), { "key": "phi.endpoint", "value": { "boolValue": true } }],
                "events": [{ "name": text, "attributes": [attribute("deep", text)] }],
                "links": [{ "traceId": trace, "spanId": "b7ad6b7169203331", "traceState": text }]
            })
        })
        .collect();
    let body = json!({ "resourceSpans": [{
        "resource": { "attributes": [attribute("service.name", "portal"), attribute("note", PLANTED[0].2)] },
        "scopeSpans": [{ "scope": { "name": PLANTED[2].2 }, "spans": spans }]
    }]});
    assert_eq!(send(&bench, "/v1/traces", &token, &body).await.status, StatusCode::OK);
    bench.measure.tick().await;

    let mut seen = Vec::new();
    for path in [
        "/debug",
        "/debug?view=redactor",
        "/debug?view=audit",
        "/debug?view=attempts",
        &format!("/debug/traces/{trace}"),
        "/slis",
        "/slis/unredacted-phi",
        "/slis/audit-completeness",
        "/api/v1/slis",
        "/api/v1/slis/m4",
        "/metrics",
    ] {
        let answer =
            bench.send_as(Role::Engineer, Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        seen.push((path.to_owned(), answer.body));
    }
    for file in std::fs::read_dir(bench.folder.path()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            seen.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    for (planted, ..) in PLANTED {
        for (place, bytes) in &seen {
            let found = bytes.windows(planted.len()).any(|window| window == planted.as_bytes());
            assert!(!found, "{planted} is in {place}");
        }
    }
    let readings = bench.state.reader.sli_readings(now()).await.unwrap();
    let m4 = &readings[3];
    assert_eq!((m4.state, m4.examined), (domain::sli::SliState::Met, 12), "{}", m4.why);
}

#[tokio::test]
async fn what_a_newer_rule_finds_in_old_text_is_a_violation_and_is_taken_out() {
    let mut bench = Bench::empty().await;
    let token = token(&bench).await;
    let body = logs(&[record("visit VN-00012345 was closed", &[])]);
    assert_eq!(send(&bench, "/v1/logs", &token, &body).await.status, StatusCode::OK);
    bench.measure.tick().await;
    let rule = telemetry::OperatorRule {
        name: "visit".to_owned(),
        pattern: "VN-[0-9]{8}".to_owned(),
        keys: Vec::new(),
    };
    let sieve = telemetry::Sieve::new(&[rule], [7; 32]).unwrap();
    bench.measure.intake = std::sync::Arc::new(server::ingest::Intake::new(sieve.into()));
    bench.measure.inspect().await.unwrap();
    bench.measure.judge().await.unwrap();
    let found =
        bench.state.reader.violation_page(domain::Sli::UnredactedPhi, 10, None).await.unwrap();
    assert!(found.items[0].what.contains("visit"), "{}", found.items[0].what);
    let kept: Vec<u8> = ["", "-wal"]
        .iter()
        .filter_map(|end| {
            std::fs::read(bench.folder.path().join(format!("{}{end}", store::open::FILE))).ok()
        })
        .flatten()
        .collect();
    assert!(kept.windows(7).any(|part| part == b"[visit]"), "what was written is looked at");
    assert!(!kept.windows(11).any(|part| part == b"VN-00012345"), "nothing of it is left behind");
    let rows = bench
        .state
        .reader
        .inspection_next(store::inspection::Inspected::Logs, "another", 10)
        .await
        .unwrap();
    assert!(!rows[0].detail.contains("VN-0001") && rows[0].detail.contains("[visit]"));
}

#[tokio::test]
async fn the_gate_says_stop_where_nobody_knows() {
    let bench = Bench::collected().await;
    let account = bench.rounds.organisation.accounts[0].id.to_string();
    let get = |path: String| Request::get(path).body(Body::empty()).unwrap();
    let path = format!("/api/v1/gate?account={account}");
    let answer = bench.send_as(Role::Engineer, get(path.clone())).await.json();
    assert_eq!(answer["decision"], "go", "{answer}");
    assert_eq!(answer["quarter"], "2026-Q4");
    bench.clock.set(now().plus(6 * 3_600_000));
    let answer = bench.send_as(Role::Engineer, get(path)).await.json();
    assert_eq!(answer["decision"], "stop", "{answer}");
    let wrong = bench.send_as(Role::Engineer, get("/api/v1/gate".to_owned())).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let nobody = get("/api/v1/gate?account=999999999999".to_owned());
    assert_eq!(bench.send_as(Role::Engineer, nobody).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn closing_a_violation_and_retiring_a_producer_are_one_entry_each() {
    let mut bench = Bench::empty().await;
    let token = token(&bench).await;
    let wrong = [
        attribute("auth.outcome", "failure"),
        attribute("auth.failure.cause", "wrong-credential"),
        attribute("enduser.id", "somebody"),
    ];
    let mut records: Vec<Value> = (0..6).map(|n| record(&format!("no {n}"), &wrong)).collect();
    records.push(record(
        "in",
        &[attribute("auth.outcome", "success"), attribute("enduser.id", "somebody")],
    ));
    records[6]["timeUnixNano"] = json!(nanoseconds(now().0 + 1));
    assert_eq!(send(&bench, "/v1/logs", &token, &logs(&records)).await.status, StatusCode::OK);
    bench.measure.judge().await.unwrap();
    let found =
        bench.state.reader.violation_page(domain::Sli::UnauthorisedAccess, 10, None).await.unwrap();
    let id = found.items[0].id;
    let post = |path: &str, form: String| Request::post(path).body(Body::from(form)).unwrap();
    let head = async || bench.state.reader.audit_head().await.unwrap().0;

    let form = format!("id={id}&disposition=confirmed&note=The+password+was+changed.");
    let refused =
        bench.send_as(Role::Executive, post("/slis/violations/close", form.clone())).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let cookie = bench.cookie(Role::Compliance).await;
    let before = head().await;
    let mut request = post("/slis/violations/close", form);
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    let closed = bench.send_bare(request).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
    assert_eq!(head().await, before + 1);
    let page = bench
        .send_as(Role::Compliance, Request::get("/slis/m5").body(Body::empty()).unwrap())
        .await;
    assert!(page.text().contains("The password was changed."));

    let producer = bench.state.reader.producers().await.unwrap()[0].id;
    let cookie = bench.cookie(Role::Engineer).await;
    let before = head().await;
    let mut request = post("/debug/producers/retire", format!("id={producer}"));
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    assert_eq!(bench.send_bare(request).await.status, StatusCode::SEE_OTHER);
    assert_eq!(head().await, before + 1);
    assert!(bench.state.reader.producers().await.unwrap()[0].retired.is_some());
}

#[tokio::test]
async fn an_accepted_risk_stays_closed_while_it_lasts_and_is_not_green() {
    let mut bench = Bench::collected().await;
    bench.measure.judge().await.unwrap();
    let sli = domain::Sli::RetentionCompliance;
    let found = async || bench.state.reader.violation_page(sli, 100, None).await.unwrap().items;
    let open = found().await;
    assert!(!open.is_empty(), "the simulated account keeps something for too short");
    let by = By::system(now());
    for violation in &open {
        let accepted = domain::sli::invariant::Disposition::AcceptedRisk;
        let close = bench.state.writer.violation_close(&by, violation.id, accepted, "Archived.");
        close.await.unwrap();
    }
    bench.clock.set(now().plus(120_000));
    bench.measure.judge().await.unwrap();
    let after = bench.state.reader.violation_page(sli, 100, None).await.unwrap().items;
    assert_eq!(after.len(), open.len(), "nothing is opened again while it lasts");
    let reading = bench.state.reader.sli_reading(sli, now()).await.unwrap();
    assert_ne!(reading.state, domain::sli::SliState::Met, "{}", reading.why);
    assert!(reading.good < reading.total, "{} of {}", reading.good, reading.total);
}

/// Who was refused leads to what CloudTrail told of them, page by page, and the address says it all.
#[tokio::test]
async fn what_an_identity_of_aws_did_is_listed_page_by_page() {
    let bench = Bench::collected().await;
    let reader = &bench.state.reader;
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut query = store::AccessQuery { limit: 200, ..store::AccessQuery::default() };
    loop {
        let page = reader.access_event_page(&query).await.unwrap();
        for event in page.items {
            known.entry(event.identity).or_default().push(event.id);
        }
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    let (who, wanted) = known.iter().max_by_key(|(_, ids)| ids.len()).unwrap();
    assert!(wanted.len() > 50, "{}", wanted.len());
    let everybody = bench.get("/debug?view=attempts").await.text();
    assert!(!everybody.contains("Events of CloudTrail"));
    let mut address = Query::default().with("view", "attempts").with("who", who).href("/debug");
    let (mut listed, mut pages) = (Vec::new(), 0);
    loop {
        let page = bench.get(&address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}");
        let text = page.text();
        assert!(text.contains(who.as_str()));
        let ids = text.split("<code><bdi>").skip(1).filter_map(|rest| rest.split('<').next());
        listed.extend(ids.map(str::to_owned));
        pages += 1;
        let next = text.split("<a ").find(|link| link.contains("rel=\"next\""));
        let Some(link) = next else { break };
        let href = link.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
        address = href.replace("&amp;", "&");
    }
    assert_eq!((&listed, pages), (wanted, wanted.len().div_ceil(50)));
    let nobody = bench.get("/debug?view=attempts&who=role%2F1%2FNobody").await.text();
    assert!(nobody.contains("CloudTrail told of no sign-in"));
    let wrong = bench.get("/debug?view=attempts&who=a&cursor=nonsense").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}
