//! Every way to tamper that we thought of, with the verdict it has to get.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;
use trail::{Extent, Link};

use crate::{
    forge::{Claim, copy, edit, put, remake, replace},
    world::{ANCHORS, Done, LAST, Plan, chain, checkpoint, entry, log, stranger, time},
};

/// An export and what is known from elsewhere, and the verdict.
#[derive(Debug, Serialize)]
pub struct Case {
    /// The folder of the export, below the one of all.
    pub folder: String,
    /// Whether the public key of the owner is given.
    pub key: bool,
    /// Whether the anchors are given.
    pub anchors: bool,
    /// Whether the export is intact.
    pub ok: bool,
    /// The first bad sequence number.
    pub first_bad: Option<u64>,
}

/// What is known from elsewhere: (key, anchors).
pub type Known = (bool, bool);
pub const NOTHING: Known = (false, false);
pub const KEY: Known = (true, false);
pub const ANCHOR: Known = (false, true);
pub const BOTH: Known = (true, true);
pub const ALL: [Known; 4] = [NOTHING, KEY, ANCHOR, BOTH];

/// The verdicts.
#[derive(Clone, Copy)]
pub enum Verdict {
    Intact,
    Bad(u64),
    /// Not intact, and no entry is to blame.
    Odd,
}
pub use Verdict::{Bad, Intact, Odd};

/// Fills a folder with exports.
pub struct Maker {
    pub root: PathBuf,
    pub cases: Vec<Case>,
}

/// Makes all exports below `root`, and says what is to be expected of them.
pub fn make(root: &Path) -> Done<Vec<Case>> {
    let mut maker = Maker { root: root.to_owned(), cases: Vec::new() };
    Plan::default().write(&root.join("good"))?;
    maker.expect("good", &ALL, Intact);
    maker.honest()?;
    maker.dropped()?;
    maker.swapped()?;
    maker.truncated()?;
    maker.rewritten()?;
    maker.replaced()?;
    maker.details()?;
    maker.forms()?;
    maker.surplus()?;
    maker.checkpoints()?;
    maker.files()?;
    maker.flips()?;
    Ok(maker.cases)
}

impl Maker {
    pub fn expect(&mut self, folder: &str, known: &[Known], verdict: Verdict) {
        let (ok, first_bad) = match verdict {
            Intact => (true, None),
            Bad(seq) => (false, Some(seq)),
            Odd => (false, None),
        };
        self.cases.extend(known.iter().map(|(key, anchors)| Case {
            folder: folder.to_owned(),
            key: *key,
            anchors: *anchors,
            ok,
            first_bad,
        }));
    }

    /// A copy of the good export.
    pub fn clone_good(&self, name: &str) -> Done<PathBuf> {
        let folder = self.root.join(name);
        copy(&self.root.join("good"), &folder)?;
        Ok(folder)
    }

    fn honest(&mut self) -> Done {
        let mut part = Plan { extent: Extent::Part, ..Plan::default() };
        part.links = part.links.drain(3..9).collect();
        part.write(&self.root.join("part"))?;
        self.expect("part", &ALL, Intact);

        // A claim to be a part is worth what the key is worth.
        let folder = self.root.join("part-stranger");
        Plan { signer: stranger(), ..part }.write(&folder)?;
        self.expect("part-stranger", &[KEY, ANCHOR, BOTH], Bad(1));

        let mut old = Plan { at_us: time(8) + 2_000_000, ..Plan::default() };
        old.links.truncate(8);
        old.write(&self.root.join("old"))?;
        self.expect("old", &ALL, Intact);

        Plan { links: Vec::new(), at_us: time(0), ..Plan::default() }
            .write(&self.root.join("empty"))?;
        self.expect("empty", &ALL, Intact);

        Plan { details: false, ..Plan::default() }.write(&self.root.join("erased"))?;
        self.expect("erased", &ALL, Intact);
        Ok(())
    }

    fn dropped(&mut self) -> Done {
        for seq in 1..=LAST {
            let name = format!("drop-{seq}");
            let folder = self.clone_good(&name)?;
            edit(&folder, |rows| drop(rows.remove(seq as usize - 1)))?;
            self.expect(&name, &ALL, Bad(seq));

            let name = format!("drop-{seq}-remade");
            copy(&folder, &self.root.join(&name))?;
            remake(&self.root.join(&name), &Claim::by(stranger()))?;
            self.expect(&name, &[ANCHOR, BOTH], Bad(seq));
        }
        Ok(())
    }

    fn swapped(&mut self) -> Done {
        for (one, other) in [(1, 2), (1, 12), (2, 9), (5, 6), (10, 11), (11, 12)] {
            let name = format!("swap-{one}-{other}");
            let folder = self.clone_good(&name)?;
            edit(&folder, |rows| rows.swap(one - 1, other - 1))?;
            self.expect(&name, &ALL, Bad(one as u64));

            let name = format!("{name}-remade");
            copy(&folder, &self.root.join(&name))?;
            remake(&self.root.join(&name), &Claim::by(stranger()))?;
            self.expect(&name, &[KEY, ANCHOR, BOTH], Bad(one as u64));
        }
        Ok(())
    }

