//! How somebody hears of an incident.
//!
//! A [`Notice`] says what there is to say; an [`Outcome`] what came of an attempt to say it. No
//! clock, no SQL, no pages: the time of an attempt and randomness are parameters.
//!
//! Security incidents are reported to those who respond to them (45 CFR 164.308(a)(6)(ii)). What
//! leaves the product is the minimum for that (164.502(b)): ids, counts, names of rules and links.
//!
//! Read in this order: [`notice`], [`outcome`] and [`backoff`]; [`reach`], the guard that keeps
//! requests from going to the inside.
#![warn(missing_docs)]

pub mod backoff;
mod link;
pub mod notice;
pub mod outcome;
pub mod reach;
mod secret;

pub use notice::{Counts, Event, Line, Link, Notice, Reason};
pub use outcome::Outcome;
pub use reach::{Allowed, Reach};
pub use secret::Secret;
