//! Suppressions, as the forms of a browser and the JSON of programs ask for them and decide.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::Role;
use domain::alert::SuppressionId;
use serde_json::json;

use crate::setup::{Answer, Bench};

async fn post(bench: &Bench, path: &str, role: Role, form: &str) -> Answer {
    let cookie = bench.cookie(role).await;
    let request = Request::post(path).header("cookie", cookie);
    bench.send_bare(request.body(Body::from(form.to_owned())).unwrap()).await
}

async fn page(bench: &Bench, role: Role, path: &str) -> String {
    let answer = bench.send_as(role, Request::get(path).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    answer.text()
}

async fn api(bench: &Bench, role: Role, path: &str, body: serde_json::Value) -> Answer {
    let request = Request::post(format!("/api/v1/suppressions{path}"))
        .header("cookie", bench.cookie(role).await)
        .header("content-type", "application/json");
    bench.send_bare(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Actions about suppressions in the audit log.
async fn actions(bench: &Bench) -> Vec<String> {
    let rows = bench.rounds.reader.audit_after(0, 1_000).await.unwrap();
    let entries = rows.into_iter().map(|row| row.link.entry);
    entries
        .filter(|entry| entry.object.starts_with("suppression:"))
        .map(|entry| entry.action)
        .collect()
}

/// Chicago, 23 November 2026, 09:00: the test's present.
pub const FORM: &str = "account=111111111111&field-1=rule&op-1=is&value-1=guardduty-scan\
    &ends_at=2026-11-23T09:50&zone=America/Chicago&reason=Our+own+tester+scans.&change_ref=CHG-1";

async fn asked(bench: &Bench, role: Role) -> String {
    let answer = post(bench, "/suppressions", role, FORM).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location").to_owned()
}

/// A suppression with windows, an approval, a history and an end, for whoever looks at shapes.
pub async fn one_of_everything(bench: &Bench) {
    let weekly =
        FORM.replace("2026-11-23T09:50", "2026-12-23T09:50") + "&days=sun&at=02:30&duration=60";
    post(bench, "/suppressions", Role::OnCall, &weekly).await;
    post(bench, "/suppressions/1/approve", Role::Compliance, "version=1").await;
    post(bench, "/suppressions/1/revoke", Role::OnCall, "version=2&note=Done").await;
}

async fn stage(bench: &Bench, address: &str) -> String {
    let id = address.rsplit('/').next().unwrap().parse().unwrap();
    let row = bench.rounds.reader.suppression(SuppressionId(id)).await.unwrap().unwrap();
    row.suppression.stage(bench.state.wall.now()).as_str().to_owned()
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost() {
    let bench = Bench::empty().await;
    let reason = "%3C%2Ftextarea%3E%3Cscript%3E";
    let form = format!(
        "account=12&field-3=region&op-3=is&value-3=us-east-9&starts_at=2026-11-20T09:00\
         &ends_at=tomorrow&at=25:00&duration=x&reason={reason}"
    );
    for path in ["/suppressions/preview", "/suppressions"] {
        let answer = post(&bench, path, Role::OnCall, &form).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        let text = answer.text();
        for field in ["matchers", "starts_at", "ends_at", "days", "at", "duration", "change_ref"] {
            assert!(text.contains(&format!("id=\"field-{field}-flaw\"")), "{field}: {text}");
        }
        for kept in ["value=\"12\"", "value=\"us-east-9\"", "value=\"tomorrow\"", "value=\"25:00\""]
        {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        assert!(text.contains("&lt;/textarea&gt;&lt;script&gt;"));
        assert!(!text.contains("</textarea><script>"));
    }
    assert_eq!(actions(&bench).await, [""; 0]);
    // A rule whose alerts are never muted cannot be named.
    let never = FORM.replace("guardduty-scan", "redactor-down");
    let answer = post(&bench, "/suppressions/preview", Role::OnCall, &never).await;
    assert!(answer.text().contains("are never muted"), "{}", answer.text());
}

#[tokio::test]
async fn one_looks_first_and_a_minute_that_the_clock_leaves_out_is_told() {
    let bench = Bench::empty().await;
    let empty = page(&bench, Role::OnCall, "/suppressions").await;
    assert!(empty.contains("Nobody has asked for a suppression yet"));
    let filled = page(&bench, Role::OnCall, "/suppressions/new?rule=a%22b&region=us-west-2").await;
    assert!(filled.contains("value=\"a&quot;b\"") && filled.contains("value=\"us-west-2\""));
    assert!(!filled.contains("Ask for approval"), "nobody has looked yet");
    let form = FORM
        .replace("ends_at=2026-11-23T09:50", "starts_at=2027-03-01T00:00&ends_at=2027-04-01T00:00")
        + "&days=sun&at=02:30&duration=60";
    let looked = post(&bench, "/suppressions/preview", Role::OnCall, &form).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text());
    let text = looked.text();
    assert!(text.contains("Ask for approval") && text.contains("Two persons"), "{text}");
    // 02:30 does not exist that Sunday: the window begins at the change itself and lasts an hour.
    assert!(text.contains("14 Mar 2027, 03:00 CDT") && text.contains("2027-03-14 08:00 UTC"));
    assert!(text.contains("14 Mar 2027, 04:00 CDT") && text.contains("21 Mar 2027, 02:30 CDT"));
    let missing = FORM
        .replace("ends_at=2026-11-23T09:50", "starts_at=2027-03-14T02:30&ends_at=2027-03-14T05:00");
    let looked = post(&bench, "/suppressions/preview", Role::OnCall, &missing).await;
    assert!(looked.text().contains("put forward"), "{}", looked.text());
    assert_eq!(actions(&bench).await, [""; 0]);
}

#[tokio::test]
async fn asked_for_by_one_and_approved_by_another_with_an_entry_each() {
    let bench = Bench::empty().await;
    let one = asked(&bench, Role::Compliance).await;
    let own = page(&bench, Role::Compliance, &one).await;
    assert!(own.contains("You asked for it: somebody else must decide."), "{own}");
    let engineer = page(&bench, Role::Engineer, &one).await;
    assert!(engineer.contains("Your role may not approve suppressions."), "{engineer}");
    let approve = format!("{one}/approve");
    let refused = post(&bench, &approve, Role::Engineer, "version=1").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let refused = post(&bench, &approve, Role::Compliance, "version=1&note=Mine+%3Cb%3E").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let text = refused.text();
    assert!(text.contains("somebody else must approve it") && !text.contains("<b>"), "{text}");
    let stale = post(&bench, &approve, Role::Administrator, "note=Typed").await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let text = stale.text();
    assert!(text.contains("in the meantime") && text.contains("value=\"Typed\""), "{text}");
    let done = post(&bench, &approve, Role::Administrator, "version=1&note=Fine").await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, one.as_str()));
    assert_eq!(stage(&bench, &one).await, "active");
    let text = page(&bench, Role::Auditor, &one).await;
    assert!(text.contains("bound to what stands here") && text.contains("It mutes until"));
    assert!(text.contains("23 Nov 2026, 09:50 CST") && text.contains("2026-11-23 15:50 UTC"));
    assert!(text.contains("PHI may be exposed") && text.contains("It mutes no alert at present"));
    assert!(!text.contains("Change it"), "an auditor reads");

    // A change is another, which waits; the present one ends at once.
    let change = FORM.replace("09:50", "09:40") + "&place_of=1&version=2";
    let changed = post(&bench, "/suppressions", Role::OnCall, &change).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text());
    let two = changed.header("location").to_owned();
    assert_eq!(
        (stage(&bench, &one).await, stage(&bench, &two).await),
        ("expired".into(), "pending".into())
    );
    let again = post(&bench, "/suppressions", Role::OnCall, &change).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text().contains("value=\"2026-11-23T09:40\""), "nothing typed is lost");
    let note = post(&bench, &format!("{two}/note"), Role::OnCall, "note=Please").await;
    assert_eq!(note.status, StatusCode::SEE_OTHER);
    let unreasoned = post(&bench, &format!("{two}/reject"), Role::Compliance, "version=1").await;
    assert!(unreasoned.text().contains("Say why."), "{}", unreasoned.text());
    post(&bench, &format!("{two}/reject"), Role::Compliance, "version=1&note=No").await;
    let three = asked(&bench, Role::OnCall).await;
    let taken = format!("{three}/emergency");
    post(&bench, &taken, Role::OnCall, "version=1&note=Nobody+answers").await;
    let red = page(&bench, Role::Compliance, &three).await;
    assert!(red.contains("Taken, not approved") && red.contains("Approve afterwards"), "{red}");
    post(&bench, &format!("{three}/ratify"), Role::Compliance, "version=2").await;
    post(&bench, &format!("{three}/revoke"), Role::OnCall, "version=3&note=Done").await;
    assert_eq!(stage(&bench, &three).await, "revoked");
    assert_eq!(
        actions(&bench).await,
        [
            "ask-suppression",
            "approve-suppression",
            "supersede-suppression",
            "note-suppression",
            "reject-suppression",
            "ask-suppression",
            "take-suppression",
            "ratify-suppression",
            "revoke-suppression",
        ]
    );
    let nothing = page(&bench, Role::OnCall, "/suppressions?stage=active").await;
    assert!(nothing.contains("Nothing is muted now: every alert is told."));
    let nothing = page(&bench, Role::OnCall, "/suppressions?stage=draft").await;
    assert!(nothing.contains("No suppressions match these filters"));
    let wrong = bench.get("/suppressions?stage=loud").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    for address in ["/suppressions/99", "/suppressions/x"] {
        assert_eq!(bench.get(address).await.status, StatusCode::NOT_FOUND, "{address}");
        let done =
            post(&bench, &format!("{address}/revoke"), Role::OnCall, "version=1&note=a").await;
        assert!(matches!(done.status, StatusCode::NOT_FOUND | StatusCode::CONFLICT), "{address}");
    }
}

