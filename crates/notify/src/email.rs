//! Mail: one thread for each incident, over TLS.
//!
//! The message has a `Message-ID` that follows from the id of the notice, so a second delivery can
//! be told; later ones name the first in `In-Reply-To` and `References` (RFC 5322, section 3.6.4),
//! and all have one subject, which is how mail programs find a thread.
//!
//! The server is connected to at an address that the guard has passed, under its own name for TLS.
//! Mail without TLS is for a relay on this very machine (RFC 8314 calls for TLS everywhere else).

mod message;
mod smtp;
mod stream;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::message::Mailbox;
use rustls::ClientConfig;
use serde::Deserialize;
use url::Host;

use crate::channel::Flaw;
use crate::notice::Notice;
use crate::outcome::Outcome;
use crate::reach::Reach;
use crate::secret::Secret;
use crate::text;

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// From the first byte, usually at port 465.
    Tls,
    /// After a first greeting, usually at port 587; without it nothing is sent.
    #[default]
    Starttls,
    /// Not at all: for a relay on this machine alone.
    None,
}

/// Mailboxes, and the server that takes mail for them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// The server's name.
    pub host: String,
    /// Its port; 465 for TLS, 587 for STARTTLS and 25 for neither, unless given.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is encrypted.
    #[serde(default)]
    pub security: Security,
    /// Who signs in there, if anybody does.
    #[serde(default)]
    pub username: Option<String>,
    /// With which password.
    #[serde(default)]
    pub password: Option<Secret>,
    /// The sender, such as `Wardround <wardround@clinic.example>`.
    pub from: String,
    /// The recipients.
    pub to: Vec<String>,
}

impl Email {
    /// See [`crate::Channel::validate`].
    pub fn validate(&self, reach: &Reach) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        if let Err(barred) = reach.host(&self.host) {
            let right = "the name of a mail server, such as smtp.clinic.example";
            flaws.push(Flaw::new("host", barred.to_string(), right));
        }
        if self.security == Security::None && !self.is_local() {
            let right = "set `starttls` or `tls`; `none` is for a relay at 127.0.0.1 or ::1";
            flaws.push(Flaw::new("security", "mail would leave this machine unencrypted", right));
        }
        if self.username.is_some() != self.password.is_some() {
            let right = "give both `username` and `password`, or neither";
            flaws.push(Flaw::new("username", "one of two settings is missing", right));
        }
        let example = "for example on-call@clinic.example";
        if self.from.parse::<Mailbox>().is_err() {
            flaws.push(Flaw::new("from", "it is not the address of a mailbox", example));
        }
        if self.to.is_empty() {
            flaws.push(Flaw::new("to", "nobody is named", example));
        }
        for mailbox in self.to.iter().filter(|mailbox| mailbox.parse::<Mailbox>().is_err()) {
            let wrong = format!("`{}` is not the address of a mailbox", text::line(mailbox, 80));
            flaws.push(Flaw::new("to", wrong, example));
        }
        flaws
    }

    /// Whether the server is this machine by its very address, which no resolver can change.
    fn is_local(&self) -> bool {
        match Host::parse(&self.host) {
            Ok(Host::Ipv4(address)) => address.is_loopback(),
            Ok(Host::Ipv6(address)) => address.is_loopback(),
            _ => self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        }
    }

    fn port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            Security::Tls => 465,
            Security::Starttls => 587,
            Security::None => 25,
        })
    }

    pub(crate) async fn send(
        &self,
        setting: &Setting<'_>,
        notice: &Notice,
        receipt: Option<&str>,
    ) -> Outcome {
        let Some((from, to)) = self.mailboxes() else {
            return Outcome::refused("the sender or a recipient is not the address of a mailbox");
        };
        let first = receipt.filter(|id| message::is_id(id));
        let Some(written) = message::write(notice, &from, &to, first) else {
            return Outcome::refused("the message cannot be written");
        };
        let recipients: Vec<Address> = to.into_iter().map(|mailbox| mailbox.email).collect();
        let taken = smtp::deliver(self, setting, &from.email, &recipients, &written.bytes).await;
        match taken {
            Ok(remark) => Outcome::Delivered {
                receipt: Some(first.map_or(written.id, str::to_owned)),
                remark,
            },
            Err(outcome) => outcome,
        }
    }

    pub(crate) async fn check(&self, setting: &Setting<'_>) -> Result<String, String> {
        let Some((from, _)) = self.mailboxes() else {
            return Err("the sender or a recipient is not the address of a mailbox".to_owned());
        };
        let checking = smtp::check(self, setting, &from.email);
        let late = || Err(format!("{} did not answer in time", self.host));
        tokio::time::timeout(setting.patience, checking).await.unwrap_or_else(|_| late())
    }

    fn mailboxes(&self) -> Option<(Mailbox, Vec<Mailbox>)> {
        let to: Result<Vec<Mailbox>, _> = self.to.iter().map(|mailbox| mailbox.parse()).collect();
        Some((self.from.parse().ok()?, to.ok()?))
    }
}

/// What mail needs of its sender.
#[derive(Debug)]
pub(crate) struct Setting<'a> {
    pub(crate) reach: &'a Reach,
    pub(crate) tls: &'a Arc<ClientConfig>,
    pub(crate) patience: Duration,
}
