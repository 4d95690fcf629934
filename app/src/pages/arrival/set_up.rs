//! `/set-up`: choosing a password by a one-time link.

use identity::password;
use leptos::prelude::*;

use super::card;

/// The form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetUp {
    /// The key of the link.
    pub key: String,
    /// Whose it is.
    pub name: String,
    /// What is wrong.
    pub trouble: Option<String>,
}

/// The page.
pub fn set_up(form: SetUp) -> AnyView {
    let fields = view! {
        <form method="post" action="/set-up" class="form">
            <input type="hidden" name="key" value=form.key/>
            // Password managers file the new password under this name.
            <input type="hidden" name="username" value=form.name.clone() autocomplete="username"/>
            {password_fields()}
            <button class="button button-primary">"Set the password"</button>
        </form>
    };
    let sentence = view! { "For the account " <strong><bdi>{form.name}</bdi></strong> "." };
    card("Choose a password", sentence, form.trouble, fields)
}

/// A new password, twice.
pub(in crate::pages) fn password_fields() -> AnyView {
    let hint = format!(
        "At least {} characters. A few words in a row are easier to keep than signs.",
        password::LEAST
    );
    let (least, most) = (password::LEAST.to_string(), password::MOST.to_string());
    view! {
        <label for="password">"New password"</label>
        <input
            id="password"
            name="password"
            type="password"
            required
            autocomplete="new-password"
            minlength=least
            maxlength=most.clone()
            aria-describedby="password-hint"
        />
        <p id="password-hint" class="form-hint">{hint}</p>
        <label for="again">"The same once more"</label>
        <input
            id="again"
            name="again"
            type="password"
            required
            autocomplete="new-password"
            maxlength=most
        />
    }
    .into_any()
}
