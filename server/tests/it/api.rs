//! What programs are answered.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::setup::{Answer, Bench, NOW};

fn problem(answer: &Answer, status: StatusCode) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["status"], status.as_u16());
    assert_eq!(problem["type"], "about:blank");
    assert!(!problem["title"].as_str().unwrap().is_empty());
    assert!(!problem["detail"].as_str().unwrap().is_empty());
    problem
}

fn is_score(score: &Value) -> bool {
    let share = |name: &str| score[name].as_f64().filter(|share| (0.0..=1.0).contains(share));
    let fields = score.as_object().map_or(0, serde_json::Map::len);
    let (Some(lo), Some(hi), Some(_)) = (share("lo"), share("hi"), share("coverage")) else {
        return false;
    };
    lo <= hi && fields == 3
}

#[tokio::test]
async fn before_the_first_round_nothing_is_known_and_nothing_is_green() {
    let bench = Bench::empty().await;
    let scores = bench.json("/api/v1/scores").await;
    assert_eq!(scores["as_of"], Value::Null);
    assert_eq!(scores["overall"], Value::Null);
    assert_eq!(scores["standing"], "unknown");
    assert_eq!(scores["categories"].as_array().unwrap().len(), 6);
    for safeguard in scores["safeguards"].as_array().unwrap() {
        assert_ne!(safeguard["met"], true, "{safeguard}");
    }
    let findings = bench.json("/api/v1/findings").await;
    assert_eq!(findings, json!({ "items": [], "next": null }));
    let ready = bench.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert_eq!(ready.json(), json!({ "ready": true, "database": "ok", "judged": false }));
    let collection = bench.json("/api/v1/collection").await;
    let scopes = collection["scopes"].as_array().unwrap();
    assert_eq!(scopes.len(), 10);
    assert!(scopes.iter().all(|scope| scope["state"] == "never"));
}

#[tokio::test]
async fn scores_are_collected_from_the_simulated_aws() {
    let bench = Bench::collected().await;
    let scores = bench.json("/api/v1/scores").await;
    assert_eq!(scores["as_of"], "2026-11-23T15:00:00.000Z", "{NOW}");
    assert_eq!(scores["catalogue_version"], domain::catalogue::VERSION);
    assert_eq!(scores["goal"], 0.9);
    assert!(is_score(&scores["overall"]), "{}", scores["overall"]);
    let lo = scores["overall"]["lo"].as_f64().unwrap();
    assert!(lo > 0.05 && lo < 0.95, "good and bad are mixed: {lo}");
    for category in scores["categories"].as_array().unwrap() {
        assert!(is_score(&category["score"]), "{category}");
        assert!(category["evaluations"]["pass"].as_u64().unwrap() > 0, "{category}");
    }
    let safeguards = scores["safeguards"].as_array().unwrap();
    let technical: Vec<&Value> =
        safeguards.iter().filter(|one| one["class"] == "technical").collect();
    assert!(technical.len() >= 10);
    for safeguard in safeguards {
        assert!(safeguard["section"].as_str().unwrap().starts_with("164."));
        assert!(safeguard["title"].is_string() && safeguard["class"].is_string());
        let requirement = &safeguard["requirement"];
        assert!(requirement.is_null() || requirement == "required" || requirement == "addressable");
        assert!(safeguard["score"].is_null() || is_score(&safeguard["score"]), "{safeguard}");
        let states = safeguard["evaluations"].as_object().unwrap();
        assert_eq!(states.len(), 7, "{safeguard}");
        let unknown = ["not-evaluated", "stale", "error", "fail"];
        if unknown.iter().any(|state| states[*state] != 0) {
            assert_eq!(safeguard["met"], false, "{safeguard}");
        }
    }
    let ready = bench.json("/readyz").await;
    assert_eq!(ready["judged"], true);
}

