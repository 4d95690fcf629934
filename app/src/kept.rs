//! Pages that were rendered a moment ago and are still true.
//!
//! A wall display and ten people on the overview ask for the same page again and again, while the
//! data change when something is committed. So a page is kept until the store says that anything
//! was committed, by this process or another, until the round moves on, or until its words for
//! ages would be wrong. A page names whoever it is for, so each person has pages of their own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::Timestamp;
use http::Uri;
use store::PersonId;

use crate::islands::ThemeChoice;
use crate::state::Progress;

/// Milliseconds for which "4 s ago" may stand on a page.
const MOMENT_MS: i64 = 5_000;

/// Bytes of markup that are kept at most.
const MOST: usize = 8 << 20;

/// The state of everything that pages are made from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Epoch {
    version: i64,
    moment: i64,
    progress: Progress,
}

impl Epoch {
    /// `version` is the store's. It must be read before the page is loaded: what is committed
    /// meanwhile then makes a new epoch.
    pub(crate) fn new(version: i64, now: Timestamp, progress: &Progress) -> Self {
        Self { version, moment: now.0.div_euclid(MOMENT_MS), progress: progress.clone() }
    }
}

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    address: String,
    theme: &'static str,
    person: i64,
}

impl Key {
    /// Pages differ by their address, by the scheme that the person chose, and by the person: a
    /// changed role ends the sessions, and its commit the epoch.
    pub(crate) fn new(uri: &Uri, theme: ThemeChoice, person: Option<PersonId>) -> Self {
        Self { address: uri.to_string(), theme: theme.0, person: person.map_or(0, |id| id.0) }
    }
}

/// A rendered document.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// The markup.
    pub(crate) html: String,
    /// The nonce in it.
    pub(crate) nonce: String,
}

impl Document {
    /// The same document for another request: no two answers share a nonce.
    pub(crate) fn again(&self, nonce: String) -> Self {
        Self { html: self.html.replace(&self.nonce, &nonce), nonce }
    }
}

/// The pages of one epoch. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Pages>>);

#[derive(Debug, Default)]
struct Pages {
    epoch: Option<Epoch>,
    documents: HashMap<Key, Arc<Document>>,
    bytes: usize,
}

impl Kept {
    /// The document, if it was rendered in this epoch.
    pub(crate) fn get(&self, epoch: &Epoch, key: &Key) -> Option<Arc<Document>> {
        let mut pages = self.lock();
        if pages.epoch.as_ref() != Some(epoch) {
            *pages = Pages { epoch: Some(epoch.clone()), ..Pages::default() };
        }
        pages.documents.get(key).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a document, unless its epoch has ended meanwhile.
    pub(crate) fn put(&self, epoch: &Epoch, key: Key, document: Document) {
        let mut pages = self.lock();
        let bytes = document.html.len();
        if pages.epoch.as_ref() != Some(epoch) || bytes > MOST {
            return;
        }
        if pages.bytes + bytes > MOST {
            pages.documents.clear();
            pages.bytes = 0;
        }
        pages.bytes += bytes;
        pages.documents.insert(key, Arc::new(document));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(version: i64) -> Epoch {
        Epoch::new(version, Timestamp(1_000), &Progress::default())
    }

    fn key(address: &'static str) -> Key {
        Key::new(&Uri::from_static(address), ThemeChoice("dark"), None)
    }

    fn document(html: &str) -> Document {
        Document { html: html.to_owned(), nonce: "n-1".to_owned() }
    }

    #[test]
    fn a_page_is_kept_within_its_epoch_alone() {
        let kept = Kept::default();
        assert!(kept.get(&epoch(1), &key("/")).is_none());
        kept.put(&epoch(1), key("/"), document("one"));
        assert_eq!(kept.get(&epoch(1), &key("/")).unwrap().html, "one");
        assert!(kept.get(&epoch(1), &key("/?a=b")).is_none());
        let other = Key::new(&Uri::from_static("/"), ThemeChoice("dark"), Some(PersonId(2)));
        assert!(kept.get(&epoch(1), &other).is_none());
        let light = Key::new(&Uri::from_static("/"), ThemeChoice("light"), None);
        assert!(kept.get(&epoch(1), &light).is_none());
        assert!(kept.get(&epoch(2), &key("/")).is_none());
        kept.put(&epoch(1), key("/"), document("late"));
        assert!(kept.get(&epoch(2), &key("/")).is_none());
        assert!(kept.get(&epoch(1), &key("/")).is_none());
    }

    #[test]
    fn time_and_the_round_end_an_epoch() {
        let running = Progress { running: true, ..Progress::default() };
        assert_eq!(epoch(1), Epoch::new(1, Timestamp(4_999), &Progress::default()));
        assert_ne!(epoch(1), Epoch::new(1, Timestamp(5_000), &Progress::default()));
        assert_ne!(epoch(1), Epoch::new(1, Timestamp(1_000), &running));
    }

    #[test]
    fn the_memory_is_bounded() {
        let kept = Kept::default();
        kept.get(&epoch(1), &key("/"));
        let large = "x".repeat(MOST / 2);
        for address in ["/1", "/2", "/3"] {
            kept.put(&epoch(1), key(address), document(&large));
        }
        assert!(kept.get(&epoch(1), &key("/1")).is_none());
        assert!(kept.get(&epoch(1), &key("/3")).is_some());
        assert!(kept.0.lock().unwrap().bytes <= MOST);
    }

    #[test]
    fn each_answer_has_a_nonce_of_its_own() {
        let again = document("<script nonce=\"n-1\">").again("n-2".to_owned());
        assert_eq!(again.html, "<script nonce=\"n-2\">");
    }
}
