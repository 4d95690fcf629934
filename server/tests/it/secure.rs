//! The way in over a network, and the witnesses outside.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;

use crate::binary::{configuration, output, wardround};

/// A certificate for localhost and its key, written as two files.
fn certificate(folder: &Path) -> Vec<u8> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let pem = made.cert.pem();
    std::fs::write(folder.join("tls.key"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(folder.join("tls.crt"), &pem).unwrap();
    pem.into_bytes()
}

struct Running {
    child: Child,
    port: u16,
    scheme: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(folder: &Path, more: &str) -> Command {
    configuration(folder, "\"us-east-1\"");
    let file = folder.join("wardround.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}\n{more}\n")).unwrap();
    let mut command = wardround();
    // Nobody answers there: what is collected does not matter here.
    command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").env("AWS_ACCESS_KEY_ID", "none");
    command.env("AWS_SECRET_ACCESS_KEY", "none").env("AWS_REGION", "us-east-1");
    command.current_dir(folder).args(["serve", "--listen", "127.0.0.1:0"]);
    command
}

fn start(folder: &Path, more: &str) -> Running {
    let mut command = serve(folder, more);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (scheme, rest) = line
        .trim()
        .strip_prefix("listening on ")
        .and_then(|address| address.split_once("://"))
        .unwrap_or_else(|| panic!("{line:?}"));
    let port = rest.rsplit_once(':').unwrap().1.parse().unwrap();
    Running { scheme: scheme.to_owned(), child, port }
}

fn client(trusted: &[u8]) -> reqwest::Client {
    server::tls::choose_provider();
    let certificate = reqwest::Certificate::from_pem(trusted).unwrap();
    let builder = reqwest::Client::builder().tls_certs_only([certificate]);
    builder.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

const TLS: &str = "[server]\naddress = \"https://localhost\"\ntls_certificate = \"tls.crt\"\n\
                   tls_key = \"tls.key\"";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_tls_and_with_a_renewed_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let first = certificate(folder.path());
    let running = start(folder.path(), TLS);
    assert_eq!(running.scheme, "https");
    let address = format!("https://localhost:{}/healthz", running.port);
    let answer = client(&first).get(&address).send().await.unwrap();
    assert!(answer.status().is_success());
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=63072000");
    let plain = format!("http://localhost:{}/healthz", running.port);
    assert!(client(&first).get(&plain).send().await.is_err(), "nothing in the clear");
    // Half written, it changes nothing.
    std::fs::write(folder.path().join("tls.crt"), "-----BEGIN CERTIFICATE-----\nhalf").unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(client(&first).get(&address).send().await.is_ok(), "the old one stays");
    let second = certificate(folder.path());
    let mut renewed = false;
    for _ in 0..100 {
        // A new client each time: a kept connection keeps its certificate.
        if client(&second).get(&address).send().await.is_ok() {
            renewed = true;
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(renewed, "the renewed certificate is not taken up");
    assert!(client(&first).get(&address).send().await.is_err(), "and the old one is gone");
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    std::fs::write(folder.path().join("tls.key"), "no key").unwrap();
    let (code, out, error) = output(&mut serve(folder.path(), TLS));
    assert_eq!(code, 1);
    assert!(out.is_empty(), "{out}");
    assert!(error.contains("tls.crt") && error.contains("tls.key"), "{error}");
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_named_proxy_is_believed_and_others_are_not_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let more = "[server]\naddress = \"https://wardround.example.org\"\nproxies = [\"127.0.0.1\"]";
    let running = start(folder.path(), more);
    server::tls::choose_provider();
    let client = reqwest::Client::new();
    let ask_at = |host: &'static str, headers: &[(&'static str, &'static str)]| {
        let address = format!("http://127.0.0.1:{}/api/v1/scores", running.port);
        let mut request = client.get(address).header("host", host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send()
    };
    let ask = |headers: &[_]| ask_at("wardround.example.org", headers);
    let answer = ask(&[("x-forwarded-for", "203.0.113.5"), ("x-forwarded-proto", "https")]);
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 401);
    assert!(answer.headers().contains_key("strict-transport-security"));
    assert_eq!(ask(&[("x-forwarded-proto", "http")]).await.unwrap().status(), 400);
    assert_eq!(ask(&[("x-forwarded-for", "someone")]).await.unwrap().status(), 400);
    assert_eq!(ask_at("evil.example", &[]).await.unwrap().status(), 421);
    // The log names who was behind the proxy.
    let export = folder.path().join("proof");
    let mut command = wardround();
    command.current_dir(folder.path()).args(["audit", "export", "--out"]).arg(&export);
    let (code, _, error) = output(&mut command);
    assert_eq!(code, 0, "{error}");
    let mut text = String::new();
    for entry in std::fs::read_dir(&export).unwrap() {
        text.push_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default());
    }
    assert!(text.contains("203.0.113.5"), "{text}");
}

#[test]
fn one_server_for_each_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let _running = start(folder.path(), "");
    let (code, _, error) = output(&mut serve(folder.path(), ""));
    assert_eq!(code, 1);
    assert!(error.contains("another wardround serves"), "{error}");
    let mut restore = wardround();
    restore.current_dir(folder.path()).args(["restore", "x.age", "--identity", "key.txt"]);
    let mut key = wardround();
    key.current_dir(folder.path()).args(["backup", "key", "--out", "key.txt"]);
    assert_eq!(output(&mut key).0, 0);
    let (code, _, error) = output(&mut restore);
    assert_eq!(code, 1);
    assert!(error.contains("stop it before you restore"), "{error}");
}

