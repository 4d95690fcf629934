//! Asking for a suppression.

use domain::Action;
use domain::alert::rules::Rules;
use domain::alert::suppression::Deed;
use domain::alert::{Proposal, Suppression, SuppressionId};
use domain::register::Flaw;
use sqlx::{Connection as _, SqliteConnection};

use super::decide::refused;
use super::{DOING, entry, insert, looked_at, next_id, preview, record, update};
use crate::audit::{Actor, By};
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{StoreError, Writer};

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It is kept, as this suppression.
    Kept(SuppressionId),
    /// Nothing was kept, because of all this.
    Flawed(Vec<Flaw>),
}

impl Writer {
    /// Asks for a suppression: from then on it waits for approval. What it would mute is counted
    /// within the transaction, and what would mute too much is a flaw. A draft may be flawed.
    ///
    /// Audit: `ask-suppression` or `draft-suppression` on `suppression:7`.
    pub async fn suppression_ask(
        &self,
        by: &By,
        proposal: &Proposal,
        draft: bool,
    ) -> Result<Asked, StoreError> {
        may_ask(by)?;
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let id = next_id(&mut tx).await?;
        let (one, deed, action) = if draft {
            (proposal.draft(id, &name(by), by.at), Deed::Drafted, "draft-suppression")
        } else {
            match submitted(&mut tx, by, id, proposal).await? {
                Ok(one) => (one, Deed::Asked, "ask-suppression"),
                Err(flaws) => return Ok(Asked::Flawed(flaws)),
            }
        };
        insert(&mut tx, &one).await?;
        record(&mut tx, by, &one, (deed, &one.reason), action).await?;
        tx.commit().await.doing(DOING)?;
        Ok(Asked::Kept(id))
    }

    /// Hands a draft in. Only who wrote it does.
    ///
    /// Audit: `ask-suppression`. A [`StoreError::Conflict`] where it changed in the meantime.
    pub async fn suppression_hand_in(
        &self,
        by: &By,
        id: SuppressionId,
        version: i64,
    ) -> Result<Asked, StoreError> {
        may_ask(by)?;
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let draft = looked_at(&mut tx, id, version).await?;
        if draft.requested_by != name(by) {
            return Err(StoreError::Conflict("Only who wrote a draft can hand it in."));
        }
        if draft.decided != domain::alert::suppression::Decided::Draft {
            return Err(StoreError::Conflict("It was handed in already."));
        }
        let counts = preview::counts(&mut tx, &draft.matchers, by.at).await?;
        let one = match draft.hand_in(Rules::get(), &counts, by.at) {
            Ok(one) => one,
            Err(flaws) => return Ok(Asked::Flawed(flaws)),
        };
        update(&mut tx, &one).await?;
        record(&mut tx, by, &one, (Deed::HandedIn, ""), "ask-suppression").await?;
        tx.commit().await.doing(DOING)?;
        Ok(Asked::Kept(id))
    }

    /// Puts another in the place of a suppression: the old one ends at once, and the new one waits
    /// for its own approval.
    ///
    /// Audit: `supersede-suppression` on the new one. A [`StoreError::Conflict`] where the old one
    /// changed in the meantime, a [`StoreError::Refused`] where it is over or nothing would change.
    pub async fn suppression_supersede(
        &self,
        by: &By,
        (id, version): (SuppressionId, i64),
        proposal: &Proposal,
    ) -> Result<Asked, StoreError> {
        may_ask(by)?;
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let old = looked_at(&mut tx, id, version).await?;
        let next = next_id(&mut tx).await?;
        let new = match submitted(&mut tx, by, next, proposal).await? {
            Ok(new) => new,
            Err(flaws) => return Ok(Asked::Flawed(flaws)),
        };
        let (old, new) = match old.supersede(&new, by.at) {
            Ok(both) => both,
            Err(refusal) => return Err(refused(&mut tx, by, refusal).await?),
        };
        insert(&mut tx, &new).await?;
        update(&mut tx, &old).await?;
        entry::append(&mut tx, by, &old, (Deed::Superseded, "")).await?;
        record(&mut tx, by, &new, (Deed::Asked, &new.reason), "supersede-suppression").await?;
        tx.commit().await.doing(DOING)?;
        Ok(Asked::Kept(next))
    }
}

/// Who asks, as the audit log knows them: a name can be changed, an account cannot.
pub(super) fn name(by: &By) -> String {
    by.actor.to_string()
}

/// People whose role permits it, and the program itself.
pub(super) fn may_ask(by: &By) -> Result<(), StoreError> {
    let may = match by.actor {
        Actor::Person(_) => by.role.is_some_and(|role| role.may(Action::AskSuppressions)),
        Actor::System => true,
        Actor::Token(_) | Actor::Nobody => false,
    };
    if may {
        return Ok(());
    }
    Err(StoreError::Refused("Your role may not ask for suppressions or end them.".to_owned()))
}

async fn submitted(
    connection: &mut SqliteConnection,
    by: &By,
    id: SuppressionId,
    proposal: &Proposal,
) -> Result<Result<Suppression, Vec<Flaw>>, StoreError> {
    let counts = preview::counts(connection, &proposal.matchers, by.at).await?;
    Ok(proposal.submit(id, &name(by), Rules::get(), &counts, by.at))
}
