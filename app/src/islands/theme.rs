//! Light, dark, or as the system has it.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MouseEvent};

/// The scheme that a person chose: `light`, `dark`, or `system`. Kept in a cookie, so that the
/// server writes it into the page and nothing flashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThemeChoice(pub &'static str);

impl ThemeChoice {
    /// All choices with their words.
    pub const ALL: [(&'static str, &'static str); 3] =
        [("light", "Light"), ("dark", "Dark"), ("system", "System")];

    /// The choice with this name; anything else is the system's.
    pub fn named(name: &str) -> Self {
        let known = Self::ALL.into_iter().find(|choice| choice.0 == name);
        Self(known.map_or("system", |choice| choice.0))
    }

    fn of_page() -> Self {
        let root = document().document_element();
        Self::named(&root.and_then(|root| root.get_attribute("data-theme")).unwrap_or_default())
    }

    fn apply(self) {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", self.0);
        }
        let cookie = format!("theme={}; path=/; max-age=31536000; samesite=lax", self.0);
        let document = JsValue::from(document());
        let _ = js_sys::Reflect::set(&document, &"cookie".into(), &cookie.into());
    }
}

/// Says on the document that its islands answer. The page wakes them in one go and effects run
/// after that, so whoever sees `data-awake`, such as a test, need not wait any longer.
fn awake() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-awake", "");
    }
}

/// Three buttons of a form that works without scripts; with them the page stays where it is.
#[island]
pub fn ThemeSwitch() -> impl IntoView {
    let choice = RwSignal::new(use_context::<ThemeChoice>().unwrap_or_else(ThemeChoice::of_page));
    Effect::new(awake);
    let choose = move |event: MouseEvent| {
        let button = event.current_target().and_then(|it| it.dyn_into::<Element>().ok());
        if let Some(name) = button.and_then(|button| button.get_attribute("value")) {
            event.prevent_default();
            let chosen = ThemeChoice::named(&name);
            chosen.apply();
            choice.set(chosen);
        }
    };
    let buttons = ThemeChoice::ALL.map(|(name, word)| {
        view! {
            <button
                name="theme"
                value=name
                aria-pressed=move || if choice.get().0 == name { "true" } else { "false" }
                on:click=choose
            >
                {word}
            </button>
        }
    });
    view! {
        <form class="theme" method="post" action="/actions/theme" aria-label="Colour scheme">
            {buttons.into_iter().collect_view()}
        </form>
    }
}
