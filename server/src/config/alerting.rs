//! Who is told of alerts, and how.

use std::path::PathBuf;

use domain::alert::{Chain, Hours, Step};

use super::document::{Document, Table, Value};
use super::problem::{Place, Problem};
use super::read::{self, Reader};

/// Who is told of alerts, and when people work.
#[derive(Debug, Clone, PartialEq)]
pub struct Alerting {
    /// When people work, and when the digest goes out.
    pub hours: Hours,
    /// Contacts that are told of tickets.
    pub team: Vec<String>,
    /// All contacts.
    pub contacts: Vec<ContactSetting>,
    /// Who is called about pages.
    pub chain: Chain,
    /// Rules of the operator.
    pub rules: Option<PathBuf>,
    /// Hosts and networks inside that may be reached.
    pub allow: Vec<String>,
}

impl Alerting {
    /// Nobody is told.
    pub fn nobody(zone: &str) -> Self {
        Self {
            hours: Hours::usual(zone),
            team: Vec::new(),
            contacts: Vec::new(),
            chain: Chain::default(),
            rules: None,
            allow: Vec::new(),
        }
    }
}

/// How a contact is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    /// PagerDuty's Events API v2.
    PagerDuty,
    /// Slack.
    Slack,
    /// A webhook.
    Webhook,
    /// Mail.
    Email,
    /// Amazon SNS.
    Sns,
    /// A sign of life.
    Heartbeat,
}

impl ChannelKind {
    const ALL: [(&'static str, Self); 6] = [
        ("pagerduty", Self::PagerDuty),
        ("slack", Self::Slack),
        ("webhook", Self::Webhook),
        ("email", Self::Email),
        ("sns", Self::Sns),
        ("heartbeat", Self::Heartbeat),
    ];
}

/// A contact as the file writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactSetting {
    /// Its name.
    pub name: String,
    /// How it is reached.
    pub kind: ChannelKind,
    /// The file with its secret.
    pub secret_file: Option<PathBuf>,
    /// The address.
    pub url: Option<String>,
    /// Slack's channel.
    pub channel: Option<String>,
    /// SNS's topic.
    pub topic_arn: Option<String>,
    /// The mail server.
    pub host: Option<String>,
    /// Its port.
    pub port: Option<u16>,
    /// How it is spoken to: `tls`, `starttls` or `none`.
    pub security: Option<String>,
    /// Who signs in there.
    pub username: Option<String>,
    /// The sender.
    pub from: Option<String>,
    /// The recipients.
    pub to: Vec<String>,
}

fn kind(value: &Value) -> Option<ChannelKind> {
    let word = read::text(value)?;
    ChannelKind::ALL.iter().find(|one| one.0 == word).map(|one| one.1)
}

fn security(value: &Value) -> Option<String> {
    read::text(value).filter(|word| matches!(word.as_str(), "tls" | "starttls" | "none"))
}

pub(super) fn alerting(
    document: &Document,
    zone: &str,
    problems: &mut Vec<Problem>,
) -> Option<Alerting> {
    let contacts = contacts(document, problems);
    let names: Vec<String> = contacts.iter().flatten().map(|it| it.name.clone()).collect();
    let chain = chain(document, &names, problems);
    let allow = allow(document, problems);
    let mut reader = Reader::of("alerting", document, problems)?;
    let team = reader.get("team", read::words).unwrap_or_default();
    if let Some(stranger) = team.iter().find(|name| !names.contains(name)) {
        reader.wrong("team", unknown(stranger));
        return None;
    }
    let digest = reader.get("digest", read::wall);
    let from = reader.get("business_from", read::wall);
    let to = reader.get("business_to", read::wall);
    let rules = reader.get("rules", read::path);
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        reader.wrong("business_to", "work must end after it begins");
        return None;
    }
    Some(Alerting {
        hours: Hours { from: from?, to: to?, digest: digest?, ..Hours::usual(zone) },
        team,
        contacts: contacts?,
        chain: chain?,
        rules,
        allow: allow?,
    })
}

fn unknown(name: &str) -> String {
    format!("there is no [[contact]] called {name:?}")
}

