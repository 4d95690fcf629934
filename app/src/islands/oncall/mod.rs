//! The keyboard of whoever is on call, and the queue as it is now.

mod live;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use live::News;

/// Moves through the queue with `j` and `k`, and presses what has the key in its `data-key`. Keeps
/// the queue up to date; whether to see a chosen incident anew is decided by whoever works on it.
#[island]
pub fn OncallKeys() -> impl IntoView {
    let news = RwSignal::new(News::None);
    Effect::new(move || {
        listen();
        live::follow(news);
    });
    let told = move || match news.get() {
        News::None => ().into_any(),
        News::Updated => {
            view! { <span class="hidden">"The queue is up to date."</span> }.into_any()
        }
        News::Held => view! { <a href="">"The queue has changed — reload"</a> }.into_any(),
        News::Changed => view! { <a href="">"This incident has changed — reload"</a> }.into_any(),
        News::Unread => view! { <a href="">"The queue could not be read — reload"</a> }.into_any(),
    };
    view! { <p role="status" class="oncall-news">{told}</p> }
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
    match active.tag_name().as_str() {
        "INPUT" => active.get_attribute("type").is_none_or(|kind| kind != "checkbox"),
        tag => matches!(tag, "TEXTAREA" | "SELECT"),
    }
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
