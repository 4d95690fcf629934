//! Tells that a round is under way, and that there are new results. The person decides when to
//! see them; only a page that has nothing to show yet reloads by itself.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::stream;

/// What the stream last said.
#[derive(Debug, Clone, Default, PartialEq)]
struct Told {
    running: bool,
    done: u32,
    total: u32,
    /// The last round that ended, and when, as a local time of day.
    finished: Option<(String, String)>,
}

/// Follows `/events`. The page says in `data-run` of its body which round it shows, and in
/// `data-wait` that it waits for the end of one.
#[island]
pub fn LiveStatus() -> impl IntoView {
    let told = RwSignal::new(Told::default());
    Effect::new(move || stream::hear("progress", move |text| hear(told, &text)));
    let fresh = move || {
        let shown = |run: &String| of_body("data-run").as_ref() == Some(run);
        told.with(|told| {
            told.finished.as_ref().filter(|(run, _)| !shown(run)).map(|it| it.1.clone())
        })
    };
    let counted = move || told.with(|told| format!("{} of {}", told.done, told.total));
    view! {
        <div class="live">
            <span class="live-round" hidden=move || !told.with(|told| told.running)>
                <progress
                    aria-label="Round in progress"
                    max=move || told.with(|told| told.total.max(1))
                    value=move || told.with(|told| told.done)
                ></progress>
                <span class="live-count">"Round: " {counted} " read"</span>
            </span>
            <span role="status" class="live-news">
                {move || {
                    fresh()
                        .map(|at| {
                            view! {
                                <a href="" class="live-link">
                                    {format!("New results at {at} — reload")}
                                </a>
                            }
                        })
                }}
            </span>
        </div>
    }
}

fn of_body(attribute: &str) -> Option<String> {
    document().body()?.get_attribute(attribute)
}

fn hear(told: RwSignal<Told>, text: &str) {
    let Ok(message) = js_sys::JSON::parse(text) else { return };
    let get = |name: &str| js_sys::Reflect::get(&message, &name.into()).unwrap_or(JsValue::NULL);
    let whole = |name: &str| get(name).as_f64().map(|n| n as u32);
    let running = get("running").as_bool().unwrap_or_default();
    let finished = whole("last_finished").map(|run| {
        let at = js_sys::Date::new(&get("last_finished_at"));
        (run.to_string(), format!("{:02}:{:02}", at.get_hours(), at.get_minutes()))
    });
    let ended = finished.as_ref().map(|it| it.0.clone());
    let waits = of_body("data-wait").is_some();
    if waits && !running && ended.is_some() && ended != of_body("data-run") {
        let _ = window().location().reload();
    }
    let next = Told {
        running,
        done: whole("done").unwrap_or_default(),
        total: whole("total").unwrap_or_default(),
        finished,
    };
    if told.with_untracked(|before| *before != next) {
        told.set(next);
    }
}
