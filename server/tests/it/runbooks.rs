//! Runbooks, as the forms of a browser work through them.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::Role;
use domain::runbook::library;
use serde_json::Value;

use crate::setup::{Answer, Bench};

const STARTED: &str = "p-device=LT-9&p-last-seen=2026-11-20T10:00&p-identity=none";

async fn post(bench: &Bench, path: &str, role: Role, form: &str) -> Answer {
    let cookie = bench.cookie(role).await;
    let request = Request::post(path).header("cookie", cookie);
    bench.send_bare(request.body(Body::from(form.to_owned())).unwrap()).await
}

async fn get(bench: &Bench, path: &str, role: Role) -> Answer {
    bench.send_as(role, Request::get(path).body(Body::empty()).unwrap()).await
}

fn start(id: &str, fields: &str) -> String {
    let sha256 = &library::by_id(id).unwrap().sha256;
    format!("runbook={id}&sha256={sha256}&{fields}")
}

/// A run of its own, by its number.
async fn begun(bench: &Bench) -> i64 {
    let answer = post(bench, "/runbook-runs", Role::OnCall, &start("lost-device", STARTED)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let to = answer.header("location");
    let id = to.strip_prefix("/runbook-runs/").unwrap().strip_suffix("#step-report").unwrap();
    id.parse().unwrap()
}

/// Actions of the log since a number.
async fn actions(bench: &Bench, after: u64) -> Vec<String> {
    let rows = bench.rounds.reader.audit_after(after, 1_000).await.unwrap();
    rows.into_iter().map(|row| row.link.entry.action).collect()
}

async fn head(bench: &Bench) -> u64 {
    bench.rounds.reader.audit_head().await.unwrap().0
}

fn proof(run: i64, entries: usize, step: &str) -> String {
    format!("run={run}&entries={entries}&step={step}&kind-1=reference&reference-1=TICKET-7")
}

#[tokio::test]
async fn a_run_is_worked_through_signed_and_sealed_with_one_entry_for_each_act() {
    let bench = Bench::empty().await;
    let run = begun(&bench).await;
    let steps = &library::by_id("lost-device").unwrap().steps;
    let mut entries = 0;
    let mut before = head(&bench).await;
    let mut act = async |path: &str, form: String, to: String, action: &str| {
        let answer = post(&bench, path, Role::OnCall, &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        assert_eq!(answer.header("location"), format!("/runbook-runs/{run}#{to}"));
        assert_eq!(actions(&bench, before).await, [action]);
        before += 1;
    };
    for (index, step) in steps.iter().enumerate() {
        let next = steps.get(index + 1).map_or("finish".to_owned(), |it| format!("step-{}", it.id));
        let form = proof(run, entries, &step.id);
        act("/runbook-runs/done", form, next, "do-runbook-step").await;
        entries += 1;
    }
    let seen = |entries: usize| format!("run={run}&entries={entries}");
    let sign = format!("{}&note=Complete", seen(entries));
    act("/runbook-runs/sign-off", sign, "finish".into(), "sign-off-runbook").await;
    act("/runbook-runs/close", seen(entries + 1), "finish".into(), "close-runbook").await;

    let page = get(&bench, &format!("/runbook-runs/{run}"), Role::Auditor).await;
    assert!(page.text().contains("Verified: everything in it is as it was sealed"));
    let json = bench.json(&format!("/api/v1/runbook-runs/{run}")).await;
    assert_eq!(json["seal"]["verifies"], true);
    assert_eq!(json["history"].as_array().unwrap().len(), steps.len() + 2);
    let late = post(
        &bench,
        "/runbook-runs/remark",
        Role::OnCall,
        &format!("{}&text=Late", seen(entries + 2)),
    )
    .await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST);
    assert!(
        late.text().contains("sealed: nothing changes any more") && late.text().contains("Late")
    );
}

#[tokio::test]
async fn what_is_refused_loses_nothing_that_was_written() {
    let bench = Bench::empty().await;
    let run = begun(&bench).await;
    let bare = format!("run={run}&entries=0&step=report&note=Left+in+a+%3Cb%3Ebus%3C/b%3E");
    let refused = post(&bench, "/runbook-runs/done", Role::OnCall, &bare).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let text = refused.text();
    assert!(text.contains("This step asks for evidence"), "{text}");
    assert!(text.contains("Left in a &lt;b&gt;bus") && !text.contains("<b>bus"), "{text}");

    // Two people with the same page open: the second is told, and keeps the text.
    let one = post(&bench, "/runbook-runs/done", Role::OnCall, &proof(run, 0, "report")).await;
    assert_eq!(one.status, StatusCode::SEE_OTHER);
    let other = format!("{}&note=Typed+second", proof(run, 0, "erase"));
    let other = post(&bench, "/runbook-runs/done", Role::Engineer, &other).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    let text = other.text();
    assert!(text.contains("in the meantime") && text.contains("Typed second"), "{text}");
    assert!(
        text.contains("name=\"entries\" value=\"1\""),
        "the answer knows what was done: {text}"
    );

    let nowhere = post(&bench, "/runbook-runs/close", Role::OnCall, "run=99999&entries=0").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    let odd = post(&bench, "/runbook-runs/done", Role::OnCall, "run=x").await;
    assert_eq!(odd.status, StatusCode::NOT_FOUND);
    let kind = format!("run={run}&entries=1&step=erase&kind-1=hearsay&reference-1=x");
    let kind = post(&bench, "/runbook-runs/done", Role::OnCall, &kind).await;
    assert_eq!(kind.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_check_is_wardrounds_word_and_a_persons_request() {
    let bench = Bench::empty().await;
    let fields = "p-vendor=Appointment+reminders&p-flow=Export&p-since=2026-11-01T00:00";
    let form = start("vendor-without-baa", fields);
    let answer = post(&bench, "/runbook-runs", Role::OnCall, &form).await;
    let to = answer.header("location").to_owned();
    let run: i64 = to["/runbook-runs/".len()..to.find('#').unwrap()].parse().unwrap();
    let before = head(&bench).await;
    let ask = format!("run={run}&entries=0&step=look");
    let asked = post(&bench, "/runbook-runs/check", Role::OnCall, &ask).await;
    assert_eq!(
        asked.header("location"),
        format!("/runbook-runs/{run}#step-look"),
        "{}",
        asked.text()
    );
    assert_eq!(actions(&bench, before).await, ["check-runbook-step"]);
    let rows = bench.rounds.reader.audit_after(before, 1).await.unwrap();
    assert!(rows[0].link.entry.actor.starts_with("person:"), "{}", rows[0].link.entry.actor);
    let json = bench.json(&format!("/api/v1/runbook-runs/{run}")).await;
    let entry = &json["history"][0];
    assert_eq!((&entry["by"]["kind"], &entry["outcome"]), (&"wardround".into(), &"no".into()));
    // A known answer counts as evidence.
    let done = format!("run={run}&entries=1&step=look");
    let done = post(&bench, "/runbook-runs/done", Role::OnCall, &done).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let none = format!("run={run}&entries=2&step=needed");
    let none = post(&bench, "/runbook-runs/check", Role::OnCall, &none).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND, "a step without a check");
}

#[tokio::test]
async fn roles_see_what_they_may_do() {
    let bench = Bench::empty().await;
    let run = begun(&bench).await;
    for role in Role::ALL {
        let works = role.may(domain::Action::WorkRunbooks);
        let edits = role.may(domain::Action::EditRunbooks);
        let book = get(&bench, "/runbooks/lost-device", role).await.text();
        assert_eq!(book.contains("action=\"/runbook-runs\""), works, "{role:?}");
        assert_eq!(book.contains("/runbooks/lost-device/edit"), edits, "{role:?}");
        let page = get(&bench, &format!("/runbook-runs/{run}"), role).await.text();
        assert_eq!(page.contains("action=\"/runbook-runs/done\""), works, "{role:?}");
        let form = get(&bench, "/runbooks/lost-device/edit", role).await;
        assert_eq!(form.status == StatusCode::OK, edits, "{role:?}");
        let head = head(&bench).await;
        let remark = format!("run={run}&entries=999&text=x");
        let answer = post(&bench, "/runbook-runs/remark", role, &remark).await;
        let expected = if works { StatusCode::CONFLICT } else { StatusCode::FORBIDDEN };
        assert_eq!(answer.status, expected, "{role:?}");
        // A look at the run, or a refusal.
        assert_eq!(actions(&bench, head).await.len(), 1, "{role:?}");
    }
}

#[tokio::test]
async fn the_address_fills_the_form_in_and_leads_back() {
    let bench = Bench::empty().await;
    let path = "/runbooks/public-bucket?account=111122223333&region=us-east-1\
                &resource=arn:aws:s3:::scans%22%3E&first-seen=2026-11-20T10:00:30Z\
                &subject=incident:12&back=/oncall/12";
    let text = get(&bench, path, Role::OnCall).await.text();
    for part in [
        "value=\"111122223333\"",
        "value=\"2026-11-20T10:00\"",
        "name=\"subject\" value=\"incident:12\"",
        "name=\"back\" value=\"/oncall/12\"",
    ] {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
    assert!(!text.contains("scans\">"), "what the address says stays inside of its field");
    let odd = get(&bench, "/runbooks/public-bucket?subject=incident:a/b", Role::OnCall).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
    let foreign = get(&bench, "/runbooks/public-bucket?back=//evil.example", Role::OnCall).await;
    assert!(!foreign.text().contains("evil.example"));

    let wrong = format!("{STARTED}&p-last-seen=&subject=incident:12");
    let wrong = wrong.replacen("p-last-seen=2026-11-20T10:00", "p-last-seen=yesterday", 1);
    let again = post(&bench, "/runbook-runs", Role::OnCall, &start("lost-device", &wrong)).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    let text = again.text();
    assert!(text.contains("id=\"p-last-seen-flaw\"") && text.contains("value=\"LT-9\""), "{text}");
    assert!(text.contains("name=\"subject\" value=\"incident:12\""));

    let fields = format!("{STARTED}&subject=incident:12&back=/oncall/12%23old");
    let begun = post(&bench, "/runbook-runs", Role::OnCall, &start("lost-device", &fields)).await;
    let to = begun.header("location").to_owned();
    assert!(to.starts_with("/oncall/12#run-") && to.ends_with("-step-report"), "{to}");
    let runs = bench.json("/api/v1/runbook-runs?subject=incident:12&state=open").await;
    assert_eq!(runs["items"].as_array().unwrap().len(), 1);
    let stale = "runbook=lost-device&sha256=00&p-device=Kept";
    let stale = post(&bench, "/runbook-runs", Role::OnCall, stale).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text().contains("in the meantime") && stale.text().contains("value=\"Kept\""));
}

const BOUNDARY: &str = "----a-line-that-stands-in-no-file";

/// A form in parts, as the page with the text sends it.
async fn edit(bench: &Bench, fields: &[(&str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        let value = value.replace('\n', "\r\n");
        write!(
            body,
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        )
        .unwrap();
    }
    write!(body, "--{BOUNDARY}--\r\n").unwrap();
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let request = Request::post("/runbooks/edit").header("content-type", kind);
    bench.send_as(Role::Compliance, request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_text_with_flaws_is_kept_in_its_form_and_a_right_one_is_a_version() {
    let bench = Bench::empty().await;
    let shipped = library::by_id("lost-device").unwrap();
    let fields = |text: &'static str| [("id", "lost-device"), ("sha256", text)];
    let sha256: &'static str = &shipped.sha256;
    let with = |text: &str, what: &'static str| {
        let [id, seen] = fields(sha256);
        (id, seen, text.to_owned(), what)
    };
    let send = async |(id, seen, text, what): ((&str, &str), (&str, &str), String, &str)| {
        edit(&bench, &[id, seen, ("text", &text), ("do", what)]).await
    };
    bench.cookie(Role::Compliance).await;
    let before = head(&bench).await;

    let broken = shipped.source.replace("role = \"on-call\"", "role = \"ghost\"");
    let answer = send(with(&format!("{broken}\n</textarea><script>"), "store")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let text = answer.text();
    assert!(text.contains("Line ") && text.contains("ghost"), "{text}");
    assert!(
        text.contains("&lt;/textarea&gt;&lt;script&gt;") && !text.contains("</textarea><script>")
    );

    // Steps changed, so the version has to rise.
    let changed = shipped.source.replace("Be kind to", "Be very kind to");
    let answer = send(with(&changed, "store")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("version = 2") && answer.text().contains("Be very kind to"));

    let raised = changed.replace("version = 1", "version = 2");
    let looked = send(with(&raised, "look")).await;
    assert_eq!(looked.status, StatusCode::OK);
    assert!(looked.text().contains("What stands before the steps changed."), "{}", looked.text());
    assert_eq!(actions(&bench, before).await, [""; 0], "nothing is stored yet");
    let stored = send(with(&raised, "store")).await;
    assert_eq!(stored.header("location"), "/runbooks/lost-device#versions", "{}", stored.text());
    assert_eq!(actions(&bench, before).await, ["edit-runbook"]);
    let page = get(&bench, "/runbooks/lost-device", Role::Auditor).await.text();
    assert!(page.contains("Be very kind to") && page.contains("2, Edited here"), "{page}");

    // Somebody who still has the shipped text open is told, and keeps the text.
    let late = send(with(&raised.replace("very", "rather"), "store")).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text().contains("in the meantime") && late.text().contains("Be rather kind"));
    let item: Value = bench.json("/api/v1/runbooks/lost-device").await;
    assert_eq!(
        (&item["runbook"]["version"], &item["runbook"]["origin"]),
        (&2.into(), &"edited".into())
    );

    // Both texts can be read.
    let kept = bench.rounds.reader.runbook_history("lost-device", None).await.unwrap();
    assert_eq!(kept.len(), 2);
    let former = format!("/runbooks/lost-device?kept={}", kept[1].n);
    let former = get(&bench, &former, Role::Auditor).await.text();
    assert!(former.contains("former text") && former.contains("Be kind to"), "{former}");
}

#[tokio::test]
async fn programs_read_the_library_and_the_runs() {
    let bench = Bench::empty().await;
    let library = bench.json("/api/v1/runbooks").await;
    assert_eq!(library["items"].as_array().unwrap().len(), library::FILES.len());
    assert_eq!(library["items"][0]["review_overdue"], false);
    let runs = bench.json("/api/v1/runbook-runs?limit=1").await;
    let next = runs["next"].as_str().unwrap();
    let more = bench.json(&format!("/api/v1/runbook-runs?limit=1&cursor={next}")).await;
    assert_ne!(runs["items"][0]["id"], more["items"][0]["id"]);
    for wrong in ["state=over", "runbook=A+B", "subject=x:1", "cursor=zz", "other=1"] {
        let answer = bench.get(&format!("/api/v1/runbook-runs?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(bench.get("/api/v1/runbook-runs/x").await.status, StatusCode::NOT_FOUND);
    assert_eq!(bench.get("/api/v1/runbooks/nothing").await.status, StatusCode::NOT_FOUND);
}
