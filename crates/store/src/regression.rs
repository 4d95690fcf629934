//! Controls that regressed: what a deployment pipeline is judged by.

use domain::sli::gate::{Gate, Quarter, Regression, decide};
use domain::{
    AccountId, ControlId, Freshness, Reason, ScopeStatus, State, Timestamp, TransitionKind,
};

use crate::bulk::Columns;
use crate::code::Code;
use crate::error::Doing;
use crate::{Reader, StoreError};

/// Regressions of a quarter that are read; more than these are far beyond any budget.
const MOST: i64 = 5_000;

/// Whether a part of a service that is on was never read: an attempt that failed reads nothing.
fn unread(status: &ScopeStatus) -> bool {
    status.scope.source.judged()
        && !status.parts.values().any(|part| part.not_enabled)
        && status.oldest().is_none()
}

impl Reader {
    /// Go or stop for an account; `None` where it is not configured.
    pub async fn gate(
        &self,
        account: &AccountId,
        budget: f64,
        now: Timestamp,
    ) -> Result<Option<Gate>, StoreError> {
        let Some(organisation) = self.organisation().await? else { return Ok(None) };
        if organisation.account(account).is_none() {
            return Ok(None);
        }
        let quarter = Quarter::of(now, &organisation.time_zone);
        let regressions = self.regressions(account, &quarter).await?;
        let statuses = self.scope_statuses().await?;
        let statuses: Vec<_> =
            statuses.into_iter().filter(|status| status.scope.account == *account).collect();
        let never = statuses.is_empty() || statuses.iter().any(unread);
        let freshness = Freshness::new(now, statuses);
        let as_of = freshness.oldest().filter(|_| !never);
        let stale = if freshness.any_stale() {
            vec!["some source was last read more than three intervals ago".to_owned()]
        } else {
            Vec::new()
        };
        Ok(Some(decide(account.clone(), quarter, budget, regressions, as_of, &stale)))
    }

    async fn regressions(
        &self,
        account: &AccountId,
        quarter: &Quarter,
    ) -> Result<Vec<Regression>, StoreError> {
        const DOING: &str = "reading regressions";
        let rows = sqlx::query(
            "SELECT w.text, t.severity, t.at, t.resource, e.state,
               CASE WHEN e.state IS NULL OR e.state NOT IN (?9, ?10) THEN
                 EXISTS (SELECT 1 FROM transition l WHERE l.control = t.control
                   AND l.place = t.place AND l.resource = t.resource AND l.id > t.id
                   AND (l.kind IN (?6, ?7) OR (l.to_state IS NULL AND l.reason = ?8))) END
             FROM transition t JOIN place p ON p.id = t.place JOIN word w ON w.id = t.control
             LEFT JOIN evaluation e ON e.control = t.control AND e.place = t.place
               AND e.resource = t.resource
             WHERE t.kind = ?1 AND p.account = ?2 AND t.at >= ?3 AND t.at < ?4
             ORDER BY t.id DESC LIMIT ?5",
        )
        .bind(TransitionKind::Regressed.code())
        .bind(account.as_str())
        .bind(quarter.begins.0)
        .bind(quarter.ends.0)
        .bind(MOST)
        .bind(TransitionKind::Resolved.code())
        .bind(TransitionKind::Removed.code())
        .bind(Reason::NoSuchResource.code())
        .bind(State::Pass.code())
        .bind(State::Fail.code())
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        rows.iter()
            .map(|row| {
                // A pass says that it is over, or that the resource was seen to leave. Not knowing
                // neither ends it nor brings it back.
                let over = match row.maybe(4)?.map(State::read).transpose()? {
                    Some(State::Pass | State::NotApplicable) => true,
                    Some(State::Fail) => false,
                    _ => row.maybe(5)? == Some(1),
                };
                Ok(Regression {
                    control: ControlId::new(row.text(0)?),
                    severity: row.code(1)?,
                    at: row.time(2)?,
                    resource: row.text(3)?,
                    lasts: !over,
                })
            })
            .collect()
    }
}
