//! Registers as tables (CSV): what others keep in spreadsheets.

use super::Record;
use super::field::{Field, Filled};
use super::reading::Known;

/// The most lines that one table may have.
pub const MOST_LINES: usize = 5_000;

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number in the file; the head is line 1.
    pub number: u64,
    /// What it says. Columns that the table does not have are not filled in at all.
    pub filled: Filled,
}

/// Why a table cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableFlaw {
    /// Nothing is in it.
    #[error("The table is empty: its first line names the columns ({0}).")]
    Empty(String),
    /// A column that no record has.
    #[error("Line 1: no column is called “{name}”; there are {known}.")]
    Column {
        /// Its name. Untrusted text.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A column that stands twice.
    #[error("Line 1: the column “{0}” stands twice; leave one out.")]
    Twice(String),
    /// A column that must be there.
    #[error("Line 1: the column “{0}” is missing; without it no record can be told from another.")]
    Missing(&'static str),
    /// Not a table.
    #[error("Line {line}: {why}.")]
    Broken {
        /// The line.
        line: u64,
        /// What is wrong.
        why: String,
    },
    /// Too long.
    #[error("The table has more than {MOST_LINES} lines: divide it.")]
    TooLong,
}

/// Reads a table whose first line names the columns. Commas, semicolons or tabs stand between them.
///
/// # Errors
/// When no line could be understood; what is wrong in a line is found by reading its record.
pub fn read_table<T: Record>(text: &str) -> Result<Vec<Row>, TableFlaw> {
    // With both characters at the ends of lines the reader would count them one short.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(&text))
        .flexible(true)
        .trim(csv::Trim::Headers)
        .from_reader(text.as_bytes());
    let columns = match reader.headers() {
        Ok(heads) if !text.trim().is_empty() => columns::<T>(heads)?,
        Ok(_) => return Err(TableFlaw::Empty(names::<T>())),
        Err(error) => return Err(broken(&error)),
    };
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| broken(&error))?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let number = record.position().map_or(0, csv::Position::line);
        if record.len() > columns.len() {
            let why = format!(
                "it has {} cells, where the head has {}; put a cell with a comma in it in \
                 quotation marks",
                record.len(),
                columns.len()
            );
            return Err(TableFlaw::Broken { line: number, why });
        }
        if rows.len() == MOST_LINES {
            return Err(TableFlaw::TooLong);
        }
        let mut filled = Filled::default();
        for (column, cell) in columns.iter().zip(record.iter()) {
            filled.set(column.name, unescape(cell));
        }
        rows.push(Row { number, filled });
    }
    Ok(rows)
}

/// What stands most often between the columns of the first line.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    let count = |one: &u8| head.bytes().filter(|byte| byte == one).count();
    // The last of the greatest wins: a comma where nothing stands at all.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

fn names<T: Record>() -> String {
    T::FIELDS.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
}

fn columns<T: Record>(heads: &csv::StringRecord) -> Result<Vec<&'static Field>, TableFlaw> {
    let mut columns: Vec<&'static Field> = Vec::new();
    for head in heads {
        let name = head.trim().to_lowercase().replace([' ', '-'], "_");
        let Some(field) = T::FIELDS.iter().find(|field| field.name == name) else {
            return Err(TableFlaw::Column { name: head.to_owned(), known: names::<T>() });
        };
        if columns.contains(&field) {
            return Err(TableFlaw::Twice(head.to_owned()));
        }
        columns.push(field);
    }
    match T::KEYS.iter().find(|key| !columns.iter().any(|column| column.name == **key)) {
        Some(missing) => Err(TableFlaw::Missing(missing)),
        None => Ok(columns),
    }
}

fn broken(error: &csv::Error) -> TableFlaw {
    let line = error.position().map_or(1, csv::Position::line);
    TableFlaw::Broken { line, why: format!("it is no line of a table ({error})") }
}

/// Writes a table that [`read_table`] reads back.
pub fn write_table<'a, T: Record>(
    records: impl IntoIterator<Item = &'a T>,
    known: &Known,
) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail, and every line has as many cells as the head.
    let _ = writer.write_record(T::FIELDS.iter().map(|field| field.name));
    for record in records {
        let filled = record.write(known);
        let _ = writer.write_record(T::FIELDS.iter().map(|field| escape(filled.get(field.name))));
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// Characters with which a spreadsheet begins to calculate.
const CALCULATES: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell that begins like a formula gets an apostrophe in front, so that no spreadsheet runs it.
fn escape(cell: &str) -> String {
    let calculates = cell.trim_start_matches('\'').starts_with(CALCULATES);
    if calculates { format!("'{cell}") } else { cell.to_owned() }
}

/// The inverse of [`escape`].
fn unescape(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(CALCULATES) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::register::{Drill, Vendor};

    #[test]
    fn tables_are_read_as_spreadsheets_write_them() {
        for text in [
            "\u{feff}Day;Scenario;Kind\r\n2026-01-02;\"a; b\";signal\r\n",
            "day,scenario,kind\n2026-01-02,a; b,signal\n\n",
            "day\tscenario\tkind\n2026-01-02\ta; b\tsignal",
        ] {
            let rows = read_table::<Drill>(text).unwrap();
            assert_eq!(rows.len(), 1, "{text}");
            assert_eq!(rows[0].number, 2);
            assert_eq!(rows[0].filled.get("scenario"), "a; b");
            assert!(!rows[0].filled.has("notes"), "a column that is not there says nothing");
        }
    }

    #[test]
    fn what_is_no_table_says_why() {
        let why = |text: &str| read_table::<Vendor>(text).unwrap_err().to_string();
        assert!(why(" ").contains("first line names the columns (name, services"));
        assert!(why("name,price\n").contains("“price”"));
        assert!(why("name,services,name\n").contains("twice"));
        assert!(why("services\nx\n").contains("“name” is missing"));
        assert!(why("name\na,b\n").starts_with("Line 2: it has 2 cells"));
        let long = format!("name\n{}", "a\n".repeat(MOST_LINES + 1));
        assert!(why(&long).contains("divide it"));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@a", "\t=1", "'=1", "''=1"] {
            let safe = escape(cell);
            assert!(safe.starts_with('\''), "{cell}");
        }
        assert_eq!(unescape("'quoted' word"), "'quoted' word");
    }

    proptest! {
        #[test]
        fn what_is_escaped_comes_back(cell in "['=+@a-]{0,4}[ -~]{0,6}") {
            let safe = escape(&cell);
            prop_assert_eq!(unescape(&safe), cell);
        }

        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,200}") {
            let _ = read_table::<Vendor>(&text);
            let _ = read_table::<Vendor>(&format!("name,services\n{text}"));
        }
    }
}
