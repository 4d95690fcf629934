//! When people last did something. Kept in memory, so that no GET writes, and stored now and then.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Timestamp;
use store::{Digest, TokenId};

/// Instants of sessions and tokens since the last time they were stored. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Activity(Arc<Mutex<Instants>>);

#[derive(Debug, Default)]
struct Instants {
    sessions: HashMap<Digest, Timestamp>,
    tokens: HashMap<TokenId, Timestamp>,
}

impl Activity {
    /// A person did something.
    pub fn session(&self, digest: Digest, at: Timestamp) {
        self.lock().sessions.insert(digest, at);
    }

    /// A program used its token.
    pub fn token(&self, id: TokenId, at: Timestamp) {
        self.lock().tokens.insert(id, at);
    }

    /// The later of what is stored and what is remembered here.
    pub fn last(&self, digest: &Digest, stored: Timestamp) -> Timestamp {
        self.lock().sessions.get(digest).map_or(stored, |at| stored.max(*at))
    }

    /// A session's id changed.
    pub fn forget(&self, digest: &Digest) {
        self.lock().sessions.remove(digest);
    }

    /// What is to be stored. It stays remembered: a request may ask before it is stored.
    pub fn sessions(&self) -> Vec<(Digest, Timestamp)> {
        self.lock().sessions.iter().map(|(digest, at)| (*digest, *at)).collect()
    }

    /// What is to be stored of tokens.
    pub fn tokens(&self) -> Vec<(TokenId, Timestamp)> {
        self.lock().tokens.drain().collect()
    }

    /// Forgets sessions in which nothing happened since an instant, after they were stored.
    pub fn settle(&self, before: Timestamp) {
        self.lock().sessions.retain(|_, at| *at >= before);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Instants> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
