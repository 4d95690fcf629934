//! The guard: where requests never go, in whatever spelling.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ipnet::{Ipv4Net, Ipv6Net};
use notify::reach::{Barred, Kind, Lookup, kind};
use notify::{Allowed, Outcome, Reach, Sender, Settings};
use proptest::prelude::*;

use crate::outcomes::webhook;
use crate::served::{Secure, Server, status};
use crate::{NOW, is_refused, is_retry, notice, reach, settings, why};

/// Written again from IANA's registries, so that the test shares no table with the guard.
const CLOSED_V4: [&str; 19] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "168.63.129.16/32",
];
const CLOSED_V6: [&str; 18] = [
    "::/128",
    "::1/128",
    "::/96",
    "::ffff:0:0/96",
    "::ffff:0:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
    "fd00:ec2::254/128",
];

fn closed_v4() -> impl Strategy<Value = Ipv4Addr> {
    let nets: Vec<Ipv4Net> = CLOSED_V4.iter().map(|net| net.parse().unwrap()).collect();
    (proptest::sample::select(nets), any::<u32>()).prop_map(|(net, bits)| {
        let host = bits & u32::from(net.hostmask());
        Ipv4Addr::from(u32::from(net.network()) | host)
    })
}

fn closed_v6() -> impl Strategy<Value = Ipv6Addr> {
    let nets: Vec<Ipv6Net> = CLOSED_V6.iter().map(|net| net.parse().unwrap()).collect();
    (proptest::sample::select(nets), any::<u128>()).prop_map(|(net, bits)| {
        let host = bits & u128::from(net.hostmask());
        Ipv6Addr::from(u128::from(net.network()) | host)
    })
}

