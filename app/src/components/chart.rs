//! The one place where finished markup goes into a page as it is.

use leptos::prelude::*;
use report::Svg;

/// A chart. Only the `report` crate can make an [`Svg`], and it escapes what it is given.
pub fn chart(svg: Svg) -> impl IntoView + use<> {
    view! { <div class="figure" inner_html=svg.into_string()></div> }
}
