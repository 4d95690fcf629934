//! What a table would change in a register, before anything is changed.

use std::collections::HashMap;

use super::field::Flaw;
use super::reading::Known;
use super::table::Row;
use super::{Record, Registered, differences};

/// What a table would do, line by line.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan<T: Record> {
    /// Its lines, in order.
    pub lines: Vec<Line<T>>,
}

/// What a line would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<T: Record> {
    /// Its number in the file.
    pub number: u64,
    /// What it calls the record. Untrusted text.
    pub title: String,
    /// What would be done.
    pub fate: Fate<T>,
}

/// What would be done with a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate<T: Record> {
    /// A new record.
    Add(T),
    /// Another version of a record.
    Change {
        /// Which.
        id: T::Id,
        /// The version that is there.
        version: i64,
        /// What it will say.
        record: T,
        /// The fields that differ.
        fields: Vec<&'static str>,
    },
    /// Nothing: the register says the same.
    Same,
    /// Nothing: something is wrong.
    Wrong(Vec<Flaw>),
}

impl<T: Record> Plan<T> {
    /// Lines that add something.
    pub fn added(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line.fate, Fate::Add(_))).count()
    }

    /// Lines that change something.
    pub fn changed(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line.fate, Fate::Change { .. })).count()
    }

    /// Lines that say what is there already.
    pub fn same(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line.fate, Fate::Same)).count()
    }

    /// Lines with something wrong.
    pub fn wrong(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line.fate, Fate::Wrong(_))).count()
    }

    /// Whether it would store anything.
    pub fn does_something(&self) -> bool {
        self.added() + self.changed() > 0
    }
}

