//! AWS CloudTrail: whether trails record, who signed in to the console, which calls were denied.
//!
//! `LookupEvents` gives the management events of one region, newest first, 50 at a time and two
//! calls a second. Sign-ins are asked for by name. Denied calls cannot be: the latest events are
//! paged through, and when there are more of them than a visit may ask for, the rest is noted as
//! not looked at.
//!
//! The answers of `LookupEvents` are not kept as evidence: they hold everything that everybody did,
//! with addresses, programs and parameters. The events that count are kept, reduced to
//! [`domain::AccessEvent`], under the id by which CloudTrail's own log files have them.

#[cfg(feature = "aws")]
pub(crate) mod fetch;
mod identity;
pub mod map;
