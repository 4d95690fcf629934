//! `/confirm`: a fresh second factor before something that matters.

use leptos::prelude::*;

use super::{card, code_field, next_field};

/// The form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// Where to go on.
    pub next: String,
    /// What is wrong.
    pub trouble: Option<String>,
    /// Whether the click is the code.
    pub demo: bool,
    /// The OpenID provider that has to be asked again.
    pub provider: Option<String>,
}

/// The page.
pub fn confirm(form: Confirm) -> AnyView {
    let Confirm { next, trouble, demo, provider } = form;
    let fields = match (demo, provider) {
        (true, _) => view! {
            <form method="post" action="/confirm" class="form">
                {next_field(Some(next.clone()))}
                <button class="button button-primary">"Confirm"</button>
            </form>
        }
        .into_any(),
        (false, Some(provider)) => view! {
            <form method="post" action="/sign-in/provider" class="form">
                {next_field(Some(next.clone()))}
                <input type="hidden" name="again" value="1"/>
                <button class="button button-primary">
                    {format!("Confirm with {provider}")}
                </button>
            </form>
        }
        .into_any(),
        (false, None) => view! {
            <form method="post" action="/confirm" class="form">
                {next_field(Some(next.clone()))}
                {code_field()}
                <button class="button button-primary">"Confirm"</button>
            </form>
        }
        .into_any(),
    };
    let body = view! { {fields} <p class="form-aside"><a href=next>"Go back"</a></p> };
    let sentence = if demo {
        "Outside of the demonstration a fresh code of the second factor is asked for here. It holds \
         for five minutes."
    } else {
        "What you are about to do wants a fresh second factor. It holds for five minutes."
    };
    card("Confirm that it is you", sentence, trouble, body)
}
