//! `/sign-in/second`: a one-time code or a recovery code.

use leptos::prelude::*;

use super::{card, code_field, next_field};

/// The form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Second {
    /// Where to go on.
    pub next: Option<String>,
    /// What is wrong.
    pub trouble: Option<String>,
}

/// The page.
pub fn second(form: Second) -> AnyView {
    let fields = view! {
        <form method="post" action="/sign-in/second" class="form">
            {next_field(form.next)}
            {code_field()}
            <button class="button button-primary">"Sign in"</button>
        </form>
        <p class="form-aside">
            "Without your device, type one of your recovery codes. Each works once."
        </p>
    };
    let sentence = "The six digits that your authenticator app shows now.";
    card("Second factor", sentence, form.trouble, fields)
}
