//! How contacts are reached: from the configuration to channels.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use notify::email::Security;
use notify::heartbeat::Method;
use notify::sns::Structure;
use notify::{
    Allowed, Channel, Email, Heartbeat, PagerDuty, Reach, Secret, Sender, Settings, Slack, Sns,
    Webhook,
};

use crate::config::{Alerting, ChannelKind, ContactSetting};

/// Contacts by name, and what sends to them.
#[derive(Debug)]
pub struct Contacts {
    /// Their channels.
    pub channels: BTreeMap<String, Channel>,
    /// Sends.
    pub sender: Sender,
    /// The name of this installation in keys that others know.
    pub install: String,
    /// Where browsers reach this server.
    pub address: String,
    /// Whose product this is.
    pub organisation: String,
}

impl Contacts {
    /// Reads the secrets and checks every channel, without sending anything.
    pub fn open(
        alerting: &Alerting,
        aws: Option<aws_types::SdkConfig>,
        (install, address, organisation): (String, String, String),
    ) -> anyhow::Result<Self> {
        let allowed = Allowed::parse(&alerting.allow).context("reading reach.allow")?;
        let reach = Reach::new(allowed);
        let mut channels = BTreeMap::new();
        for contact in &alerting.contacts {
            let channel = channel(contact)?;
            let flaws = channel.validate(&reach);
            if let Some(flaw) = flaws.first() {
                bail!("the contact {:?}: {flaw}", contact.name);
            }
            channels.insert(contact.name.clone(), channel);
        }
        let sender = Sender::new(Settings { aws, ..Settings::new(reach) })?;
        Ok(Self { channels, sender, install, address, organisation })
    }

    /// Contacts with the kind of their channel, for decisions and pages.
    pub fn list(&self) -> Vec<store::alert::setting::Contact> {
        let contact = |(name, channel): (&String, &Channel)| store::alert::setting::Contact {
            name: name.clone(),
            kind: channel.kind().to_owned(),
        };
        self.channels.iter().map(contact).collect()
    }
}

fn secret(path: Option<&Path>, contact: &str) -> anyhow::Result<Option<String>> {
    let Some(path) = path else { return Ok(None) };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("reading secret_file {} of {contact:?}", path.display()))?;
    Ok(Some(text.trim().to_owned()))
}

fn channel(contact: &ContactSetting) -> anyhow::Result<Channel> {
    let secret = secret(contact.secret_file.as_deref(), &contact.name)?;
    let text = secret.clone().unwrap_or_default();
    let url = contact.url.clone();
    Ok(match contact.kind {
        ChannelKind::PagerDuty => Channel::PagerDuty(PagerDuty {
            routing_key: Secret::new(text),
            url: url.unwrap_or_else(notify::pagerduty::url),
        }),
        ChannelKind::Slack => {
            let bot = contact.channel.is_some();
            Channel::Slack(Slack {
                token: bot.then(|| Secret::new(text.clone())),
                channel: contact.channel.clone(),
                webhook_url: (!bot).then(|| Secret::new(text)),
                api: url.unwrap_or_else(notify::slack::api),
            })
        }
        ChannelKind::Webhook => Channel::Webhook(Webhook {
            receiver: contact.name.clone(),
            url: Secret::new(url.unwrap_or_default()),
            secrets: text.lines().map(|line| Secret::new(line.trim())).collect(),
            bearer: None,
        }),
        ChannelKind::Email => Channel::Email(Email {
            host: contact.host.clone().unwrap_or_default(),
            port: contact.port,
            security: match contact.security.as_deref() {
                Some("starttls") => Security::Starttls,
                Some("none") => Security::None,
                _ => Security::default(),
            },
            username: contact.username.clone(),
            password: secret.map(Secret::new),
            from: contact.from.clone().unwrap_or_default(),
            to: contact.to.clone(),
        }),
        ChannelKind::Sns => Channel::Sns(Sns {
            topic_arn: contact.topic_arn.clone().unwrap_or_default(),
            structure: Structure::default(),
        }),
        ChannelKind::Heartbeat => Channel::Heartbeat(Heartbeat {
            url: Secret::new(url.or(secret).unwrap_or_default()),
            method: Method::default(),
        }),
    })
}
