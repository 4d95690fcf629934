//! What a verification found.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::{Extent, Fault, Hash, Manifest, PublicKey, Voucher, rfc3339};

/// Most faults that are kept; the rest are counted.
const KEPT: usize = 1_000;
/// Most foreign keys and origins that are named.
const NAMED: usize = 10;

/// How the key that signed the manifest is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyStanding {
    /// There is no manifest, or its signature is not good.
    #[default]
    Unreadable,
    /// From the export itself: integrity is proven, origin is not.
    Unproven,
    /// The same key signed anchors that came from outside.
    Anchored,
    /// It is the key that was given.
    Pinned,
    /// It is neither the key that was given nor one that signed an anchor.
    Refused,
}

/// What a verification found. As text, plain sentences, the verdict first.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Which log, as the manifest says.
    pub origin: Option<String>,
    /// When the export was made, as the manifest says: microseconds since 1970.
    pub at_us: Option<i64>,
    /// How far the export claims to reach.
    pub extent: Option<Extent>,
    /// How the key is known.
    pub key: KeyStanding,
    /// Short name of the key of the manifest.
    pub key_id: Option<String>,
    /// Lines of entries.
    pub entries: u64,
    /// Place of the first entry.
    pub first_seq: Option<u64>,
    /// Place of the last entry.
    pub last_seq: Option<u64>,
    /// Hash of the last entry, as it states it.
    pub head: Option<Hash>,
    /// Entries with personal details that fit their commitment.
    pub details: u64,
    /// Entries whose personal details are withheld or erased.
    pub withheld: u64,
    /// Checkpoints that agree with the chain.
    pub checkpoints: u64,
    /// Anchors that agree with the chain.
    pub anchors: u64,
    /// The last entry for which an anchor vouches.
    pub last_anchored: Option<u64>,
    /// What is no fault and should be known.
    pub notes: Vec<String>,
    /// What is wrong, in the order found; at most 1,000.
    pub faults: Vec<Fault>,
    /// How many faults there are.
    pub fault_count: u64,
    first_bad: Option<u64>,
    other_keys: BTreeSet<String>,
    origins: BTreeSet<String>,
}

impl Report {
    /// Whether nothing is wrong. Look at [`Report::key`] too.
    pub fn is_ok(&self) -> bool {
        self.fault_count == 0
    }

    /// The smallest sequence number that is proven bad.
    pub fn first_bad(&self) -> Option<u64> {
        self.first_bad
    }

    pub(crate) fn fault(&mut self, fault: Fault) {
        self.fault_count += 1;
        self.first_bad = [self.first_bad, fault.seq].into_iter().flatten().min();
        if self.faults.len() < KEPT {
            self.faults.push(fault);
        }
    }

    pub(crate) fn agreed(&mut self, by: Voucher, seq: u64) {
        match by {
            Voucher::Anchor => {
                self.anchors += 1;
                self.last_anchored = self.last_anchored.max(Some(seq));
            }
            Voucher::Checkpoint => self.checkpoints += 1,
            Voucher::Manifest => {}
        }
    }

    pub(crate) fn describe(&mut self, manifest: &Manifest) {
        self.origin = Some(manifest.origin.clone());
        self.at_us = Some(manifest.at_us);
        self.extent = Some(manifest.extent);
        self.key_id = Some(manifest.public_key.key_id());
    }

    pub(crate) fn other_key(&mut self, key: &PublicKey) {
        if self.other_keys.len() < NAMED {
            self.other_keys.insert(key.key_id());
        }
    }

    pub(crate) fn other_origin(&mut self, origin: &str) {
        if self.origins.len() < NAMED {
            self.origins.insert(origin.to_owned());
        }
    }

    /// Says what was gathered along the way.
    pub(crate) fn close(&mut self) {
        if !self.other_keys.is_empty() {
            let keys: Vec<_> = self.other_keys.iter().map(String::as_str).collect();
            self.notes.push(format!(
                "Some checkpoints or anchors are signed by other keys ({}).",
                keys.join(", ")
            ));
        }
        let own = self.origin.as_deref();
        let origins = self.origins.iter().filter(|origin| Some(origin.as_str()) != own);
        let origins: Vec<_> = origins.map(|origin| format!("“{}”", plain(origin))).collect();
        if !origins.is_empty() && own.is_some() {
            self.notes.push(format!(
                "Some checkpoints or anchors name another origin ({}).",
                origins.join(", ")
            ));
        }
    }

    fn verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_ok(), self.first_bad) {
            (true, _) if self.entries == 0 => writeln!(f, "INTACT: there are no entries."),
            (true, _) => writeln!(
                f,
                "INTACT: {} entries, {} to {}, form one unbroken chain.",
                self.entries,
                self.first_seq.unwrap_or_default(),
                self.last_seq.unwrap_or_default()
            ),
            (false, Some(seq)) => writeln!(f, "NOT INTACT: the first bad entry is number {seq}."),
            (false, None) => writeln!(
                f,
                "NOT INTACT: no entry is proven bad, but the export is not as it should be."
            ),
        }
    }

    fn warnings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key_id.as_deref().unwrap_or("?");
        match self.key {
            KeyStanding::Unproven => writeln!(
                f,
                "WARNING: NO PUBLIC KEY WAS GIVEN. The key ({key}) came from the export itself. \
                 This proves integrity, not origin: anybody could have made such an export with a \
                 key of their own."
            )?,
            KeyStanding::Anchored => writeln!(
                f,
                "WARNING: NO PUBLIC KEY WAS GIVEN. The key ({key}) came from the export itself. It \
                 also signed anchors, so it is as good as the place that they came from."
            )?,
            KeyStanding::Pinned => writeln!(f, "The manifest is signed by the key given ({key}).")?,
            KeyStanding::Unreadable | KeyStanding::Refused => {}
        }
        match self.last_anchored {
            Some(0) => writeln!(f, "{} anchors agree, on the empty log only.", self.anchors),
            Some(seq) => {
                writeln!(f, "{} anchors agree, the last one at entry {seq}.", self.anchors)
            }
            None => writeln!(
                f,
                "WARNING: no anchor from outside vouches for any entry here. Whoever holds the key \
                 could have rewritten the log or cut its tail."
            ),
        }
    }

    fn facts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(origin), Some(at_us)) = (&self.origin, self.at_us) {
            let reach = match self.extent {
                Some(Extent::Part) => "a part of",
                _ => "up to the head of",
            };
            let at = rfc3339(at_us);
            writeln!(f, "The manifest says: {reach} the log “{}”, made {at}.", plain(origin))?;
        }
        if let Some(first) = self.first_seq.filter(|first| *first > 1) {
            writeln!(
                f,
                "The export starts with entry {first}, not with the beginning of the log."
            )?;
        }
        if let Some(head) = self.head {
            writeln!(f, "Hash of the last entry: {head}")?;
        }
        writeln!(
            f,
            "{} checkpoints agree. {} entries have personal details that fit, of {} they are \
             withheld or erased.",
            self.checkpoints, self.details, self.withheld
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.verdict(f)?;
        self.warnings(f)?;
        self.facts(f)?;
        for note in &self.notes {
            writeln!(f, "Note: {note}")?;
        }
        for fault in &self.faults {
            writeln!(f, "- {fault}")?;
        }
        let more = self.fault_count - self.faults.len() as u64;
        if more > 0 { writeln!(f, "- and {more} more faults.") } else { Ok(()) }
    }
}

/// Untrusted text for a terminal: short, and without control characters.
pub(crate) fn plain(text: &str) -> String {
    let shown = text.chars().take(200);
    shown.map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect()
}
