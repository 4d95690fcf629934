//! What attempts are counted by.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

/// An account, by the name that was typed, whether it exists or not: so the pace of a name that
/// has no account is the same. Hashed, because people type their password into the wrong field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct AccountKey([u8; 16]);

impl AccountKey {
    /// Case and surrounding space do not make another account.
    pub(super) fn of(name: &str) -> Self {
        let digest = Sha256::digest(name.trim().to_lowercase().as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        Self(key)
    }
}

/// A prefix of an address: the significant bits, and how many they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Prefix {
    bits: u128,
    length: u8,
}

impl Prefix {
    /// What one party can be taken to hold: a whole IPv4 address, because a /24 puts strangers
    /// together, and the /64 of an IPv6 address, because that is the smallest network that is given
    /// out (RFC 6177, RFC 4291) and its holder chooses the lower 64 bits at will.
    pub(super) fn host(address: IpAddr) -> Self {
        Self::cut(address, 32, 64)
    }

    /// What one party can easily get: an IPv4 /24 and an IPv6 /48. A site is given a /48 for the
    /// asking, which is 65,536 hosts by the rule above.
    pub(super) fn network(address: IpAddr) -> Self {
        Self::cut(address, 24, 48)
    }

    fn cut(address: IpAddr, v4: u8, v6: u8) -> Self {
        // `::ffff:192.0.2.1` is the address 192.0.2.1 seen through an IPv6 socket.
        let (bits, length) = match address.to_canonical() {
            IpAddr::V4(v4_address) => (v4_address.to_ipv6_mapped().to_bits(), 96 + v4),
            IpAddr::V6(v6_address) => (v6_address.to_bits(), v6),
        };
        Self { bits: bits & (u128::MAX << (128 - length)), length }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Prefix {
        Prefix::host(text.parse().unwrap())
    }

    fn network(text: &str) -> Prefix {
        Prefix::network(text.parse().unwrap())
    }

    #[test]
    fn prefixes() {
        assert_ne!(host("192.0.2.1"), host("192.0.2.2"));
        assert_eq!(network("192.0.2.1"), network("192.0.2.2"));
        assert_ne!(network("192.0.2.1"), network("192.0.3.1"));
        assert_eq!(host("2001:db8::1"), host("2001:db8::ffff:ffff:ffff:ffff"));
        assert_ne!(host("2001:db8::1"), host("2001:db8:0:1::1"));
        assert_eq!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(host("::ffff:192.0.2.1"), host("192.0.2.1"));
        assert_ne!(host("2001:db8::"), network("2001:db8::"));
    }

    #[test]
    fn names() {
        assert_eq!(AccountKey::of(" Jane@Example.org"), AccountKey::of("jane@example.org"));
        assert_ne!(AccountKey::of("jane"), AccountKey::of("joan"));
    }
}
