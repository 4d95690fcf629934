//! The recovery codes, shown once after a second factor was set up.

use leptos::prelude::*;

use super::card;
use crate::components::copyable_block;

/// The codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    /// One each.
    pub codes: Vec<String>,
    /// Where to go on.
    pub next: String,
}

/// The page.
pub fn codes(page: Codes) -> AnyView {
    let body = view! {
        {copyable_block("Recovery codes", &page.codes.join("\n"))}
        <p class="form-aside">
            "Print them or keep them in a password manager. They are not shown again; an \
             administrator can only reset the second factor."
        </p>
        <p><a class="button button-primary" href=page.next>"I have kept them"</a></p>
    };
    let sentence = "For the day on which your device is lost. Each works once, instead of a code.";
    card("Your recovery codes", sentence, None, body)
}
