//! What the configuration opens beyond the internet.

use std::net::IpAddr;

use ipnet::IpNet;

use super::address::{Kind, embedded, kind};

/// Hosts and networks that the configuration names; nothing unless it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    hosts: Vec<String>,
    networks: Vec<IpNet>,
}

/// An entry that cannot be understood, or that would open too much.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadEntry {
    /// Neither a name nor a network.
    #[error("`{0}` must be the name of a host, an address, or a network such as 10.20.0.0/16")]
    Shape(String),
    /// So wide that it names nothing.
    #[error("`{0}` is too wide: name a network of /8 (IPv4) or /7 (IPv6) at most")]
    Wide(String),
}

impl Allowed {
    /// Reads entries: names of hosts (`alerts.example.internal`), addresses (`10.2.3.4`) and networks
    /// (`10.2.0.0/16`).
    ///
    /// A name opens plain HTTP to that host, and addresses of this machine and of private networks
    /// when it resolves to them. A network opens its addresses, of whatever kind, except metadata
    /// services: they open only by their own address, since they hand out credentials. In a network
    /// with IPv6 alone, name the prefix of its NAT64 gateway (`64:ff9b::/96` in AWS): public
    /// addresses then go through it, and what is closed stays closed behind it.
    ///
    /// # Errors
    /// Names the first entry that is wrong.
    pub fn parse<T: AsRef<str>>(entries: &[T]) -> Result<Self, BadEntry> {
        let mut allowed = Self::default();
        for entry in entries.iter().map(AsRef::as_ref).map(str::trim) {
            let network =
                entry.parse::<IpNet>().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from));
            match network {
                Ok(network) => allowed.networks.push(narrow(entry, network)?),
                Err(_) => allowed.hosts.push(host(entry)?),
            }
        }
        Ok(allowed)
    }

    /// Whether the name itself is opened.
    pub(super) fn names(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| known == &plain(host))
    }

    /// Whether a network is opened that holds the address.
    pub(super) fn covers(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| {
            network.contains(&address)
                && (kind(address) != Kind::Metadata
                    || network.prefix_len() == network.max_prefix_len())
        })
    }

    /// Whether a request for the host may go to the address.
    pub(super) fn permits(&self, host: &str, address: IpAddr) -> bool {
        let kind = kind(address);
        if kind == Kind::Public || (kind.opens_by_name() && self.names(host)) {
            return true;
        }
        // A gateway turns it into the address inside, so both must be open.
        self.covers(address)
            && embedded(address).is_none_or(|inside| self.permits(host, IpAddr::V4(inside)))
    }
}

fn narrow(entry: &str, network: IpNet) -> Result<IpNet, BadEntry> {
    let least = match network {
        IpNet::V4(_) => 8,
        IpNet::V6(_) => 7,
    };
    if network.prefix_len() < least {
        return Err(BadEntry::Wide(entry.to_owned()));
    }
    Ok(network.trunc())
}

fn host(entry: &str) -> Result<String, BadEntry> {
    let bad = || BadEntry::Shape(entry.to_owned());
    match url::Host::parse(entry) {
        // `10.1` and `0x7f000001` are addresses in disguise: the configuration should not be.
        Ok(url::Host::Domain(name)) if !name.trim_matches('.').is_empty() => Ok(plain(&name)),
        _ => Err(bad()),
    }
}

/// Lower case, without the dot that ends a complete name.
pub(super) fn plain(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}
