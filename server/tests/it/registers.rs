//! Registers, as the forms of a browser change them.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::Role;

use crate::setup::{Answer, Bench};

const BOUNDARY: &str = "----a-line-that-stands-in-no-file";

/// A form in parts: name, file name, content.
fn parts(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

async fn send(bench: &Bench, path: &str, role: Role, body: Vec<u8>) -> Answer {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let cookie = bench.cookie(role).await;
    let request = Request::post(path).header("cookie", cookie).header("content-type", kind);
    bench.send_bare(request.body(Body::from(body)).unwrap()).await
}

async fn import(bench: &Bench, fields: &[(&str, Option<&str>, &[u8])]) -> Answer {
    send(bench, "/registers/vendors/import", Role::Compliance, parts(fields)).await
}

async fn names(bench: &Bench) -> Vec<String> {
    let all = bench.rounds.reader.vendor_list().await.unwrap();
    all.into_iter()
        .filter(domain::register::Registered::stands)
        .map(|one| one.record.name)
        .collect()
}

fn seen(answer: &Answer) -> String {
    let text = answer.text();
    let rest = text.split_once("name=\"seen\" value=\"").expect("the answer has a word for it").1;
    rest.split('"').next().unwrap().to_owned()
}

const TABLE: &[u8] = b"name,services,receives_phi,contact_role\r\n\
    Interpreters,Speak,yes,Front desk lead\r\n\
    Courier,,no,\r\n\
    =cmd(),Nothing,no,\r\n";

#[tokio::test]
async fn a_table_is_shown_before_it_is_stored_and_wrong_lines_stop_nobody() {
    let bench = Bench::empty().await;
    let before = names(&bench).await;
    // Signing in is an entry too.
    bench.cookie(Role::Compliance).await;
    let head = bench.rounds.reader.audit_head().await.unwrap().0;
    let looked =
        import(&bench, &[("table_file", Some("v.csv"), TABLE), ("do", None, b"look")]).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text());
    let text = looked.text();
    assert!(text.contains("2 new · 0 changed · 0 the same as now · 1 wrong"), "{text}");
    assert!(text.contains("<td class=\"number\">3</td>") && text.contains("<code>services</code>"));
    assert_eq!(names(&bench).await, before, "nothing is stored");
    assert_eq!(bench.rounds.reader.audit_head().await.unwrap().0, head);

    // Without having looked, or at something else, nothing is stored either.
    let blind = [("table", None, TABLE), ("do", None, &b"store"[..])];
    assert_eq!(import(&bench, &blind).await.status, StatusCode::BAD_REQUEST);
    let word = seen(&looked);
    let seen = [("seen", None, word.as_bytes()), ("do", None, &b"store"[..])];
    let other = [&[("table", None, &TABLE[..90])], &seen[..]].concat();
    assert_eq!(import(&bench, &other).await.status, StatusCode::BAD_REQUEST);
    // Nor where all or nothing was asked for.
    let whole = [&[("table", None, TABLE), ("whole", None, &b"yes"[..])], &seen[..]].concat();
    assert_eq!(import(&bench, &whole).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(names(&bench).await, before);

    let stored = import(&bench, &[&[("table", None, TABLE)], &seen[..]].concat()).await;
    assert_eq!(stored.status, StatusCode::SEE_OTHER, "{}", stored.text());
    assert_eq!(names(&bench).await.len(), before.len() + 2);
    let rows = bench.rounds.reader.audit_after(head, 10).await.unwrap();
    let actions: Vec<&str> = rows.iter().map(|row| row.link.entry.action.as_str()).collect();
    assert_eq!(actions, ["add-vendor", "add-vendor"]);

    // The same table does nothing twice, and an export is a table that changes nothing.
    let again = import(&bench, &[("table", None, TABLE), ("do", None, b"look")]).await;
    assert!(again.text().contains("0 new · 0 changed · 2 the same as now"), "{}", again.text());
    let export = bench.get("/registers/vendors/export").await;
    assert!(export.header("content-type").starts_with("text/csv"));
    assert!(export.text().contains("\n'=cmd(),"), "no cell is a formula: {}", export.text());
    let back = import(&bench, &[("table", None, &export.body), ("do", None, b"look")]).await;
    assert!(back.text().contains("0 new · 0 changed"), "{}", back.text());
}

#[tokio::test]
async fn a_signed_file_goes_by_and_leaves_its_digest() {
    let bench = Bench::empty().await;
    // More than any other form may bring.
    let file = vec![b'x'; 3 * 1024 * 1024];
    let fields: Vec<(&str, Option<&str>, &[u8])> = vec![
        ("name", None, b"Interpreters"),
        ("services", None, b"Speak"),
        ("receives_phi", None, b"yes"),
        ("phi_since", None, b"2026-01-01"),
        ("baa_parties", None, b"Both"),
        ("baa_services", None, b"All"),
        ("baa_signed", None, b"2025-12-01"),
        ("baa_upload", Some("C:\\papers\\signed.pdf"), &file),
    ];
    let added = send(&bench, "/registers/vendors", Role::Compliance, parts(&fields)).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text());
    let all = bench.rounds.reader.vendor_list().await.unwrap();
    let one = all.iter().find(|one| one.record.name == "Interpreters").unwrap();
    let agreement = one.record.agreement.as_ref().unwrap();
    assert_eq!(agreement.file, "signed.pdf");
    assert_eq!(agreement.bytes, Some(file.len() as i64));
    let digest = "3bea8a9a07c1e8dcaa4c1b816815c35a29b4fb585ba6ecc70ea44840a794cfb3";
    assert_eq!(agreement.sha256.as_deref(), Some(digest));
    assert_eq!(added.header("location"), format!("/registers/vendors/{}", one.id));

    let large = vec![b'x'; 17 * 1024 * 1024];
    let fields = [("name", None, &b"x"[..]), ("baa_upload", Some("a"), &large)];
    let refused = send(&bench, "/registers/vendors", Role::Compliance, parts(&fields)).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    let table = vec![b'x'; 2 * 1024 * 1024];
    let refused = import(&bench, &[("table", None, &table)]).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(refused.text().contains("one mebibyte"), "{}", refused.text());
    let broken = send(&bench, "/registers/vendors", Role::Compliance, b"nonsense".to_vec()).await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
}

