//! Pages as a browser gets them, made from hand-made values.
//!
//! Each page is also written to `<target>/pages/`, with the style sheet linked, to be looked at.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod door;
mod overview;
mod pages;
mod render;
mod routes;
mod samples;
mod shell;
