//! Numbers for what repeats: places, words, prose.

use std::collections::HashMap;

use domain::{AccountId, Finding, Region};
use sqlx::{Row, SqliteConnection};

use crate::StoreError;
use crate::bulk::Columns;
use crate::digest::Digest;
use crate::error::Doing;

/// Most prose texts remembered by digest; beyond, the memory is emptied and fills again.
const MOST_PROSE: usize = 20_000;
const DOING: &str = "numbering a text";

/// Numbers that the writer has met. Only valid for what is committed: a method takes it out, and
/// puts it back after its commit.
#[derive(Debug, Default)]
pub(crate) struct Known {
    places: HashMap<AccountId, HashMap<Region, i64>>,
    words: HashMap<String, i64>,
    prose: HashMap<[u8; 16], i64>,
}

impl Known {
    /// The number of an account and region.
    pub(crate) async fn place(
        &mut self,
        connection: &mut SqliteConnection,
        account: &AccountId,
        region: &Region,
    ) -> Result<i64, StoreError> {
        if let Some(place) = self.places.get(account).and_then(|regions| regions.get(region)) {
            return Ok(*place);
        }
        // The update that changes nothing makes RETURNING answer for a known row as well.
        let place: i64 = sqlx::query(
            "INSERT INTO place (account, region) VALUES (?1, ?2)
             ON CONFLICT (account, region) DO UPDATE SET account = excluded.account RETURNING id",
        )
        .bind(account.as_str())
        .bind(region.as_str())
        .fetch_one(connection)
        .await
        .doing(DOING)?
        .get(0);
        self.places.entry(account.clone()).or_default().insert(region.clone(), place);
        Ok(place)
    }

    /// The number of a control id or resource type.
    pub(crate) async fn word(
        &mut self,
        connection: &mut SqliteConnection,
        text: &str,
    ) -> Result<i64, StoreError> {
        if let Some(word) = self.words.get(text) {
            return Ok(*word);
        }
        let word: i64 = sqlx::query(
            "INSERT INTO word (text) VALUES (?1)
             ON CONFLICT (text) DO UPDATE SET text = excluded.text RETURNING id",
        )
        .bind(text)
        .fetch_one(connection)
        .await
        .doing(DOING)?
        .get(0);
        self.words.insert(text.to_owned(), word);
        Ok(word)
    }

    /// The number of a finding's long texts, whose digest the caller has.
    pub(crate) async fn prose(
        &mut self,
        connection: &mut SqliteConnection,
        finding: &Finding,
        digest: [u8; 16],
    ) -> Result<i64, StoreError> {
        if let Some(prose) = self.prose.get(&digest) {
            return Ok(*prose);
        }
        let known = sqlx::query("SELECT id FROM prose WHERE digest = ?1")
            .bind(digest.as_slice())
            .fetch_optional(&mut *connection)
            .await
            .doing(DOING)?;
        let prose = match known {
            Some(row) => row.int(0)?,
            None => sqlx::query(
                "INSERT INTO prose (digest, description, remediation, remediation_url, requirements)
                 VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id",
            )
            .bind(digest.as_slice())
            .bind(&finding.description)
            .bind(&finding.remediation)
            .bind(&finding.remediation_url)
            .bind(serde_json::to_string(&finding.requirements).doing(DOING)?)
            .fetch_one(connection)
            .await
            .doing(DOING)?
            .int(0)?,
        };
        if self.prose.len() >= MOST_PROSE {
            self.prose.clear();
        }
        self.prose.insert(digest, prose);
        Ok(prose)
    }
}

/// The digest of a finding's long texts.
pub(crate) fn prose_digest(finding: &Finding) -> [u8; 16] {
    let mut digest = Digest::new();
    digest.text(&finding.description).text(&finding.remediation).text(&finding.remediation_url);
    for requirement in &finding.requirements {
        digest.text(requirement);
    }
    digest.long()
}

/// Places and words by number, for reading many rows.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Account and region by number of the place.
    pub places: HashMap<i64, (AccountId, Region)>,
    /// Control ids and resource types by number.
    pub words: HashMap<i64, String>,
}

impl Names {
    /// Reads all of them; there are some hundreds.
    pub(crate) async fn read(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        let mut names = Self::places(connection).await?;
        let words = sqlx::query("SELECT id, text FROM word")
            .fetch_all(connection)
            .await
            .doing("reading words")?;
        for row in &words {
            names.words.insert(row.int(0)?, row.text(1)?);
        }
        Ok(names)
    }

    /// Reads the places alone.
    pub(crate) async fn places(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        let mut names = Self::default();
        let places = sqlx::query("SELECT id, account, region FROM place")
            .fetch_all(&mut *connection)
            .await
            .doing("reading places")?;
        for row in &places {
            let place = (AccountId::new(row.text(1)?), Region::new(row.text(2)?));
            names.places.insert(row.int(0)?, place);
        }
        Ok(names)
    }

    /// The account and region of a number.
    pub(crate) fn place(&self, number: i64) -> Result<&(AccountId, Region), StoreError> {
        self.places.get(&number).ok_or_else(|| StoreError::Unreadable {
            doing: "reading a place",
            what: format!("place {number} is unknown"),
        })
    }

    /// The text of a number, or empty.
    pub(crate) fn word(&self, number: Option<i64>) -> &str {
        number.and_then(|number| self.words.get(&number)).map_or("", String::as_str)
    }
}
