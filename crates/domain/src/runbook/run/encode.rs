//! The canonical encoding of a run, over which its seal is computed.
//!
//! Every field stands behind its length (four bytes, most significant first), every list behind its
//! number of items: no two runs that differ have the same bytes. The first field names the version.

use sha2::{Digest, Sha256};

use super::{Act, By, Entry, Proof, Run, Subject};
use crate::runbook::check::Outcome;
use crate::runbook::markdown::plain;
use crate::runbook::step::Step;

/// The version of the encoding.
const VERSION: &str = "wardround-run-1";

/// SHA-256 over the encoding, in hexadecimal. The seal itself is left out.
pub(super) fn digest(run: &Run) -> String {
    let mut hash = Hash(Sha256::new());
    hash.text(VERSION);
    let snapshot = &run.snapshot;
    hash.text(&snapshot.id).number(i64::from(snapshot.version)).text(&snapshot.title);
    hash.text(&snapshot.sha256).text(&plain(&snapshot.intro));
    hash.list(&snapshot.steps, Hash::step);
    match &run.subject {
        Subject::Incident(id) => hash.text("incident").text(id),
        Subject::Alert(id) => hash.text("alert").text(id),
        Subject::Alone => hash.text("alone").text(""),
    };
    hash.number(run.opened.0).by(&run.by);
    let values: Vec<(&str, &str)> = run.values.iter().collect();
    hash.list(&values, |hash, (name, value)| {
        hash.text(name).text(value);
    });
    hash.list(&run.history, Hash::entry);
    hex::encode(hash.0.finalize())
}

struct Hash(Sha256);

impl Hash {
    fn text(&mut self, text: &str) -> &mut Self {
        self.0.update(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
        self.0.update(text.as_bytes());
        self
    }

    fn number(&mut self, number: i64) -> &mut Self {
        self.text(&number.to_string())
    }

    fn list<T>(&mut self, items: &[T], each: impl Fn(&mut Self, &T)) -> &mut Self {
        self.number(items.len() as i64);
        for item in items {
            each(self, item);
        }
        self
    }

    fn by(&mut self, by: &By) -> &mut Self {
        self.text(by.kind()).text(by.name())
    }

    fn step(&mut self, step: &Step) {
        self.text(&step.id).text(&step.title).text(step.role.as_str());
        self.text(&step.due.map_or_else(String::new, |due| due.to_string()));
        self.text(step.after.as_deref().unwrap_or_default());
        self.text(step.evidence.as_str()).text(if step.skippable { "skippable" } else { "must" });
        match &step.check {
            None => self.text(""),
            Some(check) => self.text(check.check.as_str()).list(&check.with, |hash, pair| {
                hash.text(&pair.0).text(&pair.1);
            }),
        };
        self.text(&plain(&step.body));
    }

    fn entry(&mut self, entry: &Entry) {
        self.number(i64::from(entry.number)).number(entry.at.0).by(&entry.by);
        self.text(entry.act.as_str());
        match &entry.act {
            Act::Done { step, evidence, note } => {
                self.text(step).list(evidence, Self::proof).text(note)
            }
            Act::Skip { step, why } | Act::Undo { step, why } => self.text(step).text(why),
            Act::Checked { step, outcome } => self.text(step).outcome(outcome),
            Act::Remark { step, text } => {
                let steps: Vec<&String> = step.iter().collect();
                self.list(&steps, |hash, step| {
                    hash.text(step);
                })
                .text(text)
            }
            Act::SignOff { note } => self.text(note),
            Act::Close => self,
            Act::Abandon { why } => self.text(why),
        };
    }

    fn proof(&mut self, proof: &Proof) {
        self.text(proof.kind.as_str()).text(&proof.reference);
    }

    fn outcome(&mut self, outcome: &Outcome) -> &mut Self {
        let as_of = outcome.as_of().map_or_else(String::new, |at| at.0.to_string());
        let why = match outcome {
            Outcome::Unknown { why, .. } => why.as_str(),
            Outcome::Yes { .. } | Outcome::No { .. } => "",
        };
        self.text(outcome.as_str()).text(why).text(&as_of)
    }
}
