//! What is there before somebody has signed in, and when they show once more who they are. These
//! pages tell nothing about the organisation.

mod codes;
mod confirm;
mod enrol;
mod returning;
mod second;
mod set_up;
mod sign_in;

pub use codes::{Codes, codes};
pub use confirm::{Confirm, confirm};
pub use enrol::{Enrol, enrol};
pub use returning::{Returning, returning};
pub use second::{Second, second};
pub(super) use set_up::password_fields;
pub use set_up::{SetUp, set_up};
pub use sign_in::{SignIn, sign_in};

use leptos::prelude::*;

/// A card in the middle of the page: a title, a sentence, what is wrong, and what to fill in.
fn card(
    title: &'static str,
    sentence: impl IntoView + 'static,
    trouble: Option<String>,
    body: impl IntoView + 'static,
) -> AnyView {
    view! {
        <div class="arrival">
            <h1>{title}</h1>
            <p class="arrival-sentence">{sentence.into_any()}</p>
            {trouble.map(trouble_note)}
            {body.into_any()}
        </div>
    }
    .into_any()
}

/// What is wrong, told at once to those who listen.
pub(super) fn trouble_note(trouble: String) -> AnyView {
    view! { <p class="form-trouble" role="alert">{trouble}</p> }.into_any()
}

/// Where to go on, as a hidden field; left out for the beginning.
fn next_field(next: Option<String>) -> Option<AnyView> {
    next.map(|next| view! { <input type="hidden" name="next" value=next/> }.into_any())
}

/// The field for a one-time code; also takes recovery codes, so it is no number field.
fn code_field() -> AnyView {
    view! {
        <label for="code">"Code"</label>
        <input
            id="code"
            name="code"
            required
            autofocus
            autocomplete="one-time-code"
            autocapitalize="none"
            spellcheck="false"
            maxlength="40"
        />
    }
    .into_any()
}
