//! Where notices go, as the configuration says it.

use serde::Deserialize;

use crate::email::Email;
use crate::heartbeat::Heartbeat;
use crate::notice::Event;
use crate::pagerduty::PagerDuty;
use crate::reach::Reach;
use crate::slack::Slack;
use crate::sns::Sns;
use crate::webhook::Webhook;

/// One place where notices go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Channel {
    /// Somebody is woken.
    #[serde(rename = "pagerduty")]
    PagerDuty(PagerDuty),
    /// A team reads it.
    Slack(Slack),
    /// A program of somebody's own takes it.
    Webhook(Webhook),
    /// It lies in a mailbox.
    Email(Email),
    /// AWS passes it on.
    Sns(Sns),
    /// Somebody outside notices when we fall silent.
    Heartbeat(Heartbeat),
}

/// What is wrong with a setting, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {wrong}; {right}")]
pub struct Flaw {
    /// The name of the setting.
    pub field: &'static str,
    /// What is wrong; never the value of a secret.
    pub wrong: String,
    /// What would be right.
    pub right: String,
}

impl Flaw {
    pub(crate) fn new(
        field: &'static str,
        wrong: impl Into<String>,
        right: impl Into<String>,
    ) -> Self {
        Self { field, wrong: wrong.into(), right: right.into() }
    }

    /// An address to which no request may go.
    pub(crate) fn address(field: &'static str, reach: &Reach, text: &str) -> Option<Self> {
        let barred = reach.url(text).err()?;
        Some(Self::new(field, barred.to_string(), "for example https://hooks.example.com/path"))
    }
}

impl Channel {
    /// Everything that can be known to be wrong without asking anybody; empty when nothing is.
    pub fn validate(&self, reach: &Reach) -> Vec<Flaw> {
        match self {
            Self::PagerDuty(channel) => channel.validate(reach),
            Self::Slack(channel) => channel.validate(reach),
            Self::Webhook(channel) => channel.validate(reach),
            Self::Email(channel) => channel.validate(reach),
            Self::Sns(channel) => channel.validate(),
            Self::Heartbeat(channel) => channel.validate(reach),
        }
    }

    /// The word for its kind, as in the configuration.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::PagerDuty(_) => "pagerduty",
            Self::Slack(_) => "slack",
            Self::Webhook(_) => "webhook",
            Self::Email(_) => "email",
            Self::Sns(_) => "sns",
            Self::Heartbeat(_) => "heartbeat",
        }
    }

    /// Whether notices of this event go there: nobody is paged with a digest, and a sign of life is
    /// for machines.
    pub fn takes(&self, event: Event) -> bool {
        match self {
            Self::PagerDuty(_) => !matches!(event, Event::Digest | Event::Heartbeat),
            Self::Slack(_) | Self::Email(_) | Self::Sns(_) => event != Event::Heartbeat,
            Self::Webhook(_) => true,
            Self::Heartbeat(_) => matches!(event, Event::Heartbeat | Event::Test),
        }
    }
}
