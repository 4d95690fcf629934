//! `/events`, one stream for all islands of a page.

use std::cell::RefCell;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent, VisibilityState};

type Hear = Box<dyn Fn(String)>;

thread_local! {
    static OPEN: RefCell<Option<EventSource>> = const { RefCell::new(None) };
    static HEARERS: RefCell<Vec<(&'static str, Hear)>> = const { RefCell::new(Vec::new()) };
}

/// Hears the events of a name. The stream is open while the page is visible: a hidden page must not
/// hold a connection.
pub(super) fn hear(name: &'static str, hear: impl Fn(String) + 'static) {
    let first = HEARERS.with_borrow_mut(|all| {
        all.push((name, Box::new(hear)));
        all.len() == 1
    });
    if !first {
        OPEN.with_borrow(|open| {
            if let Some(stream) = open {
                listen(stream, name);
            }
        });
        return;
    }
    open();
    let turned = Closure::<dyn Fn()>::new(|| {
        if document().visibility_state() == VisibilityState::Visible {
            open();
        } else if let Some(stream) = OPEN.take() {
            stream.close();
        }
    });
    let _ = document()
        .add_event_listener_with_callback("visibilitychange", turned.as_ref().unchecked_ref());
    turned.forget();
}

fn open() {
    if OPEN.with_borrow(Option::is_some) {
        return;
    }
    let Ok(stream) = EventSource::new("/events") else { return };
    let mut names = HEARERS.with_borrow(|all| all.iter().map(|it| it.0).collect::<Vec<_>>());
    names.sort_unstable();
    names.dedup();
    for name in names {
        listen(&stream, name);
    }
    OPEN.set(Some(stream));
}

fn listen(stream: &EventSource, name: &'static str) {
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(text) = event.data().as_string() else { return };
        HEARERS.with_borrow(|all| {
            for (_, hear) in all.iter().filter(|it| it.0 == name) {
                hear(text.clone());
            }
        });
    });
    let _ = stream.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
    heard.forget();
}
