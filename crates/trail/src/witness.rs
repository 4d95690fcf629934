//! Signed heads that a chain is held against: anchors and checkpoints.

use std::{io, path::Path};

use crate::{
    Fault, Hash, PublicKey, Report, SignedCheckpoint, Trust, Voucher, Wrong,
    lines::{Lines, Next},
    manifest::CHECKPOINTS,
    report::plain,
};

/// A signed head whose signature is good.
pub(crate) struct Witness {
    pub(crate) seq: u64,
    pub(crate) hash: Hash,
    pub(crate) at_us: i64,
    pub(crate) by: Voucher,
    /// Its line or number, from 1.
    pub(crate) line: u64,
    /// Whether its word is enough to call an entry bad: not that of a checkpoint which was signed
    /// by another key than the one that is trusted.
    pub(crate) counts: bool,
}

impl Witness {
    fn new(signed: &SignedCheckpoint, by: Voucher, line: u64, counts: bool) -> Self {
        let SignedCheckpoint { seq, hash, at_us, .. } = *signed;
        Self { seq, hash, at_us, by, line, counts }
    }
}

/// All witnesses, by sequence number.
#[derive(Default)]
pub(crate) struct Witnesses {
    all: Vec<Witness>,
    /// The keys of the anchors, each once.
    pub(crate) anchor_keys: Vec<PublicKey>,
}

impl Witnesses {
    /// Takes the anchors that are signed by the key they name.
    pub(crate) fn of_anchors(trust: &Trust, report: &mut Report) -> Self {
        let mut witnesses = Self::default();
        for (number, anchor) in (1..).zip(&trust.anchors) {
            if let Err(error) = anchor.verify(&anchor.public_key) {
                let why = format!("is of no use: {error}");
                report.fault(Fault::nowhere(Wrong::Anchor { number, why }));
                continue;
            }
            if trust.public_key.is_some_and(|key| key != anchor.public_key) {
                report.other_key(&anchor.public_key);
            }
            report.other_origin(&anchor.origin);
            if !witnesses.anchor_keys.contains(&anchor.public_key) {
                witnesses.anchor_keys.push(anchor.public_key);
            }
            witnesses.all.push(Witness::new(anchor, Voucher::Anchor, number, true));
        }
        witnesses
    }

    /// Adds the checkpoints of an export, and returns size and digest of their file.
    pub(crate) fn read_checkpoints(
        &mut self,
        folder: &Path,
        key: Option<PublicKey>,
        pinned: bool,
        report: &mut Report,
    ) -> io::Result<(u64, Hash)> {
        let mut lines = Lines::open(&folder.join(CHECKPOINTS))?;
        loop {
            let line = lines.count + 1;
            let found = match lines.next()? {
                Next::End => break,
                Next::TooLong => Err("is too long".to_owned()),
                Next::Line(text) => read(text),
            };
            match found {
                Ok(signed) => {
                    let other = key.is_some_and(|key| key != signed.public_key);
                    if other {
                        report.other_key(&signed.public_key);
                    }
                    report.other_origin(&signed.origin);
                    let counts = !(pinned && other);
                    self.all.push(Witness::new(&signed, Voucher::Checkpoint, line, counts));
                }
                Err(why) => report.fault(Fault::nowhere(Wrong::Checkpoint { line, why })),
            }
        }
        lines.digest()
    }

    /// To be called when all are there.
    pub(crate) fn sort(&mut self) {
        self.all.sort_by_key(|witness| witness.seq);
    }

    /// Those of one sequence number.
    pub(crate) fn at(&self, seq: u64) -> &[Witness] {
        let from = self.all.partition_point(|witness| witness.seq < seq);
        let to = self.all.partition_point(|witness| witness.seq <= seq);
        &self.all[from..to]
    }

    /// Those of later sequence numbers.
    pub(crate) fn beyond(&self, seq: u64) -> &[Witness] {
        &self.all[self.all.partition_point(|witness| witness.seq <= seq)..]
    }

    /// Those of earlier sequence numbers.
    pub(crate) fn before(&self, seq: u64) -> &[Witness] {
        &self.all[..self.all.partition_point(|witness| witness.seq < seq)]
    }
}

/// Reads a line of `checkpoints.ndjson`: in its one form, and signed by the key that it names.
fn read(line: &[u8]) -> Result<SignedCheckpoint, String> {
    let signed: SignedCheckpoint = serde_json::from_slice(line)
        .map_err(|error| format!("cannot be read: {}", plain(&error.to_string())))?;
    if !serde_json::to_vec(&signed).is_ok_and(|text| [&text[..], b"\n"].concat() == line) {
        return Err("is not written as the format wants it".to_owned());
    }
    signed.verify(&signed.public_key).map_err(|error| format!("is of no use: {error}"))?;
    Ok(signed)
}