#[tokio::test]
async fn programs_read_and_people_decide() {
    let bench = Bench::empty().await;
    let body = json!({
        "matchers": [
            { "field": "account", "op": "is", "value": "111111111111" },
            { "field": "identity", "op": "like", "value": "role/111111111111/*" },
        ],
        "ends_at": "2026-11-23T15:30:00Z",
        "recurrence": null,
        "reason": "Our own tester scans.",
        "change_ref": "CHG-2",
        "draft": true,
    });
    let made = api(&bench, Role::OnCall, "", body.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    assert_eq!(made.header("location"), "/api/v1/suppressions/1");
    let one = made.json()["suppression"].clone();
    assert_eq!((&one["stage"], &one["version"]), (&json!("draft"), &json!(1)));
    assert_eq!(one["requested_by"]["actor"].as_str().unwrap().split(':').next(), Some("person"));
    let handed = api(&bench, Role::OnCall, "/1/hand-in", json!({ "version": 1 })).await;
    assert_eq!(handed.json()["suppression"]["stage"], "pending", "{}", handed.text());
    let approve = json!({ "version": 2, "note": "Fine." });
    let refused = api(&bench, Role::OnCall, "/1/approve", approve.clone()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let active = api(&bench, Role::Compliance, "/1/approve", approve.clone()).await;
    assert_eq!(active.json()["suppression"]["stage"], "active", "{}", active.text());
    let twice = api(&bench, Role::Compliance, "/1/approve", approve).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert_eq!(twice.header("content-type"), "application/problem+json");
    let listed = bench.json("/api/v1/suppressions?stage=active").await;
    assert_eq!(listed["items"][0]["mutes_until"], "2026-11-23T15:30:00.000Z");
    assert_eq!(bench.json("/api/v1/suppressions?stage=over").await["items"], json!([]));

    let mut wrong = body.clone();
    wrong["ends_at"] = json!("soon");
    wrong["matchers"][0]["field"] = json!("ward");
    let wrong = api(&bench, Role::OnCall, "", wrong).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let detail = wrong.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("ends_at: ") && detail.contains("matchers: "), "{detail}");
    for broken in [json!([]), json!({ "version": 1, "colour": "red" })] {
        let answer = api(&bench, Role::OnCall, "/1/revoke", broken).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
    }
    let said = json!({ "version": 1, "note": "Said." });
    let mut ask = body;
    ask["draft"] = json!(false);
    api(&bench, Role::OnCall, "", ask.clone()).await;
    api(&bench, Role::OnCall, "/2/note", json!({ "note": "Please." })).await;
    api(&bench, Role::OnCall, "/2/emergency", said.clone()).await;
    api(&bench, Role::Compliance, "/2/ratify", json!({ "version": 2 })).await;
    let ended =
        api(&bench, Role::Engineer, "/2/revoke", json!({ "version": 3, "note": "x" })).await;
    let ended = ended.json();
    assert_eq!(
        (&ended["suppression"]["stage"], &ended["windows"]),
        (&json!("revoked"), &json!([]))
    );
    api(&bench, Role::OnCall, "", ask).await;
    api(&bench, Role::Compliance, "/3/reject", said).await;
    assert_eq!(
        actions(&bench).await[3..],
        [
            "ask-suppression",
            "note-suppression",
            "take-suppression",
            "ratify-suppression",
            "revoke-suppression",
            "ask-suppression",
            "reject-suppression",
        ]
    );
}