#[tokio::test]
async fn findings_are_filtered_and_paged_without_gaps_or_doubles() {
    let bench = Bench::collected().await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/findings?state=open&severity=critical,high&limit=7".to_owned();
    for _ in 0..500 {
        let page = bench.json(&path).await;
        for item in page["items"].as_array().unwrap() {
            assert_eq!(item["state"], "open");
            assert!(item["severity"] == "critical" || item["severity"] == "high", "{item}");
            assert!(domain::Timestamp::parse(item["updated_at"].as_str().unwrap()).is_some());
            seen.push(item["id"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!(
            "/api/v1/findings?state=open&severity=critical&severity=high&limit=7&cursor={next}"
        );
    }
    let total = seen.len();
    assert!(total > 20, "{total}");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), total);

    let detail = bench.json(&format!("/api/v1/findings/{}", seen[0])).await;
    assert_eq!(detail["finding"]["id"], seen[0].as_str());
    assert!(!detail["evidence"].as_array().unwrap().is_empty());

    let section = bench.json("/api/v1/findings?section=164.312(b)&limit=50").await;
    let controls = bench.json("/api/v1/controls?section=164.312(b)").await;
    let controls: Vec<&Value> =
        controls["items"].as_array().unwrap().iter().map(|row| &row["control"]["id"]).collect();
    let items = section["items"].as_array().unwrap();
    assert!(!items.is_empty());
    assert!(items.iter().all(|item| controls.contains(&&item["control"])));

    let account = simulated_account();
    let some = bench.json(&format!("/api/v1/findings?account={account}&region=us-east-1")).await;
    for item in some["items"].as_array().unwrap() {
        assert_eq!(item["account"], account);
        assert_eq!(item["region"], "us-east-1");
    }
}

#[tokio::test]
async fn every_account_that_is_told_can_be_asked_for() {
    let bench = Bench::collected().await;
    let path = "/api/v1/controls/attest-risk-analysis";
    let whole = bench.json(path).await;
    let account = whole["places"][0]["account"].as_str().unwrap();
    assert_eq!(account, "organisation");
    let one = bench.json(&format!("{path}?account={account}")).await;
    assert_eq!(one["items"], whole["items"]);
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    let controls = bench.json(&format!("/api/v1/controls?account={account}")).await;
    let counted = |row: &&Value| row["evaluations"]["not-evaluated"] == 1;
    assert!(controls["items"].as_array().unwrap().iter().filter(counted).count() > 20);
    for list in ["/api/v1/findings", "/api/v1/drift"] {
        let items = bench.json(&format!("{list}?account={account}")).await;
        assert!(items["items"].is_array(), "{list}");
    }
}

fn simulated_account() -> &'static str {
    awsim::organisation()[1].id
}

