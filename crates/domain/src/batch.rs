//! What a collector hands over: facts, statements, evidence, and what could not be read.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::{
    AccessEvent, AccessGap, Finding, FindingId, Part, PartStatus, Resource, ResourceKey,
    ScopeState, Timestamp,
};

/// One answer of AWS, mapped. Stored in one transaction.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Statements to insert or update.
    pub findings: Vec<Finding>,
    /// Resources and facts to insert or update.
    pub resources: Vec<Resource>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// The raw answers.
    pub evidence: Vec<Evidence>,
    /// Who tried to get in or to do something.
    pub access: Vec<AccessEvent>,
    /// Spans of time whose events were not looked at.
    pub access_gaps: Vec<AccessGap>,
}

impl Batch {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
            && self.resources.is_empty()
            && self.problems.is_empty()
            && self.evidence.is_empty()
            && self.access.is_empty()
            && self.access_gaps.is_empty()
    }

    /// Findings, resources and events in it.
    pub fn items(&self) -> usize {
        self.findings.len() + self.resources.len() + self.access.len()
    }

    /// Adds everything of another batch.
    pub fn append(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
        self.resources.append(&mut other.resources);
        self.problems.append(&mut other.problems);
        self.evidence.append(&mut other.evidence);
        self.access.append(&mut other.access);
        self.access_gaps.append(&mut other.access_gaps);
    }
}

/// Something in an answer that could not be read; stored and shown, never swallowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Which part of the visit.
    pub part: Part,
    /// The API operation that answered.
    pub operation: String,
    /// The id of the thing concerned, or empty.
    pub subject: String,
    /// What is wrong, and what would be right. Field names and shapes, never values.
    pub message: String,
}

/// A raw answer, kept for six years (45 CFR 164.316(b)(2)(i)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Which part of the visit.
    pub part: Part,
    /// The API operation.
    pub operation: String,
    /// AWS's request id, or empty.
    pub request_id: String,
    /// When the answer arrived.
    pub taken_at: Timestamp,
    /// The body as received.
    pub body: Vec<u8>,
}

/// What a complete listing contained: everything else of that part is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sweep {
    /// All findings of a part.
    Findings {
        /// The part that was listed completely.
        part: Part,
        /// Every finding that it listed.
        seen: HashSet<FindingId>,
        /// Findings whose native id begins with one of these stay although they were not listed:
        /// the source said that nothing about them changed (Config rules not evaluated since).
        spare: Vec<String>,
    },
    /// All resources of some types.
    Resources {
        /// The types that were listed completely.
        kinds: Vec<String>,
        /// Every resource that was listed.
        seen: HashSet<ResourceKey>,
    },
}

/// How a visit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The summary.
    pub state: ScopeState,
    /// Part by part. A part that failed keeps `as_of: None` here; the store keeps the older time.
    pub parts: BTreeMap<Part, PartStatus>,
    /// When the visit began.
    pub started: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// Findings, resources and events read.
    pub items: u64,
    /// API calls made.
    pub calls: u64,
    /// Calls that were throttled.
    pub throttled: u64,
    /// Problems met.
    pub problems: u64,
    /// The new watermark of an incremental part, if it moved.
    pub watermark: Option<Timestamp>,
    /// Whether the incremental part was read from the beginning.
    pub full: bool,
    /// Listings that were complete.
    pub sweeps: Vec<Sweep>,
}
