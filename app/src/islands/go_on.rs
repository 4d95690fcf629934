//! Presses a form's only button, so that nobody has to.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Presses what has the id `go-on`, once the page is there.
#[island]
pub fn GoOn() -> impl IntoView {
    Effect::new(|| {
        let button = document().get_element_by_id("go-on");
        if let Some(button) = button.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
            button.click();
        }
    });
}
