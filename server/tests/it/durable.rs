//! What was answered is in the log, also after kill -9.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

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
