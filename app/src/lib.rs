//! The user interface: pages rendered on the server, and the islands.
//!
//! A page is a struct that is loaded first and rendered then: `load` asks the store, `view` turns
//! the struct into markup and asks nobody. State is in the URL; filters are GET forms and links;
//! changes are POST forms in [`actions`]. Only [`islands`] is also compiled for the browser, and
//! nothing on a page depends on it to be read or operated.
//!
//! This is the only file with `cfg(feature)`: everything below the line is the server's.

pub mod islands;

#[cfg(feature = "ssr")]
mod server_side {
    pub use crate::register_routes::uploads;
    pub use crate::routes::router;
    #[cfg(feature = "measure")]
    pub use crate::routes::ungated;
    pub use crate::state::{
        AppState, Assets, Busy, CollectorEnd, CollectorHandle, Door, Installation, Mode, Notary,
        OnCall, Progress, Provider, Replay, Replayed, Tools, Verified, Wake, collector,
    };
}
#[cfg(feature = "ssr")]
pub use server_side::*;

#[cfg(feature = "ssr")]
pub mod access;
#[cfg(feature = "ssr")]
pub mod actions;
#[cfg(feature = "ssr")]
mod around;
#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod error;
#[cfg(feature = "ssr")]
mod kept;
#[cfg(feature = "ssr")]
mod oncall_routes;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod query;
#[cfg(feature = "ssr")]
mod register_routes;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
mod runbook_routes;
#[cfg(feature = "ssr")]
pub mod setting;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod state;
#[cfg(feature = "ssr")]
mod suppression_routes;
#[cfg(feature = "ssr")]
pub mod words;
