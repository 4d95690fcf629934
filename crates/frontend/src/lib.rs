//! The wasm entry point. Everything that runs in the browser is an island in `app`.
#![cfg(target_family = "wasm")]

// The islands are found by their exported names; without this line the linker drops them.
use app as _;

/// Called by the page once the module is loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
