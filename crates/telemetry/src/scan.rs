//! One look through a text for everything that identifies.
//!
//! Each scanner passes over the text once and looks around a candidate no further than a constant
//! number of bytes, or moves on behind what it took; so the time is linear in the length.

mod codes;
mod encoded_runs;
mod keyed;
mod net;
mod numbers;

pub use encoded_runs::runs;

use crate::{keys::Keys, kind::Kind};

/// Something to take out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Its first byte.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
    /// Which rule: a [`Kind`], or one of the operator's behind them.
    pub rule: u16,
}

/// What a scan found.
#[derive(Debug, Default)]
pub struct Hits {
    /// In no order, and possibly over each other.
    pub all: Vec<Hit>,
    /// Whether a word of the table stood there, with or without a value.
    pub keys: bool,
}

impl Hits {
    /// Adds one.
    pub fn add(&mut self, kind: Kind, start: usize, end: usize) {
        if start < end {
            self.all.push(Hit { start, end, rule: kind.index() });
        }
    }
}

/// Looks through a text.
pub fn scan(keys: &Keys, text: &[u8], hits: &mut Hits) {
    keyed::scan(keys, text, hits);
    numbers::scan(text, hits);
    net::scan(text, hits);
}
