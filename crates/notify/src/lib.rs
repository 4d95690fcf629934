//! How somebody hears of an incident.
//!
//! A [`Notice`] says what there is to say; a [`Channel`] says where it goes; a [`Sender`] makes one
//! attempt and classifies what came of it as an [`Outcome`]. No clock, no SQL, no pages: the time of
//! an attempt and randomness are parameters, and whoever calls keeps receipts and tries again.
//!
//! Security incidents are reported to those who respond to them (45 CFR 164.308(a)(6)(ii)). What
//! leaves the product is the minimum for that (164.502(b)): ids, counts, names of rules and links.
//!
//! Read in this order: [`notice`], [`outcome`] and [`backoff`]; [`reach`], the guard that keeps
//! requests from going to the inside; then the channels, each with its provider's rules:
//! [`pagerduty`], [`slack`], [`webhook`], [`email`], [`sns`], [`heartbeat`].
#![warn(missing_docs)]

pub mod backoff;
pub mod channel;
pub mod email;
pub mod heartbeat;
mod http;
mod link;
pub mod notice;
pub mod outcome;
pub mod pagerduty;
pub mod reach;
mod secret;
pub mod sender;
pub mod slack;
pub mod sns;
mod text;
mod tls;
pub mod webhook;

pub use channel::{Channel, Flaw};
pub use email::Email;
pub use heartbeat::Heartbeat;
pub use notice::{Counts, Event, Line, Link, Notice, Reason};
pub use outcome::Outcome;
pub use pagerduty::PagerDuty;
pub use reach::{Allowed, Reach};
pub use secret::Secret;
pub use sender::{Sender, Settings};
pub use slack::Slack;
pub use sns::Sns;
pub use webhook::Webhook;
