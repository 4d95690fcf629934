//! How the server is reached, who vouches for people, and what is kept outside.

use std::net::SocketAddr;
use std::path::PathBuf;

use age::x25519::Recipient;
use domain::Role;
use ipnet::IpNet;
use url::Url;

use super::document::Document;
use super::problem::{Place, Problem};
use super::read::{self, Reader};

/// Where the dashboards are, and how the connection is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Front {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The address that browsers use, if the operator named it: an origin.
    pub address: Option<String>,
    /// The certificate, if TLS is spoken here.
    pub tls: Option<Tls>,
    /// The proxies in front; nobody else may connect when there are any.
    pub proxies: Vec<IpNet>,
}

/// A certificate and its key, as files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The certificate and its chain, as PEM.
    pub certificate: PathBuf,
    /// The private key, as PEM.
    pub key: PathBuf,
}

impl Front {
    /// Loopback, without TLS.
    pub fn at(listen: SocketAddr) -> Self {
        Self { listen, address: None, tls: None, proxies: Vec::new() }
    }

    /// What is wrong with this combination: the key it concerns, and why.
    ///
    /// Passwords and the state of a hospital do not cross a network in the clear
    /// (45 CFR 164.312(e)(1)).
    pub fn fault(&self) -> Option<(&'static str, String)> {
        let open = self.tls.is_none() && self.proxies.is_empty();
        if open && !self.listen.ip().is_loopback() {
            return Some((
                "listen",
                format!(
                    "{} can be reached from other machines, and passwords would cross the network \
                     in the clear: set tls_certificate and tls_key, or name the proxies in front \
                     that speak TLS",
                    self.listen
                ),
            ));
        }
        let https = self.address.as_deref().is_some_and(|it| it.starts_with("https://"));
        if !open && !https {
            let why = "say under which https address browsers reach this server";
            return Some(("address", why.to_owned()));
        }
        None
    }
}

/// A witness of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A file: each checkpoint is a line.
    File(PathBuf),
    /// An address to which each checkpoint is posted.
    Webhook(Url),
    /// A bucket with Object Lock; each checkpoint is an object.
    Bucket {
        /// Its name.
        bucket: String,
        /// Where in it; may be empty.
        prefix: String,
    },
}

/// Copies of our own data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backups {
    /// Whose key opens them.
    pub recipient: Recipient,
    /// The folder; the data folder's own unless told.
    pub directory: Option<PathBuf>,
    /// Milliseconds between two.
    pub every_ms: i64,
    /// How many are kept.
    pub keep: usize,
}

impl Backups {
    /// Once a day, two weeks of them, in the data folder.
    pub fn to(recipient: Recipient) -> Self {
        Self { recipient, directory: None, every_ms: domain::id::DAY_MS, keep: 14 }
    }
}

/// A provider that signs people in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenId {
    /// The issuer, letter by letter.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// A file with the secret, if there is one.
    pub client_secret_file: Option<PathBuf>,
    /// What people call it.
    pub name: String,
    /// The claim that lists groups.
    pub groups_claim: String,
    /// Whether the provider's word counts for the second factor.
    pub second_factor_there: bool,
    /// Groups and their roles; the first that fits counts.
    pub groups: Vec<(String, Role)>,
}

pub(super) fn front(document: &Document, problems: &mut Vec<Problem>) -> Option<Front> {
    let mut reader = Reader::of("server", document, problems)?;
    let listen = reader.get("listen", read::listen);
    let address = reader.get("address", read::origin);
    let certificate = reader.get("tls_certificate", read::path);
    let key = reader.get("tls_key", read::path);
    let proxies = reader.get("proxies", read::networks);
    let tls = match (certificate, key) {
        (Some(certificate), Some(key)) => Some(Tls { certificate, key }),
        (Some(_), None) => {
            reader.wrong("tls_certificate", "tls_key is missing: both are needed, or none");
            return None;
        }
        (None, Some(_)) => {
            reader.wrong("tls_key", "tls_certificate is missing: both are needed, or none");
            return None;
        }
        (None, None) => None,
    };
    let front = Front { listen: listen?, address, tls, proxies: proxies.unwrap_or_default() };
    if let Some((key, why)) = front.fault() {
        reader.wrong(key, why);
        return None;
    }
    Some(front)
}

/// `None` where none are wanted, or where something is wrong and noted.
pub(super) fn backups(document: &Document, problems: &mut Vec<Problem>) -> Option<Backups> {
    let mut reader = Reader::of("backup", document, problems)?;
    let recipient = reader.get("recipient", read::recipient);
    let directory = reader.get("directory", read::path);
    let every_ms = reader.get("every", read::span)?;
    let keep = reader.get("keep", read::count)?;
    Some(Backups { recipient: recipient?, directory, every_ms, keep })
}

/// `None` without a provider, or where something is wrong and noted.
pub(super) fn openid(document: &Document, problems: &mut Vec<Problem>) -> Option<OpenId> {
    let groups = groups(document, problems)?;
    let mut reader = Reader::of("openid", document, problems)?;
    let issuer = reader.get("issuer", read::issuer);
    let client_id = reader.get("client_id", read::text);
    let client_secret_file = reader.get("client_secret_file", read::path);
    let name = reader.get("name", read::text);
    let groups_claim = reader.get("groups_claim", read::text);
    let second_factor_there = reader.get("second_factor_there", read::flag).unwrap_or(false);
    let (issuer, client_id) = match (issuer, client_id) {
        (Some(issuer), Some(client_id)) => (issuer, client_id),
        (None, None) if groups.is_empty() => return None,
        (None, _) => {
            reader.wrong("issuer", "a provider needs issuer and client_id");
            return None;
        }
        (_, None) => {
            reader.wrong("client_id", "a provider needs issuer and client_id");
            return None;
        }
    };
    if groups.is_empty() {
        let why = "no group has a role, so nobody could sign in: write [[openid_group]] blocks";
        reader.wrong("issuer", why);
        return None;
    }
    let host = Url::parse(&issuer).ok().and_then(|url| url.host_str().map(str::to_owned));
    Some(OpenId {
        name: name.or(host).unwrap_or_else(|| issuer.clone()),
        issuer,
        client_id,
        client_secret_file,
        groups_claim: groups_claim.unwrap_or_else(|| "groups".to_owned()),
        second_factor_there,
        groups,
    })
}

fn groups(document: &Document, problems: &mut Vec<Problem>) -> Option<Vec<(String, Role)>> {
    let tables = document.tables.get("openid_group").map_or(&[][..], Vec::as_slice);
    let read: Vec<Option<(String, Role)>> = tables
        .iter()
        // The annotated example has a block with everything commented out.
        .filter(|table| !table.values.is_empty())
        .map(|table| {
            let mut reader = Reader::at("openid_group", table, problems)?;
            let group = reader.get("group", read::text);
            let role = reader.get("role", read::assigned);
            for (name, there) in [("group", group.is_some()), ("role", role.is_some())] {
                if !there && !table.values.contains_key(name) {
                    reader.wrong(name, "a group and its role are both needed");
                }
            }
            Some((group?, role?))
        })
        .collect();
    let read: Option<Vec<(String, Role)>> = read.into_iter().collect();
    let all = read?;
    for (index, (group, _)) in all.iter().enumerate() {
        if all.iter().take(index).any(|earlier| earlier.0 == *group) {
            problems.push(Problem {
                place: Place::File,
                key: "openid_group.group".to_owned(),
                message: format!("the group {group:?} is named twice"),
            });
        }
    }
    Some(all)
}
