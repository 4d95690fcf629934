//! Copies the text that stands beside the button.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

/// A button inside of an element with class `copyable`; it copies that element's `code`.
/// Hidden until scripts run, for without them it could do nothing.
#[island]
pub fn CopyButton() -> impl IntoView {
    let ready = RwSignal::new(false);
    let done = RwSignal::new(false);
    Effect::new(move || ready.set(true));
    let copy = move |event: MouseEvent| {
        if let Some(text) = beside(&event) {
            // The browser may refuse; then the word on the button does not change.
            let _ = window().navigator().clipboard().write_text(&text);
            done.set(true);
            set_timeout(move || done.set(false), Duration::from_secs(2));
        }
    };
    view! {
        <button type="button" class="copy-button" hidden=move || !ready.get() on:click=copy>
            {move || if done.get() { "Copied" } else { "Copy" }}
        </button>
    }
}

fn beside(event: &MouseEvent) -> Option<String> {
    let button: Element = event.current_target()?.dyn_into().ok()?;
    button.closest(".copyable").ok()??.query_selector("code").ok()??.text_content()
}