#[tokio::test]
async fn a_wrong_parameter_is_named_with_what_is_allowed() {
    let bench = Bench::empty().await;
    for (path, parameter, allowed) in [
        ("/api/v1/findings?state=bad", "state", "open, suppressed"),
        ("/api/v1/findings?state=open,bad", "state", "open, suppressed"),
        ("/api/v1/findings?severity=urgent", "severity", "critical, high"),
        ("/api/v1/findings?source=macie", "source", "securityhub, config, guardduty, backup"),
        ("/api/v1/findings?account=12", "account", "twelve digits, or organisation"),
        ("/api/v1/findings?account=Organisation", "account", "twelve digits, or organisation"),
        ("/api/v1/findings?region=US%20East", "region", "region code"),
        ("/api/v1/findings?section=164.999", "section", "45 CFR"),
        ("/api/v1/findings?control=none", "control", "/api/v1/controls"),
        ("/api/v1/findings?limit=0", "limit", "from 1 to 200"),
        ("/api/v1/findings?limit=201", "limit", "from 1 to 200"),
        ("/api/v1/findings?limit=1&limit=2", "limit", "one value"),
        ("/api/v1/findings?cursor=nonsense", "cursor", "next"),
        ("/api/v1/findings?colour=red", "colour", "state, severity"),
        ("/api/v1/scores?x=1", "x", "no parameters"),
        ("/api/v1/controls?category=nice", "category", "encryption"),
        ("/api/v1/controls/s3-public-access-blocked?state=green", "state", "pass"),
        ("/api/v1/drift?kind=bad", "kind", "regressed"),
        ("/api/v1/drift?since=yesterday", "since", "RFC 3339"),
        ("/api/v1/collection?x=1", "x", "no parameters"),
        ("/api/v1/vendors?state=bad", "state", "uncovered, expired"),
        ("/api/v1/systems?state=bad", "state", "critical"),
        ("/api/v1/drills?x=1", "x", "state"),
        ("/api/v1/findings/%ff", "id", "hexadecimal"),
        ("/api/v1/controls/%ff", "id", "/api/v1/controls"),
        ("/api/v1/collection/runs/%ff", "id", "number of a round"),
    ] {
        let problem = problem(&bench.get(path).await, StatusCode::BAD_REQUEST);
        assert_eq!(problem["parameter"], parameter, "{path}: {problem}");
        assert!(problem["allowed"].as_str().unwrap().contains(allowed), "{path}: {problem}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_document() {
    let bench = Bench::empty().await;
    for path in [
        "/api",
        "/api/v1",
        "/api/v2/scores",
        "/api/v1/findings/0123",
        "/api/v1/controls/none",
        "/api/v1/collection/runs/99",
        "/api/v1/collection/runs/x",
    ] {
        problem(&bench.get(path).await, StatusCode::NOT_FOUND);
    }
    for (method, path, allow) in [
        ("POST", "/api/v1/scores", "GET"),
        ("DELETE", "/api/v1/findings", "GET"),
        ("GET", "/api/v1/collection/run", "POST"),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let answer = bench.send(request).await;
        problem(&answer, StatusCode::METHOD_NOT_ALLOWED);
        assert!(answer.header("allow").contains(allow), "{path}: {}", answer.header("allow"));
    }
}

#[tokio::test]
async fn a_round_is_asked_for_and_found_at_its_address() {
    let bench = Bench::empty().await;
    let cookie = bench.cookie(domain::Role::Engineer).await;
    let rounds = std::sync::Arc::clone(&bench.rounds);
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let Bench { router, wakes, sim: _sim, .. } = bench;
    let task = tokio::spawn(server::schedule::run(std::sync::Arc::clone(&rounds), wakes, stopping));
    let post = || {
        let request = Request::post("/api/v1/collection/run").header("cookie", &cookie);
        tower::ServiceExt::oneshot(router.clone(), request.body(Body::empty()).unwrap())
    };
    // The first round begins by itself, because nothing was ever visited.
    let first = post().await.unwrap();
    assert_eq!(first.status(), StatusCode::ACCEPTED);
    let location = first.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.starts_with("/api/v1/collection/runs/"), "{location}");
    let again = post().await.unwrap();
    assert_eq!(again.status(), StatusCode::ACCEPTED);
    let mut progress = rounds.progress.subscribe();
    let done = progress.wait_for(|now| !now.running && now.last_finished.is_some());
    tokio::time::timeout(std::time::Duration::from_mins(2), done).await.unwrap().unwrap();
    let request = Request::get(&location).header("cookie", &cookie).body(Body::empty()).unwrap();
    let run = tower::ServiceExt::oneshot(router.clone(), request).await.unwrap();
    assert_eq!(run.status(), StatusCode::OK);
    stop.send(true).unwrap();
    task.await.unwrap();
}

#[tokio::test]
async fn the_description_lists_every_route_and_what_it_really_answers() {
    let bench = Bench::collected().await;
    let document = bench.json("/api/v1/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    let listed: Vec<&str> = paths.keys().map(String::as_str).collect();
    let expected = [
        "/api/v1/alerts",
        "/api/v1/collection",
        "/api/v1/collection/run",
        "/api/v1/collection/runs/{id}",
        "/api/v1/controls",
        "/api/v1/controls/{id}",
        "/api/v1/drift",
        "/api/v1/drills",
        "/api/v1/findings",
        "/api/v1/findings/{id}",
        "/api/v1/gate",
        "/api/v1/incidents",
        "/api/v1/incidents/{id}",
        "/api/v1/incidents/{id}/acknowledge",
        "/api/v1/incidents/{id}/assign",
        "/api/v1/incidents/{id}/escalate",
        "/api/v1/incidents/{id}/note",
        "/api/v1/incidents/{id}/reopen",
        "/api/v1/incidents/{id}/resolve",
        "/api/v1/incidents/{id}/snooze",
        "/api/v1/notifications",
        "/api/v1/notifications/test",
        "/api/v1/notifications/{id}/again",
        "/api/v1/openapi.json",
        "/api/v1/openslo",
        "/api/v1/runbook-runs",
        "/api/v1/runbook-runs/{id}",
        "/api/v1/runbooks",
        "/api/v1/runbooks/{id}",
        "/api/v1/scores",
        "/api/v1/slis",
        "/api/v1/slis/{id}",
        "/api/v1/suppressions",
        "/api/v1/suppressions/{id}",
        "/api/v1/suppressions/{id}/approve",
        "/api/v1/suppressions/{id}/emergency",
        "/api/v1/suppressions/{id}/hand-in",
        "/api/v1/suppressions/{id}/note",
        "/api/v1/suppressions/{id}/ratify",
        "/api/v1/suppressions/{id}/reject",
        "/api/v1/suppressions/{id}/revoke",
        "/api/v1/systems",
        "/api/v1/vendors",
        "/ingest/eventbridge",
    ];
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    let findings = bench.json("/api/v1/findings?limit=1").await;
    let finding = findings["items"][0]["id"].as_str().unwrap().to_owned();
    crate::suppressions::one_of_everything(&bench).await;
    for event in bench.sim.attack() {
        let request = Request::post("/ingest/eventbridge").body(Body::from(event.to_string()));
        assert_eq!(bench.send(request.unwrap()).await.status, StatusCode::OK);
    }
    for path in listed.into_iter().filter(|path| paths[*path]["get"].is_object()) {
        let address = match path {
            "/api/v1/findings/{id}" => format!("/api/v1/findings/{finding}"),
            "/api/v1/controls/{id}" => "/api/v1/controls/s3-public-access-blocked".to_owned(),
            "/api/v1/collection/runs/{id}" => "/api/v1/collection/runs/1".to_owned(),
            "/api/v1/incidents/{id}" => "/api/v1/incidents/1".to_owned(),
            "/api/v1/suppressions/{id}" => "/api/v1/suppressions/1".to_owned(),
            "/api/v1/slis/{id}" => "/api/v1/slis/m1".to_owned(),
            "/api/v1/runbooks/{id}" => "/api/v1/runbooks/lost-device".to_owned(),
            // The demonstration has one that was sealed.
            "/api/v1/runbook-runs/{id}" => "/api/v1/runbook-runs/2".to_owned(),
            "/api/v1/gate" => {
                let account = &bench.rounds.organisation.accounts[0].id;
                format!("/api/v1/gate?account={account}")
            }
            // YAML, which has no schema here.
            "/api/v1/openslo" => continue,
            path => path.to_owned(),
        };
        let answer = bench.json(&address).await;
        let schema =
            &paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{path} is described: {}", paths[path]);
        if path != "/api/v1/openapi.json" {
            matches(&document, schema, &answer, path);
        }
    }
}

/// Whether an answer has the described shape: every property, no other, of the right type.
fn matches(document: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let schema = document.pointer(name.trim_start_matches('#')).expect(name);
        return matches(document, schema, value, place);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        if value.is_null() {
            assert!(choices.iter().any(|choice| choice["type"] == "null"), "{place} is null");
            return;
        }
        let choice = choices.iter().find(|choice| choice["type"] != "null").expect(place);
        return matches(document, choice, value, place);
    }
    let is = |kind: &str| {
        schema["type"] == kind
            || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
    };
    match value {
        Value::Null => assert!(is("null"), "{place} is null"),
        Value::Bool(_) => assert!(is("boolean"), "{place}: {schema}"),
        Value::Number(_) => assert!(is("integer") || is("number"), "{place}: {schema}"),
        Value::String(text) => {
            assert!(is("string"), "{place}: {schema}");
            if schema["format"] == "date-time" {
                assert!(domain::Timestamp::parse(text).is_some(), "{place}: {text}");
            }
        }
        Value::Array(items) => {
            assert!(is("array"), "{place}: {schema}");
            for item in items {
                matches(document, &schema["items"], item, &format!("{place}[]"));
            }
        }
        Value::Object(fields) => {
            assert!(is("object"), "{place}: {schema}");
            if let Some(properties) = schema["properties"].as_object() {
                for (name, value) in fields {
                    let place = format!("{place}.{name}");
                    let schema = properties.get(name).unwrap_or_else(|| panic!("{place} unknown"));
                    matches(document, schema, value, &place);
                }
                for name in properties.keys() {
                    assert!(fields.contains_key(name), "{place}.{name} is missing");
                }
            } else if schema["additionalProperties"].is_object() {
                for (name, value) in fields {
                    let place = format!("{place}.{name}");
                    matches(document, &schema["additionalProperties"], value, &place);
                }
            }
        }
    }
}

#[tokio::test]
async fn the_scrape_has_ages_scores_and_requests() {
    let bench = Bench::collected().await;
    bench.later(60_000);
    bench.json("/api/v1/scores").await;
    let answer = bench.get("/metrics").await;
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    let text = answer.text();
    assert!(text.ends_with("# EOF\n"));
    let line = |start: &str| {
        text.lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("{start}\n{text}"))
    };
    assert!(line("wardround_rounds_total").ends_with(" 1"));
    assert!(line("wardround_scope_age_seconds{source=\"config\"").ends_with(" 60.0"));
    line("wardround_scope_items{");
    line("wardround_score_lo{scope=\"overall\"}");
    assert!(line("wardround_oncall_incidents{lane=\"page\"}").ends_with(" 0"));
    assert!(line("wardround_alerts_without_a_key ").ends_with(" 0"));
    assert!(line("wardround_alerts_with_an_unread_severity ").ends_with(" 0"));
    line("wardround_score_coverage{scope=\"category:encryption\"}");
    line("wardround_http_requests_total{route=\"/api/v1/scores\",status=\"2xx\"}");
    line("wardround_http_request_duration_seconds_bucket{");
}
