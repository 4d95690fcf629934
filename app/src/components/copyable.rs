//! Text that people take elsewhere.

use leptos::prelude::*;

use crate::islands::CopyButton;

/// An id or ARN in a line, with a button that copies it whole.
pub fn copyable(text: &str) -> AnyView {
    view! { <span class="copyable"><code>{text.to_owned()}</code><CopyButton/></span> }.into_any()
}

/// A command or a document of several lines, with a button that copies it whole. No two on a page
/// may have the same label.
pub fn copyable_block(label: impl Into<String>, text: &str) -> AnyView {
    let label = label.into();
    view! {
        <div class="copyable copyable-block">
            <pre tabindex="0" role="region" aria-label=label><code>{text.to_owned()}</code></pre>
            <CopyButton/>
        </div>
    }
    .into_any()
}
