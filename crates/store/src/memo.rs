//! What nearly every page asks for, read once for each state of the data.
//!
//! A [`Reader`] asks the database every time, unless it is [`Reader::remembering`]: then it shares
//! the answers with all others that remember the same state of the data. Nothing here is bigger
//! than the configuration and the catalogue are; lists of rows are never remembered.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::sli::Reading;
use domain::{ControlId, Organisation, ScopeStatus, Sli, Tally};
use tokio::sync::OnceCell;

use crate::finding_counts::Cube;
use crate::{Reader, Run, ScorePoint, StoreError};

/// Answers of one state of the data.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    /// The number of that state; `None` where nothing is shared.
    version: Option<i64>,
    pub(crate) organisation: OnceCell<Option<Arc<Organisation>>>,
    pub(crate) statuses: OnceCell<Arc<[ScopeStatus]>>,
    pub(crate) run_latest: OnceCell<Option<Run>>,
    pub(crate) scores: OnceCell<Arc<BTreeMap<String, ScorePoint>>>,
    pub(crate) tallies: OnceCell<Arc<BTreeMap<ControlId, Tally>>>,
    pub(crate) places_hidden: OnceCell<Arc<[i64]>>,
    pub(crate) cube: OnceCell<Arc<Cube>>,
    pub(crate) slis: OnceCell<Arc<BTreeMap<Sli, Reading>>>,
    histories: Mutex<HashMap<String, History>>,
}

/// The scores of one scope since the beginning of a day.
#[derive(Debug, Clone)]
pub(crate) struct History {
    /// That day, in days since 1970.
    pub(crate) day: i64,
    /// Its points, oldest first.
    pub(crate) points: Arc<[ScorePoint]>,
}

impl Memo {
    /// The history of a scope, if it reaches back that far.
    pub(crate) fn history(&self, scope: &str, day: i64) -> Option<History> {
        self.histories().get(scope).filter(|kept| kept.day <= day).cloned()
    }

    pub(crate) fn put_history(&self, scope: String, history: History) {
        self.histories().insert(scope, history);
    }

    fn histories(&self) -> MutexGuard<'_, HashMap<String, History>> {
        self.histories.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The memo of the newest state that anybody has asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Newest(Arc<Mutex<Arc<Memo>>>);

impl Newest {
    fn of(&self, version: i64) -> Arc<Memo> {
        let mut memo = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memo.version != Some(version) {
            *memo = Arc::new(Memo { version: Some(version), ..Memo::default() });
        }
        Arc::clone(&memo)
    }
}

impl Reader {
    /// The same reader for one request: what was read of the present state of the data is not
    /// read again. What is committed later it may not see, so it must not outlive the request.
    pub async fn remembering(&self) -> Result<Self, StoreError> {
        // The number is asked for before anything is read: what is committed in between is read
        // under the old number, and read again under the new one.
        let version = self.version().await?;
        let mut reader = self.clone();
        reader.memo = Some(self.newest.of(version));
        Ok(reader)
    }

    /// The state of the data that this reader remembers; a number that changes whenever anything
    /// was committed. `None` for one that asks every time.
    pub fn remembered(&self) -> Option<i64> {
        self.memo.as_ref().and_then(|memo| memo.version)
    }

    /// Where to look before asking; an empty one where nothing is remembered.
    pub(crate) fn memo(&self) -> Arc<Memo> {
        self.memo.clone().unwrap_or_default()
    }
}
