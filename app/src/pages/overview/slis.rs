//! The ten indicators in one row.

use domain::sli::Reading;
use leptos::prelude::*;

use crate::components::{budget, sli_mark};

pub(super) fn strip(readings: &[Reading]) -> AnyView {
    let tiles = readings.iter().map(tile).collect_view();
    view! {
        <section class="levels-section" aria-labelledby="slis-title">
            <h2 id="slis-title"><a href="/slis">"Service levels"</a></h2>
            <ol class="levels">{tiles}</ol>
        </section>
    }
    .into_any()
}

fn tile(reading: &Reading) -> AnyView {
    let definition = reading.sli.definition();
    let href = format!("/slis/{}", reading.sli.as_str());
    let rest = budget(reading).unwrap_or_else(|| definition.target.to_string());
    view! {
        <li class="level">
            <a href=href title=reading.why.clone()>
                <span class="level-name">{definition.title}</span>
                <span class="level-number">{reading.figure()}</span>
                {sli_mark(reading.state)}
                <span class="level-rest">{rest}</span>
            </a>
        </li>
    }
    .into_any()
}
