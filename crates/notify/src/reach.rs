//! Where requests may go: the guard against being sent to the inside (server-side request forgery).
//!
//! Addresses of channels come from people, and this product runs where credentials can be fetched
//! from a link-local address. So no request goes to this machine, to private networks, to the local
//! link, to metadata services or to addresses that hide one of those, unless the configuration
//! names the host or the network ([`Allowed`]).
//!
//! The check is made on the addresses that are connected to: names are resolved here, checked, and
//! only what passed is handed on ([`Reach`] is the resolver of the HTTP client). A name that answers
//! differently the second time (DNS rebinding) is checked the second time. Addresses written as such
//! never meet a resolver, so [`Reach::url`] and [`Reach::host`] check them first, in the normal form
//! of the [URL Standard](https://url.spec.whatwg.org/#concept-ipv4-parser), which reads decimal,
//! octal and hexadecimal spellings. Redirects are not followed and proxies of the environment are
//! ignored (`http.rs`), since both would choose another address after the check.
//!
//! See [OWASP, "Server-Side Request Forgery
//! Prevention"](https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html).

mod address;
mod allowed;

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::future::BoxFuture;
use url::{Host, Url};

pub use address::{Kind, kind};
pub use allowed::{Allowed, BadEntry};

/// Turns a name into addresses. Another than the system's is for tests.
pub type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// The guard.
#[derive(Clone)]
pub struct Reach {
    allowed: Arc<Allowed>,
    lookup: Lookup,
}

/// Why no request goes there. The words hold the host and never the rest of an address, which may
/// be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    /// It cannot be read.
    #[error("the address cannot be read: give one such as https://host.example/path")]
    Unreadable,
    /// Neither HTTPS, nor HTTP to a host that was named.
    #[error(
        "the address must begin with https://; plain http:// is for hosts that the configuration allows"
    )]
    Scheme,
    /// A name or a password before the host.
    #[error("the address must not hold a name or a password before the host")]
    UserInfo,
    /// Every address of the host is closed.
    #[error("{host} is {}: name the host or its network in the configuration to allow it", .kind.words())]
    Closed {
        /// The host as given.
        host: String,
        /// What kind of address it is or resolves to.
        kind: Kind,
    },
    /// The name has no address now.
    #[error("{host} cannot be resolved")]
    NoAddress {
        /// The host as given.
        host: String,
    },
}

impl Barred {
    /// Whether it may be different later without anybody changing the configuration.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::NoAddress { .. })
    }
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

impl Reach {
    /// A guard that asks the system's resolver.
    pub fn new(allowed: Allowed) -> Self {
        Self::with_lookup(allowed, Arc::new(|host| Box::pin(system(host))))
    }

    /// A guard that asks another resolver.
    pub fn with_lookup(allowed: Allowed, lookup: Lookup) -> Self {
        Self { allowed: Arc::new(allowed), lookup }
    }

    /// Reads the address of a request and checks what can be known without resolving its name.
    ///
    /// # Errors
    /// [`Barred`], but never [`Barred::NoAddress`].
    pub fn url(&self, text: &str) -> Result<Url, Barred> {
        let url = Url::parse(text.trim()).map_err(|_| Barred::Unreadable)?;
        let Some(host) = url.host() else { return Err(Barred::Unreadable) };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Barred::UserInfo);
        }
        let plain_allowed = match &host {
            Host::Domain(name) => self.allowed.names(name),
            Host::Ipv4(address) => self.allowed.covers(IpAddr::V4(*address)),
            Host::Ipv6(address) => self.allowed.covers(IpAddr::V6(*address)),
        };
        match url.scheme() {
            "https" => {}
            "http" if plain_allowed => {}
            "http" => {
                // The address may be closed altogether, which says more.
                self.literal(&host)?;
                return Err(Barred::Scheme);
            }
            _ => return Err(Barred::Scheme),
        }
        self.literal(&host)?;
        Ok(url)
    }

    /// Reads the host of a mail server and checks what can be known without resolving its name.
    ///
    /// # Errors
    /// As [`Self::url`].
    pub fn host(&self, text: &str) -> Result<Host<String>, Barred> {
        let text = text.trim();
        let parsed = match text.parse::<IpAddr>() {
            Ok(IpAddr::V6(address)) => Host::Ipv6(address),
            _ => Host::parse(text).map_err(|_| Barred::Unreadable)?,
        };
        match &parsed {
            Host::Domain(name) => self.literal(&Host::Domain(name.as_str()))?,
            Host::Ipv4(address) => self.literal(&Host::Ipv4(*address))?,
            Host::Ipv6(address) => self.literal(&Host::Ipv6(*address))?,
        }
        Ok(parsed)
    }

    fn literal(&self, host: &Host<&str>) -> Result<(), Barred> {
        let address = match host {
            Host::Domain(_) => return Ok(()),
            Host::Ipv4(address) => IpAddr::V4(*address),
            Host::Ipv6(address) => IpAddr::V6(*address),
        };
        self.keep(&address.to_string(), vec![address]).map(|_| ())
    }

    /// The addresses of a host to which requests may go; at least one.
    ///
    /// # Errors
    /// [`Barred::NoAddress`] when the name does not resolve, [`Barred::Closed`] when every address
    /// it resolves to is closed. Closed addresses among others are left out.
    pub async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Barred> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found = match bare.parse::<IpAddr>() {
            Ok(address) => Ok(vec![address]),
            Err(_) => (self.lookup)(host.to_owned()).await,
        };
        let missing = || Barred::NoAddress { host: host.to_owned() };
        let found = found.map_err(|_| missing())?;
        if found.is_empty() {
            return Err(missing());
        }
        let kept = self.keep(host, found)?;
        Ok(kept.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }

    fn keep(&self, host: &str, found: Vec<IpAddr>) -> Result<Vec<IpAddr>, Barred> {
        let closed = found.first().map_or(Kind::Unspecified, |first| kind(*first));
        let kept: Vec<IpAddr> =
            found.into_iter().filter(|address| self.allowed.permits(host, *address)).collect();
        if kept.is_empty() {
            return Err(Barred::Closed { host: host.to_owned(), kind: closed });
        }
        Ok(kept)
    }
}

async fn system(host: String) -> io::Result<Vec<IpAddr>> {
    let found = tokio::net::lookup_host((host, 0)).await?;
    Ok(found.map(|address| address.ip()).collect())
}

impl reqwest::dns::Resolve for Reach {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let guard = self.clone();
        let host = name.as_str().to_owned();
        Box::pin(async move {
            // Port 0 stands for the port of the address.
            let found = Self::resolve(&guard, &host, 0).await?;
            let addresses: reqwest::dns::Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}
