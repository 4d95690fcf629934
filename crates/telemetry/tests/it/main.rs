//! Requests go in by the door that the server uses; what comes out must not say who.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may panic")]

mod answers;
mod clean;
mod conformance;
mod conventions;
mod decoding;
mod linear;
mod operator;
mod properties;
mod requests;
mod texts;

use telemetry::Sieve;

/// A sieve with the built-in rules.
fn sieve() -> Sieve {
    Sieve::new(&[], [7; 32]).unwrap()
}