/// The spellings that the URL Standard, `inet_aton` and careless readers know.
fn spellings(address: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = address.octets();
    let bits = u32::from(address);
    let (low16, low24) = (bits & 0xffff, bits & 0xff_ffff);
    let wide = |text: &str| -> String {
        let turn = |c: char| match c {
            '0'..='9' => char::from_u32(c as u32 - '0' as u32 + 0xff10).unwrap(),
            '.' => '\u{3002}',
            other => other,
        };
        text.chars().map(turn).collect()
    };
    let percent = |text: &str| -> String {
        text.bytes().fold(String::new(), |all, byte| format!("{all}%{byte:02x}"))
    };
    let dotted = address.to_string();
    vec![
        dotted.clone(),
        format!("{dotted}."),
        format!("{bits}"),
        format!("{bits}."),
        format!("0x{bits:x}"),
        format!("0X{bits:08X}"),
        format!("0{bits:o}"),
        format!("{a}.{b}.{low16}"),
        format!("{a}.{low24}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("0000{a:o}.{b}.0x{low16:x}"),
        wide(&dotted),
        percent(&dotted),
        format!("[::ffff:{dotted}]"),
        format!("[::{dotted}]"),
        format!("[0:0:0:0:0:FFFF:{:x}:{:x}]", bits >> 16, low16),
        format!("[64:ff9b::{dotted}]"),
        format!("[64:ff9b:1::{dotted}]"),
        format!("[2002:{:x}:{:x}::1]", bits >> 16, low16),
        format!("[2001::{:x}:{:x}]", !bits >> 16, !low16 & 0xffff),
        format!("[2600:1f18::5efe:{:x}:{:x}]", bits >> 16, low16),
        format!("[2600:1f18::200:5efe:{:x}:{:x}]", bits >> 16, low16),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_closed_address_passes_in_any_spelling(address in closed_v4(), path in "[a-z/]{0,8}") {
        let guard = reach(&[]);
        prop_assert_ne!(kind(IpAddr::V4(address)), Kind::Public);
        for spelling in spellings(address) {
            for scheme in ["https", "http", "HTTPS"] {
                let url = format!("{scheme}://{spelling}:8443/{path}");
                let barred = guard.url(&url);
                prop_assert!(matches!(barred, Err(Barred::Closed { .. })), "{} {:?}", url, barred);
            }
            let barred = guard.host(&spelling);
            prop_assert!(matches!(barred, Err(Barred::Closed { .. })), "{} {:?}", spelling, barred);
        }
    }

    #[test]
    fn no_closed_ipv6_address_passes(address in closed_v6()) {
        prop_assert_ne!(kind(IpAddr::V6(address)), Kind::Public);
        for url in [format!("https://[{address}]/"), format!("http://[{address}]:80/")] {
            prop_assert!(matches!(reach(&[]).url(&url), Err(Barred::Closed { .. })), "{}", url);
        }
        prop_assert!(reach(&[]).host(&address.to_string()).is_err());
    }

    /// And nothing else is closed, or pages would not arrive.
    #[test]
    fn whatever_is_in_no_registry_is_public(bits in any::<u32>()) {
        let address = Ipv4Addr::from(bits);
        let listed = CLOSED_V4.iter().any(|net| net.parse::<Ipv4Net>().unwrap().contains(&address))
            || ["100.100.100.200", "192.0.0.192"].contains(&address.to_string().as_str());
        prop_assert_eq!(kind(IpAddr::V4(address)) == Kind::Public, !listed);
        prop_assert_eq!(reach(&[]).url(&format!("https://{address}/")).is_ok(), !listed);
    }

    #[test]
    fn only_global_unicast_is_public(bits in any::<u128>()) {
        let global = Ipv6Addr::from((bits >> 3) | (1 << 125));
        let listed = CLOSED_V6.iter().any(|net| net.parse::<Ipv6Net>().unwrap().contains(&global));
        let isatap = (u128::from(global) >> 32) as u32 & 0xfcff_ffff == 0x5efe;
        prop_assert_eq!(kind(IpAddr::V6(global)) == Kind::Public, !listed && !isatap);
        let any = Ipv6Addr::from(bits);
        if bits >> 125 != 1 {
            prop_assert_ne!(kind(IpAddr::V6(any)), Kind::Public);
        }
    }

    /// What resolves to a closed address is as closed as the address.
    #[test]
    fn names_of_closed_addresses_are_closed(v4 in closed_v4(), v6 in closed_v6()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for found in [vec![IpAddr::V4(v4)], vec![IpAddr::V6(v6), IpAddr::V4(v4)]] {
            let guard = Reach::with_lookup(Allowed::default(), answering(vec![found]));
            let resolved = runtime.block_on(guard.resolve("hooks.example.com", 443));
            let closed = matches!(resolved, Err(Barred::Closed { .. }));
            prop_assert!(closed, "{:?}", resolved);
        }
    }

    #[test]
    fn an_open_network_opens_itself_and_nothing_else(inside in any::<u8>(), other in closed_v4()) {
        let guard = reach(&["10.20.30.0/24"]);
        let url = format!("http://10.20.30.{inside}/");
        prop_assert!(guard.url(&url).is_ok());
        if other.octets()[..3] != [10, 20, 30] {
            let url = format!("https://{other}/");
            prop_assert!(guard.url(&url).is_err());
        }
    }

    #[test]
    fn no_text_makes_the_guard_panic(text in "\\PC{0,60}") {
        let _ = reach(&["10.0.0.0/8"]).url(&text);
        let _ = reach(&[]).url(&format!("https://{text}"));
        let _ = reach(&[]).host(&text);
        let _ = Allowed::parse(&[text]);
    }
}

/// A resolver that gives these answers in turn, the last for ever.
fn answering(answers: Vec<Vec<IpAddr>>) -> Lookup {
    let count = AtomicUsize::new(0);
    Arc::new(move |_| {
        let turn = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        let found = answers[turn].clone();
        Box::pin(async move { Ok(found) })
    })
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn kinds_have_their_names() {
    for (address, expected) in [
        ("169.254.169.254", Kind::Metadata),
        ("fd00:ec2::254", Kind::Metadata),
        ("169.254.170.2", Kind::Metadata),
        ("169.254.1.1", Kind::LinkLocal),
        ("100.127.255.255", Kind::Shared),
        ("172.31.255.255", Kind::Private),
        ("::ffff:8.8.8.8", Kind::Embedded),
        ("64:ff9b::808:808", Kind::Embedded),
        ("255.255.255.255", Kind::Multicast),
        ("8.8.8.8", Kind::Public),
        ("172.32.0.1", Kind::Public),
        ("100.128.0.1", Kind::Public),
        ("2606:4700:4700::1111", Kind::Public),
        ("2600:1f18::1", Kind::Public),
    ] {
        assert_eq!(kind(ip(address)), expected, "{address}");
    }
}

#[test]
fn schemes_and_user_names_are_refused() {
    let guard = reach(&["inside.clinic.example"]);
    assert!(guard.url("https://hooks.example.com/x").is_ok());
    assert!(guard.url("http://inside.clinic.example/x").is_ok());
    assert!(guard.url("http://INSIDE.clinic.example.:8080/x").is_ok());
    assert_eq!(guard.url("http://hooks.example.com/"), Err(Barred::Scheme));
    for scheme in ["ftp", "file", "gopher", "data", "ws", "unix"] {
        assert!(guard.url(&format!("{scheme}://hooks.example.com/")).is_err(), "{scheme}");
    }
    for user in ["https://u@h.example/", "https://u:hunter2@h.example/", "https://:p@h.example/"] {
        assert_eq!(guard.url(user), Err(Barred::UserInfo));
    }
    for bad in ["", "hooks.example.com/x", "https://", "/x", "https://[::1"] {
        assert!(guard.url(bad).is_err(), "{bad}");
    }
    // What stands before the `@` is no host.
    let trick = guard.url("https://hooks.example.com@169.254.169.254/");
    assert_eq!(trick, Err(Barred::UserInfo));
    let backslash = guard.url("https://169.254.169.254\\@hooks.example.com/");
    assert!(matches!(backslash, Err(Barred::Closed { .. })), "{backslash:?}");
}

#[tokio::test]
async fn a_named_host_opens_the_inside_for_itself_alone() {
    let found = |address: &str| answering(vec![vec![ip(address)]]);
    let allowed = || Allowed::parse(&["alerts.clinic.example"]).unwrap();
    for (address, open) in [
        ("10.1.2.3", true),
        ("127.0.0.1", true),
        ("fd12::1", true),
        ("100.64.1.1", true),
        ("169.254.1.1", false),
        ("169.254.169.254", false),
        ("fd00:ec2::254", false),
        ("0.0.0.0", false),
        ("224.0.0.1", false),
        ("::ffff:10.1.2.3", false),
        ("64:ff9b::a01:203", false),
    ] {
        let guard = Reach::with_lookup(allowed(), found(address));
        assert_eq!(guard.resolve("alerts.clinic.example", 443).await.is_ok(), open, "{address}");
        assert!(guard.resolve("other.clinic.example", 443).await.is_err(), "{address}");
        assert!(guard.resolve("x.alerts.clinic.example", 443).await.is_err(), "{address}");
    }
}

#[test]
fn metadata_opens_by_its_own_address_and_gateways_need_both() {
    assert!(reach(&["169.254.0.0/16"]).url("http://169.254.1.1/").is_ok());
    assert!(reach(&["169.254.0.0/16"]).url("http://169.254.169.254/").is_err());
    assert!(reach(&["169.254.169.254"]).url("http://169.254.169.254/").is_ok());
    // DNS64: the gateway's network is opened, so public addresses go through it, and no others.
    let gateway = reach(&["64:ff9b::/96"]);
    assert!(gateway.url("https://[64:ff9b::8.8.8.8]/").is_ok());
    assert!(gateway.url("https://[64:ff9b::10.0.0.1]/").is_err());
    assert!(gateway.url("https://[64:ff9b::169.254.169.254]/").is_err());
    assert!(reach(&["64:ff9b::/96", "10.0.0.0/8"]).url("https://[64:ff9b::10.0.0.1]/").is_ok());
}

#[test]
fn entries_that_would_open_everything_are_refused() {
    for bad in [
        "0.0.0.0/0",
        "::/0",
        "128.0.0.0/1",
        "",
        " ",
        "a b",
        "10.1",
        "0x7f000001",
        "http://h/",
        "10.0.0.0/33",
        "fe80::1%eth0",
    ] {
        assert!(Allowed::parse(&[bad]).is_err(), "{bad}");
    }
    assert!(Allowed::parse(&["10.0.0.0/8", "fc00::/7", "::1", "Host.example."]).is_ok());
}

#[tokio::test]
async fn closed_addresses_among_open_ones_are_left_out() {
    let mixed = vec![ip("10.0.0.1"), ip("8.8.8.8"), ip("::1"), ip("2606:4700::1")];
    let guard = Reach::with_lookup(Allowed::default(), answering(vec![mixed]));
    let kept = guard.resolve("h.example", 8443).await.unwrap();
    let kept: Vec<String> = kept.iter().map(ToString::to_string).collect();
    assert_eq!(kept, ["8.8.8.8:8443", "[2606:4700::1]:8443"]);
    let none = Reach::with_lookup(Allowed::default(), answering(vec![vec![]]));
    let missing = none.resolve("h.example", 443).await.unwrap_err();
    assert!(missing.is_passing(), "{missing:?}");
}

fn sends(reach: Reach, roots: &[&Secure]) -> Sender {
    let roots_pem = roots.iter().map(|secure| secure.pem.clone()).collect();
    Sender::new(Settings { reach, roots_pem, ..settings() }).unwrap()
}

async fn post(sender: &Sender, url: &str) -> Outcome {
    sender.send(&webhook(url), &notice(), None, NOW).await
}

/// The name is good when it is first resolved, and leads inside the second time.
#[tokio::test]
async fn rebinding_does_not_get_round_the_check() {
    let server = Secure::start("rebind.example").await;
    let url = format!("https://rebind.example:{}/topsecret", server.port);
    for inside in ["10.0.0.5", "169.254.169.254", "fd00:ec2::254", "::ffff:127.0.0.1"] {
        let lookup = answering(vec![vec![ip("127.0.0.1")], vec![ip(inside)]]);
        let guard = Reach::with_lookup(Allowed::parse(&["127.0.0.1"]).unwrap(), lookup);
        let sender = sends(guard, &[&server]);
        let first = post(&sender, &url).await;
        assert!(first.is_delivered(), "{first:?}");
        let second = post(&sender, &url).await;
        assert!(is_refused(&second), "{inside}: {second:?}");
        assert!(why(&second).contains("rebind.example is"), "{second:?}");
    }
}

/// A server stands where the name leads, and is never spoken to.
#[tokio::test]
async fn names_that_lead_inside_are_not_connected_to() {
    let server = Server::start(vec![status(200)]).await;
    let sender =
        sends(Reach::with_lookup(Allowed::default(), answering(vec![vec![ip("127.0.0.1")]])), &[]);
    let url = format!("https://hooks.example.com:{}/topsecret", server.port);
    let outcome = post(&sender, &url).await;
    assert!(is_refused(&outcome) && why(&outcome).contains("this machine"), "{outcome:?}");
    let checked = sender.check(&webhook(&url), NOW).await.unwrap_err();
    assert!(checked.contains("this machine"), "{checked}");
    // The system's resolver knows this one.
    let real = Sender::new(Settings::new(reach(&[]))).unwrap();
    let outcome = post(&real, &format!("https://localhost:{}/", server.port)).await;
    assert!(is_refused(&outcome) && why(&outcome).contains("this machine"), "{outcome:?}");
    for host in ["LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost"] {
        // Not every system knows all of these; none of them leads anywhere.
        let outcome = post(&real, &format!("https://{host}:{}/", server.port)).await;
        assert!(!outcome.is_delivered(), "{outcome:?}");
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_name_that_does_not_resolve_may_do_so_later() {
    let lookup: Lookup = Arc::new(|_| Box::pin(async { Err(std::io::Error::other("hunter2")) }));
    let sender = sends(Reach::with_lookup(Allowed::default(), lookup), &[]);
    let outcome = post(&sender, "https://hooks.example.com/topsecret").await;
    assert!(is_retry(&outcome), "{outcome:?}");
    assert_eq!(why(&outcome), "hooks.example.com cannot be resolved");
}

#[tokio::test]
async fn certificates_are_checked_against_the_name() {
    let server = Secure::start("good.example").await;
    let stranger = Secure::start("good.example").await;
    let here = || {
        Reach::with_lookup(
            Allowed::parse(&["127.0.0.1"]).unwrap(),
            answering(vec![vec![ip("127.0.0.1")]]),
        )
    };
    let good = format!("https://good.example:{}/topsecret", server.port);
    let sender = sends(here(), &[&server]);
    assert!(post(&sender, &good).await.is_delivered());
    let found = sender.check(&webhook(&good), NOW).await.unwrap();
    assert_eq!(found, format!("connected to good.example:{}, TLS 1.3", server.port));
    for bad in [
        format!("https://other.example:{}/topsecret", server.port),
        format!("https://good.example:{}/topsecret", stranger.port),
    ] {
        let outcome = post(&sender, &bad).await;
        assert!(is_retry(&outcome) && why(&outcome).contains("certificate"), "{outcome:?}");
        let checked = sender.check(&webhook(&bad), NOW).await.unwrap_err();
        assert!(checked.contains("certificate"), "{checked}");
    }
    // Plain HTTP where TLS is expected.
    let plain = Server::start(vec![]).await;
    let outcome = post(&sender, &format!("https://good.example:{}/", plain.port)).await;
    assert!(is_retry(&outcome), "{outcome:?}");
    assert!(plain.asked().is_empty());
}

#[test]
fn a_certificate_that_is_none_is_an_error() {
    let bad = b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n".to_vec();
    assert!(Sender::new(Settings { roots_pem: vec![bad], ..settings() }).is_err());
}
