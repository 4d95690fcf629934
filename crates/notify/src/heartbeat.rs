//! A sign of life to somebody outside, who raises the alarm when it stops: a dead man's switch.
//!
//! Any service that is asked for an address works, for example
//! [Healthchecks.io](https://healthchecks.io/docs/http_api/) and [Dead Man's
//! Snitch](https://deadmanssnitch.com/docs). Where Alertmanager's `Watchdog` is expected, a
//! [`crate::Webhook`] sends it. The address is the key, so it is a secret.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::channel::Flaw;
use crate::http::Http;
use crate::notice::Notice;
use crate::outcome::Outcome;
use crate::pagerduty::json;
use crate::reach::Reach;
use crate::secret::Secret;

const WHO: &str = "the receiver of heartbeats";

/// How the address is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Without a body.
    #[default]
    Get,
    /// With `{"status":"alive","at":"…"}`.
    Post,
}

/// Where signs of life go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// The address.
    pub url: Secret,
    /// How it is asked for.
    #[serde(default)]
    pub method: Method,
}

#[derive(Debug, Serialize)]
struct Body {
    status: &'static str,
    at: String,
}

impl Heartbeat {
    /// See [`crate::Channel::validate`].
    pub fn validate(&self, reach: &Reach) -> Vec<Flaw> {
        Flaw::address("url", reach, self.url.expose()).into_iter().collect()
    }

    pub(crate) async fn send(&self, http: &Http, notice: &Notice, now: Timestamp) -> Outcome {
        let url = self.url.expose();
        let answer = match self.method {
            Method::Get => http.get(url, now).await,
            Method::Post => {
                let body = Body { status: "alive", at: notice.at.rfc3339() };
                let Ok(body) = serde_json::to_vec(&body) else {
                    return Outcome::refused("the message cannot be written as JSON");
                };
                http.post(url, json(), body, now).await
            }
        };
        answer.map_or_else(|outcome| outcome, |answer| answer.outcome(WHO))
    }
}
