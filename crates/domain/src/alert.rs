//! Alerts: what somebody has to do something about, and how urgently.
//!
//! A signal is classified first, then grouped into an incident, then de-duplicated, then routed. What
//! is classified how stands in data with a version, not here. Security incidents are identified and
//! responded to (45 CFR 164.308(a)(6)(ii)); activity is reviewed (164.308(a)(1)(ii)(D)).

mod class;

pub use class::{Class, Route};
