//! What kind of address something is.
//!
//! The ranges are those of IANA's registries of special-purpose addresses for
//! [IPv4](https://www.iana.org/assignments/iana-ipv4-special-registry) and
//! [IPv6](https://www.iana.org/assignments/iana-ipv6-special-registry) (RFC 6890), and the metadata
//! services that clouds document. IPv6 is the other way round: only `2000::/3` is global unicast
//! ([IANA](https://www.iana.org/assignments/ipv6-address-space)), and even there not all of it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of address something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Anybody on the internet has it.
    Public,
    /// No address, or "this network".
    Unspecified,
    /// This machine.
    Loopback,
    /// A private network (RFC 1918, RFC 4193).
    Private,
    /// Between a provider and its customers, carrier-grade NAT (RFC 6598).
    Shared,
    /// This link alone (RFC 3927, RFC 4291).
    LinkLocal,
    /// A service that hands out the credentials of a machine.
    Metadata,
    /// Many machines at once, or all.
    Multicast,
    /// For examples and measurements.
    Documentation,
    /// An IPv4 address inside an IPv6 address: mapped, 6to4, Teredo, NAT64.
    Embedded,
    /// Reserved for something else.
    Reserved,
}

impl Kind {
    /// The words for people, to follow "is".
    pub fn words(self) -> &'static str {
        match self {
            Self::Public => "a public address",
            Self::Unspecified => "no address of a machine",
            Self::Loopback => "this machine",
            Self::Private => "a private address",
            Self::Shared => "an address of a provider's own network",
            Self::LinkLocal => "an address of the local link",
            Self::Metadata => "a service that hands out credentials",
            Self::Multicast => "an address of many machines",
            Self::Documentation => "an address for examples",
            Self::Embedded => "an IPv4 address hidden in an IPv6 address",
            Self::Reserved => "a reserved address",
        }
    }

    /// Whether naming a host opens this kind for it; the others open by their address alone.
    pub(super) fn opens_by_name(self) -> bool {
        matches!(self, Self::Public | Self::Loopback | Self::Private | Self::Shared)
    }
}

/// Metadata services: AWS (also for containers and pods), Azure, Oracle, Alibaba.
const METADATA: [&str; 8] = [
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "168.63.129.16",
    "192.0.0.192",
    "100.100.100.200",
    "fd00:ec2::254",
    "fd00:ec2::23",
];

/// IPv4, the first that fits counts: network, length, kind.
const V4: [(Ipv4Addr, u32, Kind); 17] = [
    (Ipv4Addr::UNSPECIFIED, 8, Kind::Unspecified),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Kind::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Kind::Shared),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Kind::Loopback),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Kind::LinkLocal),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Kind::Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Kind::Reserved),
    (Ipv4Addr::new(192, 0, 2, 0), 24, Kind::Documentation),
    (Ipv4Addr::new(192, 31, 196, 0), 24, Kind::Reserved),
    (Ipv4Addr::new(192, 52, 193, 0), 24, Kind::Reserved),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Kind::Reserved),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Kind::Private),
    (Ipv4Addr::new(192, 175, 48, 0), 24, Kind::Reserved),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Kind::Documentation),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Kind::Documentation),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Kind::Documentation),
    (Ipv4Addr::new(224, 0, 0, 0), 4, Kind::Multicast),
];

/// IPv6, the first that fits counts; what fits nowhere is reserved, except `2000::/3`.
const V6: [(u128, u32, Kind); 16] = [
    (0, 128, Kind::Unspecified),
    (1, 128, Kind::Loopback),
    (v6(&[0, 0, 0, 0, 0, 0xffff]), 96, Kind::Embedded),
    (0, 96, Kind::Embedded),
    (v6(&[0, 0, 0, 0, 0xffff]), 96, Kind::Embedded),
    (v6(&[0x64, 0xff9b]), 96, Kind::Embedded),
    (v6(&[0x64, 0xff9b, 1]), 48, Kind::Embedded),
    (v6(&[0x2001]), 32, Kind::Embedded),
    (v6(&[0x2001, 2]), 48, Kind::Documentation),
    (v6(&[0x2001]), 23, Kind::Reserved),
    (v6(&[0x2001, 0xdb8]), 32, Kind::Documentation),
    (v6(&[0x2002]), 16, Kind::Embedded),
    (v6(&[0x3fff]), 20, Kind::Documentation),
    (v6(&[0xfc00]), 7, Kind::Private),
    (v6(&[0xfe80]), 10, Kind::LinkLocal),
    (v6(&[0xff00]), 8, Kind::Multicast),
];

/// The first groups of an IPv6 address as a number; the rest is zero.
const fn v6(groups: &[u16]) -> u128 {
    let mut bits = 0;
    let mut index = 0;
    while index < 8 {
        bits <<= 16;
        if index < groups.len() {
            bits |= groups[index] as u128;
        }
        index += 1;
    }
    bits
}

/// What kind of address this is.
pub fn kind(address: IpAddr) -> Kind {
    if is_metadata(address) {
        return Kind::Metadata;
    }
    match address {
        IpAddr::V4(address) => kind_v4(address),
        IpAddr::V6(address) => kind_v6(address),
    }
}

fn is_metadata(address: IpAddr) -> bool {
    METADATA.iter().any(|known| known.parse() == Ok(address))
}

fn kind_v4(address: Ipv4Addr) -> Kind {
    let bits = u32::from(address);
    let within =
        |network: Ipv4Addr, length: u32| (bits ^ u32::from(network)).leading_zeros() >= length;
    match V4.iter().find(|(network, length, _)| within(*network, *length)) {
        Some((_, _, kind)) => *kind,
        None if address.is_broadcast() => Kind::Multicast,
        None if address.octets()[0] >= 240 => Kind::Reserved,
        None => Kind::Public,
    }
}

fn kind_v6(address: Ipv6Addr) -> Kind {
    let bits = u128::from(address);
    let within = |network: u128, length: u32| (bits ^ network).leading_zeros() >= length;
    match V6.iter().find(|(network, length, _)| within(*network, *length)) {
        Some((_, _, kind)) => *kind,
        // An interface of ISATAP (RFC 5214) has its IPv4 address in its last four bytes.
        None if (bits >> 32) as u32 & 0xfcff_ffff == 0x0000_5efe => Kind::Embedded,
        None if within(v6(&[0x2000]), 3) => Kind::Public,
        None => Kind::Reserved,
    }
}

/// The IPv4 address inside an IPv6 address, where there is one that somebody could be sent to.
pub(super) fn embedded(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(address) = address else { return None };
    if kind_v6(address) != Kind::Embedded {
        return None;
    }
    let bits = u128::from(address);
    let inside = match address.segments() {
        // 6to4 (RFC 3056) has it after its prefix; Teredo (RFC 4380) inverted at the end.
        [0x2002, ..] => (bits >> 80) as u32,
        [0x2001, 0, ..] => !(bits as u32),
        _ => bits as u32,
    };
    Some(Ipv4Addr::from(inside))
}
