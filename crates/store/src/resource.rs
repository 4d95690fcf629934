//! Resources and fact records, as last read.

use std::collections::{HashMap, HashSet};

use domain::{AccountId, Region, Resource, ResourceKey, Source};
use futures::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::bulk::{Bulk, Columns};
use crate::code::Code;
use crate::digest::Digest;
use crate::error::Doing;
use crate::finding::Circumstances;
use crate::intern::Known;
use crate::{Reader, StoreError};

const DOING: &str = "storing resources";

struct Stored {
    kind: i64,
    place: i64,
    tags: String,
    facts: String,
    digest: i64,
    resource: Resource,
}

/// Stores resources. What a source recorded earlier never replaces what it recorded later.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    known: &mut Known,
    resources: Vec<Resource>,
    circumstances: Circumstances,
) -> Result<(), StoreError> {
    if resources.is_empty() {
        return Ok(());
    }
    let mut rows: Vec<Stored> = Vec::with_capacity(resources.len());
    let mut index: HashMap<(ResourceKey, i64, Source), usize> = HashMap::new();
    for resource in resources {
        let row = prepared(connection, known, resource).await?;
        let key = (row.resource.key.clone(), row.kind, row.resource.source);
        match index.get(&key).and_then(|position| rows.get_mut(*position)) {
            Some(other) if row.resource.recorded_at >= other.resource.recorded_at => *other = row,
            Some(_) => {}
            None => {
                index.insert(key, rows.len());
                rows.push(row);
            }
        }
    }
    let before = before(connection, &rows).await?;
    rows.retain(|row| {
        let source = row.resource.source.code();
        let key = (row.resource.key.as_str().to_owned(), row.kind, source);
        before.get(&key).is_none_or(|(digest, recorded_at, gone)| {
            let later = match (row.resource.recorded_at, recorded_at) {
                (Some(new), Some(old)) => new.0 >= *old,
                _ => true,
            };
            *gone || (*digest != row.digest && later)
        })
    });
    let visited = circumstances.visited;
    PUT.execute(connection, rows, |values, row| {
        let resource = row.resource;
        values.text(resource.key.as_str()).int(row.kind).int(resource.source.code());
        values.int(row.place).int(visited.unwrap_or(row.place));
        values.text(resource.id).text(resource.name).text(row.tags).text(row.facts);
        values.maybe(resource.recorded_at.map(|at| at.0)).int(circumstances.at.0);
        values.int(circumstances.run.0).int(row.digest);
    })
    .await
}

async fn prepared(
    connection: &mut SqliteConnection,
    known: &mut Known,
    resource: Resource,
) -> Result<Stored, StoreError> {
    let tags = serde_json::to_string(&resource.tags).doing(DOING)?;
    let facts = serde_json::to_string(&resource.facts).doing(DOING)?;
    let mut digest = Digest::new();
    digest.int(resource.source.code()).text(resource.account.as_str());
    digest.text(resource.region.as_str()).text(&resource.id).text(&resource.name);
    digest.text(&tags).text(&facts);
    Ok(Stored {
        kind: known.word(connection, &resource.kind).await?,
        place: known.place(connection, &resource.account, &resource.region).await?,
        tags,
        facts,
        digest: digest.short(),
        resource,
    })
}

/// Digest, time of the recording, and whether it is gone, by key, type and source.
type Recorded = HashMap<(String, i64, i64), (i64, Option<i64>, bool)>;

const BEFORE: Bulk = Bulk {
    head: "SELECT key, kind, source, digest, recorded_at, gone_at FROM resource WHERE key IN ",
    width: 1,
    tail: "",
    doing: "looking for known resources",
};

async fn before(
    connection: &mut SqliteConnection,
    rows: &[Stored],
) -> Result<Recorded, StoreError> {
    let keys: Vec<ResourceKey> = rows.iter().map(|row| row.resource.key.clone()).collect();
    let mut known = HashMap::new();
    BEFORE
        .select(connection, &keys, |row| {
            let facts = (row.int(3)?, row.maybe(4)?, row.maybe(5)?.is_some());
            known.insert((row.text(0)?, row.int(1)?, row.int(2)?), facts);
            Ok(())
        })
        .await?;
    Ok(known)
}

const PUT: Bulk = Bulk {
    head: "INSERT INTO resource (key, kind, source, place, visited, id, name, tags, facts, \
           recorded_at, first_seen, run, digest) VALUES",
    width: 13,
    tail: "ON CONFLICT (key, kind, source) DO UPDATE SET \
           place = excluded.place, visited = excluded.visited, id = excluded.id, \
           name = excluded.name, tags = excluded.tags, facts = excluded.facts, \
           recorded_at = excluded.recorded_at, gone_at = NULL, run = excluded.run, \
           digest = excluded.digest",
    doing: "storing resources",
};

