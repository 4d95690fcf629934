//! The trail: a log in which every later change shows.
//!
//! Each [`Entry`] is encoded in one way only, hashed together with the hash of the entry before it
//! ([`link()`]), and the head of that chain is signed from time to time ([`Signer`],
//! [`Checkpoint`]). Signed heads that are kept elsewhere are *anchors*: they, or a public key that
//! is known from elsewhere, are what shows that somebody rewrote the whole chain or cut its tail.
//! Personal details stand beside the chain under a salted commitment ([`Detail`]), so that erasing
//! them lawfully leaves the chain whole.
//!
//! Read in this order: [`entry`], [`mod@link`], [`chain`] (the rules that the live log and an
//! export share), [`checkpoint`] and [`signer`], [`export`], [`mod@verify`]. `FORMAT.md`
//! ([`FORMAT`]) says the same in bytes, for those who write a verifier of their own.
//!
//! Pure but for the files of a key and of an export: no clock, no SQL, no network.
#![warn(missing_docs)]

mod bytes;
mod error;
mod lines;
mod manifest_check;
mod row;
mod time;
mod walk;
mod witness;

pub mod chain;
pub mod checkpoint;
pub mod detail;
pub mod entry;
pub mod export;
pub mod fault;
pub mod hash;
pub mod key;
pub mod link;
pub mod manifest;
pub mod report;
pub mod signer;
pub mod verify;

pub use chain::Verifier;
pub use checkpoint::{Checkpoint, SignedCheckpoint, read_anchors};
pub use detail::Detail;
pub use entry::{Entry, Outcome, TEXT_LIMIT};
pub use error::Error;
pub use export::Export;
pub use fault::{Fault, Voucher, Wrong};
pub use hash::Hash;
pub use key::{PublicKey, Signature};
pub use link::{Link, link};
pub use manifest::{Extent, FileDigest, Manifest};
pub use report::{KeyStanding, Report};
pub use signer::Signer;
pub use time::rfc3339;
pub use verify::{Trust, verify};

/// The documentation of the format, which every export carries as `FORMAT.md`.
pub const FORMAT: &str = include_str!("../FORMAT.md");

/// The version of every encoding of this crate. It is part of all that is hashed or signed.
pub const VERSION: u32 = 1;
