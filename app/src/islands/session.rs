//! Warns a minute before a session ends, and says so when it has, without touching what was typed.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response};

/// How the session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Nothing to say.
    Calm,
    /// It ends in a minute, and doing something would make it last.
    Ending,
    /// It ends in a minute, whatever is done: twelve hours are over.
    Closing,
    /// It has ended.
    Over,
}

/// The shortest time between two questions.
const LEAST: Duration = Duration::from_secs(5);
/// The time between two questions where the server does not answer.
const AGAIN: Duration = Duration::from_secs(30);

/// Asks `/session` when the warning is due, which is no activity. What was typed stays: signing in
/// again happens in another tab, and then the form can be sent.
#[island]
pub fn SessionWatch() -> impl IntoView {
    let standing = RwSignal::new(Standing::Calm);
    Effect::new(move || watch(standing));
    let stay = move |_| spawn_local(async move { ask(standing, "POST", "/session/keep").await });
    let shown = move |wanted: Standing| move || standing.get() != wanted;
    view! {
        <div class="session-watch" role="alert">
            <p class="notice notice-stale" hidden=shown(Standing::Ending)>
                "You will be signed out in a minute, because nothing was done. "
                <button class="button" type="button" on:click=stay>"Stay signed in"</button>
            </p>
            <p class="notice notice-stale" hidden=shown(Standing::Closing)>
                "You will be signed out in a minute: a session lasts twelve hours at most. \
                 Keep what you have typed."
            </p>
            <p class="notice notice-stale" hidden=shown(Standing::Over)>
                "You are signed out. What you have typed is still here: "
                <a href="/sign-in?ended=1" target="_blank" rel="noopener">
                    "sign in in a new tab"
                </a>
                ", then go on here."
            </p>
        </div>
    }
}

fn watch(standing: RwSignal<Standing>) {
    spawn_local(async move { ask(standing, "GET", "/session").await });
}

/// Asks once, and sees to it that it is asked again when there will be something to say.
async fn ask(standing: RwSignal<Standing>, method: &str, path: &str) {
    let Some((left, warn, extends)) = answer(method, path).await else {
        set_timeout(move || watch(standing), AGAIN);
        return;
    };
    let next = if left <= 0 {
        Standing::Over
    } else if left > warn {
        Standing::Calm
    } else if extends {
        Standing::Ending
    } else {
        Standing::Closing
    };
    if standing.get_untracked() != next {
        standing.set(next);
    }
    let wait = match next {
        Standing::Over => AGAIN,
        Standing::Calm => LEAST.max(Duration::from_millis((left - warn) as u64)),
        Standing::Ending | Standing::Closing => LEAST,
    };
    set_timeout(move || watch(standing), wait);
}

/// What is left, when to warn, both in milliseconds, and whether activity makes it last.
async fn answer(method: &str, path: &str) -> Option<(i64, i64, bool)> {
    let how = RequestInit::new();
    how.set_method(method);
    let sent = window().fetch_with_str_and_init(path, &how);
    let response: Response = JsFuture::from(sent).await.ok()?.dyn_into().ok()?;
    let read: JsValue = JsFuture::from(response.json().ok()?).await.ok()?;
    let get = |name: &str| js_sys::Reflect::get(&read, &name.into()).ok();
    let whole = |name: &str| get(name).and_then(|it| it.as_f64()).map(|it| it as i64);
    Some((whole("left_ms")?, whole("warn_ms")?, get("extends")?.as_bool()?))
}
