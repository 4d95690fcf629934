//! Sign-in through an OpenID Connect provider.
//!
//! Read `client.rs` first: it goes out and comes back. `claims.rs` is what the provider says about a
//! person, `error.rs` why somebody is not let in.

#![warn(missing_docs)]

mod claims;
mod client;
mod error;

pub use claims::Vouched;
pub use client::{Begun, Client, Pending, Settings};
pub use error::Error;
