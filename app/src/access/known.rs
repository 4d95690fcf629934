//! Sessions that were looked up a moment ago.
//!
//! As with rendered pages, an answer holds until the store says that anything was committed: a
//! session that was ended, here or by another process, is not found again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use store::{Digest, Person, Reader, Session, StoreError};

/// Sessions by what the browser holds. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Known(Arc<Mutex<Sessions>>);

/// More than these are looked up again.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
struct Sessions {
    version: i64,
    found: HashMap<Digest, Arc<(Session, Person)>>,
}

impl Known {
    /// The session, from memory or from the store. The number of a remembering reader was read
    /// before it looks: what is committed meanwhile makes a new one.
    pub async fn get(
        &self,
        reader: &Reader,
        digest: &Digest,
    ) -> Result<Option<Arc<(Session, Person)>>, StoreError> {
        let Some(version) = reader.remembered() else {
            return Ok(reader.session_get(digest).await?.map(Arc::new));
        };
        if let Some(found) = self.at(version).found.get(digest) {
            return Ok(Some(Arc::clone(found)));
        }
        let Some(both) = reader.session_get(digest).await? else { return Ok(None) };
        let both = Arc::new(both);
        let mut sessions = self.at(version);
        if sessions.version == version && sessions.found.len() < MOST {
            sessions.found.insert(*digest, Arc::clone(&both));
        }
        Ok(Some(both))
    }

    /// The sessions, emptied if they are of another version. An older version than the one that is
    /// kept belongs to a request that was overtaken; it finds nothing and keeps nothing.
    fn at(&self, version: i64) -> std::sync::MutexGuard<'_, Sessions> {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.version < version {
            *sessions = Sessions { version, ..Sessions::default() };
        }
        sessions
    }
}
