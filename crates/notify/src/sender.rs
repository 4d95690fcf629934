//! Who sends: owns the connections, and knows no channel by heart.

use std::sync::Arc;
use std::time::Duration;

use aws_types::SdkConfig;
use domain::Timestamp;
use rustls::ClientConfig;

use crate::channel::Channel;
use crate::email::Setting;
use crate::http::Http;
use crate::notice::Notice;
use crate::outcome::Outcome;
use crate::reach::Reach;
use crate::tls;

/// How long one attempt may take, all in all. Standard Webhooks recommends 15 to 30 s.
pub const PATIENCE: Duration = Duration::from_secs(15);

const NO_AWS: &str = "there is no configuration of AWS to send to SNS with";

/// What a sender is made of.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where requests may go.
    pub reach: Reach,
    /// Certificates to believe besides those of the system, in PEM.
    pub roots_pem: Vec<Vec<u8>>,
    /// How AWS is asked, for SNS; the region is that of the topic.
    pub aws: Option<SdkConfig>,
    /// How long one attempt may take.
    pub patience: Duration,
}

impl Settings {
    /// The certificates of the system, no AWS, and [`PATIENCE`].
    pub fn new(reach: Reach) -> Self {
        Self { reach, roots_pem: Vec::new(), aws: None, patience: PATIENCE }
    }
}

/// Why there is no sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetUpError {
    /// A certificate is not PEM.
    #[error("a certificate cannot be read: give PEM")]
    Certificate,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// Sends notices. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sender {
    http: Http,
    tls: Arc<ClientConfig>,
    settings: Arc<Settings>,
}

impl Sender {
    /// Prepares; nothing is sent yet.
    ///
    /// # Errors
    /// When a certificate cannot be read or the system has none.
    pub fn new(settings: Settings) -> Result<Self, SetUpError> {
        let tls = Arc::new(tls::config(&settings.roots_pem)?);
        let http = Http::new(settings.reach.clone(), &tls, settings.patience)?;
        Ok(Self { http, tls, settings: Arc::new(settings) })
    }

    /// Makes one attempt to send. Whether and when there is another is decided by whoever calls,
    /// with [`crate::backoff`].
    ///
    /// `receipt` is what the last delivery of the same incident to the same channel gave back; `now`
    /// is the time of the attempt.
    pub async fn send(
        &self,
        channel: &Channel,
        notice: &Notice,
        receipt: Option<&str>,
        now: Timestamp,
    ) -> Outcome {
        if let Err(malformed) = notice.check() {
            return Outcome::refused(malformed.to_string());
        }
        if !channel.takes(notice.event) {
            let event = notice.event.as_str();
            return Outcome::refused(format!("a {event} does not go to {}", channel.kind()));
        }
        if let Some(flaw) = channel.validate(&self.settings.reach).first() {
            return Outcome::refused(flaw.to_string());
        }
        let patience = self.settings.patience;
        match channel {
            Channel::PagerDuty(channel) => channel.send(&self.http, notice, receipt, now).await,
            Channel::Slack(channel) => channel.send(&self.http, notice, receipt, now).await,
            Channel::Webhook(channel) => channel.send(&self.http, notice, now).await,
            Channel::Heartbeat(channel) => channel.send(&self.http, notice, now).await,
            Channel::Email(channel) => channel.send(&self.mail(), notice, receipt).await,
            Channel::Sns(channel) => match &self.settings.aws {
                Some(sdk) => channel.send(sdk, patience, notice).await,
                None => Outcome::refused(NO_AWS),
            },
        }
    }

    /// Finds out whether the channel can be reached, without a message to anybody.
    ///
    /// Slack is asked whose token it is, SNS for the topic, a mail server for nothing after the
    /// sign-in. PagerDuty, webhooks and heartbeats have nothing to ask for: their host is connected
    /// to, and its certificate checked. The answer says what was found.
    ///
    /// # Errors
    /// What went wrong, in words without secrets.
    pub async fn check(&self, channel: &Channel, now: Timestamp) -> Result<String, String> {
        if let Some(flaw) = channel.validate(&self.settings.reach).first() {
            return Err(flaw.to_string());
        }
        match channel {
            Channel::PagerDuty(channel) => self.http.reachable(&channel.url).await,
            Channel::Slack(channel) => channel.check(&self.http, now).await,
            Channel::Webhook(channel) => self.http.reachable(channel.url.expose()).await,
            Channel::Heartbeat(channel) => self.http.reachable(channel.url.expose()).await,
            Channel::Email(channel) => channel.check(&self.mail()).await,
            Channel::Sns(channel) => match &self.settings.aws {
                Some(sdk) => channel.check(sdk, self.settings.patience).await,
                None => Err(NO_AWS.to_owned()),
            },
        }
    }

    fn mail(&self) -> Setting<'_> {
        Setting { reach: &self.settings.reach, tls: &self.tls, patience: self.settings.patience }
    }
}
