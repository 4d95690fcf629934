//! The stream that both sides take in: the same alerts, in the form that each of them reads.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use ureq::Agent;

/// Alerts of one request.
const BATCH: u64 = 100;
/// Connections that are kept busy.
pub const CONNECTIONS: usize = 4;

const ACCOUNT: &str = "700100200302";
const REGION: &str = "us-east-1";
/// When the alerts happened: nothing that is measured depends on it.
const AT: &str = "2026-11-23T10:00:00Z";

/// A type of GuardDuty that is a ticket: nobody is told of it while alerts come in.
pub const TICKET: (&str, f64) = ("Stealth:IAMUser/PasswordPolicyChange", 2.0);
/// A type that pages at once.
pub const PAGE: (&str, f64) =
    ("UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS", 8.0);

/// An alert about a person, as Amazon EventBridge delivers a finding of GuardDuty.
pub fn event((kind, severity): (&str, f64), number: u64, person: &str) -> Value {
    let id = format!("{number:032x}");
    json!({
        "version": "0", "detail-type": "GuardDuty Finding", "source": "aws.guardduty",
        "account": ACCOUNT, "region": REGION, "time": AT, "resources": [], "id": format!("event-{id}"),
        "detail": {
            "id": id, "accountId": ACCOUNT, "region": REGION, "partition": "aws",
            "arn": format!("arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/d/finding/{id}"),
            "type": kind, "severity": severity, "title": kind, "description": kind,
            "createdAt": AT, "updatedAt": AT, "schemaVersion": "2.0",
            "resource": {"resourceType": "AccessKey", "accessKeyDetails": {
                "accessKeyId": "AKIAEXAMPLEEXAMPLE00", "principalId": format!("AIDA{person}"),
                "userName": person, "userType": "IAMUser",
            }},
            "service": {
                "serviceName": "guardduty", "detectorId": "d", "archived": false, "count": 1,
                "eventFirstSeen": AT, "eventLastSeen": AT, "resourceRole": "ACTOR",
                "action": {"actionType": "AWS_API_CALL"}, "additionalInfo": {},
            },
        },
    })
}

/// The same as Alertmanager takes it: labels identify, and an alert that comes again is the same.
fn alert(kind: &str, person: &str) -> Value {
    json!({
        "labels": {
            "alertname": kind, "account": ACCOUNT, "region": REGION, "identity": person,
            "severity": "ticket",
        },
        "annotations": {"summary": kind},
    })
}

/// A side that takes alerts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Wardround,
    Alertmanager,
}

/// Where the requests of a side go.
#[derive(Debug, Clone)]
pub struct Door {
    pub side: Side,
    pub url: String,
    /// What the browser of somebody who is signed in holds; Alertmanager has nobody.
    pub session: String,
}

impl Door {
    fn body(&self, groups: u64, from: u64, to: u64) -> Vec<u8> {
        let one = |number: u64| {
            let person = format!("person-{}", number % groups);
            match self.side {
                Side::Wardround => event(TICKET, number, &person),
                Side::Alertmanager => alert(TICKET.0, &person),
            }
        };
        (from..to).map(one).collect::<Value>().to_string().into_bytes()
    }

    /// Sends a body that must be taken.
    pub fn send(&self, agent: &Agent, body: &[u8]) -> Result<Vec<u8>> {
        let mut answer = agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header("cookie", &self.session)
            .send(body)
            .with_context(|| format!("POST {}", self.url))?;
        let text = answer.body_mut().read_to_vec()?;
        if answer.status() != 200 {
            let shown = String::from_utf8_lossy(&text).into_owned();
            bail!("POST {} answered {}: {shown}", self.url, answer.status());
        }
        Ok(text)
    }

    /// Alerts per second until all are taken: a stream of `alerts` alerts that are `groups` groups.
    /// What is sent is written before the clock begins.
    pub fn rate(&self, alerts: u64, groups: u64) -> Result<f64> {
        let bodies: Vec<Vec<u8>> = (0..alerts.div_ceil(BATCH))
            .rev()
            .map(|batch| self.body(groups, batch * BATCH, alerts.min((batch + 1) * BATCH)))
            .collect();
        let waiting = Mutex::new(bodies);
        let started = Instant::now();
        std::thread::scope(|scope| {
            let workers: Vec<_> =
                (0..CONNECTIONS).map(|_| scope.spawn(|| self.work(&waiting))).collect();
            workers.into_iter().try_for_each(|worker| match worker.join() {
                Ok(done) => done,
                Err(_) => bail!("a connection ended with a panic"),
            })
        })?;
        Ok(alerts as f64 / started.elapsed().as_secs_f64())
    }

    fn work(&self, waiting: &Mutex<Vec<Vec<u8>>>) -> Result<()> {
        let agent = agent();
        loop {
            let next = waiting.lock().map_err(|_| anyhow::anyhow!("another side failed"))?.pop();
            let Some(body) = next else { return Ok(()) };
            self.send(&agent, &body)?;
        }
    }
}

pub fn agent() -> Agent {
    let patience = Some(Duration::from_mins(2));
    let config = Agent::config_builder().http_status_as_error(false).timeout_global(patience);
    Agent::new_with_config(config.build())
}
