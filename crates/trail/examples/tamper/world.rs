//! A little log, and how to export it.

use std::{error::Error, path::Path};

use trail::{
    Checkpoint, Detail, Entry, Export, Extent, Hash, Link, Outcome, SignedCheckpoint, Signer, link,
};

/// For functions that touch files.
pub type Done<T = ()> = Result<T, Box<dyn Error>>;

pub const ORIGIN: &str = "St. Elsewhere – „North“";
pub const LAST: u64 = 12;
/// Sequence numbers of the checkpoints in the export, and of those that are kept outside.
const CHECKPOINTS: [u64; 3] = [4, 8, 12];
pub const ANCHORS: [u64; 3] = [5, 10, 12];

/// The key of the installation.
pub fn owner() -> Signer {
    Signer::from_seed(&[7; 32])
}

/// The key of somebody else.
pub fn stranger() -> Signer {
    Signer::from_seed(&[66; 32])
}

/// When entry `seq` was written: one a minute.
pub fn time(seq: u64) -> i64 {
    1_795_424_400_000_000 + seq as i64 * 60_000_001
}

/// The personal details of an entry: every third has some.
pub fn detail(seq: u64) -> Option<Detail> {
    let text = format!(r#"{{"name":"Zoë \"Z\" {seq}","address":"2001:db8::{seq}"}}"#);
    seq.is_multiple_of(3).then_some(Detail { salt: [seq as u8; 16], text })
}

pub fn entry(seq: u64) -> Entry {
    let outcomes = [Outcome::Done, Outcome::Refused, Outcome::Failed];
    Entry {
        seq,
        at_us: time(seq),
        actor: if seq == 1 { "system".to_owned() } else { format!("user:{seq}") },
        role: if seq == 1 { String::new() } else { "compliance".to_owned() },
        action: if seq.is_multiple_of(2) { "view" } else { "sign-in" }.to_owned(),
        object: if seq.is_multiple_of(2) { format!("finding:{seq:04x}") } else { String::new() },
        outcome: outcomes[seq as usize % 3],
        facts: if seq.is_multiple_of(4) { "{\"tab\":\"\t\u{1f}\u{7f}\u{2028}é\"}" } else { "" }
            .to_owned(),
        commitment: detail(seq).map(|detail| detail.commitment()),
    }
}

/// Chains entries one after the other.
pub fn chain(prev: Hash, entries: impl IntoIterator<Item = Entry>) -> Vec<Link> {
    let mut head = prev;
    let links = entries.into_iter().map(|entry| {
        let link = link(head, entry);
        head = link.hash;
        link
    });
    links.collect()
}

/// The log as it was written.
pub fn log() -> Vec<Link> {
    chain(Hash::GENESIS, (1..=LAST).map(entry))
}

/// The signed head after entry `seq`.
pub fn checkpoint(links: &[Link], seq: u64, signer: &Signer) -> Option<SignedCheckpoint> {
    let link = links.iter().find(|link| link.entry.seq == seq)?;
    let (origin, at_us) = (ORIGIN.to_owned(), time(seq) + 1_000_000);
    Some(signer.sign(&Checkpoint { origin, seq, hash: link.hash, at_us }))
}

/// The anchors of the log.
pub fn anchors() -> Vec<SignedCheckpoint> {
    let links = log();
    ANCHORS.iter().filter_map(|seq| checkpoint(&links, *seq, &owner())).collect()
}

/// What an export is made of.
pub struct Plan {
    pub links: Vec<Link>,
    pub details: bool,
    pub signer: Signer,
    pub at_us: i64,
    pub extent: Extent,
}

impl Default for Plan {
    fn default() -> Self {
        let at_us = time(LAST) + 5_000_000;
        Self { links: log(), details: true, signer: owner(), at_us, extent: Extent::ToHead }
    }
}

impl Plan {
    /// Writes the export.
    pub fn write(&self, folder: &Path) -> Done {
        let mut export = Export::create(folder)?;
        for link in &self.links {
            let detail = if self.details { detail(link.entry.seq) } else { None };
            export.entry(link, detail.as_ref())?;
        }
        for seq in CHECKPOINTS {
            if let Some(checkpoint) = checkpoint(&self.links, seq, &self.signer) {
                export.checkpoint(&checkpoint)?;
            }
        }
        export.finish(&self.signer, ORIGIN, self.at_us, self.extent)?;
        Ok(())
    }
}
