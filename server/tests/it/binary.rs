//! The executable as an operator starts it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use awsim::{FaultScript, Options, Sim};
use domain::Clock as _;
use serde_json::Value;

pub fn wardround() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wardround"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("WARDROUND_") || name.starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

pub fn output(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

/// A started server that does not outlive its test.
pub struct Server {
    pub child: Child,
    pub address: String,
    pub client: reqwest::Client,
}

/// Adds an engineer with a token that may do all that tokens may.
pub fn token(data: &Path) -> String {
    let user = |arguments: &[&str]| {
        let mut command = wardround();
        command.arg("user").arg("--data").arg(data).args(arguments);
        output(&mut command)
    };
    let added = user(&["add", "tester", "--role", "engineer"]);
    assert!(added.0 == 0 || added.2.contains("exists already"), "{}", added.2);
    let mut make = vec!["token", "tester", "--for", "tests"];
    for scope in [
        "read-scores",
        "read-findings",
        "read-collection",
        "start-round",
        "read-alerts",
        "send-events",
    ] {
        make.extend(["--scope", scope]);
    }
    let (code, out, error) = user(&make);
    assert_eq!(code, 0, "{error}");
    out.trim().to_owned()
}

impl Server {
    /// Starts a server over a data folder, with a token for it.
    pub fn start(command: &mut Command, data: &Path) -> Self {
        let mut headers = reqwest::header::HeaderMap::new();
        let bearer = format!("Bearer {}", token(data));
        headers.insert("authorization", bearer.parse().unwrap());
        server::tls::choose_provider();
        let client = reqwest::Client::builder().default_headers(headers).build().unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("{line:?}"))
            .to_owned();
        Self { child, address, client }
    }

    pub async fn json(&self, path: &str) -> Value {
        let address = format!("{}{path}", self.address);
        let answer = self.client.get(address).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// Waits until the progress of the collection is as wished.
    async fn until(&self, wished: impl Fn(&Value) -> bool) {
        for _ in 0..2_400 {
            if wished(&self.json("/api/v1/collection").await["progress"]) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the collection does not get there");
    }

    /// Waits until a round has read so many places and goes on, or is over. Hears of each step at
    /// once, where asking again and again would see only what lasts.
    async fn hear(&self, round: i64, places: u64) {
        let address = format!("{}/events", self.address);
        let mut events = self.client.get(address).send().await.unwrap();
        let mut unread = String::new();
        while let Some(chunk) = events.chunk().await.unwrap() {
            unread.push_str(std::str::from_utf8(&chunk).unwrap());
            while let Some((line, rest)) = unread.split_once('\n') {
                if let Some(data) = line.strip_prefix("data: ") {
                    let now: Value = serde_json::from_str(data).unwrap();
                    let far = now["running"] == true && now["done"].as_u64() >= Some(places);
                    if far || now["last_finished"].as_i64() >= Some(round) {
                        return;
                    }
                }
                unread = rest.to_owned();
            }
        }
        panic!("the stream ends with the server, which still runs");
    }

    /// Whether a round of an earlier process was broken off.
    async fn was_interrupted(&self, round: i64) -> bool {
        self.json(&format!("/api/v1/collection/runs/{round}")).await["state"] == "interrupted"
    }

    /// Asks for a round over everything.
    async fn ask(&self) -> Value {
        let address = format!("{}/api/v1/collection/run", self.address);
        let answer = self.client.post(address).send().await.unwrap();
        assert_eq!(answer.status(), reqwest::StatusCode::ACCEPTED);
        answer.json().await.unwrap()
    }

    /// The number of the round that was asked for. The answer has none when it took long to begin.
    async fn number(&self, asked: &Value) -> i64 {
        if let Some(run) = asked["run"].as_i64() {
            return run;
        }
        self.until(|progress| progress["running"] == true).await;
        self.json("/api/v1/collection").await["latest"]["id"].as_i64().unwrap()
    }

    /// Waits until nothing has been under way for a second.
    async fn rest(&self) {
        let mut quiet = 0;
        while quiet < 10 {
            let collection = self.json("/api/v1/collection").await;
            quiet = if collection["progress"]["running"] == false { quiet + 1 } else { 0 };
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    #[cfg(unix)]
    pub fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The simulation stands still at the time at which the test begins.
pub async fn sim(latency: Duration) -> Sim {
    let now = server::clock::SystemClock.now();
    let options = Options { now_ms: Some(now.0), latency, ..Options::default() };
    Sim::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.unwrap()
}

pub fn demo(sim: &Sim, data: &Path) -> Command {
    let mut command = wardround();
    command
        .args(["demo", "--no-history", "--listen", "127.0.0.1:0", "--simulator"])
        .arg(format!("http://{}", sim.address()))
        .arg("--data")
        .arg(data);
    command
}

#[test]
fn nothing_is_served_in_the_clear_to_other_machines() {
    let (code, out, error) = output(wardround().args(["demo", "--listen", "0.0.0.0:3000"]));
    assert_eq!(code, 2, "{error}");
    assert!(out.is_empty());
    assert!(error.contains("may enter as anybody"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    configuration(folder.path(), "\"us-east-2\"");
    let mut command = wardround();
    command.current_dir(folder.path()).args(["serve", "--listen", "10.0.0.1:80"]);
    command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let (code, out, error) = output(&mut command);
    assert_eq!(code, 1, "{error}");
    assert!(out.is_empty());
    assert!(error.contains("in the clear"), "{error}");
}

#[test]
fn serving_without_a_configuration_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, error) = output(wardround().current_dir(folder.path()).arg("serve"));
    assert_eq!(code, 2);
    assert!(error.contains("wardround config example > wardround.toml"), "{error}");
}

#[test]
fn policies_and_completions_are_printed() {
    let (code, out, _) = output(wardround().arg("iam-policy"));
    assert_eq!(code, 0);
    let policy: Value = serde_json::from_str(&out).unwrap();
    let actions = policy["Statement"].to_string();
    assert!(actions.contains("securityhub:GetFindings"), "{actions}");
    for writing in ["Put", "Create", "Delete", "Update", "Start", "*:*"] {
        assert!(!actions.contains(&format!(":{writing}")), "{actions}");
    }
    let trust = [
        "iam-policy",
        "--trust",
        "--external-id",
        "abc-123",
        "--principal",
        "arn:aws:iam::123456789012:role/wardround",
    ];
    let folder = tempfile::tempdir().unwrap();
    let (code, out, _) = output(wardround().current_dir(folder.path()).args(trust));
    assert_eq!(code, 0);
    let policy: Value = serde_json::from_str(&out).unwrap();
    let condition = &policy["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"];
    assert_eq!(condition, "abc-123");
    for shell in ["bash", "zsh", "fish"] {
        let (code, out, _) = output(wardround().args(["completions", shell]));
        assert_eq!(code, 0);
        assert!(out.contains("iam-policy"), "{shell}");
    }
}

pub fn configuration(folder: &Path, regions: &str) {
    let account = &awsim::organisation()[0];
    let text = format!(
        "[organisation]\nname = \"Test\"\n[[account]]\nid = \"{}\"\nname = \"One\"\n\
         role_arn = \"{}\"\nexternal_id = \"{}\"\nregions = [{regions}]\nphi = true\n\
         [limits]\nunlimited = true\n",
        account.id, account.role_arn, account.external_id
    );
    std::fs::write(folder.join("wardround.toml"), text).unwrap();
}

/// The AWS SDK's own variables, as an operator would set them.
pub fn with_aws(command: &mut Command, sim: &Sim) {
    command
        .env("AWS_ENDPOINT_URL", format!("http://{}", sim.address()))
        .env("AWS_ACCESS_KEY_ID", awsim::ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", awsim::SECRET_ACCESS_KEY)
        .env("AWS_REGION", "us-east-1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_round_on_the_command_line_says_how_it_went() {
    let sim = sim(Duration::ZERO).await;
    let folder = tempfile::tempdir().unwrap();
    configuration(folder.path(), "\"us-east-2\"");
    let collect = |arguments: &[&str]| {
        let mut command = wardround();
        command.current_dir(folder.path()).args(["collect", "--once"]).args(arguments);
        with_aws(&mut command, &sim);
        output(&mut command)
    };
    let (code, out, error) = collect(&[]);
    assert_eq!(code, 0, "{out}\n{error}");
    assert!(out.contains("Security Hub") && out.contains("us-east-2"), "{out}");
    sim.set_faults(
        FaultScript::parse(
            r#"[{"service":"backup","operation":"ListBackupVaults","fault":"denied","times":100}]"#,
        )
        .unwrap(),
    );
    let (code, out, error) = collect(&["--json"]);
    assert_eq!(code, 1, "{out}\n{error}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert!(answer["run"]["id"].is_number());
    assert!(out.contains("backup:ListBackupVaults"), "{out}");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_names_what_is_missing() {
    let sim = sim(Duration::ZERO).await;
    let folder = tempfile::tempdir().unwrap();
    configuration(folder.path(), "\"us-east-2\"");
    let doctor = || {
        let mut command = wardround();
        command.current_dir(folder.path()).arg("doctor");
        with_aws(&mut command, &sim);
        output(&mut command)
    };
    let (code, out, error) = doctor();
    assert_eq!(code, 0, "{out}\n{error}");
    assert!(out.contains("0 failed"), "{out}");
    sim.set_faults(
        FaultScript::parse(
            r#"[{"service":"config","operation":"DescribeConfigRules","fault":"denied","times":9}]"#,
        )
        .unwrap(),
    );
    let (code, out, _) = doctor();
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("config:DescribeConfigRules"), "{out}");
    sim.stop().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demonstration_shows_a_score_streams_progress_and_stops_when_asked() {
    let sim = sim(Duration::ZERO).await;
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&mut demo(&sim, folder.path()), folder.path());
    let page = server.client.get(&server.address).send().await.unwrap();
    assert!(page.status().is_success(), "the page is there before the first round ends");
    let events = format!("{}/events", server.address);
    let events = server.client.get(events).send().await.unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    server.until(|progress| progress["last_finished"].is_number()).await;
    let scores = server.json("/api/v1/scores").await;
    assert!(scores["overall"]["lo"].as_f64().unwrap() > 0.0, "{}", scores["overall"]);
    let page = server.client.get(&server.address).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Meridian Valley Health"));
    server.signal("-TERM");
    let stream = tokio::time::timeout(Duration::from_secs(10), events.text()).await;
    let stream = stream.expect("the stream ends with the server").unwrap();
    assert!(stream.contains("event: progress"), "{stream}");
    assert!(stream.contains("\"phase\":\"collecting\""), "{stream}");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    sim.stop().await;
}

/// Every finding by id, with what it says.
async fn findings(server: &Server) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut path = "/api/v1/findings?limit=200".to_owned();
    loop {
        let page = server.json(&path).await;
        for item in page["items"].as_array().unwrap() {
            // Checks of our own are as old as the first judgement, which differs between runs.
            let own = item["product"] == domain::check::PRODUCT;
            let changed = if own { "" } else { item["updated_at"].as_str().unwrap() };
            let said = format!(
                "{} {} {} {} {} {changed}",
                item["check"],
                item["resource"]["key"],
                item["region"],
                item["state"],
                item["severity"]
            );
            let doubled = all.insert(item["id"].as_str().unwrap().to_owned(), said);
            assert!(doubled.is_none(), "{item} is there twice");
        }
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/findings?limit=200&cursor={next}"),
            None => return all,
        }
    }
}

/// The configured server, on a free port.
pub fn serve(sim: &Sim, folder: &Path) -> Server {
    configuration(folder, "\"us-east-1\", \"us-east-2\"");
    let mut command = wardround();
    command.current_dir(folder).args(["serve", "--listen", "127.0.0.1:0"]);
    with_aws(&mut command, sim);
    Server::start(&mut command, &folder.join("data"))
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_of_a_round_the_next_start_completes_the_picture() {
    let sim = sim(Duration::from_millis(10)).await;
    let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let expected = {
        let server = serve(&sim, whole.path());
        server.until(|progress| progress["last_finished"].is_number()).await;
        findings(&server).await
    };
    assert!(expected.len() > 1_000, "{}", expected.len());
    // A round may be over before the kill arrives; such a kill proves nothing and does not count.
    let mut interrupted = 0;
    let mut hit = None;
    for attempt in 0..12 {
        if attempt >= 4 && interrupted >= 3 {
            break;
        }
        let server = serve(&sim, broken.path());
        if let Some(round) = hit {
            interrupted += usize::from(server.was_interrupted(round).await);
        }
        let round = server.number(&server.ask().await).await;
        server.hear(round, [0, 1, 4, 6][attempt % 4]).await;
        server.signal("-KILL");
        hit = Some(round);
    }
    let server = serve(&sim, broken.path());
    interrupted += usize::from(server.was_interrupted(hit.unwrap()).await);
    assert!(interrupted > 0, "some round was hit in the middle");
    // What was visited before the last kill is not due yet; ask for everything.
    server.rest().await;
    let asked = server.ask().await;
    assert_eq!(asked["started"], true);
    let number = server.number(&asked).await;
    server
        .until(|now| now["running"] == false && now["last_finished"].as_i64() >= Some(number))
        .await;
    let found = findings(&server).await;
    let lost: Vec<_> = expected.iter().filter(|one| !found.contains_key(one.0)).collect();
    let added: Vec<_> = found.iter().filter(|one| !expected.contains_key(one.0)).collect();
    assert!(lost.is_empty() && added.is_empty(), "lost {lost:?}, added {added:?}");
    let changed: Vec<_> = found.iter().filter(|(id, said)| expected[*id] != **said).collect();
    assert!(changed.is_empty(), "changed {changed:?}");
    sim.stop().await;
}

#[test]
fn a_broken_pipe_is_no_reason_to_panic() {
    let mut child = wardround()
        .args(["config", "example"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut error = String::new();
    child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    child.wait().unwrap();
    assert!(!error.contains("panicked"), "{error}");
}
