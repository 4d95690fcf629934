//! Asking whether somebody may guess, and counting what came of it.

use std::net::{IpAddr, Ipv4Addr};

use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use identity::pace::{Factor, Pace, Reply};
use store::StoreError;

use super::{Caller, because};

/// Somebody who may try once.
pub(super) struct Guess<'a> {
    caller: &'a Caller,
    account: &'a str,
    address: IpAddr,
    factor: Factor,
}

/// Seconds to wait.
pub(super) struct TooFast(pub(super) i64);

impl<'a> Guess<'a> {
    /// Asks; a refusal is written to the audit log.
    pub(super) async fn begin(
        caller: &'a Caller,
        account: &'a str,
        factor: Factor,
    ) -> Result<Result<Self, TooFast>, StoreError> {
        // Without an address (in-process tests, a socket of the system) all share one.
        let address = caller.principal.address.parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let now = caller.now();
        // Whoever finds the book of failures broken must not let anybody guess.
        let reply = match caller.state.door.pace.lock() {
            Ok(mut pace) => pace.ask(account, address, factor, now.0),
            Err(_) => Reply::Wait { ms: domain::id::MINUTE_MS },
        };
        match reply {
            Reply::Allowed => Ok(Ok(Self { caller, account, address, factor })),
            Reply::Wait { ms } => {
                refused(caller, account, "too many attempts").await?;
                Ok(Err(TooFast((ms + 999) / 1_000)))
            }
        }
    }

    /// It was wrong.
    pub(super) fn wrong(self) {
        self.note(|pace, it, now| pace.failed(it.account, it.address, now));
    }

    /// It was right, and more is asked for.
    pub(super) fn right_so_far(self) {
        self.note(|pace, it, now| pace.passed(it.account, it.address, now));
    }

    /// It was right, and nothing more is asked for.
    pub(super) fn right(self) {
        self.note(|pace, it, now| pace.succeeded(it.account, it.address, it.factor, now));
    }

    /// An attempt counts as failed until it is noted otherwise, so a broken book loses nothing.
    fn note(&self, write: impl FnOnce(&mut Pace, &Self, i64)) {
        if let Ok(mut pace) = self.caller.state.door.pace.lock() {
            write(&mut pace, self, self.caller.now().0);
        }
    }
}

/// Longer names than these belong to nobody.
const LONGEST_NAME: usize = 200;

/// Writes that a sign-in was refused, with the name that was tried.
pub(super) async fn refused(
    caller: &Caller,
    account: &str,
    why: &'static str,
) -> Result<(), StoreError> {
    #[derive(serde::Serialize)]
    struct Why {
        why: &'static str,
    }
    let mut by = caller.by();
    by.origin.name = account.chars().take(LONGEST_NAME).collect();
    caller.state.writer.audit(by.was_refused("sign-in", "").with(&Why { why })).await.map(|_| ())
}

impl TooFast {
    /// For programs and people alike.
    pub(super) fn sentence(&self) -> String {
        let seconds = self.0;
        let span = if seconds >= 120 {
            format!("{} minutes", seconds.div_euclid(60) + 1)
        } else if seconds == 1 {
            "a second".to_owned()
        } else {
            format!("{seconds} seconds")
        };
        format!("There were too many attempts. Try again in {span}; nothing is locked for good.")
    }

    /// The status and the header that say how long to wait.
    pub(super) fn dress(&self, mut response: Response) -> Response {
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        if let Ok(value) = HeaderValue::from_str(&self.0.to_string()) {
            response.headers_mut().insert(RETRY_AFTER, value);
        }
        response
    }

    /// Where there is no page to put the sentence on.
    pub(super) fn bare(&self) -> Response {
        self.dress(because(StatusCode::TOO_MANY_REQUESTS, self.sentence()))
    }
}
