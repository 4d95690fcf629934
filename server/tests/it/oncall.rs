//! From an event to somebody's pager and back: by the doors of EventBridge, of browsers and of
//! programs, to a receiver that listens on a socket.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use domain::Role;
use domain::alert::{Chain, Step};
use serde_json::{Value, json};
use server::config::{Alerting, ChannelKind, ContactSetting};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::setup::{Answer, Bench};

/// What a receiver got.
type Got = Arc<Mutex<Vec<Value>>>;

pub struct Paged {
    pub bench: Bench,
    got: Got,
    _secrets: TempDir,
}

async fn take(State(got): State<Got>, Json(body): Json<Value>) -> StatusCode {
    got.lock().unwrap().push(body);
    StatusCode::NO_CONTENT
}

pub async fn paged() -> Paged {
    paged_by(Vec::new()).await
}

/// The same with contacts that take tickets.
pub async fn paged_by(team: Vec<String>) -> Paged {
    let got = Got::default();
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/", post(take)).with_state(Arc::clone(&got));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let secrets = tempfile::tempdir().unwrap();
    let file = secrets.path().join("secret");
    std::fs::write(&file, "whsec_dGVzdC1vZi1hLXNpZ25pbmctc2VjcmV0LTAwMDE=").unwrap();
    let contact = ContactSetting {
        name: "Pager".to_owned(),
        kind: ChannelKind::Webhook,
        secret_file: Some(file),
        url: Some(format!("http://{address}/")),
        channel: None,
        topic_arn: None,
        host: None,
        port: None,
        security: None,
        username: None,
        from: None,
        to: Vec::new(),
    };
    let step = Step { wait_ms: 0, contacts: vec!["Pager".to_owned()] };
    let alerting = Alerting {
        contacts: vec![contact],
        chain: Chain::new(vec![step]).unwrap(),
        team,
        allow: vec!["127.0.0.1".to_owned()],
        ..Alerting::nobody("America/Chicago")
    };
    Paged { bench: Bench::telling(alerting).await, got, _secrets: secrets }
}

impl Paged {
    /// One look and everything that is to be sent.
    pub async fn look(&self) {
        let setting = (*self.bench.state.oncall.setting).clone();
        self.bench.engine.look(&setting).await.unwrap();
        while self.bench.engine.deliver().await.unwrap() > 0 {}
    }

    pub async fn event(&self, body: impl Into<Body>) -> Answer {
        let request =
            Request::post("/ingest/eventbridge").header("content-type", "application/json");
        self.bench.send(request.body(body.into()).unwrap()).await
    }

    /// The simulated attack, as EventBridge delivers it.
    async fn attack(&self) {
        for event in self.bench.sim.attack() {
            let answer = self.event(event.to_string()).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            assert_eq!(answer.json()["taken"], 1, "{}", answer.text());
        }
    }

