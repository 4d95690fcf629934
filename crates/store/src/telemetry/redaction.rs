//! What was taken out, by rule and place, and what was not let in.

use std::collections::BTreeMap;

use domain::Timestamp;
use domain::telemetry::{Position, Redaction};
use sqlx::SqliteConnection;

use super::DOING;
use crate::StoreError;
use crate::bulk::{Bulk, Columns};
use crate::code::Code;
use crate::error::Doing;

/// Places of a day that are told apart; beyond, what comes counts under one of them.
const MOST_PLACES: i64 = 5_000;
/// The place of what is beyond.
const ELSEWHERE: &str = "…";

type Place = (String, Position, String, i64);

#[derive(Debug, Default)]
pub(super) struct Redactions(BTreeMap<Place, i64>);

const PUT: Bulk = Bulk {
    head: "INSERT INTO redaction (day, rule, position, path, producer, n, redactor) VALUES",
    width: 7,
    tail: "ON CONFLICT (day, rule, position, path, producer) DO UPDATE SET \
           n = n + excluded.n, redactor = excluded.redactor",
    doing: DOING,
};

/// A path without the numbers of list items, so that places do not multiply.
fn place(kind: &str, path: &str) -> String {
    let mut text = format!("{kind}.");
    let mut inside = false;
    for character in path.chars() {
        match character {
            '[' => inside = true,
            ']' => inside = false,
            _ if inside && character.is_ascii_digit() => continue,
            _ => {}
        }
        text.push(character);
    }
    text
}

impl Redactions {
    pub(super) fn note(&mut self, producer: i64, kind: &str, redactions: &[Redaction]) {
        for one in redactions {
            let key = (one.rule.clone(), one.position, place(kind, &one.path), producer);
            *self.0.entry(key).or_default() += i64::from(one.count);
        }
    }

    pub(super) async fn write(
        self,
        connection: &mut SqliteConnection,
        now: Timestamp,
        redactor: &str,
    ) -> Result<(), StoreError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let many = sqlx::query("SELECT count(*) FROM redaction WHERE day = ?1")
            .bind(now.day())
            .fetch_one(&mut *connection)
            .await
            .doing(DOING)?
            .int(0)?
            > MOST_PLACES;
        PUT.execute(connection, self.0.into_iter().collect(), |values, (key, n)| {
            let (rule, position, path, producer) = key;
            let path = if many { ELSEWHERE.to_owned() } else { path };
            values.int(now.day()).text(rule).int(position.code()).text(path);
            values.int(producer).int(n).text(redactor);
        })
        .await
    }
}

/// Counts requests that were not taken.
pub(super) async fn refused(
    connection: &mut SqliteConnection,
    refusals: &BTreeMap<&'static str, u64>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (why, n) in refusals {
        sqlx::query(
            "INSERT INTO refusal (day, why, n) VALUES (?1, ?2, ?3)
             ON CONFLICT (day, why) DO UPDATE SET n = n + excluded.n",
        )
        .bind(now.day())
        .bind(*why)
        .bind(*n as i64)
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_items_are_no_places() {
        assert_eq!(place("span", "events[12].attributes.a1"), "span.events[].attributes.a1");
    }
}
