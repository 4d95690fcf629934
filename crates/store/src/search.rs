//! Words of findings: what is asked for becomes a query of the full-text index.
//!
//! The index separates words at everything in ASCII that is neither letter nor digit, and folds
//! ASCII letter case (FTS5's tokenizer `ascii`); this file does exactly the same.

use sqlx::SqliteConnection;

use crate::StoreError;
use crate::bulk::Columns;
use crate::error::Doing;

/// What was asked for, with what the index has.
#[derive(Debug)]
pub(crate) struct Search {
    words: Vec<String>,
    /// Nothing has all the words; the last one may be the beginning of a word.
    beginning: bool,
    /// The numbers of the findings that match, at most one more than are few.
    found: Vec<i64>,
    most: usize,
}

impl Search {
    /// Looks the words up. At most `most` matches are few. `None` when nothing was asked for.
    pub(crate) async fn of(
        connection: &mut SqliteConnection,
        q: Option<&str>,
        most: usize,
    ) -> Result<Option<Self>, StoreError> {
        let Some(q) = q.map(str::trim).filter(|q| !q.is_empty()) else { return Ok(None) };
        let words = words(&joined_uuids(q));
        let mut search = Self { words, beginning: false, found: Vec::new(), most };
        if search.words.is_empty() {
            return Ok(Some(search));
        }
        search.found = search.look(connection, most).await?;
        if search.found.is_empty() && search.words.last().is_some_and(|word| word.len() > 1) {
            search.beginning = true;
            search.found = search.look(connection, most).await?;
        }
        Ok(Some(search))
    }

    /// The numbers of all findings that match, if they are few.
    pub(crate) fn few(&self) -> Option<&[i64]> {
        (self.found.len() <= self.most).then_some(self.found.as_slice())
    }

    /// The numbers of findings that match; not all of them if they are not few.
    pub(crate) fn found(&self) -> &[i64] {
        &self.found
    }

    async fn look(
        &self,
        connection: &mut SqliteConnection,
        most: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let rows =
            sqlx::query("SELECT rowid FROM finding_text WHERE finding_text MATCH ?1 LIMIT ?2")
                .bind(self.expression())
                .bind(most as i64 + 1)
                .fetch_all(connection)
                .await
                .doing("searching findings")?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    fn expression(&self) -> String {
        let quoted: Vec<String> = self.words.iter().map(|word| format!("\"{word}\"")).collect();
        let star = if self.beginning { " *" } else { "" };
        format!("{}{star}", quoted.join(" AND "))
    }

    /// Whether a text of several pieces has all the words.
    pub(crate) fn matches(&self, pieces: &[&str]) -> bool {
        let has: Vec<String> = pieces.iter().flat_map(|piece| words(piece)).collect();
        let last = self.words.len().saturating_sub(1);
        self.words.iter().enumerate().all(|(index, word)| {
            let beginning = self.beginning && index == last;
            has.iter().any(|one| one == word || beginning && one.starts_with(word.as_str()))
        })
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| letter.is_ascii() && !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

/// UUIDs lose their dashes: the index has those of native ids as one word.
fn joined_uuids(q: &str) -> String {
    let separates = |letter: char| !(letter.is_ascii_hexdigit() || letter == '-');
    let mut joined = q.to_owned();
    for piece in q.split(separates) {
        let lengths: Vec<usize> = piece.split('-').map(str::len).collect();
        if lengths == [8, 4, 4, 4, 12] {
            joined = joined.replace(piece, &piece.replace('-', ""));
        }
    }
    joined
}
