//! The one executable, `wardround`: reads the configuration, wires everything, runs it.
//!
//! No formulas, no SQL, no markup: those live in `domain`, `store` and `app`. Read in this order:
//! [`cli`] (the commands), [`config`], [`serving`] (how the pieces meet), [`round`] and
//! [`schedule`] (the background task), [`http`] (the router and everything around it), [`api`].

pub mod api;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod eventbridge;
pub mod events;
pub mod headers;
pub mod health;
pub mod http;
pub mod ingest;
pub mod lock;
pub mod measure;
pub mod metrics;
pub mod oncall;
pub mod premises;
pub mod proxy;
pub mod refusal;
mod replay;
pub mod restore;
pub mod round;
mod runbooks;
pub mod schedule;
mod second_look;
pub mod serving;
pub mod simulated;
pub mod site;
mod sli_metrics;
pub mod tls;
pub mod upkeep;
pub mod witness;
