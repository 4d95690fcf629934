//! Deciding about a suppression, and remarking something about it.

use domain::Action;
use domain::alert::SuppressionId;
use domain::alert::suppression::{Approver, Deed, Ruling, SuppressionRefusal};
use sqlx::{Connection as _, SqliteConnection};

use super::ask::{may_ask, name};
use super::{DOING, GONE, get, looked_at, names, preview, record, update};
use crate::audit::{Actor, By};
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{StoreError, Writer};

/// The longest remark, in characters.
pub(super) const LONGEST_NOTE: usize = 2_000;

impl Writer {
    /// Decides about a suppression, exactly as it stands. What begins to mute is counted again.
    ///
    /// Somebody else than who asked approves, rejects and ratifies, also when it is over; it is
    /// approved once as many have as it takes. Only who asked takes it in an emergency, for an hour
    /// at most. Ending one makes nothing quieter, so that whoever may ask for one may end any.
    ///
    /// Audit: `approve-suppression`, `reject-suppression`, `ratify-suppression`,
    /// `take-suppression` or `revoke-suppression`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where `version` is not the one that was looked at,
    /// [`StoreError::Refused`] with the reason where it may not be.
    pub async fn suppression_decide(
        &self,
        by: &By,
        (id, version): (SuppressionId, i64),
        ruling: Ruling,
        note: &str,
    ) -> Result<(), StoreError> {
        short(note)?;
        let (deed, action, permit) = match ruling {
            Ruling::Approve => (Deed::Approved, "approve-suppression", Action::ApproveSuppressions),
            Ruling::Reject => (Deed::Rejected, "reject-suppression", Action::ApproveSuppressions),
            Ruling::Ratify => (Deed::Ratified, "ratify-suppression", Action::ApproveSuppressions),
            Ruling::Emergency => (Deed::Taken, "take-suppression", Action::AskSuppressions),
            Ruling::Revoke => (Deed::Revoked, "revoke-suppression", Action::AskSuppressions),
        };
        let me = name(by);
        let approver = person(by, &me, permit);
        if ruling == Ruling::Revoke {
            may_ask(by)?;
        }
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let before = looked_at(&mut tx, id, version).await?;
        let after = match ruling {
            Ruling::Approve => {
                let counts = preview::counts(&mut tx, &before.matchers, by.at).await?;
                before.approve(approver, note, &counts, by.at)
            }
            Ruling::Emergency => {
                let counts = preview::counts(&mut tx, &before.matchers, by.at).await?;
                before.take_in_emergency(approver, note, &counts, by.at)
            }
            Ruling::Ratify => before.ratify(approver, note, by.at),
            Ruling::Reject => before.reject(approver, note, by.at),
            Ruling::Revoke => before.revoke(&me, note, by.at),
        };
        let after = match after {
            Ok(after) => after,
            Err(refusal) => return Err(refused(&mut tx, by, refusal).await?),
        };
        update(&mut tx, &after).await?;
        record(&mut tx, by, &after, (deed, note), action).await?;
        tx.commit().await.doing(DOING)
    }

    /// Remarks something. What stands there stays, also for those who are about to decide.
    ///
    /// Audit: `note-suppression`.
    pub async fn suppression_note(
        &self,
        by: &By,
        id: SuppressionId,
        note: &str,
    ) -> Result<(), StoreError> {
        may_ask(by)?;
        short(note)?;
        if note.trim().is_empty() {
            return Err(StoreError::Conflict("The note is empty."));
        }
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let one = get(&mut tx, id).await?.ok_or(StoreError::Conflict(GONE))?.one;
        record(&mut tx, by, &one, (Deed::Noted, note), "note-suppression").await?;
        tx.commit().await.doing(DOING)
    }
}

/// Who decides: only people do, in a role that permits it.
fn person<'a>(by: &By, name: &'a str, action: Action) -> Approver<'a> {
    let person = matches!(by.actor, Actor::Person(_));
    Approver { name, may: person && by.role.is_some_and(|role| role.may(action)) }
}

fn short(note: &str) -> Result<(), StoreError> {
    if note.chars().count() > LONGEST_NOTE {
        return Err(StoreError::Conflict("The remark is longer than 2,000 characters."));
    }
    Ok(())
}

/// A refusal as a sentence, in which people have names.
pub(super) async fn refused(
    connection: &mut SqliteConnection,
    by: &By,
    refusal: SuppressionRefusal,
) -> Result<StoreError, StoreError> {
    let named = match refusal {
        SuppressionRefusal::Own(who) if who == name(by) => {
            let sentence = "You asked for it: somebody else must approve it.";
            return Ok(StoreError::Refused(sentence.to_owned()));
        }
        SuppressionRefusal::Own(who) => SuppressionRefusal::Own(called(connection, who).await?),
        SuppressionRefusal::NotYours(who) => {
            SuppressionRefusal::NotYours(called(connection, who).await?)
        }
        refusal => refusal,
    };
    Ok(StoreError::refused(&named))
}

async fn called(connection: &mut SqliteConnection, who: String) -> Result<String, StoreError> {
    let names = names(connection, [who.clone()]).await?;
    Ok(names.get(&who).cloned().unwrap_or(who))
}
