//! Drives the simulation over HTTP, the way a client does.

#![expect(clippy::expect_used, reason = "the helpers of a test may panic")]

mod client;
mod config;
mod control;
mod findings;
mod identity;
mod prowler;
mod scale;