    async fn form(&self, role: Role, path: &str, form: &str) -> Answer {
        let cookie = self.bench.cookie(role).await;
        let request = Request::post(path).header("cookie", cookie);
        self.bench.send_bare(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    async fn page(&self, path: &str) -> String {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = self.bench.send_as(Role::OnCall, request).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        answer.text()
    }

    /// Incidents whose alerts are those of the attack.
    async fn attacked(&self) -> Vec<Value> {
        let incidents = self.bench.json("/api/v1/incidents?limit=200").await;
        let items = incidents["items"].as_array().unwrap();
        items
            .iter()
            .filter(|it| it["alerts"] == 3 && it["family"] == "credentials")
            .cloned()
            .collect()
    }

    /// Everything that was received, as text.
    pub fn bodies(&self) -> Vec<String> {
        self.got.lock().unwrap().iter().map(ToString::to_string).collect()
    }

    fn told(&self, incident: &Value) -> Vec<Value> {
        let key = format!("/incidents/{}", incident["id"]);
        let got = self.got.lock().unwrap();
        got.iter().filter(|body| body.to_string().contains(&key)).cloned().collect()
    }
}

#[tokio::test]
async fn an_attack_is_one_incident_pages_once_and_is_worked_to_its_end() {
    let it = paged().await;
    it.bench.go().await;
    it.look().await;
    it.attack().await;
    it.look().await;
    let incidents = it.attacked().await;
    assert_eq!(incidents.len(), 1, "{}", it.bench.json("/api/v1/incidents?limit=200").await);
    let incident = &incidents[0];
    assert_eq!((&incident["class"], &incident["lane"]), (&json!("page-phi"), &json!("page")));
    let told = it.told(incident);
    assert_eq!(told.len(), 1, "one page: {told:?}");
    let text = told[0].to_string();
    assert!(!text.contains("ehr-api-instance") && !text.contains("198.51.100"), "{text}");
    // What a round reads later is what was taken in before.
    it.bench.go().await;
    it.look().await;
    assert_eq!(it.attacked().await.len(), 1);
    assert_eq!(it.told(incident).len(), 1);
    let id = incident["id"].to_string();
    let page = it.page("/oncall").await;
    assert!(page.contains(&format!("/incidents/{id}")), "{page}");
    let page = it.page(&format!("/oncall?at={id}")).await;
    assert!(page.contains("Acknowledge") && page.contains("data-key=\"r\""), "{page}");
    let done = it.form(Role::OnCall, "/incidents/acknowledge", &format!("id={id}")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let short = format!("id={id}&disposition=confirmed&reason=done");
    let refused = it.form(Role::OnCall, "/incidents/resolve", &short).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text().contains("at least 20 characters"), "{}", refused.text());
    let reason = "disposition=confirmed&reason=The+role+was+rotated+and+the+trail+is+on+again.";
    let done = it.form(Role::OnCall, "/incidents/resolve", &format!("id={id}&{reason}")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    it.bench.later(60_000);
    it.look().await;
    let told = it.told(incident);
    let events: Vec<&str> = told.iter().filter_map(|body| body["status"].as_str()).collect();
    assert_eq!(events.last(), Some(&"resolved"), "{told:?}");
    let detail = it.bench.json(&format!("/api/v1/incidents/{id}")).await;
    assert_eq!(detail["timeline_proved"], true, "{detail}");
    for tab in ["timeline", "alerts", "runbook", "evidence", "similar"] {
        let page = it.page(&format!("/incidents/{id}?tab={tab}")).await;
        assert!(page.contains("aria-current=\"page\""), "{tab}");
    }
    assert!(it.page(&format!("/incidents/{id}")).await.contains("are proved by the audit log"));
}

#[tokio::test]
async fn what_nobody_has_looked_at_is_never_green() {
    let it = paged().await;
    let page = it.page("/oncall").await;
    assert!(page.contains("never read completely") && !page.contains("read in time"), "{page}");
    for path in ["/oncall", "/notifications"] {
        let page = it.page(path).await;
        assert!(page.contains("Not looked at yet") && !page.contains(">Reachable<"), "{path}");
    }
    it.bench.engine.check_contacts().await.unwrap();
    for path in ["/oncall", "/notifications"] {
        let page = it.page(path).await;
        assert!(page.contains("Reachable") && !page.contains("Not looked at yet"), "{path}");
    }
    // A look that nobody repeated says nothing about the present.
    it.bench.later(13 * 3_600_000);
    for path in ["/oncall", "/notifications"] {
        let page = it.page(path).await;
        assert!(page.contains("Not looked at lately"), "{path}");
    }
}

#[tokio::test]
async fn what_is_no_event_is_told_so_and_what_is_not_ours_is_left_alone() {
    let it = paged().await;
    for body in ["", "no", "{}", "[{\"source\":\"aws.guardduty\"}]"] {
        let answer = it.event(body.to_owned()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(answer.json()["detail"].as_str().unwrap().contains("send one event"), "{body}");
    }
    let stranger = json!({
        "source": "aws.guardduty", "account": "999999999999", "region": "us-east-1", "detail": {},
    });
    let answer = it.event(stranger.to_string()).await;
    assert_eq!(
        (answer.json()["ignored"].clone(), answer.json()["taken"].clone()),
        (json!(1), json!(0))
    );
    let broken = json!({
        "source": "aws.guardduty", "account": "700100200302", "region": "us-east-1",
        "detail": {"type": "Recon:EC2/Portscan"},
    });
    let answer = it.event(broken.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.json()["problems"][0].as_str().unwrap().contains("Id"), "{}", answer.text());
    let large = Bytes::from(vec![b' '; server::eventbridge::LARGEST + 1]);
    assert_eq!(it.event(large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let nobody = Request::post("/ingest/eventbridge").body(Body::from("{}")).unwrap();
    assert_eq!(it.bench.send_bare(nobody).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn only_those_who_work_on_incidents_do_and_each_act_is_one_entry() {
    let it = paged().await;
    it.bench.go().await;
    it.attack().await;
    let id = it.attacked().await[0]["id"].to_string();
    let forms = [
        ("/incidents/acknowledge", ""),
        ("/incidents/assign", "&to=Security+lead"),
        ("/incidents/snooze", "&minutes=10"),
        ("/incidents/note", "&text=The+vendor+was+called."),
        ("/incidents/resolve", "&disposition=confirmed&reason=The+role+was+rotated+at+once."),
        ("/incidents/reopen", "&reason=It+came+back."),
    ];
    for (path, more) in forms {
        let form = format!("id={id}{more}");
        for role in [Role::Executive, Role::Auditor] {
            assert_eq!(it.form(role, path, &form).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let before = entries(&it.bench, &id).await;
        let done = it.form(Role::OnCall, path, &form).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{path}: {}", done.text());
        assert_eq!(entries(&it.bench, &id).await - before, 1, "{path}");
    }
    for (path, body, status, says) in [
        ("acknowledge", json!({}), 200, "acknowledged"),
        ("escalate", json!({}), 409, "nobody"),
        ("snooze", json!({"minutes": 9_000}), 409, "at most"),
        ("resolve", json!({"disposition": "whatever", "reason": "x"}), 400, "false-positive"),
        ("assign", json!({"to": "x", "else": 1}), 400, "else"),
    ] {
        let answer = api(&it.bench, &format!("/api/v1/incidents/{id}/{path}"), &body).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
        assert!(answer.text().contains(says), "{path}: {}", answer.text());
    }
    let test = it.form(Role::Engineer, "/notifications/test", "contact=Pager").await;
    assert_eq!(test.status, StatusCode::SEE_OTHER);
    it.look().await;
    assert!(it.got.lock().unwrap().iter().any(|body| body.to_string().contains("test")));
}

/// Entries of people about an incident.
async fn entries(bench: &Bench, id: &str) -> usize {
    let rows = bench.rounds.reader.audit_after(0, 1_000).await.unwrap();
    let object = format!("incident:{id}");
    let entries = rows.into_iter().map(|row| row.link.entry);
    entries.filter(|it| it.object == object && it.actor != "system").count()
}

async fn api(bench: &Bench, path: &str, body: &Value) -> Answer {
    let request = Request::post(path)
        .header("cookie", bench.cookie(Role::OnCall).await)
        .header("content-type", "application/json");
    bench.send_bare(request.body(Body::from(body.to_string())).unwrap()).await
}
