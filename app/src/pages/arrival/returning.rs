//! `/sign-in/provider/back`: the provider's answer on its way to us.

use leptos::prelude::*;

use super::card;
use crate::islands::GoOn;

/// What the provider wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returning {
    /// The code that stands for the person.
    pub code: String,
    /// What ties it to this browser.
    pub state: String,
    /// The provider, if it says so.
    pub issuer: String,
}

/// The page. It goes on by itself where scripts run.
pub fn returning(form: Returning) -> AnyView {
    let fields = view! {
        <form method="post" action="/sign-in/provider/back" class="form">
            <input type="hidden" name="code" value=form.code/>
            <input type="hidden" name="state" value=form.state/>
            <input type="hidden" name="iss" value=form.issuer/>
            <button id="go-on" class="button button-primary">"Go on"</button>
        </form>
        <GoOn/>
    };
    card("Signing in", "The provider knows you. This takes a moment.", None, fields)
}
