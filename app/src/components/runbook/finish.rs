//! The end of a run: signed off, closed and sealed; or abandoned.

use domain::runbook::run::{Seal, Signature};
use leptos::prelude::*;

use super::Shown;
use super::forms::{folded, form, lines};
use crate::components::{at, copyable, mark, section};
use crate::words;

/// Where a run is signed and sealed, or what became of it.
pub fn finish(shown: Shown<'_>) -> AnyView {
    let run = &shown.run.run;
    let standing = run.standing();
    let open = standing.open().len();
    let body = match (&run.seal, &standing.signed) {
        (Some(seal), signed) => sealed(shown, seal, signed.as_ref()),
        (None, _) if open > 0 => {
            let left = words::counted(open as u64, "step is open", "steps are open");
            view! { <p>{format!("{left}. A person signs when each is done or skipped.")}</p> }
                .into_any()
        }
        (None, None) => sign(shown),
        (None, Some(signature)) => close(shown, signature),
    };
    let abandon = shown.open().then(|| abandon(shown));
    let title = if run.seal.is_some() { "Seal" } else { "Sign off and seal" };
    let section = section("sealing", title, (), view! { {body} {abandon} });
    view! { <div id="finish" tabindex="-1">{section}</div> }.into_any()
}

fn signed(signature: &Signature) -> AnyView {
    let note = (!signature.note.is_empty())
        .then(|| view! { <p class="untrusted">{signature.note.clone()}</p> });
    view! {
        <p>"Signed by " <bdi>{signature.by.name().to_owned()}</bdi> ", " {at(signature.at)} "."</p>
        {note}
    }
    .into_any()
}

fn sealed(shown: Shown<'_>, seal: &Seal, signature: Option<&Signature>) -> AnyView {
    let verified = if shown.run.run.verifies() {
        mark("pass", "Verified: everything in it is as it was sealed").into_any()
    } else {
        mark("fail", "Does not verify: something in it was changed after it was sealed").into_any()
    };
    let told = "SHA-256 over the text, the values and the whole history, each field behind its \
                length. It was computed again for this page. The audit log has the same digest in \
                the entry of the closing.";
    view! {
        {signature.map(signed)}
        <p>{verified}</p>
        <p>"Seal: " {copyable(&seal.sha256)}</p>
        <p class="note">{told}</p>
    }
    .into_any()
}

fn sign(shown: Shown<'_>) -> AnyView {
    if !shown.open() {
        return view! { <p>"All steps are done or skipped. Nobody has signed yet."</p> }.into_any();
    }
    let body = view! {
        {lines(shown, ("sign-off", "", "note"), "Remark (kept for good)")}
        <button class="button button-primary">"Sign off"</button>
    };
    view! {
        <p>"All steps are done or skipped. Whoever signs answers for all of it."</p>
        {form(shown, "sign-off", "", body)}
    }
    .into_any()
}

fn close(shown: Shown<'_>, signature: &Signature) -> AnyView {
    let close = shown.open().then(|| {
        let body = view! { <button class="button button-primary">"Close and seal"</button> };
        view! {
            <p>"Closing seals the run: nothing changes any more."</p>
            {form(shown, "close", "", body)}
        }
    });
    view! { {signed(signature)} {close} }.into_any()
}

fn abandon(shown: Shown<'_>) -> AnyView {
    let body = view! {
        {super::forms::line(shown, ("abandon", "", "why"), "Why; an auditor will ask")}
        <button class="button">"Abandon and seal"</button>
    };
    let remark = view! {
        {lines(shown, ("remark", "", "text"), "Remark (kept for good)")}
        <button class="button">"Add the remark"</button>
    };
    view! {
        <div class="step-more">
            {folded(shown, "remark", "", "Add a remark on the run", remark)}
            {folded(shown, "abandon", "", "Abandon this run", body)}
        </div>
    }
    .into_any()
}
