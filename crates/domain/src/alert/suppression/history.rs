//! What was done with a suppression, and in which part of a list it stands.

use super::Stage;
use crate::register::words;

words!(
    /// Something that was done with a suppression.
    Deed {
        /// It was written down as a draft.
        Drafted = "drafted", "Drafted";
        /// Somebody asked for it.
        Asked = "asked", "Asked for";
        /// A draft was handed in.
        HandedIn = "handed-in", "Handed in";
        /// Somebody approved it.
        Approved = "approved", "Approved";
        /// Who asked for it took it in an emergency.
        Taken = "taken", "Taken in an emergency";
        /// Somebody approved afterwards what was taken.
        Ratified = "ratified", "Approved afterwards";
        /// Somebody said no.
        Rejected = "rejected", "Rejected";
        /// Somebody ended it before its time.
        Revoked = "revoked", "Ended before its time";
        /// Another stands in its place.
        Superseded = "superseded", "Replaced";
        /// Somebody remarked something.
        Noted = "noted", "Note";
    }
);

words!(
    /// What somebody decides about a suppression.
    Ruling {
        /// It may mute, as it stands.
        Approve = "approve", "Approve";
        /// It may not.
        Reject = "reject", "Reject";
        /// Taking it in an emergency was right.
        Ratify = "ratify", "Approve afterwards";
        /// It mutes one's own at once, for a short time.
        Emergency = "emergency", "Take in an emergency";
        /// It ends before its time.
        Revoke = "revoke", "End it now";
    }
);

words!(
    /// A part of the list: what needs somebody stands first.
    Section {
        /// Waits for approval.
        Waiting = "waiting", "Waiting for approval";
        /// Mutes now.
        Active = "active", "Active";
        /// Approved, and not now.
        Coming = "coming", "Coming";
        /// Being written.
        Draft = "draft", "Drafts";
        /// Over, rejected, ended or replaced.
        Over = "over", "Over";
    }
);

impl Stage {
    /// The part of the list that it belongs to.
    pub fn section(self) -> Section {
        match self {
            Self::Pending => Section::Waiting,
            Self::Active => Section::Active,
            Self::Approved => Section::Coming,
            Self::Draft => Section::Draft,
            Self::Expired | Self::Rejected | Self::Revoked => Section::Over,
        }
    }
}
