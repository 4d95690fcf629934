//! An HTTP client that notes when the first byte came and when the last.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use ureq::Agent;
use ureq::http::{HeaderMap, StatusCode};

/// Far above anything that is measured: a server that hangs ends the run, and is not waited for.
const PATIENCE: Duration = Duration::from_mins(2);

/// Whoever asks for a page is a person, and stays signed in.
pub const PAGE: &str = "text/html";

/// One keep-alive client for one server.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    /// What the browser of somebody who is signed in holds.
    session: String,
}

/// One answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// From the request to the head of the answer.
    pub first: Duration,
    /// From the request to the last byte of the answer.
    pub last: Duration,
}

impl Client {
    /// `base` is for example `http://127.0.0.1:3000`, `session` a cookie.
    pub fn new(base: &str, session: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .build();
        Self {
            agent: Agent::new_with_config(config),
            base: base.to_owned(),
            session: session.to_owned(),
        }
    }

    /// GET, whatever the status.
    pub fn get(&self, path: &str) -> Result<Answer> {
        let url = format!("{}{path}", self.base);
        let started = Instant::now();
        let mut response = self
            .agent
            .get(&url)
            .header("cookie", &self.session)
            .header("accept", PAGE)
            .call()
            .with_context(|| format!("GET {path}"))?;
        let first = started.elapsed();
        let body = response
            .body_mut()
            .with_config()
            .limit(256 << 20)
            .read_to_vec()
            .with_context(|| format!("reading the answer to GET {path}"))?;
        let last = started.elapsed();
        let (parts, _) = response.into_parts();
        Ok(Answer { status: parts.status, headers: parts.headers, body, first, last })
    }

    /// GET that must be answered with 200.
    pub fn ok(&self, path: &str) -> Result<Answer> {
        let answer = self.get(path)?;
        if answer.status != StatusCode::OK {
            bail!("GET {path} answered {}", answer.status);
        }
        Ok(answer)
    }

    /// GET that must be answered with JSON.
    pub fn json(&self, path: &str) -> Result<serde_json::Value> {
        let answer = self.ok(path)?;
        serde_json::from_slice(&answer.body).with_context(|| format!("GET {path} gave no JSON"))
    }

    /// POST without a body; the answer is the status.
    pub fn post(&self, path: &str) -> Result<StatusCode> {
        let url = format!("{}{path}", self.base);
        let response = self
            .agent
            .post(&url)
            .header("cookie", &self.session)
            .send_empty()
            .with_context(|| format!("POST {path}"))?;
        Ok(response.status())
    }
}
