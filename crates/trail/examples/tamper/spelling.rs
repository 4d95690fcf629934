//! Cases about the spelling of lines and about whole files.

use std::fs;

use crate::{
    cases::{ALL, ANCHOR, BOTH, Bad, KEY, Maker, NOTHING, Odd},
    forge::{Claim, copy, edit, lines, remake, replace},
    world::{Done, LAST, Plan, chain, entry, log, stranger},
};

/// Bits that are flipped, in turn.
const MASKS: [u8; 4] = [0x01, 0x20, 0x10, 0x80];

impl Maker {
    pub fn details(&mut self) -> Done {
        let folder = self.clone_good("detail-changed")?;
        replace(&folder, 6, "Zoë", "Zoe")?;
        remake(&folder, &Claim::by(stranger()))?;
        self.expect("detail-changed", &ALL, Bad(6));

        let folder = self.clone_good("detail-added")?;
        let detail = r#""detail":{"salt":"00000000000000000000000000000000","text":"x"}"#;
        replace(&folder, 7, r#""detail":null"#, detail)?;
        remake(&folder, &Claim::by(stranger()))?;
        self.expect("detail-added", &ALL, Bad(7));

        let folder = self.clone_good("detail-erased-by-hand")?;
        edit(&folder, |rows| {
            if let (Some(from), Some(to)) = (rows[2].find(r#"{"salt"#), rows[2].find(r#","prev"#)) {
                rows[2].replace_range(from..to, "null");
            }
        })?;
        self.expect("detail-erased-by-hand", &ALL, Odd);
        Ok(())
    }

    /// The same content, spelled in another way.
    pub fn forms(&mut self) -> Done {
        let changes = [
            ("space", r#""seq":4,"#, r#""seq": 4,"#),
            ("escape", "user:4", "\\u0075ser:4"),
            ("extra", r#""seq":4,"#, r#""seq":4,"approved":true,"#),
            ("twice", r#""seq":4,"#, r#""seq":4,"seq":4,"#),
            ("time", r#""at":"2026-11-23T09:0"#, r#""at":"2026-11-23T08:0"#),
            ("float", r#""seq":4,"#, r#""seq":4.0,"#),
            ("negative", r#""seq":4,"#, r#""seq":-4,"#),
            ("huge", r#""seq":4,"#, r#""seq":18446744073709551616,"#),
            ("outcome", r#""outcome":"refused""#, r#""outcome":"Refused""#),
            ("surrogate", "user:4", "user:4\\ud800"),
            ("carriage-return", "}\n", "}\r\n"),
            ("no-object", "{", "[{"),
            ("nan", r#""commitment":null"#, r#""commitment":NaN"#),
            ("blank-line", "{", "\n{"),
        ];
        for (name, from, to) in changes {
            let name = format!("form-{name}");
            let folder = self.clone_good(&name)?;
            replace(&folder, 4, from, to)?;
            remake(&folder, &Claim::by(stranger()))?;
            self.expect(&name, &ALL, Bad(4));
        }
        let folder = self.clone_good("form-no-line-feed")?;
        replace(&folder, LAST, "}\n", "}")?;
        remake(&folder, &Claim::by(stranger()))?;
        self.expect("form-no-line-feed", &ALL, Bad(LAST));
        Ok(())
    }

    pub fn surplus(&mut self) -> Done {
        let folder = self.clone_good("twice-7")?;
        edit(&folder, |rows| rows.insert(7, rows[6].clone()))?;
        remake(&folder, &Claim::by(stranger()))?;
        self.expect("twice-7", &ALL, Bad(8));

        let more = chain(log()[LAST as usize - 1].hash, [entry(LAST + 1)]);
        let folder = self.clone_good("append")?;
        let scratch = self.root.join("scratch");
        Plan { links: more, ..Plan::default() }.write(&scratch)?;
        let extra = lines(&scratch.join("entries.ndjson"))?;
        fs::remove_dir_all(scratch)?;
        edit(&folder, |rows| rows.extend(extra))?;
        self.expect("append", &ALL, Bad(LAST + 1));

        let name = "append-remade";
        copy(&folder, &self.root.join(name))?;
        remake(&self.root.join(name), &Claim::by(stranger()))?;
        self.expect(name, &[KEY, ANCHOR, BOTH], Odd);
        Ok(())
    }

    pub fn files(&mut self) -> Done {
        for (file, verdict) in [
            ("entries.ndjson", Bad(1)),
            ("checkpoints.ndjson", Odd),
            ("FORMAT.md", Odd),
            ("manifest.json", Odd),
        ] {
            let name = format!("without-{file}");
            let folder = self.clone_good(&name)?;
            fs::remove_file(folder.join(file))?;
            self.expect(&name, &ALL, verdict);
        }
        let changes = [
            ("space", "\"format\": 1", "\"format\":  1"),
            ("version", "\"format\": 1", "\"format\": 2"),
            ("extra", "\"format\": 1,", "\"format\": 1,\n  \"x\": 1,"),
            ("time", "\"at\": \"2026", "\"at\": \"2025"),
            ("key-id", "\"key_id\": \"", "\"key_id\": \"0"),
            ("start", "\"first_seq\": 1", "\"first_seq\": 3"),
            ("end", "\"last_seq\": 12", "\"last_seq\": 11"),
            ("file", "FORMAT.md", "FORMAT.MD"),
        ];
        for (name, from, to) in changes {
            let name = format!("manifest-{name}");
            let file = self.clone_good(&name)?.join("manifest.json");
            let text = fs::read_to_string(&file)?;
            if !text.contains(from) {
                return Err(format!("the manifest has no {from}").into());
            }
            fs::write(file, text.replacen(from, to, 1))?;
            self.expect(&name, &ALL, Odd);
        }
        Ok(())
    }

    /// Single bits of single bytes, here and there.
    pub fn flips(&mut self) -> Done {
        for (file, step) in [
            ("entries.ndjson", 157),
            ("checkpoints.ndjson", 97),
            ("manifest.json", 61),
            ("FORMAT.md", 2003),
        ] {
            let bytes = fs::read(self.root.join("good").join(file))?;
            for (at, mask) in (0..bytes.len()).step_by(step).zip(MASKS.iter().cycle()) {
                let name = format!("flip-{file}-{at}");
                let folder = self.clone_good(&name)?;
                let mut changed = bytes.clone();
                changed[at] ^= mask;
                fs::write(folder.join(file), changed)?;
                let verdict = if file == "entries.ndjson" { Bad(row_of(&bytes, at)) } else { Odd };
                self.expect(&name, &[NOTHING, BOTH], verdict);
            }
        }
        Ok(())
    }
}

/// In which line a byte is, counted from 1; a line feed belongs to the line that it ends.
pub fn row_of(bytes: &[u8], at: usize) -> u64 {
    bytes[..at].split(|byte| *byte == b'\n').count() as u64
}
