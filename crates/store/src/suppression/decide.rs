//! Deciding about a suppression, and remarking something about it.

use domain::Action;
use domain::alert::suppression::{Approver, Deed, Preview, SuppressionRefusal};
use domain::alert::{Suppression, SuppressionId};
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
    /// Approves a suppression that somebody else asked for, exactly as it stands. It is approved
    /// once as many have as it takes; what it would mute is counted again.
    ///
    /// Audit: `approve-suppression`. `version` is the one that was looked at: another is a
    /// [`StoreError::Conflict`]. What may not be is a [`StoreError::Refused`].
    pub async fn suppression_approve(
        &self,
        by: &By,
        id: SuppressionId,
        version: i64,
        note: &str,
    ) -> Result<(), StoreError> {
        let me = name(by);
        let approver = person(by, &me, Action::ApproveSuppressions);
        self.decide(
            by,
            (id, version),
            (Deed::Approved, "approve-suppression", note),
            |one, counts| one.approve(approver, note, counts, by.at),
        )
        .await
    }

    /// Takes one's own suppression in an emergency, for an hour at most.
    ///
    /// Audit: `take-suppression`. Errors as for [`Writer::suppression_approve`].
    pub async fn suppression_emergency(
        &self,
        by: &By,
        id: SuppressionId,
        version: i64,
        note: &str,
    ) -> Result<(), StoreError> {
        let me = name(by);
        let approver = person(by, &me, Action::AskSuppressions);
        self.decide(by, (id, version), (Deed::Taken, "take-suppression", note), |one, counts| {
            one.take_in_emergency(approver, note, counts, by.at)
        })
        .await
    }

    /// Approves afterwards what somebody else took in an emergency, also when it is over.
    ///
    /// Audit: `ratify-suppression`. Errors as for [`Writer::suppression_approve`].
    pub async fn suppression_ratify(
        &self,
        by: &By,
        id: SuppressionId,
        version: i64,
        note: &str,
    ) -> Result<(), StoreError> {
        let me = name(by);
        let approver = person(by, &me, Action::ApproveSuppressions);
        self.decide(by, (id, version), (Deed::Ratified, "ratify-suppression", note), |one, _| {
            one.ratify(approver, note, by.at)
        })
        .await
    }

    /// Says no, and why.
    ///
    /// Audit: `reject-suppression`. Errors as for [`Writer::suppression_approve`].
    pub async fn suppression_reject(
        &self,
        by: &By,
        id: SuppressionId,
        version: i64,
        note: &str,
    ) -> Result<(), StoreError> {
        let me = name(by);
        let approver = person(by, &me, Action::ApproveSuppressions);
        self.decide(by, (id, version), (Deed::Rejected, "reject-suppression", note), |one, _| {
            one.reject(approver, note, by.at)
        })
        .await
    }

    /// Ends a suppression before its time, and says why. It makes nothing quieter, so that whoever
    /// may ask for one may end any.
    ///
    /// Audit: `revoke-suppression`. Errors as for [`Writer::suppression_approve`].
    pub async fn suppression_revoke(
        &self,
        by: &By,
        id: SuppressionId,
        version: i64,
        note: &str,
    ) -> Result<(), StoreError> {
        may_ask(by)?;
        let me = name(by);
        self.decide(by, (id, version), (Deed::Revoked, "revoke-suppression", note), |one, _| {
            one.revoke(&me, note, by.at)
        })
        .await
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

    async fn decide(
        &self,
        by: &By,
        (id, version): (SuppressionId, i64),
        (deed, action, note): (Deed, &str, &str),
        act: impl FnOnce(&Suppression, &Preview) -> Result<Suppression, SuppressionRefusal> + Send,
    ) -> Result<(), StoreError> {
        short(note)?;
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let before = looked_at(&mut tx, id, version).await?;
        // Whoever begins a silence decides on what it would mute now.
        let counts = match deed {
            Deed::Approved | Deed::Taken => {
                preview::counts(&mut tx, &before.matchers, by.at).await?
            }
            _ => Preview::default(),
        };
        let after = match act(&before, &counts) {
            Ok(after) => after,
            Err(refusal) => return Err(refused(&mut tx, by, refusal).await?),
        };
        update(&mut tx, &after).await?;
        record(&mut tx, by, &after, (deed, note), action).await?;
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
