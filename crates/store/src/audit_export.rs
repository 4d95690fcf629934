//! Writing the audit log out, for those who verify it elsewhere.

use std::path::Path;

use domain::Timestamp;
use trail::{Export, Extent, Manifest, Signer};

use crate::{Reader, StoreError};

/// Entries that are read at once.
const STRIDE: u32 = 1_000;

/// Which part of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    /// At or after; `None` for the beginning.
    pub from: Option<Timestamp>,
    /// Before; `None` for the head.
    pub to: Option<Timestamp>,
}

fn refused(error: &trail::Error) -> StoreError {
    StoreError::Unreadable { doing: "exporting the audit log", what: error.to_string() }
}

impl Reader {
    /// Writes the entries of a period, their checkpoints and a signed manifest into a new or empty
    /// folder; `crates/trail/FORMAT.md` says how.
    ///
    /// The head is taken once at the beginning: entries that come meanwhile are not in it.
    pub async fn audit_export(
        &self,
        folder: &Path,
        signer: &Signer,
        origin: &str,
        at: Timestamp,
        period: Period,
    ) -> Result<Manifest, StoreError> {
        let (head, _) = self.audit_head().await?;
        let span = match period {
            Period { from: None, to: None } => Some((1, head)),
            Period { from, to } => self.audit_span(from, to).await?,
        };
        let mut export = Export::create(folder).map_err(|error| refused(&error))?;
        let (first, last) = span.map_or((1, 0), |(first, last)| (first, last.min(head)));
        let mut after = first - 1;
        while after < last {
            let rows = self.audit_after(after, STRIDE).await?;
            let Some(end) = rows.last().map(|row| row.link.entry.seq) else { break };
            for row in rows.iter().take_while(|row| row.link.entry.seq <= last) {
                export.entry(&row.link, row.detail.as_ref()).map_err(|error| refused(&error))?;
            }
            after = end;
        }
        for signed in self.checkpoints_after(first.saturating_sub(1), u32::MAX).await? {
            if signed.seq <= last {
                export.checkpoint(&signed).map_err(|error| refused(&error))?;
            }
        }
        let extent = if last == head { Extent::ToHead } else { Extent::Part };
        let at_us = at.0.saturating_mul(1_000);
        export.finish(signer, origin, at_us, extent).map_err(|error| refused(&error))
    }
}
