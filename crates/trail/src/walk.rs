//! Walks along the entries of an export and holds them against all that vouches for them.

use std::{cmp::Ordering, io, path::Path};

use crate::{
    Extent, Fault, Hash, Report, Verifier, Voucher, Wrong,
    lines::{Lines, Next},
    manifest::ENTRIES,
    manifest_check::Checked,
    report::plain,
    row,
    witness::{Witness, Witnesses},
};

/// The walk so far.
pub(crate) struct Walk<'a> {
    verifier: Verifier,
    witnesses: &'a Witnesses,
    manifest: Option<&'a Checked>,
    report: &'a mut Report,
    /// The last entry for which an anchor vouches.
    anchored: u64,
    /// Whether anchors have disagreed since.
    disagreeing: bool,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(
        manifest: Option<&'a Checked>,
        witnesses: &'a Witnesses,
        report: &'a mut Report,
    ) -> Self {
        let verifier = match manifest {
            // The first entry follows the zeros, whatever a manifest says.
            Some(checked) if checked.sound && checked.manifest.first_seq <= 1 => {
                Verifier::starting_after(0, Hash::GENESIS)
            }
            Some(Checked { manifest, sound: true, .. }) => {
                Verifier::starting_after(manifest.first_seq - 1, manifest.prev)
            }
            _ => Verifier::starting_anywhere(),
        };
        let mut walk =
            Self { verifier, witnesses, manifest, report, anchored: 0, disagreeing: false };
        walk.start();
        walk
    }

    /// Reads all entries, and returns size and digest of their file.
    pub(crate) fn entries(&mut self, folder: &Path) -> io::Result<(u64, Hash)> {
        let mut lines = Lines::open(&folder.join(ENTRIES))?;
        loop {
            let line = lines.count + 1;
            match lines.next()? {
                Next::End => break,
                Next::TooLong => self.unreadable(line, "the line is too long".to_owned()),
                Next::Line(text) => self.line(line, text),
            }
            self.report.entries = line;
        }
        lines.digest()
    }

    /// After the last entry: is the tail there, and does the manifest say the same?
    pub(crate) fn end(&mut self) {
        let reached = self.verifier.reached();
        self.report.last_seq = (self.report.entries > 0).then_some(reached);
        if let Some(checked) = self.manifest {
            self.hold_against(checked, reached);
        }
        let beyond = self.witnesses.beyond(reached);
        let (proving, silent): (Vec<_>, Vec<_>) = beyond.iter().partition(|it| self.proves(it));
        if let Some(furthest) = proving.iter().rfind(|it| it.counts) {
            let wrong = Wrong::Cut { by: furthest.by, reaches: furthest.seq };
            self.report.fault(Fault::at(reached.saturating_add(1), wrong));
        }
        for witness in proving.iter().filter(|it| !it.counts) {
            let why = format!("knows of entry {}, which is not there", witness.seq);
            self.report.fault(Fault::nowhere(Wrong::Checkpoint { line: witness.line, why }));
        }
        if let Some(furthest) = silent.last() {
            self.report.notes.push(format!(
                "{} of the anchors are newer than this export or lie beyond the part that it \
                 claims to be; they know of entries up to {}, this export ends with {reached}.",
                silent.len(),
                furthest.seq
            ));
        }
    }

    /// Whether a witness of an entry beyond the last proves that the tail was cut off. An anchor
    /// does not if a trusted manifest says that the export is older, or a part.
    fn proves(&self, witness: &Witness) -> bool {
        match self.manifest {
            Some(Checked { manifest, trusted: true, .. }) if witness.by == Voucher::Anchor => {
                manifest.extent == Extent::ToHead && witness.at_us <= manifest.at_us
            }
            _ => true,
        }
    }

    /// Before the first entry, when the manifest says where that is.
    fn start(&mut self) {
        let Some(Checked { manifest, sound: true, trusted }) = self.manifest else { return };
        let before = self.verifier.reached();
        if before > 0 && !trusted {
            self.report.fault(Fault::at(1, Wrong::Headless { first: before + 1 }));
        }
        self.begin(before, if before == 0 { Hash::GENESIS } else { manifest.prev });
    }

    /// The entry before the first is known by its hash only.
    fn begin(&mut self, before: u64, prev: Hash) {
        self.report.first_seq = Some(before.saturating_add(1));
        let early = self.witnesses.before(before).len();
        if early > 0 {
            self.report.notes.push(format!(
                "{early} of the anchors and checkpoints are about entries before the first one \
                 here, and were not compared."
            ));
        }
        self.compare(before, prev);
    }

    fn line(&mut self, line: u64, text: &[u8]) {
        let (link, detail) = match row::read(text) {
            Ok(read) => read,
            Err(error) => return self.unreadable(line, plain(&error.to_string())),
        };
        let seq = link.entry.seq;
        if self.verifier.next_seq().is_none() {
            self.begin(seq.saturating_sub(1), if seq <= 1 { Hash::GENESIS } else { link.prev });
        }
        let place = self.verifier.next_seq().unwrap_or(seq).max(1);
        if !row::write(&link, detail.as_ref()).is_ok_and(|again| again == text) {
            self.report.fault(Fault::at(place, Wrong::Form { line }));
        }
        match (&detail, &link.entry.commitment) {
            (None, None) => {}
            (None, Some(_)) => self.report.withheld += 1,
            (Some(detail), Some(commitment)) if detail.commitment() == *commitment => {
                self.report.details += 1;
            }
            (Some(_), _) => self.report.fault(Fault::at(place, Wrong::Detail)),
        }
        if let Err(fault) = self.verifier.push(&link) {
            self.report.fault(fault);
        }
        self.report.head = self.verifier.head();
        if place == seq {
            self.compare(seq, link.hash);
        }
    }

    fn unreadable(&mut self, line: u64, why: String) {
        let place = self.verifier.skip();
        self.report.head = None;
        self.report.fault(Fault::at(place, Wrong::Unreadable { line, why }));
    }

    /// Holds the hash of an entry against those who vouch for it.
    fn compare(&mut self, seq: u64, hash: Hash) {
        for Witness { hash: vouched, by, line, counts, .. } in self.witnesses.at(seq) {
            let anchor = *by == Voucher::Anchor;
            if *vouched == hash {
                self.report.agreed(*by, seq);
                if anchor {
                    (self.anchored, self.disagreeing) = (seq, false);
                }
            } else if !counts {
                let why = format!("disagrees with entry {seq}");
                self.report.fault(Fault::nowhere(Wrong::Checkpoint { line: *line, why }));
            } else if !(anchor && self.disagreeing) {
                // One disagreeing anchor says it all, until another agrees.
                self.disagreeing |= anchor;
                let wrong = Wrong::Rewritten { by: *by, since: self.anchored.saturating_add(1) };
                self.report.fault(Fault::at(seq, wrong));
            }
        }
    }

    /// What the manifest says about the end. Only a sound one can name an entry.
    fn hold_against(&mut self, Checked { manifest, sound, .. }: &Checked, reached: u64) {
        let last = manifest.last_seq;
        let other_head = self.report.head.is_some_and(|head| head != manifest.head);
        let found = match reached.cmp(&last) {
            Ordering::Less => {
                let wrong = Wrong::Cut { by: Voucher::Manifest, reaches: last };
                Some((reached.saturating_add(1), wrong))
            }
            Ordering::Greater => Some((last.saturating_add(1), Wrong::Surplus { last })),
            Ordering::Equal => other_head.then_some((last, Wrong::Head)),
        };
        if let Some((seq, wrong)) = found {
            self.report.fault(Fault { seq: sound.then_some(seq), wrong });
        }
        let (stated, found) = (manifest.count, self.report.entries);
        if stated != found {
            self.report.fault(Fault::nowhere(Wrong::Count { stated, found }));
        }
    }
}
