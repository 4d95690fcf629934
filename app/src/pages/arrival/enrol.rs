//! `/sign-in/enrol`: setting up a second factor.

use leptos::prelude::*;
use report::Svg;

use super::{card, code_field, next_field};
use crate::components::{chart, copyable};

/// The form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrol {
    /// The secret as a picture; `None` where a name is too long for one.
    pub picture: Option<Svg>,
    /// The secret as text.
    pub secret: String,
    /// The secret, sealed for this session.
    pub sealed: String,
    /// Where to go on.
    pub next: Option<String>,
    /// What is wrong.
    pub trouble: Option<String>,
}

/// The page.
pub fn enrol(form: Enrol) -> AnyView {
    let picture = form.picture.map(|svg| view! { <div class="enrol-picture">{chart(svg)}</div> });
    let fields = view! {
        <ol class="enrol-steps">
            <li>
                <p>"Scan this with an authenticator app, or type the key into it."</p>
                {picture}
                <p class="enrol-secret">{copyable(&form.secret)}</p>
            </li>
            <li>
                <p>"Type the six digits that the app then shows."</p>
                <form method="post" action="/sign-in/enrol" class="form">
                    {next_field(form.next)}
                    <input type="hidden" name="sealed" value=form.sealed/>
                    {code_field()}
                    <button class="button button-primary">"Confirm"</button>
                </form>
            </li>
        </ol>
    };
    let sentence = "Everybody here needs a second factor. It takes a minute, once.";
    card("Set up a second factor", sentence, form.trouble, fields)
}
