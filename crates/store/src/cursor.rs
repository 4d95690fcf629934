//! Pages of lists, and the opaque text that says where the next one begins.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one. Opaque, safe in URLs.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page without rows.
    pub fn empty() -> Self {
        Self { items: Vec::new(), next: None }
    }
}

/// Most rows on a page.
pub(crate) const MOST: u32 = 200;

/// The rows to read for a page: 1 to 200, and 50 where nothing was said.
pub(crate) fn rows(limit: u32) -> usize {
    let limit = if limit == 0 { 50 } else { limit.min(MOST) };
    limit as usize
}

/// Writes a cursor. `list` names the list, so that another list's cursor is refused.
pub(crate) fn write(list: char, position: &impl Serialize) -> Option<String> {
    let json = serde_json::to_string(position).ok()?;
    Some(format!("{list}{}", hex::encode(json)))
}

/// Reads a cursor of this list.
pub(crate) fn read<T: DeserializeOwned>(
    list: char,
    cursor: Option<&str>,
) -> Result<Option<T>, StoreError> {
    let Some(cursor) = cursor else { return Ok(None) };
    let packed = cursor.strip_prefix(list).ok_or(StoreError::Cursor)?;
    let json = hex::decode(packed).map_err(|_| StoreError::Cursor)?;
    serde_json::from_slice(&json).map(Some).map_err(|_| StoreError::Cursor)
}
