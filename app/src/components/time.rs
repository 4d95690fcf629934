//! Times: told by their distance, exact underneath.

use domain::Timestamp;
use leptos::prelude::*;

use crate::setting::Setting;
use crate::words;

/// `4 min ago`, with the exact time for machines and on hover.
pub fn ago(at: Timestamp) -> impl IntoView + use<> {
    let here = Setting::here();
    let told = words::relative(at, here.now);
    view! { <time datetime=at.rfc3339() title=words::moment(at, &here.zone)>{told}</time> }
}

/// `23 Nov 2026, 09:05 CST`.
pub fn at(at: Timestamp) -> impl IntoView + use<> {
    let here = Setting::here();
    let told = words::moment(at, &here.zone);
    view! { <time datetime=at.rfc3339() title=words::relative(at, here.now)>{told}</time> }
}

/// `23 Nov 2026`.
pub fn day(at: Timestamp) -> impl IntoView + use<> {
    let here = Setting::here();
    let told = words::date(at, &here.zone);
    view! { <time datetime=at.rfc3339() title=words::moment(at, &here.zone)>{told}</time> }
}
