//! Who is watched, as last configured.

use std::sync::Arc;

use domain::{Catalogue, Organisation, Scope, ScopeStatus, Source};
use sqlx::{Connection, SqliteConnection};

use crate::bulk::Columns;
use crate::error::Doing;
use crate::intern::Known;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{Reader, StoreError, Writer, answer, scope};

const DOING: &str = "adopting the configuration";

impl Writer {
    /// Remembers the organisation: new scopes get a status of "never visited", removed ones go out
    /// of sight, and nothing is deleted. After a change of the catalogue, findings are filed under
    /// its controls anew.
    pub async fn organisation_adopt(
        &self,
        organisation: &Organisation,
        catalogue: &Catalogue,
        interval_ms: impl Fn(Source) -> i64,
    ) -> Result<(), StoreError> {
        let mut wanted = Vec::new();
        for account in &organisation.accounts {
            for region in &account.regions {
                for source in Source::ALL {
                    let scope =
                        Scope { source, account: account.id.clone(), region: region.clone() };
                    wanted.push(ScopeStatus::never(scope, interval_ms(source)));
                }
            }
        }
        let mut inner = self.lock(Durability::Power).await?;
        let inner = &mut *inner;
        let mut known = std::mem::take(&mut inner.known);
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        accounts_write(&mut tx, organisation).await?;
        scopes_write(&mut tx, &mut known, &wanted).await?;
        if meta_get(&mut tx, "catalogue").await?.as_deref() != Some(catalogue.version) {
            answer::refile(&mut tx, &mut known, catalogue).await?;
            meta_set(&mut tx, "catalogue", catalogue.version).await?;
        }
        tx.commit().await.doing(DOING)?;
        inner.known = known;
        Ok(())
    }
}

async fn accounts_write(
    connection: &mut SqliteConnection,
    organisation: &Organisation,
) -> Result<(), StoreError> {
    let json = serde_json::to_string(organisation).doing(DOING)?;
    meta_set(connection, "organisation", &json).await?;
    sqlx::query("UPDATE account SET configured = 0")
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    for account in &organisation.accounts {
        sqlx::query(
            "INSERT INTO account (id, name, phi, configured) VALUES (?1, ?2, ?3, 1)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, phi = excluded.phi, configured = 1",
        )
        .bind(account.id.as_str())
        .bind(&account.name)
        .bind(account.phi)
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    }
    Ok(())
}

async fn scopes_write(
    connection: &mut SqliteConnection,
    known: &mut Known,
    wanted: &[ScopeStatus],
) -> Result<(), StoreError> {
    sqlx::query("UPDATE scope_status SET configured = 0")
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    for never in wanted {
        let scope = &never.scope;
        let place = known.place(connection, &scope.account, &scope.region).await?;
        let mut status =
            scope::status_get(connection, scope, place).await?.unwrap_or(never.clone());
        status.interval_ms = never.interval_ms;
        scope::status_set(connection, place, &status).await?;
    }
    Ok(())
}

/// Reads a remembered word.
pub(crate) async fn meta_get(
    connection: &mut SqliteConnection,
    key: &str,
) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("SELECT value FROM meta WHERE key = ?1")
        .bind(key)
        .fetch_optional(connection)
        .await
        .doing("reading what was remembered")?;
    row.map(|row| row.text(0)).transpose()
}

/// Remembers a word.
pub(crate) async fn meta_set(
    connection: &mut SqliteConnection,
    key: &str,
    value: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO meta (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(key)
    .bind(value)
    .execute(connection)
    .await
    .doing("remembering")?;
    Ok(())
}

impl Reader {
    /// The organisation as last configured.
    pub async fn organisation(&self) -> Result<Option<Arc<Organisation>>, StoreError> {
        let memo = self.memo();
        memo.organisation.get_or_try_init(|| self.organisation_read()).await.cloned()
    }

    async fn organisation_read(&self) -> Result<Option<Arc<Organisation>>, StoreError> {
        let row = sqlx::query("SELECT value FROM meta WHERE key = 'organisation'")
            .fetch_optional(&self.pool)
            .await
            .doing("reading the organisation")?;
        let Some(row) = row else { return Ok(None) };
        let organisation = serde_json::from_str(&row.text(0)?).doing("reading the organisation")?;
        Ok(Some(Arc::new(organisation)))
    }
}
