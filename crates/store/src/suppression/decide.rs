//! Deciding about a suppression, and remarking something about it.

use domain::Action;
use domain::alert::suppression::{Approver, Deed, Preview, SuppressionRefusal};
use domain::alert::{Suppression, SuppressionId};
use sqlx::{Connection as _, SqliteConnection};

use super::ask::{may_ask, name};
use super::{DOING, Facts, GONE, entry, get, looked_at, names, object, preview, update};
use crate::audit::{self, Actor, By};
use crate::error::Doing;
use crate::open::Durability;
use crate::version::CHANGE;
use crate::{StoreError, Writer};

/// The longest remark, in characters.
pub(super) const LONGEST_NOTE: usize = 2_000;

/// What somebody decides.
struct Decision<'a> {
    action: &'static str,
    deed: Deed,
    note: &'a str,
    /// Whether it depends on what would be muted.
    counts: bool,
}

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
        let decision =
            Decision { action: "approve-suppression", deed: Deed::Approved, note, counts: true };
        let me = name(by);
        let approver = person(by, &me, Action::ApproveSuppressions);
        self.decide(by, (id, version), decision, |one, counts| {
            one.approve(approver, note, counts, by.at)
        })
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
        let decision =
            Decision { action: "take-suppression", deed: Deed::Taken, note, counts: true };
        let me = name(by);
        let approver = person(by, &me, Action::AskSuppressions);
        self.decide(by, (id, version), decision, |one, counts| {
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
        let decision =
            Decision { action: "ratify-suppression", deed: Deed::Ratified, note, counts: false };
        let me = name(by);
        let approver = person(by, &me, Action::ApproveSuppressions);
        self.decide(by, (id, version), decision, |one, _| one.ratify(approver, note, by.at)).await
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
        let decision =
            Decision { action: "reject-suppression", deed: Deed::Rejected, note, counts: false };
        let me = name(by);
        let approver = person(by, &me, Action::ApproveSuppressions);
        self.decide(by, (id, version), decision, |one, _| one.reject(approver, note, by.at)).await
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
        let decision =
            Decision { action: "revoke-suppression", deed: Deed::Revoked, note, counts: false };
        let me = name(by);
        self.decide(by, (id, version), decision, |one, _| one.revoke(&me, note, by.at)).await
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
        let digest = entry::append(&mut tx, by, &one, (Deed::Noted, note)).await?;
        let facts = Facts::of(&one, one.stage(by.at), digest);
        audit::append(&mut tx, &by.did("note-suppression", object(id)).with(&facts)).await?;
        tx.commit().await.doing(DOING)
    }

    async fn decide(
        &self,
        by: &By,
        (id, version): (SuppressionId, i64),
        decision: Decision<'_>,
        act: impl FnOnce(&Suppression, &Preview) -> Result<Suppression, SuppressionRefusal> + Send,
    ) -> Result<(), StoreError> {
        short(decision.note)?;
        let mut inner = self.lock(Durability::Power).await?;
        let mut tx = inner.connection.begin_with(CHANGE).await.doing(DOING)?;
        let before = looked_at(&mut tx, id, version).await?;
        let counts = if decision.counts {
            preview::counts(&mut tx, &before.matchers, by.at).await?
        } else {
            Preview::default()
        };
        let after = match act(&before, &counts) {
            Ok(after) => after,
            Err(refusal) => return Err(refused(&mut tx, by, refusal).await?),
        };
        update(&mut tx, &after).await?;
        let digest = entry::append(&mut tx, by, &after, (decision.deed, decision.note)).await?;
        let facts = Facts::of(&after, after.stage(by.at), digest);
        audit::append(&mut tx, &by.did(decision.action, object(id)).with(&facts)).await?;
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
    let text = named.to_string();
    let mut letters = text.chars();
    let mut sentence: String =
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if !sentence.ends_with('.') {
        sentence.push('.');
    }
    Ok(StoreError::Refused(sentence))
}

async fn called(connection: &mut SqliteConnection, who: String) -> Result<String, StoreError> {
    let names = names(connection, [who.clone()]).await?;
    Ok(names.get(&who).cloned().unwrap_or(who))
}