    /// The tail is cut after each entry: clumsily, with a key of one's own, with the same key and a
    /// claim that suits, and with the stolen key.
    fn truncated(&mut self) -> Done {
        for kept in 0..LAST {
            let name = format!("cut-{kept}");
            let folder = self.clone_good(&name)?;
            edit(&folder, |rows| rows.truncate(kept as usize))?;
            self.expect(&name, &ALL, Bad(kept + 1));

            let cut = || {
                let mut links = log();
                links.truncate(kept as usize);
                Plan { links, ..Plan::default() }
            };
            let name = format!("cut-{kept}-own-key");
            Plan { signer: stranger(), ..cut() }.write(&self.root.join(&name))?;
            self.expect(&name, &[ANCHOR, BOTH], Bad(kept + 1));
            self.expect(&name, &[KEY], Odd);
            self.expect(&name, &[NOTHING], Intact);

            let name = format!("cut-{kept}-own-key-excuse");
            Plan { signer: stranger(), at_us: time(0), extent: Extent::Part, ..cut() }
                .write(&self.root.join(&name))?;
            self.expect(&name, &[ANCHOR, BOTH], Bad(kept + 1));

            let name = format!("cut-{kept}-stolen-key");
            cut().write(&self.root.join(&name))?;
            self.expect(&name, &[ANCHOR, BOTH], Bad(kept + 1));
            self.expect(&name, &[NOTHING, KEY], Intact);
        }
        let folder = self.clone_good("cut-within-7")?;
        edit(&folder, |rows| {
            rows.truncate(7);
            rows[6].truncate(100);
        })?;
        remake(&folder, &Claim::by(stranger()))?;
        self.expect("cut-within-7", &ALL, Bad(7));
        Ok(())
    }

    /// The whole chain is cloned and rewritten from one entry on.
    fn rewritten(&mut self) -> Done {
        for from in [1, 3, 5, 6, 10, 11, 12] {
            let entries = (1..=LAST).map(|seq| forged(seq, seq == from));
            let links = chain(trail::Hash::GENESIS, entries);
            let anchored = ANCHORS.into_iter().find(|seq| *seq >= from).unwrap_or(LAST);

            let name = format!("rewrite-{from}");
            Plan { links: links.clone(), signer: stranger(), ..Plan::default() }
                .write(&self.root.join(&name))?;
            self.expect(&name, &[ANCHOR, BOTH], Bad(anchored));
            self.expect(&name, &[KEY], Odd);
            self.expect(&name, &[NOTHING], Intact);

            let name = format!("rewrite-{from}-stolen-key");
            Plan { links, ..Plan::default() }.write(&self.root.join(&name))?;
            self.expect(&name, &[ANCHOR, BOTH], Bad(anchored));
            self.expect(&name, &[NOTHING, KEY], Intact);
        }
        Ok(())
    }

    /// Some entries are rewritten with good hashes, and the rest is left alone.
    fn replaced(&mut self) -> Done {
        for seq in 1..=LAST {
            let name = format!("replace-{seq}");
            let folder = self.clone_good(&name)?;
            put(&folder, &relinked(seq, seq)[0])?;
            remake(&folder, &Claim::by(stranger()))?;
            self.expect(&name, &[ANCHOR, BOTH], Bad(seq));
        }
        // The checkpoint of entry 4 names the second.
        for (from, to, bad) in [(6, 7, 7), (3, 7, 4), (1, 2, 2)] {
            let name = format!("replace-{from}-to-{to}");
            let folder = self.clone_good(&name)?;
            for link in relinked(from, to) {
                put(&folder, &link)?;
            }
            remake(&folder, &Claim::by(stranger()))?;
            self.expect(&name, &ALL, Bad(bad));
        }
        let folder = self.clone_good("content-9")?;
        replace(&folder, 9, "user:9", "user:8")?;
        remake(&folder, &Claim::by(stranger()))?;
        self.expect("content-9", &ALL, Bad(9));

        // Another beginning than the zeros.
        let links = chain(trail::Hash([1; 32]), (1..=LAST).map(entry));
        Plan { links, ..Plan::default() }.write(&self.root.join("beginning"))?;
        self.expect("beginning", &ALL, Bad(1));
        let links = chain(trail::Hash::GENESIS, (0..=LAST).map(entry));
        Plan { links, ..Plan::default() }.write(&self.root.join("zeroth"))?;
        self.expect("zeroth", &[NOTHING, KEY], Bad(1));
        Ok(())
    }

    fn checkpoints(&mut self) -> Done {
        // Signed by a stranger, so its word counts only where no key is given.
        let other = chain(trail::Hash([9; 32]), (1..=20).map(entry));
        for (seq, bad) in [(8, 8), (20, 13)] {
            let name = format!("checkpoint-{seq}");
            let folder = self.clone_good(&name)?;
            let forged = checkpoint(&other, seq, &stranger());
            let file = folder.join("checkpoints.ndjson");
            let text = fs::read_to_string(&file)? + &serde_json::to_string(&forged)? + "\n";
            fs::write(file, text)?;
            remake(&folder, &Claim::by(stranger()))?;
            self.expect(&name, &[NOTHING, ANCHOR], Bad(bad));
            self.expect(&name, &[KEY, BOTH], Odd);
        }
        Ok(())
    }
}

/// An entry, perhaps with another action.
fn forged(seq: u64, forge: bool) -> trail::Entry {
    let action = if forge { "view-nothing".to_owned() } else { entry(seq).action };
    trail::Entry { action, ..entry(seq) }
}

/// Entries `from` to `to`, the first one forged, chained to the true entry before.
fn relinked(from: u64, to: u64) -> Vec<Link> {
    let prev = log()[from as usize - 1].prev;
    chain(prev, (from..=to).map(|seq| forged(seq, seq == from)))
}
