//! A small client whose requests look signed.

use awsim::{FaultScript, Options, Sim, organisation};
use serde_json::{Value, json};

/// A Monday in November 2026, 10:00 UTC.
pub const NOW: i64 = 1_795_428_000_000;

pub struct Client {
    pub sim: Sim,
    http: reqwest::Client,
    tokens: [(String, String); 4],
}

pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect(&self.text)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

fn between<'a>(text: &'a str, tag: &str) -> &'a str {
    let start = text.find(&format!("<{tag}>")).expect(tag) + tag.len() + 2;
    let end = text[start..].find('<').expect("a closing tag") + start;
    &text[start..end]
}

/// A client over whatever TLS the rest of the workspace asked for; nothing here needs any.
pub fn http() -> reqwest::Client {
    // An error means that it was chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

impl Client {
    pub async fn start(options: Options) -> Client {
        let sim = Sim::start(([127, 0, 0, 1], 0).into(), options).await.expect("a free port");
        let http = http();
        let mut tokens = Vec::new();
        for account in organisation() {
            let body = format!(
                "Action=AssumeRole&Version=2011-06-15&RoleSessionName=test&RoleArn={}&ExternalId={}",
                account.role_arn, account.external_id
            );
            let authorization = authorization(awsim::ACCESS_KEY_ID, "us-east-1", "sts");
            let reply = http
                .post(format!("http://{}/", sim.address()))
                .header("authorization", authorization)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body)
                .send()
                .await
                .expect("an answer");
            let text = reply.text().await.expect("a text");
            tokens.push((
                between(&text, "AccessKeyId").to_owned(),
                between(&text, "SessionToken").to_owned(),
            ));
        }
        let tokens = tokens.try_into().expect("four accounts");
        Client { sim, http, tokens }
    }

    /// The natural organisation at a fixed time.
    pub async fn natural() -> Client {
        Client::start(Options { now_ms: Some(NOW), ..Options::default() }).await
    }

    pub async fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> reqwest::Result<Reply> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.http.request(method, format!("http://{}{path}", self.sim.address()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.body(body.to_owned()).send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(Reply { status, headers, text: answer.text().await? })
    }

    /// A request of `service` as an account (by position) in a region.
    pub async fn rest(
        &self,
        service: &str,
        (account, region): (usize, &str),
        method: &str,
        path: &str,
        body: &Value,
    ) -> reqwest::Result<Reply> {
        let (key, token) = &self.tokens[account];
        let authorization = authorization(key, region, service);
        let headers =
            [("authorization", authorization.as_str()), ("x-amz-security-token", token.as_str())];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.raw(method, path, &headers, &body).await
    }

    pub async fn config(&self, place: (usize, &str), operation: &str, body: &Value) -> Reply {
        let (key, token) = &self.tokens[place.0];
        let authorization = authorization(key, place.1, "config");
        let target = format!("StarlingDoveService.{operation}");
        let headers = [
            ("authorization", authorization.as_str()),
            ("x-amz-security-token", token.as_str()),
            ("x-amz-target", target.as_str()),
            ("content-type", "application/x-amz-json-1.1"),
        ];
        self.raw("POST", "/", &headers, &body.to_string()).await.expect("an answer")
    }

    pub async fn findings_page(&self, place: (usize, &str), body: &Value) -> Reply {
        self.rest("securityhub", place, "POST", "/findings", body).await.expect("an answer")
    }

    /// Every finding that matches, through all pages.
    pub async fn findings(&self, place: (usize, &str), body: &Value) -> Vec<Value> {
        let mut body = body.clone();
        let mut all = Vec::new();
        loop {
            let reply = self.findings_page(place, &body).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            let mut page = reply.json();
            all.append(page["Findings"].as_array_mut().expect("a list"));
            match page.get("NextToken") {
                Some(next) => body["NextToken"] = next.clone(),
                None => return all,
            }
        }
    }

    /// The rows of an inventory query, through all pages.
    pub async fn select(&self, place: (usize, &str), expression: &str) -> Vec<Value> {
        let mut body = json!({"Expression": expression, "Limit": 100});
        let mut rows = Vec::new();
        loop {
            let reply = self.config(place, "SelectResourceConfig", &body).await;
            assert_eq!(reply.status, 200, "{expression}: {}", reply.text);
            let page = reply.json();
            for row in page["Results"].as_array().expect("a list") {
                let text = row.as_str().expect("rows are JSON texts");
                rows.push(serde_json::from_str(text).expect(text));
            }
            match page.get("NextToken") {
                Some(next) => body["NextToken"] = next.clone(),
                None => return rows,
            }
        }
    }

    pub fn faults(&self, script: &Value) {
        self.sim.set_faults(FaultScript::parse(&script.to_string()).expect("a good script"));
    }
}

pub fn authorization(key: &str, region: &str, service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={key}/20261123/{region}/{service}/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature=00"
    )
}