async fn post(bench: &Bench, path: &str, role: Role, form: &str) -> Answer {
    let cookie = bench.cookie(role).await;
    let request = Request::post(path).header("cookie", cookie);
    bench.send_bare(request.body(Body::from(form.to_owned())).unwrap()).await
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost() {
    let bench = Bench::empty().await;
    let notes = "%3C%2Ftextarea%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let form = format!(
        "title=Typed&kind=other&detected=2026-11-20T11:00&contained=2026-11-20T10:00&notes={notes}"
    );
    let answer = post(&bench, "/registers/incidents", Role::OnCall, &form).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let text = answer.text();
    assert!(text.contains("id=\"field-contained-flaw\""), "{text}");
    assert!(text.contains("value=\"Typed\"") && text.contains("&lt;/textarea&gt;&lt;script&gt;"));
    assert!(!text.contains("</textarea><script>"));

    // Two people with the same page open: the second is told, and keeps the text.
    let change = |services: &str| {
        format!("id=1&version=1&name=Cloud+hosting&services={services}&receives_phi=no")
    };
    let path = "/registers/vendors/change";
    let first = post(&bench, path, Role::Compliance, &change("first")).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text());
    let second = post(&bench, path, Role::Administrator, &change("second")).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(second.text().contains("in the meantime") && second.text().contains("second"));

    // The first evidence never moves later.
    let later =
        "id=3&version=1&title=Laptop&kind=loss&occurred=2026-11-23T09:00&detected=2026-11-23T10:00";
    let later = post(&bench, "/registers/incidents/change", Role::OnCall, later).await;
    assert_eq!(later.status, StatusCode::BAD_REQUEST);
    assert!(later.text().contains("may only move earlier"), "{}", later.text());
    let unreasoned = post(&bench, "/registers/incidents/end", Role::OnCall, "id=3&version=1").await;
    assert_eq!(unreasoned.status, StatusCode::BAD_REQUEST);
    // What was shown with them was looked at.
    let rows = bench.rounds.reader.audit_after(0, 1_000).await.unwrap();
    let seen = |row: &&store::AuditRow| {
        let entry = &row.link.entry;
        entry.action == "view-incident" && entry.object == "incident:3"
    };
    assert_eq!(rows.iter().filter(seen).count(), 2);
    for (path, form) in [("change", "id=99&version=1"), ("end", "id=x"), ("change", "")] {
        let path = format!("/registers/incidents/{path}");
        let answer = post(&bench, &path, Role::OnCall, form).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path} {form}");
    }
    let wrong = bench.get("/registers/vendors?state=nice").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.text().contains("uncovered, expired, pending"));
}

