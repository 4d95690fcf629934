//! How many refusals of strangers are written to the audit log.
//!
//! Each entry costs a sync to the disk and is kept for ever, and whoever reaches the port can cause
//! one. Beyond a number for each minute they are counted, and the next entry says how many.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Timestamp;
use domain::id::MINUTE_MS;

/// Entries in a minute that one address may cause.
const PER_ADDRESS: u32 = 120;
/// Entries in a minute that all strangers together may cause.
const ALL: u32 = 1_200;

/// Refusals in the present minute. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Strangers(Arc<Mutex<Minute>>);

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    by_address: HashMap<String, u32>,
    all: u32,
    unwritten: u64,
}

impl Strangers {
    /// Whether a refusal is to be written: then the number of those before it that were not.
    pub fn note(&self, address: &str, now: Timestamp) -> Option<u64> {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.0.div_euclid(MINUTE_MS);
        if minute.number != number {
            *minute = Minute { number, unwritten: minute.unwritten, ..Minute::default() };
        }
        let full = minute.all >= ALL;
        let count = minute.by_address.get(address).copied().unwrap_or_default();
        if full || count >= PER_ADDRESS {
            minute.unwritten += 1;
            return None;
        }
        minute.all += 1;
        minute.by_address.insert(address.to_owned(), count + 1);
        Some(std::mem::take(&mut minute.unwritten))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_a_number_they_are_counted_and_told_later() {
        let (strangers, now) = (Strangers::default(), Timestamp(0));
        for _ in 0..PER_ADDRESS {
            assert_eq!(strangers.note("192.0.2.1", now), Some(0));
        }
        assert_eq!(strangers.note("192.0.2.1", now), None);
        assert_eq!(strangers.note("192.0.2.1", now), None);
        assert_eq!(strangers.note("192.0.2.2", now), Some(2), "others are still written");
        assert_eq!(strangers.note("192.0.2.1", now.plus(MINUTE_MS)), Some(0));
    }

    #[test]
    fn many_addresses_share_a_number_too() {
        let (strangers, now) = (Strangers::default(), Timestamp(0));
        let written =
            (0..5_000).filter(|it| strangers.note(&format!("2001:db8::{it}"), now).is_some());
        assert_eq!(written.count() as u32, ALL);
    }
}