fn contacts(document: &Document, problems: &mut Vec<Problem>) -> Option<Vec<ContactSetting>> {
    let tables = document.tables.get("contact").map_or(&[][..], Vec::as_slice);
    let mut found: Vec<ContactSetting> = Vec::new();
    let mut whole = true;
    // The annotated example has a block with everything commented out.
    for table in tables.iter().filter(|table| !table.values.is_empty()) {
        match contact(table, problems) {
            Some(contact) if found.iter().any(|other| other.name == contact.name) => {
                let message = format!("the contact {:?} is named twice", contact.name);
                let key = "contact.name".to_owned();
                problems.push(Problem { place: Place::File, key, message });
                whole = false;
            }
            Some(contact) => found.push(contact),
            None => whole = false,
        }
    }
    whole.then_some(found)
}

fn contact(table: &Table, problems: &mut Vec<Problem>) -> Option<ContactSetting> {
    let mut reader = Reader::at("contact", table, problems)?;
    let name = reader.get("name", read::text);
    let kind = reader.get("kind", kind);
    for key in ["name", "kind"] {
        if !table.values.contains_key(key) {
            reader.wrong(key, "a contact needs a name and a kind");
        }
    }
    let setting = ContactSetting {
        secret_file: reader.get("secret_file", read::path),
        url: reader.get("url", read::text),
        channel: reader.get("channel", read::text),
        topic_arn: reader.get("topic_arn", read::text),
        host: reader.get("host", read::text),
        port: reader.get("port", read::port),
        security: reader.get("security", security),
        username: reader.get("username", read::text),
        from: reader.get("from", read::text),
        to: reader.get("to", read::words).unwrap_or_default(),
        name: name?,
        kind: kind?,
    };
    let has = |key: &str| table.values.contains_key(key);
    let missing: &[&str] = match setting.kind {
        ChannelKind::PagerDuty | ChannelKind::Slack => &["secret_file"],
        ChannelKind::Webhook => &["url", "secret_file"],
        ChannelKind::Email => &["host", "from", "to"],
        ChannelKind::Sns => &["topic_arn"],
        ChannelKind::Heartbeat if !has("url") => &["secret_file"],
        ChannelKind::Heartbeat => &[],
    };
    if let Some(key) = missing.iter().find(|key| !has(key)) {
        reader.wrong(key, "a contact of this kind needs it");
        return None;
    }
    Some(setting)
}

fn chain(document: &Document, names: &[String], problems: &mut Vec<Problem>) -> Option<Chain> {
    let tables = document.tables.get("escalation").map_or(&[][..], Vec::as_slice);
    let mut steps = Vec::new();
    let mut whole = true;
    for table in tables.iter().filter(|table| !table.values.is_empty()) {
        let mut reader = Reader::at("escalation", table, problems)?;
        let wait = reader.get("wait", read::wait);
        let contacts = reader.get("contacts", read::words);
        let (Some(wait_ms), Some(contacts)) = (wait, contacts) else {
            for key in ["wait", "contacts"] {
                if !table.values.contains_key(key) {
                    reader.wrong(key, "a step needs a wait and contacts");
                }
            }
            whole = false;
            continue;
        };
        if let Some(stranger) = contacts.iter().find(|name| !names.contains(name)) {
            reader.wrong("contacts", unknown(stranger));
            whole = false;
        }
        steps.push(Step { wait_ms, contacts });
    }
    match Chain::new(steps) {
        Ok(chain) => whole.then_some(chain),
        Err(flaw) => {
            Reader::of("escalation", document, problems)?.wrong("wait", flaw.to_string());
            None
        }
    }
}

fn allow(document: &Document, problems: &mut Vec<Problem>) -> Option<Vec<String>> {
    let mut reader = Reader::of("reach", document, problems)?;
    let allow = reader.get("allow", read::words).unwrap_or_default();
    match notify::Allowed::parse(&allow) {
        Ok(_) => Some(allow),
        Err(bad) => {
            reader.wrong("allow", bad.to_string());
            None
        }
    }
}
