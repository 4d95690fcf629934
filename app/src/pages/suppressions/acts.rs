//! What whoever looks may do with a suppression, and why they may not do the rest.

use domain::alert::Suppression;
use domain::alert::suppression::{Approver, Decided, Deed, Preview, Stage, SuppressionRefusal};
use domain::{Action, Timestamp};
use leptos::prelude::*;

use super::detail::SuppressionPage;
use super::told::address;

/// Something that can be done.
struct Choice {
    deed: Deed,
    /// The last piece of its address.
    path: &'static str,
    /// The words of its button.
    button: &'static str,
    /// What it does.
    sentence: &'static str,
    /// Whether it wants a reason.
    reasoned: bool,
    /// Why whoever looks may not.
    refused: Option<String>,
}

/// Who looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// As the audit log calls them.
    pub actor: String,
    /// Whether they may ask for suppressions and end them.
    pub may_ask: bool,
    /// Whether they may approve those of others.
    pub may_approve: bool,
}

impl Viewer {
    /// Whoever sent a request.
    pub(crate) fn of(who: &crate::access::Principal, now: Timestamp) -> Self {
        Self {
            actor: who.by(now).actor.to_string(),
            may_ask: who.may(Action::AskSuppressions),
            may_approve: who.may(Action::ApproveSuppressions),
        }
    }
}

/// The forms of what can be done here, with what cannot and why.
pub(super) fn acts(page: &SuppressionPage) -> AnyView {
    let choices = choices(&page.row.suppression, &page.viewer, page.now);
    let (may, may_not): (Vec<Choice>, Vec<Choice>) =
        choices.into_iter().partition(|choice| choice.refused.is_none());
    let forms = may.iter().map(|choice| form(page, choice)).collect_view();
    let others = (!may_not.is_empty()).then(|| {
        let items = may_not
            .into_iter()
            .map(|choice| {
                view! { <li><strong>{choice.button}</strong> ": " {choice.refused}</li> }
            })
            .collect_view();
        view! { <h3>"Not for you, or not now"</h3> <ul class="plain">{items}</ul> }
    });
    view! { <div class="suppression-acts">{forms}</div> {others} }.into_any()
}

fn form(page: &SuppressionPage, choice: &Choice) -> AnyView {
    let id = format!("note-{}", choice.path);
    let typed = page.typed.as_ref().filter(|typed| typed.path == choice.path);
    let text = typed.map(|typed| typed.note.clone()).unwrap_or_default();
    let action = format!("{}/{}", address(page.row.suppression.id), choice.path);
    let label = if choice.reasoned { "Why" } else { "Remark, if any" };
    let note = (choice.deed != Deed::HandedIn).then(|| {
        view! {
            <label for=id.clone()>{label}</label>
            <input
                id=id.clone()
                name="note"
                value=text
                required=choice.reasoned
                maxlength="2000"
                autocomplete="off"
            />
        }
    });
    view! {
        <details class="change" open=typed.is_some()>
            <summary>{choice.button}</summary>
            <form method="post" action=action class="form">
                <input type="hidden" name="version" value=page.row.version.to_string()/>
                <p class="note">{choice.sentence}</p>
                {note}
                <button class="button">{choice.button}</button>
            </form>
        </details>
    }
    .into_any()
}

const NO_ASK: &str = "Your role may not ask for suppressions or end them.";

/// Everything that makes sense at its stage.
fn choices(one: &Suppression, viewer: &Viewer, now: Timestamp) -> Vec<Choice> {
    let mut choices = Vec::new();
    match one.stage(now) {
        Stage::Draft => choices.push(hand_in(one, viewer)),
        Stage::Pending => {
            choices.extend([approve(one, viewer, now), reject(one, viewer, now)]);
            choices.push(emergency(one, viewer, now));
        }
        _ => {}
    }
    if one.unratified() {
        choices.push(ratify(one, viewer, now));
    }
    if matches!(one.stage(now), Stage::Draft | Stage::Pending | Stage::Approved | Stage::Active) {
        choices.push(revoke(one, viewer));
    }
    choices
}

fn approver(viewer: &Viewer) -> Approver<'_> {
    Approver { name: &viewer.actor, may: viewer.may_approve }
}

/// The domain says whether it would be refused; the counts are judged when it is done.
fn refusal(viewer: &Viewer, tried: Result<Suppression, SuppressionRefusal>) -> Option<String> {
    tried.err().map(|refusal| match refusal {
        SuppressionRefusal::Own(who) if who == viewer.actor => {
            "You asked for it: somebody else must decide.".to_owned()
        }
        SuppressionRefusal::NotYours(_) => "Only who asked for it can take it.".to_owned(),
        refusal => {
            let text = refusal.to_string();
            let mut letters = text.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters).chain(['.']).collect()
        }
    })
}

fn hand_in(one: &Suppression, viewer: &Viewer) -> Choice {
    let refused = if !viewer.may_ask {
        Some(NO_ASK.to_owned())
    } else if one.requested_by != viewer.actor {
        Some("Only who wrote a draft can hand it in.".to_owned())
    } else {
        None
    };
    Choice {
        deed: Deed::HandedIn,
        path: "hand-in",
        button: "Ask for approval",
        sentence: "It is judged as it stands, and waits for approval from then on.",
        reasoned: false,
        refused,
    }
}

fn approve(one: &Suppression, viewer: &Viewer, now: Timestamp) -> Choice {
    Choice {
        deed: Deed::Approved,
        path: "approve",
        button: "Approve",
        sentence: "You approve exactly what stands here: these conditions and these times.",
        reasoned: false,
        refused: refusal(viewer, one.approve(approver(viewer), "", &Preview::default(), now)),
    }
}

fn reject(one: &Suppression, viewer: &Viewer, now: Timestamp) -> Choice {
    Choice {
        deed: Deed::Rejected,
        path: "reject",
        button: "Reject",
        sentence: "It will mute nothing.",
        reasoned: true,
        refused: refusal(viewer, one.reject(approver(viewer), "why", now)),
    }
}

fn emergency(one: &Suppression, viewer: &Viewer, now: Timestamp) -> Choice {
    let me = Approver { name: &viewer.actor, may: viewer.may_ask };
    let tried = one.take_in_emergency(me, "why", &Preview::default(), now);
    let refused = if viewer.may_ask { refusal(viewer, tried) } else { Some(NO_ASK.to_owned()) };
    Choice {
        deed: Deed::Taken,
        path: "emergency",
        button: "Take it in an emergency",
        sentence: "It mutes for an hour at most without anybody's approval, is shown in red, and a \
                   ticket asks somebody else to approve it afterwards.",
        reasoned: true,
        refused,
    }
}

fn ratify(one: &Suppression, viewer: &Viewer, now: Timestamp) -> Choice {
    Choice {
        deed: Deed::Ratified,
        path: "ratify",
        button: "Approve afterwards",
        sentence: "You approve what was taken in an emergency, as it stands.",
        reasoned: false,
        refused: refusal(viewer, one.ratify(approver(viewer), "", now)),
    }
}

fn revoke(one: &Suppression, viewer: &Viewer) -> Choice {
    let waits = matches!(one.decided, Decided::Draft | Decided::Pending);
    Choice {
        deed: Deed::Revoked,
        path: "revoke",
        button: if waits { "Withdraw it" } else { "End it now" },
        sentence: "What still fires is told at once. It stays in the list with your reason.",
        reasoned: true,
        refused: (!viewer.may_ask).then(|| NO_ASK.to_owned()),
    }
}
