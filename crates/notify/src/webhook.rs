//! A webhook of somebody's own: Alertmanager's body, signed as Standard Webhooks.
//!
//! Whatever takes webhooks of Prometheus' Alertmanager takes ours ([`webhook_config`, version
//! 4](https://prometheus.io/docs/alerting/latest/configuration/#webhook_config)); whoever wants to
//! know that they are ours verifies the signature with a library of [Standard
//! Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).

mod alertmanager;
mod signature;

use domain::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use crate::channel::Flaw;
use crate::http::Http;
use crate::notice::Notice;
use crate::outcome::Outcome;
use crate::pagerduty::json;
use crate::reach::Reach;
use crate::secret::Secret;
use crate::text;

const WHO: &str = "the webhook";

/// A program that takes notices.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// What Alertmanager calls the receiver.
    #[serde(default = "receiver")]
    pub receiver: String,
    /// Where it listens; a secret, since such addresses often hold a token.
    pub url: Secret,
    /// The keys that sign: `whsec_` and 24 to 64 bytes in base64. The first is the present one; one
    /// more may stand beside it while it is replaced.
    pub secrets: Vec<Secret>,
    /// Sent as `Authorization: Bearer …`, for receivers that want it.
    #[serde(default)]
    pub bearer: Option<Secret>,
}

fn receiver() -> String {
    "wardround".to_owned()
}

impl Webhook {
    /// See [`crate::Channel::validate`].
    pub fn validate(&self, reach: &Reach) -> Vec<Flaw> {
        let mut flaws: Vec<Flaw> =
            Flaw::address("url", reach, self.url.expose()).into_iter().collect();
        let right = "one or two of `whsec_` followed by 24 to 64 random bytes in base64";
        if !(1..=2).contains(&self.secrets.len()) {
            let wrong = format!("there are {} keys", self.secrets.len());
            flaws.push(Flaw::new("secrets", wrong, right));
        }
        if self.secrets.iter().any(|secret| signature::key(secret).is_none()) {
            flaws.push(Flaw::new("secrets", "a key does not have the right form", right));
        }
        if self.bearer.as_ref().is_some_and(|token| bearer(token).is_none()) {
            let right = "printable ASCII characters without spaces";
            flaws.push(Flaw::new("bearer", "the token cannot be sent in a header", right));
        }
        flaws
    }

    pub(crate) async fn send(&self, http: &Http, notice: &Notice, now: Timestamp) -> Outcome {
        let Ok(body) = serde_json::to_vec(&alertmanager::Body::of(notice, &self.receiver)) else {
            return Outcome::refused("the message cannot be written as JSON");
        };
        let Some(headers) = self.headers(&notice.id, now, &body) else {
            return Outcome::refused("the webhook has no key that signs, or a token of wrong form");
        };
        match http.post(self.url.expose(), headers, body, now).await {
            Ok(answer) => answer.outcome(WHO),
            Err(outcome) => outcome,
        }
    }

    /// The attempt has its own time, since receivers refuse what is older than some minutes.
    fn headers(&self, notice: &str, now: Timestamp, body: &[u8]) -> Option<HeaderMap> {
        let id = format!("msg_{}", text::digest(&["webhook-id-1", notice]));
        let seconds = now.0.div_euclid(1_000).to_string();
        let signed = signature::sign(&self.secrets, &id, &seconds, body)?;
        let mut headers = json();
        for (name, value) in
            [("webhook-id", &id), ("webhook-timestamp", &seconds), ("webhook-signature", &signed)]
        {
            headers.insert(HeaderName::from_static(name), HeaderValue::try_from(value).ok()?);
        }
        if let Some(token) = &self.bearer {
            headers.insert(AUTHORIZATION, bearer(token)?);
        }
        Some(headers)
    }
}

fn bearer(token: &Secret) -> Option<HeaderValue> {
    let plain = !token.is_empty() && token.expose().bytes().all(|byte| byte.is_ascii_graphic());
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose())).ok()?;
    value.set_sensitive(true);
    plain.then_some(value)
}