#[tokio::test]
async fn where_the_log_cannot_be_written_no_table_is_stored() {
    let bench = Bench::empty().await;
    let before = names(&bench).await;
    let looked = import(&bench, &[("table", None, TABLE), ("do", None, b"look")]).await;
    let word = seen(&looked);
    let url = format!("sqlite://{}", bench.folder.path().join("wardround.db").display());
    let mut raw = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE (ABORT, 'full'); END";
    sqlx::query(full).execute(&mut raw).await.unwrap();
    let fields =
        [("table", None, TABLE), ("seen", None, word.as_bytes()), ("do", None, &b"store"[..])];
    let answer = import(&bench, &fields).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text());
    assert_eq!(names(&bench).await, before);
}

/// Members of an indicator that keep it from its target.
async fn members(bench: &Bench, sli: &str) -> (String, Vec<String>) {
    let request = Request::get(format!("/api/v1/slis/{sli}")).body(Body::empty()).unwrap();
    let answer = bench.send_as(Role::Compliance, request).await;
    assert_eq!(answer.status, StatusCode::OK, "{sli}");
    let body = answer.json();
    let all = body["members"].as_array().unwrap().iter();
    let told = all.map(|one| one["what"].as_str().unwrap().to_owned()).collect();
    (body["indicator"]["reading"]["state"].as_str().unwrap().to_owned(), told)
}

#[tokio::test]
async fn what_is_registered_moves_the_indicators_that_rest_on_it() {
    let mut bench = Bench::empty().await;
    bench.measure.tick().await;
    let told =
        |(_, all): &(String, Vec<String>), what: &str| all.iter().any(|one| one.contains(what));
    assert!(!told(&members(&bench, "m7").await, "Bare"));
    let vendor = "name=Bare+vendor&services=Prints+letters&receives_phi=yes&phi_since=2026-01-02";
    let added = post(&bench, "/registers/vendors", Role::Compliance, vendor).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text());
    let hours = |ago: i64| domain::Timestamp(crate::setup::now().0 - ago * 3_600_000).rfc3339();
    let at = |ago: i64| hours(ago)[..16].to_owned();
    let incident =
        format!("title=Bare+incident&kind=loss&occurred={}&detected={}", at(100), at(60));
    let added = post(&bench, "/registers/incidents", Role::OnCall, &incident).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text());
    // The title of an incident may say too much; its number does not.
    let number = added.header("location").rsplit('/').next().unwrap().to_owned();
    let incident = format!("Incident {number}");
    for sli in ["m8", "m9"] {
        assert!(!told(&members(&bench, sli).await, &incident), "{sli}");
    }
    bench.later(60_000);
    bench.measure.tick().await;
    for (sli, what) in [("m7", "Bare vendor"), ("m8", &*incident), ("m9", &*incident)] {
        let now = members(&bench, sli).await;
        assert!(told(&now, what), "{sli}: {now:?}");
        assert_eq!(now.0, "violated", "{sli}");
    }
}