const COLUMNS: &str = "SELECT r.key, r.source, p.account, p.region, w.text, r.id, r.name, r.tags, \
     r.facts, r.recorded_at FROM resource r JOIN place p ON p.id = r.place \
     JOIN word w ON w.id = r.kind";

fn read(row: &SqliteRow) -> Result<Resource, StoreError> {
    const DOING: &str = "reading a resource";
    Ok(Resource {
        key: ResourceKey::new(row.text(0)?),
        source: row.code(1)?,
        account: AccountId::new(row.text(2)?),
        region: Region::new(row.text(3)?),
        kind: row.text(4)?,
        id: row.text(5)?,
        name: row.text(6)?,
        tags: serde_json::from_str(&row.text(7)?).doing(DOING)?,
        facts: serde_json::from_str(&row.text(8)?).doing(DOING)?,
        recorded_at: row.maybe_time(9)?,
    })
}

const LEFT: Bulk = Bulk {
    head: "SELECT key, gone_at IS NOT NULL FROM resource WHERE key IN ",
    width: 1,
    tail: "",
    doing: "looking for resources that are gone",
};

/// Which of these resources are known to be gone: some source listed them once, and no complete
/// listing has them any more.
pub(crate) async fn gone(
    connection: &mut SqliteConnection,
    keys: &[String],
) -> Result<HashSet<String>, StoreError> {
    let (mut gone, mut there) = (HashSet::new(), HashSet::new());
    LEFT.select(connection, keys, |row| {
        let side = if row.int(1)? == 0 { &mut there } else { &mut gone };
        side.insert(row.text(0)?);
        Ok(())
    })
    .await?;
    gone.retain(|key| !there.contains(key));
    Ok(gone)
}

/// The resources of an account that exist, sorted by region, type and key.
pub(crate) async fn of_account(
    connection: &mut SqliteConnection,
    account: &AccountId,
) -> Result<Vec<Resource>, StoreError> {
    const DOING: &str = "reading an account's resources";
    let sql = format!("{COLUMNS} WHERE p.account = ?1 AND r.gone_at IS NULL");
    let mut rows = sqlx::query(AssertSqlSafe(sql)).bind(account.as_str()).fetch(connection);
    let mut resources = Vec::new();
    while let Some(row) = rows.try_next().await.doing(DOING)? {
        resources.push(read(&row)?);
    }
    // Here and not in SQL: SQLite's sorter would hold all of them a second time.
    resources.sort_by(|a, b| {
        (&a.region, &a.kind, &a.key, a.source).cmp(&(&b.region, &b.kind, &b.key, b.source))
    });
    Ok(resources)
}

impl Reader {
    /// A resource that exists; of several records with this key, the one of AWS Config.
    pub async fn resource_get(&self, key: &ResourceKey) -> Result<Option<Resource>, StoreError> {
        let sql = format!(
            "{COLUMNS} WHERE r.key = ?1
             ORDER BY r.gone_at IS NOT NULL, r.source <> ?2, r.kind LIMIT 1"
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(key.as_str())
            .bind(Source::Config.code())
            .fetch_optional(&self.pool)
            .await
            .doing("reading a resource")?;
        row.as_ref().map(read).transpose()
    }

    /// Resources of a type that exist, by key.
    pub async fn resource_page(
        &self,
        kind: &str,
        after: Option<&ResourceKey>,
        limit: u32,
    ) -> Result<Vec<Resource>, StoreError> {
        let sql = format!(
            "{COLUMNS} WHERE r.kind = (SELECT id FROM word WHERE text = ?1) AND r.gone_at IS NULL
               AND r.key > ?2 ORDER BY r.key LIMIT ?3"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(kind)
            .bind(after.map_or("", |key| key.as_str()))
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await
            .doing("reading resources")?;
        rows.iter().map(read).collect()
    }

    /// How many resources of each type exist in each account, sorted.
    pub async fn resource_counts(&self) -> Result<Vec<(String, AccountId, u64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT w.text, p.account, sum(c.n) FROM (
                 SELECT kind, place, count(*) AS n FROM resource WHERE gone_at IS NULL
                 GROUP BY place, kind) c
             JOIN place p ON p.id = c.place JOIN word w ON w.id = c.kind
             GROUP BY w.text, p.account ORDER BY w.text, p.account",
        )
        .fetch_all(&self.pool)
        .await
        .doing("counting resources")?;
        rows.iter()
            .map(|row| Ok((row.text(0)?, AccountId::new(row.text(1)?), row.count(2)?)))
            .collect()
    }
}
