//! OTLP in, PHI out.
//!
//! Applications send traces and logs in the protocol of OpenTelemetry (OTLP 1.x). This crate reads a
//! request, takes out of every text in it what identifies a patient, understands what
//! `docs/telemetry.md` calls conventions (sign-ins, audit events, PHI endpoints), and hands on
//! values of [`domain`]. It knows no SQL, no HTTP and no clock, and it keeps nothing: what was taken
//! out exists nowhere afterwards, not in errors either.
//!
//! What is taken out are the identifiers of the Safe Harbor method, 45 CFR 164.514(b)(2)(i), as far
//! as patterns, check digits and the words next to them can find them ([`Kind`]). Names without a
//! key are not among that. A text is looked at as it stands and as it reads with its escapes undone.
//! The time is linear in the length of the text, and replacing what was replaced changes nothing.
//!
//! Read in this order: [`Sieve`] (the door), `walk` (every position), `scan` (what is looked for),
//! `keys` and `values` (words and what stands behind them), `view` (escapes), `wire` (the protocol).
#![warn(missing_docs)]

mod answer;
mod checks;
mod conventions;
mod encoded;
mod keys;
mod kind;
mod logs;
mod operator;
mod receive;
mod scan;
mod sieve;
mod traces;
mod values;
mod view;
mod walk;
mod wire;

pub use answer::{Code, Signal, accepted, failed};
pub use kind::Kind;
pub use operator::{OperatorRule, RuleProblem};
pub use receive::{Encoding, Refused};
pub use sieve::{CheckFailed, Cleaned, Sieve};
