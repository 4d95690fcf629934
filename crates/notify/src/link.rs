//! An address that people follow.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// An absolute address with `https` or `http` and without a name or password in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Link(String);

/// Why a text is no link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a link must be an absolute address with https or http and without a name or password")]
pub struct BadLink;

impl Link {
    /// Reads an address; what markup or a header could misunderstand is percent-encoded.
    ///
    /// # Errors
    /// When it is not what a link is.
    pub fn parse(text: &str) -> Result<Self, BadLink> {
        let url = Url::parse(text).map_err(|_| BadLink)?;
        let web = matches!(url.scheme(), "https" | "http") && url.has_host();
        if !web || !url.username().is_empty() || url.password().is_some() {
            return Err(BadLink);
        }
        // Legal in an address, and the end of one in Slack's markup and in HTML's attributes.
        Ok(Self(String::from(url).replace('|', "%7C").replace('\'', "%27")))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port alone.
    pub fn origin(&self) -> String {
        Url::parse(&self.0)
            .map_or_else(|_| self.0.clone(), |url| url.origin().ascii_serialization())
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Link {
    type Error = BadLink;

    fn try_from(text: String) -> Result<Self, BadLink> {
        Self::parse(&text)
    }
}

impl From<Link> for String {
    fn from(link: Link) -> Self {
        link.0
    }
}
