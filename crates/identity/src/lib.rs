//! How a person or a program proves who it is.
//!
//! Plain functions over credentials: no SQL, no HTTP, no clock. Time comes in as milliseconds since
//! 1970; randomness comes from the operating system. Nothing here prints a secret: every type that
//! holds one hides it from `Debug` and wipes it when dropped.
//!
//! Read in this order: [`password`], [`totp`] and [`recovery`] (what a person knows and has),
//! [`secret`] (what a browser or a program carries afterwards), [`seal`] (how a secret that must be
//! read again lies on disk), [`pace`] (how fast anybody may guess), [`session`] and [`step_up`]
//! (how long a proof lasts).
//!
//! The rules come from 45 CFR 164.312(a)(2)(iii) (automatic logoff) and 164.312(d) (person or
//! entity authentication), which set no numbers, and from NIST SP 800-63B, which does.
#![warn(missing_docs)]

pub mod pace;
pub mod password;
pub mod random;
pub mod recovery;
pub mod seal;
pub mod secret;
pub mod session;
pub mod step_up;
pub mod totp;

pub use pace::{Factor, Pace, Reply};
pub use password::{PasswordHash, Weak};
pub use random::NoRandomness;
pub use seal::SealingKey;
pub use secret::{Kind, Secret};
pub use session::Expiry;
pub use totp::{Totp, TotpError};
