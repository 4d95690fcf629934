//! What an export says about itself.

use serde::{Deserialize, Serialize};

use crate::{Hash, PublicKey, Signature, Signer, VERSION, bytes::Canon, rfc3339};

/// What manifest signatures are about.
const DOMAIN: &str = "wardround/audit-manifest";

/// The names of the files of an export, in the order of the manifest.
pub(crate) const FILES: [&str; 3] = [ENTRIES, CHECKPOINTS, FORMAT_FILE];
pub(crate) const ENTRIES: &str = "entries.ndjson";
pub(crate) const CHECKPOINTS: &str = "checkpoints.ndjson";
pub(crate) const FORMAT_FILE: &str = "FORMAT.md";
pub(crate) const MANIFEST: &str = "manifest.json";

/// How far an export claims to reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// To the head of the log as it was when the export was made.
    ToHead,
    /// To an earlier entry, for instance the end of an auditor's period.
    Part,
}

impl Extent {
    fn code(self) -> u64 {
        match self {
            Self::ToHead => 1,
            Self::Part => 2,
        }
    }
}

/// One file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// Its name in the folder.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of its content.
    pub sha256: Hash,
}

/// `manifest.json`: what was exported, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the format, [`VERSION`].
    pub format: u32,
    /// Which log, as in [`Checkpoint::origin`](crate::Checkpoint::origin).
    pub origin: String,
    /// [`Manifest::at_us`] as RFC 3339.
    pub at: String,
    /// When the export was made: microseconds since 1970-01-01T00:00:00Z.
    pub at_us: i64,
    /// Whether it claims to reach the head.
    pub extent: Extent,
    /// First sequence number; 1 when there are no entries.
    pub first_seq: u64,
    /// Last sequence number; 0 when there are no entries.
    pub last_seq: u64,
    /// Number of entries.
    pub count: u64,
    /// The hash that the first entry follows.
    pub prev: Hash,
    /// The hash of the last entry; equal to `prev` when there are none.
    pub head: Hash,
    /// The files of the export but for the manifest itself.
    pub files: Vec<FileDigest>,
    /// Short name of the key.
    pub key_id: String,
    /// The key that signed.
    pub public_key: PublicKey,
    /// Over [`Manifest::to_bytes`].
    pub signature: Signature,
}

impl Manifest {
    /// The canonical bytes that are signed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Canon::of(DOMAIN)
            .field(self.origin.as_bytes())
            .signed(self.at_us)
            .number(self.extent.code())
            .number(self.first_seq)
            .number(self.last_seq)
            .number(self.count)
            .field(&self.prev.0)
            .field(&self.head.0)
            .number(self.files.len() as u64);
        for file in &self.files {
            bytes = bytes.field(file.name.as_bytes()).number(file.size).field(&file.sha256.0);
        }
        bytes.done()
    }

    /// The same content with the signature of this signer.
    #[must_use]
    pub fn signed_by(mut self, signer: &Signer) -> Self {
        self.public_key = signer.public_key();
        self.key_id = self.public_key.key_id();
        self.signature = signer.sign_bytes(&self.to_bytes());
        self
    }

    /// Whether the version is ours, the derived fields are right, and the signature is that of the
    /// key which the manifest itself names.
    pub fn is_sound(&self) -> bool {
        self.format == VERSION
            && self.at == rfc3339(self.at_us)
            && self.key_id == self.public_key.key_id()
            && self.public_key.made(&self.signature, &self.to_bytes())
    }

    /// The text of the file: JSON, indented by two spaces, and a line feed.
    pub(crate) fn to_text(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}