/// Compares the lines of a table with a register. A line that names a record which stands changes
/// the columns that the table has, and no others; the same table twice does nothing the second time.
/// Where several that stand have the key of a line, nobody can tell which one it means: it is wrong.
pub fn plan<T: Record>(rows: &[Row], register: &[Registered<T>], known: &Known) -> Plan<T> {
    let mut standing: HashMap<String, Vec<&Registered<T>>> = HashMap::new();
    for one in register.iter().filter(|one| one.stands()) {
        standing.entry(one.record.key()).or_default().push(one);
    }
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut judge = |row: &Row| {
        let key = T::key_of(&row.filled);
        if let Some(earlier) = seen.insert(key.clone(), row.number) {
            let sentence = format!("Line {earlier} is about the same record: leave one out.");
            return Fate::Wrong(vec![Flaw::new(T::KEYS[0], sentence)]);
        }
        let present = match standing.get(&key).map(Vec::as_slice) {
            None | Some([]) => None,
            Some([one]) => Some(*one),
            Some(several) => {
                let numbers: Vec<String> = several.iter().map(|one| one.id.to_string()).collect();
                let sentence = format!(
                    "Several records have this key (numbers {}): change them on their pages.",
                    numbers.join(", ")
                );
                return Fate::Wrong(vec![Flaw::new(T::KEYS[0], sentence)]);
            }
        };
        let mut filled = present.map(|one| one.record.write(known)).unwrap_or_default();
        for field in T::FIELDS.iter().filter(|field| row.filled.has(field.name)) {
            filled.set(field.name, row.filled.get(field.name));
        }
        let record = match T::read(&filled, known) {
            Ok(record) => record,
            Err(flaws) => return Fate::Wrong(flaws),
        };
        let Some(present) = present else { return Fate::Add(record) };
        if let Some(flaw) = record.follows(&present.record) {
            return Fate::Wrong(vec![flaw]);
        }
        let fields = differences(&present.record, &record, known);
        if fields.is_empty() {
            return Fate::Same;
        }
        Fate::Change { id: present.id, version: present.version, record, fields }
    };
    let line = |row: &Row| Line {
        number: row.number,
        title: row.filled.get(T::TITLE).to_owned(),
        fate: judge(row),
    };
    Plan { lines: rows.iter().map(line).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::register::{Drill, Vendor, read_table, write_table};

    const TABLE: &str = "name,services,receives_phi\nA,one,no\nB,two,yes\nC,,no\nb,three,no\n";

    fn known() -> Known {
        Known { now: Timestamp(1_795_000_000_000), ..Known::default() }
    }

    fn planned<T: Record>(text: &str, register: &[Registered<T>]) -> Plan<T> {
        plan(&read_table::<T>(text).unwrap(), register, &known())
    }

    fn stored<T: Record>(plan: Plan<T>) -> Vec<Registered<T>> {
        let now = known().now;
        let records = plan.lines.into_iter().filter_map(|line| match line.fate {
            Fate::Add(record) | Fate::Change { record, .. } => Some(record),
            _ => None,
        });
        let row = |(id, record)| Registered {
            id: T::Id::from(id),
            version: 1,
            added: now,
            changed: now,
            ended: None,
            record,
        };
        (1..).zip(records).map(row).collect()
    }

    #[test]
    fn wrong_lines_are_named_and_do_not_stop_right_ones() {
        let plan = planned::<Vendor>(TABLE, &[]);
        assert_eq!((plan.added(), plan.wrong()), (2, 2));
        let Fate::Wrong(flaws) = &plan.lines[2].fate else { panic!("{plan:?}") };
        assert_eq!((plan.lines[2].number, flaws[0].field), (4, "services"));
        let Fate::Wrong(flaws) = &plan.lines[3].fate else { panic!("{plan:?}") };
        assert!(flaws[0].sentence.contains("Line 3"), "{flaws:?}");
    }

    #[test]
    fn the_same_table_does_nothing_twice() {
        let register = stored(planned::<Vendor>(TABLE, &[]));
        let again = planned(TABLE, &register);
        assert_eq!((again.added(), again.changed(), again.same()), (0, 0, 2));
        let own = write_table(register.iter().map(|one| &one.record), &known());
        assert_eq!(planned(&own, &register).same(), 2);
    }

    /// Two that stand have the key: neither is overwritten, not even by the register's own export.
    fn is_told_apart<T: Record>(one: &str, other: &str) {
        let mut register = [stored(planned::<T>(one, &[])), stored(planned(other, &[]))].concat();
        register[1].id = T::Id::from(2);
        let own = write_table(register.iter().map(|one| &one.record), &known());
        let back = planned(&own, &register);
        assert_eq!((back.added(), back.changed(), back.wrong()), (0, 0, 2), "{back:?}");
        let Fate::Wrong(flaws) = &back.lines[0].fate else { panic!("{back:?}") };
        assert_eq!(flaws[0].field, T::KEYS[0]);
        assert!(flaws[0].sentence.starts_with("Several records have this key (numbers 1, 2)"));
        // Once one of them has ended the other is meant.
        let at = known().now;
        register[0].ended = Some(crate::register::Ended { at, reason: "twice".to_owned() });
        assert_eq!(planned(other, &register).same(), 1);
    }

    #[test]
    fn a_key_of_several_records_is_wrong() {
        let drill = |outcome: &str| {
            format!("day,scenario,kind,outcome\n2026-11-01,A key,signal,{outcome}\n")
        };
        is_told_apart::<Drill>(&drill("detected"), &drill("missed"));
        let vendor = |name: &str| format!("name,services,receives_phi\n{name},one,no\n");
        is_told_apart::<Vendor>(&vendor("Ärzte"), &vendor("ärzte"));
    }

    #[test]
    fn a_line_changes_the_columns_that_it_has() {
        let register = stored(planned::<Vendor>(TABLE, &[]));
        let changed = planned("name,contact_role\na,Privacy officer\n", &register);
        let Fate::Change { record, fields, .. } = &changed.lines[0].fate else { panic!() };
        assert_eq!(record.services, "one");
        // The name is written as the table writes it.
        assert_eq!(fields, &["name", "contact_role"]);
    }
}
