//! Tables that are wider than the window.

use leptos::prelude::*;

/// The section around a table often has the same name; two landmarks must not.
fn named(label: impl Into<String>) -> String {
    format!("Table: {}", label.into())
}

/// A region that scrolls sideways on its own and can be reached with the keyboard.
pub fn scroll(label: impl Into<String>, table: impl IntoView + 'static) -> AnyView {
    view! {
        <div class="scroll" role="region" tabindex="0" aria-label=named(label)>
            {table.into_any()}
        </div>
    }
    .into_any()
}

/// The same for a long list, whose head stays in sight while the page scrolls.
pub fn sticky(label: impl Into<String>, table: impl IntoView + 'static) -> AnyView {
    view! {
        <div class="scroll sticky" role="region" tabindex="0" aria-label=named(label)>
            {table.into_any()}
        </div>
    }
    .into_any()
}
