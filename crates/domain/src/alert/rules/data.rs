//! The rules that are built in.

use super::{Rules, read};
use crate::id::MINUTE_MS;

/// How long an alert goes on firing after it was last seen, unless its rule says otherwise.
pub(super) const KEEP_FIRING_MS: i64 = 5 * MINUTE_MS;

const BUILT_IN: &str = include_str!("../rules.toml");

/// The tables of the built-in file, one for each rule.
pub(super) fn tables() -> Vec<toml::Table> {
    match read::tables(BUILT_IN) {
        Ok(tables) => tables,
        // The file is part of the program and the tests read it.
        Err(flaw) => panic!("the built-in rules are broken: {flaw}"),
    }
}

pub(super) fn embedded() -> Rules {
    match read::rules(&tables()) {
        Ok(rules) => Rules(rules),
        Err(flaws) => panic!("the built-in rules are broken: {flaws:?}"),
    }
}
