//! Addresses of people and machines: e-mail, URLs, IP version 6, network cards.

use std::net::Ipv6Addr;

use memchr::{memchr_iter, memmem};

use super::Hits;
use crate::kind::Kind;

/// Looks for them.
pub fn scan(text: &[u8], hits: &mut Hits) {
    urls(text, hits);
    emails(text, hits);
    colons(text, hits);
}

/// Absolute URLs as a whole: 164.514(b)(2)(i)(N) lists them, and paths and queries carry ids.
fn urls(text: &[u8], hits: &mut Hits) {
    let mut behind = 0;
    for at in memmem::find_iter(text, b"://") {
        if at < behind {
            continue;
        }
        let scheme = text[behind..at]
            .iter()
            .rev()
            .take(24)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'))
            .count();
        let stops = |byte: &u8| {
            byte.is_ascii_whitespace() || b"\"'<>`|\\^{}[".contains(byte) || *byte < b' '
        };
        let from = at + 3;
        // The host may be an address in brackets.
        let host = if text.get(from) == Some(&b'[') {
            text[from..]
                .iter()
                .take(48)
                .position(|byte| *byte == b']')
                .map_or(from, |end| from + end + 1)
        } else {
            from
        };
        let mut end = host + text[host..].iter().take_while(|byte| !stops(byte)).count();
        behind = end;
        while end > from && b".,;:!?)]*".contains(&text[end - 1]) && end > host {
            end -= 1;
        }
        if scheme > 0 && end > from {
            hits.add(Kind::Url, at - scheme, end);
        }
    }
}

fn emails(text: &[u8], hits: &mut Hits) {
    for at in memchr_iter(b'@', text) {
        let local = text[..at]
            .iter()
            .rev()
            .take(64)
            .take_while(|byte| {
                byte.is_ascii_alphanumeric()
                    || b".!#$%&*+-/=?^_`{|}~'".contains(byte)
                    || !byte.is_ascii()
            })
            .count();
        let domain = &text[at + 1..text.len().min(at + 254)];
        let length = domain
            .iter()
            .take_while(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-') || !byte.is_ascii()
            })
            .count();
        let domain = trimmed(&domain[..length]);
        let Some(dot) = memchr::memrchr(b'.', domain) else { continue };
        let top = &domain[dot + 1..];
        let name =
            top.len() >= 2 && top.iter().all(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
        let puny = top.starts_with(b"xn--");
        if local > 0 && dot > 0 && (name || puny) {
            hits.add(Kind::Email, local_start(text, at, local), at + 1 + domain.len());
        }
    }
}

/// `mail=jane@…` and `"{jane@…`: what stands before the last mark that names hardly carry is not
/// part of the address.
fn local_start(text: &[u8], at: usize, local: usize) -> usize {
    let before = &text[at - local..at];
    let mark = before.iter().rposition(|byte| b"={|}?&/".contains(byte));
    match mark {
        Some(mark) if mark + 1 < local => at - local + mark + 1,
        _ => at - local,
    }
}

/// Without the dots and hyphens at its end.
fn trimmed(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !matches!(byte, b'.' | b'-')).map_or(0, |last| last + 1);
    &text[..end]
}

/// Groups of hexadecimal digits with colons: IP version 6 (RFC 4291) and network cards.
fn colons(text: &[u8], hits: &mut Hits) {
    let mut behind = 0;
    for at in memchr_iter(b':', text) {
        let next = text.get(at + 1);
        if at < behind || !next.is_some_and(|byte| byte.is_ascii_hexdigit() || *byte == b':') {
            continue;
        }
        let before = text[behind..at]
            .iter()
            .rev()
            .take(5)
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        let start = at - before;
        let length = text[start..]
            .iter()
            .take(64)
            .take_while(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
            .count();
        let end = start + length;
        behind = end;
        let word = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        };
        if before > 4 || start > 0 && word(text.get(start - 1)) || word(text.get(end)) {
            continue;
        }
        let token = &text[start..end];
        let token =
            &token[..token.iter().rposition(|byte| *byte != b'.').map_or(0, |last| last + 1)];
        if is_mac(token, b':') {
            hits.add(Kind::Mac, start, start + token.len());
        } else if let Some(length) = ipv6(token) {
            hits.add(Kind::Ip, start, start + length);
        }
    }
}

/// Six pairs of hexadecimal digits.
pub fn is_mac(token: &[u8], mark: u8) -> bool {
    token.len() == 17
        && token.iter().enumerate().all(|(place, byte)| match place % 3 {
            2 => *byte == mark,
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The length of an address at the beginning that is more than a loopback.
fn ipv6(token: &[u8]) -> Option<usize> {
    // Times of day have colons too.
    if memmem::find(token, b"::").is_none() && memchr_iter(b':', token).count() < 7 {
        return None;
    }
    let token = std::str::from_utf8(token).ok()?;
    let token = if token.ends_with("::") { token } else { token.trim_end_matches(':') };
    let address: Ipv6Addr = token.parse().ok()?;
    (!address.is_loopback() && !address.is_unspecified()).then_some(token.len())
}
