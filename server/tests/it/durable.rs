//! What was answered is in the log, also after kill -9.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::Clock as _;

use crate::binary::{Server, demo, output, sim, wardround};

/// Finding ids that nobody has: the view is logged before the page says so.
fn id(round: u32, client: u32, number: u32) -> String {
    format!("{round:08x}{client:08x}{number:016x}")
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_entry_is_lost_when_the_server_is_killed() {
    let sim = sim(Duration::ZERO).await;
    let folder = tempfile::tempdir().unwrap();
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    for round in 0..6 {
        let server = Server::start(&mut demo(&sim, folder.path()), folder.path());
        let clients: Vec<_> = (0..16)
            .map(|client| {
                let (http, address) = (server.client.clone(), server.address.clone());
                let acknowledged = Arc::clone(&acknowledged);
                tokio::spawn(async move {
                    for number in 0.. {
                        let id = id(round, client, number);
                        let path = format!("{address}/api/v1/findings/{id}");
                        let Ok(answer) = http.get(path).send().await else { return };
                        assert_eq!(answer.status(), 404);
                        acknowledged.lock().unwrap().insert(id);
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(300 + u64::from(round) * 137)).await;
        server.signal("-KILL");
        for client in clients {
            client.await.unwrap();
        }
    }
    let expected = acknowledged.lock().unwrap().clone();
    assert!(expected.len() > 200, "{}", expected.len());
    let run = |arguments: &[&str]| {
        let mut command = wardround();
        output(command.current_dir(folder.path()).args(arguments))
    };
    let (code, _, error) = run(&["audit", "export", "--data", ".", "--out", "proof"]);
    assert_eq!(code, 0, "{error}");
    let (code, out, _) = run(&["audit", "verify", "proof"]);
    assert_eq!(code, 0, "{out}");
    let mut text = String::new();
    for entry in std::fs::read_dir(folder.path().join("proof")).unwrap() {
        text.push_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default());
    }
    let found: BTreeSet<String> = text
        .split("finding:")
        .skip(1)
        .filter_map(|rest| rest.get(..32))
        .map(str::to_owned)
        .collect();
    let lost: Vec<&String> = expected.difference(&found).collect();
    assert!(lost.is_empty(), "{} of {} are lost: {lost:?}", lost.len(), expected.len());
    sim.stop().await;
}

/// What GuardDuty says of one identity at an instant; each number is another finding of the same
/// incident.
fn event(at: &str, number: u64) -> serde_json::Value {
    serde_json::json!({
        "version": "0", "detail-type": "GuardDuty Finding", "source": "aws.guardduty",
        "account": "700100200302", "region": "us-east-1", "time": at, "resources": [],
        "id": format!("event-{number}"),
        "detail": {
            "id": format!("{number:032x}"), "accountId": "700100200302", "region": "us-east-1",
            "arn": format!("arn:aws:guardduty:us-east-1:700100200302:detector/d/finding/{number:032x}"),
            "type": "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
            "severity": 8.0, "title": "Used from outside", "description": "Used from outside.",
            "createdAt": at, "updatedAt": at, "partition": "aws", "schemaVersion": "2.0",
            "resource": {"resourceType": "AccessKey", "accessKeyDetails": {
                "accessKeyId": "AKIAEXAMPLEEXAMPLE00", "principalId": "AIDAEXAMPLEEXAMPLE",
                "userName": "killed-again", "userType": "IAMUser",
            }},
            "service": {
                "serviceName": "guardduty", "detectorId": "d", "archived": false, "count": 1,
                "eventFirstSeen": at, "eventLastSeen": at, "resourceRole": "ACTOR",
                "action": {"actionType": "AWS_API_CALL"}, "additionalInfo": {},
            },
        },
    })
}

/// Sends it; `None` where the server is gone before it has answered.
async fn send(
    client: &reqwest::Client,
    address: &str,
    at: &str,
    number: u64,
) -> Option<serde_json::Value> {
    let path = format!("{address}/ingest/eventbridge");
    let answer = client.post(path).json(&event(at, number)).send().await.ok()?;
    assert_eq!(answer.status(), 200);
    answer.json().await.ok()
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_kills_leave_one_open_incident_and_no_event_behind() {
    let sim = sim(Duration::ZERO).await;
    let folder = tempfile::tempdir().unwrap();
    let sent = Arc::new(Mutex::new(BTreeSet::new()));
    let at = server::clock::SystemClock.now().rfc3339();
    for round in 0..20_u64 {
        let server = Server::start(&mut demo(&sim, folder.path()), folder.path());
        let (client, address, at) = (server.client.clone(), server.address.clone(), at.clone());
        let acknowledged = Arc::clone(&sent);
        let sender = tokio::spawn(async move {
            for number in round * 1_000.. {
                if send(&client, &address, &at, number).await.is_none() {
                    return;
                }
                acknowledged.lock().unwrap().insert(number);
            }
        });
        tokio::time::sleep(Duration::from_millis(150 + round * 37)).await;
        server.signal("-KILL");
        sender.await.unwrap();
    }
    let sent = sent.lock().unwrap().clone();
    assert!(sent.len() > 20, "{} events in twenty lives", sent.len());
    let server = Server::start(&mut demo(&sim, folder.path()), folder.path());
    for number in &sent {
        let answer = send(&server.client, &server.address, &at, *number).await.unwrap();
        assert_eq!((&answer["repeated"], &answer["taken"]), (&1.into(), &0.into()), "{number}");
    }
    // A round of the simulated organisation does not have these findings, so they may be over: what
    // counts is that there is one incident, not in which lane it stands.
    let mut ours = Vec::new();
    for lane in ["page", "over"] {
        let page = server.json(&format!("/api/v1/incidents?lane={lane}&limit=200")).await;
        for one in page["items"].as_array().unwrap() {
            let detail = server.json(&format!("/api/v1/incidents/{}", one["id"])).await;
            if detail.to_string().contains("killed-again") {
                ours.push(one.clone());
            }
        }
    }
    assert_eq!(ours.len(), 1, "one incident of one key: {ours:?}");
    let id = &ours[0]["id"];
    let told = server.json(&format!("/api/v1/notifications?incident={id}&limit=200")).await;
    let first: Vec<_> =
        told["items"].as_array().unwrap().iter().filter(|it| it["reason"] == "first").collect();
    assert_eq!(first.len(), 1, "decided once: {first:?}");
    sim.stop().await;
}
