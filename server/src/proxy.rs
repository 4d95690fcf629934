//! Who may connect, and from whom a connection comes, when proxies stand in front.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use app::access::Peer;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use ipnet::IpNet;

use crate::refusal::refuse_request;

/// The proxies that are believed. Without any, everybody is who the socket says.
#[derive(Debug, Clone, Default)]
pub struct Proxies(pub Arc<[IpNet]>);

impl Proxies {
    fn know(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|net| net.contains(&address))
    }
}

/// Lets the named proxies in and takes their word for who is behind them. This machine itself may
/// connect too: health checks come from there.
///
/// The word is the last address in `X-Forwarded-For` that is not one of the proxies: everything to
/// the left of it was written by whoever sent the request.
pub async fn trust(State(proxies): State<Proxies>, mut request: Request, next: Next) -> Response {
    let socket = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let Some(socket) = socket.filter(|_| !proxies.0.is_empty()) else {
        return next.run(request).await;
    };
    if !proxies.know(socket) {
        if socket.to_canonical().is_loopback() {
            return next.run(request).await;
        }
        let why = "Only the proxies that server.proxies names may connect to this address.";
        return refuse_request(&request, StatusCode::FORBIDDEN, why);
    }
    match behind(&proxies, request.headers()) {
        Ok(Some(peer)) => {
            request.extensions_mut().insert(Peer(peer));
        }
        Ok(None) => {}
        Err(why) => return refuse_request(&request, StatusCode::BAD_REQUEST, why),
    }
    next.run(request).await
}

fn behind(proxies: &Proxies, headers: &HeaderMap) -> Result<Option<IpAddr>, &'static str> {
    let scheme = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    if scheme.is_some_and(|scheme| !scheme.eq_ignore_ascii_case("https")) {
        return Err("The proxy says that the browser did not use https. It has to redirect there.");
    }
    let mut hops = Vec::new();
    for value in headers.get_all("x-forwarded-for") {
        let text = value.to_str().map_err(|_| UNREADABLE)?;
        for hop in text.split(',') {
            hops.push(address(hop.trim()).ok_or(UNREADABLE)?);
        }
    }
    Ok(hops.into_iter().rev().find(|hop| !proxies.know(*hop)))
}

const UNREADABLE: &str = "X-Forwarded-For holds something that is no address.";

/// An address, which some proxies write with its port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = || text.parse().ok();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare().or_else(bracketed).or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[(&'static str, &'static str)]) -> Result<Option<IpAddr>, &'static str> {
        let proxies = Proxies(["10.0.0.0/8".parse().unwrap()].into());
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        behind(&proxies, &map)
    }

    #[test]
    fn the_last_stranger_counts_and_not_what_a_stranger_wrote() {
        let stranger: IpAddr = "203.0.113.9".parse().unwrap();
        assert_eq!(of(&[("x-forwarded-for", "203.0.113.9")]), Ok(Some(stranger)));
        assert_eq!(of(&[("x-forwarded-for", "127.0.0.1, 203.0.113.9")]), Ok(Some(stranger)));
        assert_eq!(
            of(&[("x-forwarded-for", "198.51.100.1, 203.0.113.9:4711, 10.2.3.4")]),
            Ok(Some(stranger))
        );
        let two = [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(of(&two), Ok(Some(stranger)));
        assert_eq!(of(&[]), Ok(None));
        assert!(of(&[("x-forwarded-for", "unknown")]).is_err());
    }

    #[test]
    fn a_browser_without_tls_is_refused() {
        assert!(of(&[("x-forwarded-proto", "http")]).is_err());
        assert_eq!(of(&[("x-forwarded-proto", "https")]), Ok(None));
    }

    #[test]
    fn an_address_written_in_the_other_family_is_the_same_address() {
        let proxies = Proxies(["10.0.0.0/8".parse().unwrap()].into());
        assert!(proxies.know("::ffff:10.1.1.1".parse().unwrap()));
    }
}
