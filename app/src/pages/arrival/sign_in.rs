//! `/sign-in`: name and password, the provider, or a role of the demonstration.

use domain::Role;
use leptos::prelude::*;

use super::{card, next_field};

/// The form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignIn {
    /// What was typed as a name.
    pub name: String,
    /// Where to go on.
    pub next: Option<String>,
    /// What is wrong.
    pub trouble: Option<String>,
    /// Something that went well and led here, as a sentence.
    pub told: Option<&'static str>,
    /// Whether this is the demonstration.
    pub demo: bool,
    /// What people call the OpenID provider, if there is one.
    pub provider: Option<String>,
    /// Whether anybody has an account.
    pub anybody: bool,
}

/// The page.
pub fn sign_in(form: SignIn) -> AnyView {
    if form.demo {
        return demo(form);
    }
    let told = form.told.map(|told| view! { <p class="form-told" role="status">{told}</p> });
    let provider = form.provider.clone().map(|name| provider(name, form.next.clone()));
    let first = (!form.anybody).then(first_time);
    let fields = view! {
        {told}
        {first}
        {provider}
        <form method="post" action="/sign-in" class="form">
            {next_field(form.next)}
            <label for="name">"Name"</label>
            <input
                id="name"
                name="name"
                value=form.name
                required
                autofocus
                autocomplete="username"
                autocapitalize="none"
                spellcheck="false"
                maxlength="200"
            />
            <label for="password">"Password"</label>
            <input
                id="password"
                name="password"
                type="password"
                required
                autocomplete="current-password"
                maxlength="512"
            />
            <button class="button button-primary">"Sign in"</button>
        </form>
    };
    card("Sign in", "A second factor is asked for next.", form.trouble, fields)
}

fn first_time() -> AnyView {
    view! {
        <p class="form-told">
            "Nobody has an account yet. The link for the first administrator stands in the \
             server's output; " <code>"wardround user add"</code> " makes a new one."
        </p>
    }
    .into_any()
}

fn provider(name: String, next: Option<String>) -> AnyView {
    view! {
        <form method="post" action="/sign-in/provider" class="form">
            {next_field(next)}
            <button class="button button-primary">{format!("Sign in with {name}")}</button>
        </form>
        <p class="form-or">"or with an account of this server"</p>
    }
    .into_any()
}

fn demo(form: SignIn) -> AnyView {
    let doors = Role::ALL
        .map(|role| {
            view! {
                <li>
                    <button class="door" name="role" value=role.as_str()>
                        <strong>{format!("Enter as {}", role.title().to_lowercase())}</strong>
                        <span>{role.purpose()}</span>
                    </button>
                </li>
            }
        })
        .into_iter()
        .collect_view();
    let fields = view! {
        <form method="post" action="/sign-in/demo" class="doors">
            {next_field(form.next)}
            <ul>{doors}</ul>
        </form>
    };
    let sentence = "A made-up hospital network, on this machine alone. Each role sees what it \
                    would see in yours.";
    card("The demonstration", sentence, form.trouble, fields)
}
