//! The keyboard of whoever is on call, and that the queue has changed.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, EventSource, HtmlElement, KeyboardEvent, MessageEvent};

/// Moves through the queue with `j` and `k`, and presses what has the key in its `data-key`. Follows
/// `/events`, and tells when the queue is no longer as shown: the person decides when to see it.
#[island]
pub fn OncallKeys() -> impl IntoView {
    let news = RwSignal::new(false);
    Effect::new(move || {
        listen();
        follow(news);
    });
    view! {
        <p role="status" class="oncall-news">
            {move || {
                news.get().then(|| view! { <a href="">"The queue has changed — reload"</a> })
            }}
        </p>
    }
}

fn listen() {
    let pressed = Closure::<dyn Fn(KeyboardEvent)>::new(|event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || typing() {
            return;
        }
        let done = match event.key().as_str() {
            "j" => step(1),
            "k" => step(-1),
            "?" => press("?"),
            key if key.len() == 1 => press(key),
            _ => false,
        };
        if done {
            event.prevent_default();
        }
    });
    let _ =
        document().add_event_listener_with_callback("keydown", pressed.as_ref().unchecked_ref());
    pressed.forget();
}

/// Whether somebody writes something.
fn typing() -> bool {
    let Some(active) = document().active_element() else { return false };
    matches!(active.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// Presses the first thing with this key.
fn press(key: &str) -> bool {
    // Keys are single letters and the question mark; nothing else is looked for.
    if !key.chars().all(|it| it.is_ascii_lowercase() || it == '?') {
        return false;
    }
    let found = document().query_selector(&format!("[data-key=\"{key}\"]")).ok().flatten();
    let Some(element) = found.and_then(|it| it.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    let _ = element.focus();
    element.click();
    true
}

/// Goes to the incident before or after the one that is looked at.
fn step(by: i32) -> bool {
    let Ok(rows) = document().query_selector_all("[data-row]") else { return false };
    let at = |index: u32| rows.item(index).and_then(|it| it.dyn_into::<Element>().ok());
    let chosen = (0..rows.length())
        .find(|index| at(*index).is_some_and(|it| it.has_attribute("aria-current")));
    let next = match (chosen, by) {
        (None, _) => Some(0),
        (Some(index), 1) => index.checked_add(1),
        (Some(index), _) => index.checked_sub(1),
    };
    let element = next.and_then(at).and_then(|it| it.dyn_into::<HtmlElement>().ok());
    let Some(element) = element else { return false };
    element.click();
    true
}

fn follow(news: RwSignal<bool>) {
    let Ok(stream) = EventSource::new("/events") else { return };
    let first = StoredValue::new_local(None::<String>);
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(text) = event.data().as_string() else { return };
        let known = first.with_value(Clone::clone);
        match known {
            None => first.set_value(Some(text)),
            Some(known) if known == text => {}
            Some(_) => news.set(true),
        }
    });
    let _ = stream.add_event_listener_with_callback("oncall", heard.as_ref().unchecked_ref());
    heard.forget();
}
