//! The rules that a chain follows, checked one entry at a time.

use std::cmp::Ordering;

use crate::{Fault, Hash, Link, Wrong};

/// Follows a chain of any length in constant memory: the live log as well as an export.
///
/// It never stops. After a fault it goes on from what it found, so that one change gives one fault
/// or two, and what follows is still checked. A fault names the *place* that is bad: where entry 5
/// is expected and entry 9 stands, that is 5. Places only ever rise.
#[derive(Debug, Clone)]
pub struct Verifier {
    /// The place of the next entry; `None` where any entry may come first.
    next: Option<u64>,
    /// The hash of the entry before; `None` when it could not be read.
    head: Option<Hash>,
    /// Whether the entry before was seen here, rather than vouched for by the caller.
    seen: bool,
    /// The furthest place seen.
    reached: u64,
}

impl Verifier {
    /// Expects the entry that follows this one. From the beginning: `starting_after(0,
    /// Hash::GENESIS)`.
    pub fn starting_after(seq: u64, hash: Hash) -> Self {
        Self { next: Some(seq.saturating_add(1)), head: Some(hash), seen: false, reached: seq }
    }

    /// Takes the first entry as it comes, for want of anyone who says where the chain starts.
    pub fn starting_anywhere() -> Self {
        Self { next: None, head: None, seen: false, reached: 0 }
    }

    /// The place of the next entry, if the start is known.
    pub fn next_seq(&self) -> Option<u64> {
        self.next
    }

    /// The hash that the next entry has to name, if it is known.
    pub fn head(&self) -> Option<Hash> {
        self.head
    }

    /// The furthest place seen so far; the start itself at the start.
    pub fn reached(&self) -> u64 {
        self.reached
    }

    /// Checks the next entry of the chain.
    ///
    /// # Errors
    /// The fault, always with a sequence number: [`Wrong::Missing`], [`Wrong::OutOfOrder`],
    /// [`Wrong::Previous`], [`Wrong::Replaced`] or [`Wrong::Content`].
    pub fn push(&mut self, link: &Link) -> Result<(), Fault> {
        let seq = link.entry.seq;
        if self.next.is_none() && seq <= 1 {
            self.head = Some(Hash::GENESIS);
        }
        let place = self.next.unwrap_or(seq).max(1);
        let sound = link.is_sound();
        let found = self.judge(place, link, sound);
        // What fits itself has its own number; what does not takes the place where it stands.
        let end = if sound { seq } else { place };
        if end >= place {
            self.next = Some(end.saturating_add(1));
            self.head = Some(link.hash);
            self.seen = true;
            self.reached = self.reached.max(end);
        } else {
            self.next = Some(place);
        }
        found
    }

    /// Passes over an entry that cannot be read, and returns its place.
    pub fn skip(&mut self) -> u64 {
        let place = self.next.unwrap_or(1);
        self.next = Some(place.saturating_add(1));
        self.head = None;
        self.seen = true;
        self.reached = self.reached.max(place);
        place
    }

    fn judge(&self, place: u64, link: &Link, sound: bool) -> Result<(), Fault> {
        let found = link.entry.seq;
        let follows = self.head.is_none_or(|head| head == link.prev);
        match found.cmp(&place) {
            Ordering::Equal if sound && follows => Ok(()),
            // The entry fits its own hashes, so it is the one before it that was exchanged.
            Ordering::Equal if sound && self.seen => Err(Fault::at(place - 1, Wrong::Replaced)),
            Ordering::Equal if !follows => Err(Fault::at(place, Wrong::Previous)),
            Ordering::Greater if sound => Err(Fault::at(place, Wrong::Missing { found })),
            Ordering::Less if sound => Err(Fault::at(place, Wrong::OutOfOrder { found })),
            _ => Err(Fault::at(place, Wrong::Content)),
        }
    }
}
