//! Page tokens: opaque to the client, valid only for the request that they continue.

use crate::noise;

/// Where a listing goes on. The time is frozen at the first page, so that pages do not shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub as_of: i64,
    pub offset: u64,
    /// A second offset, for listings that merge two sources.
    pub second: u64,
}

impl Position {
    pub(crate) fn start(as_of: i64) -> Position {
        Position { as_of, offset: 0, second: 0 }
    }

    /// The token for this position in the listing that `request` identifies.
    pub(crate) fn token(&self, request: u64) -> String {
        let body = format!("{:016x}{:012x}{:012x}", self.as_of, self.offset, self.second);
        let seal = noise::combine(&[request, noise::text(&body)]);
        format!("{seal:016x}{body}")
    }

    /// Reads a token; `None` when it was not issued for this request.
    pub(crate) fn read(token: &str, request: u64) -> Option<Position> {
        if token.len() != 56 || !token.is_ascii() {
            return None;
        }
        let seal = u64::from_str_radix(&token[..16], 16).ok()?;
        let body = &token[16..];
        if seal != noise::combine(&[request, noise::text(body)]) {
            return None;
        }
        Some(Position {
            as_of: i64::from_str_radix(&body[..16], 16).ok()?,
            offset: u64::from_str_radix(&body[16..28], 16).ok()?,
            second: u64::from_str_radix(&body[28..], 16).ok()?,
        })
    }
}

/// One page of a list that is at hand, and the token of the next.
pub(crate) fn page<T>(
    items: Vec<T>,
    size: usize,
    position: Position,
    request: u64,
) -> (Vec<T>, Option<String>) {
    let total = items.len() as u64;
    let end = position.offset + size as u64;
    let next =
        (end < total && size > 0).then(|| Position { offset: end, ..position }.token(request));
    let page = items.into_iter().skip(position.offset as usize).take(size).collect();
    (page, next)
}