/// A witness that keeps what is posted to it.
async fn witness() -> (u16, Arc<Mutex<Vec<Value>>>) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keeping = Arc::clone(&kept);
    let keep = move |Json(one): Json<Value>| {
        keeping.lock().unwrap().push(one);
        async { "kept" }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        axum::serve(listener, Router::new().route("/hook", post(keep))).await.unwrap();
    });
    (port, kept)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checkpoints_reach_their_witnesses_and_copies_are_made_by_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let (port, posted) = witness().await;
    let mut key = wardround();
    key.current_dir(folder.path()).args(["backup", "key", "--out", "key.txt"]);
    let public = output(&mut key).1.trim().to_owned();
    let more = format!(
        "[audit]\nanchors = [\"file:anchors.ndjson\", \"http://127.0.0.1:{port}/hook\", \
         \"http://127.0.0.1:9/nobody\"]\n[backup]\nrecipient = \"{public}\""
    );
    let running = start(folder.path(), &more);
    let file = folder.path().join("anchors.ndjson");
    let copies = folder.path().join("data/backups");
    for _ in 0..300 {
        let copied = std::fs::read_dir(&copies).is_ok_and(|mut it| {
            it.any(|it| it.unwrap().file_name().to_string_lossy().ends_with(".age"))
        });
        if copied && file.exists() && !posted.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let line = std::fs::read_to_string(&file).unwrap();
    let line: Value = serde_json::from_str(line.lines().next().unwrap()).unwrap();
    assert_eq!(posted.lock().unwrap().first(), Some(&line), "both have the same");
    drop(running);
    // Whoever keeps the anchors can prove an export with them.
    let run = |arguments: &[&str]| {
        let mut command = wardround();
        output(command.current_dir(folder.path()).args(arguments))
    };
    assert_eq!(run(&["audit", "export", "--out", "proof"]).0, 0);
    let (code, out, _) = run(&["audit", "verify", "proof", "--anchors", "anchors.ndjson"]);
    assert_eq!(code, 0, "{out}");
    // Another installation's log is not the one that was witnessed.
    assert_eq!(run(&["user", "--data", "other", "add", "somebody", "--role", "engineer"]).0, 0);
    assert_eq!(run(&["audit", "export", "--data", "other", "--out", "forged"]).0, 0);
    assert_eq!(run(&["audit", "verify", "forged"]).0, 0, "by itself it is consistent");
    let (code, out, _) = run(&["audit", "verify", "forged", "--anchors", "anchors.ndjson"]);
    assert_eq!(code, 1, "{out}");
    let copy = std::fs::read_dir(&copies).unwrap().next().unwrap().unwrap().path();
    let copy = copy.to_string_lossy().into_owned();
    let restore = ["restore", &copy, "--identity", "key.txt", "--data", "elsewhere"];
    let (code, _, error) = run(&restore);
    assert_eq!(code, 0, "{error}");
}
