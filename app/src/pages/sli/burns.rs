//! Burn rates and the sums behind them.

use domain::sli::ratio::{Burn, Window};
use domain::sli::{Level, Reading, percent};
use leptos::prelude::*;

use crate::components::{mark, scroll, section};
use crate::words;

/// Nothing for indicators that have no budget.
pub(super) fn burns(reading: &Reading) -> AnyView {
    if reading.burns.is_empty() {
        return ().into_any();
    }
    let rows = reading.burns.iter().map(burn).collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"Burn rates"</caption>
            <thead>
                <tr>
                    <th scope="col">"Windows"</th>
                    <th scope="col" class="number">"Burn, long"</th>
                    <th scope="col" class="number">"At least (95 %)"</th>
                    <th scope="col" class="number">"Burn, short"</th>
                    <th scope="col" class="number">"Calls above"</th>
                    <th scope="col">"State"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let sums = reading.windows.iter().map(window).collect_view();
    let windows = view! {
        <table>
            <caption class="hidden">"Sums of windows"</caption>
            <thead>
                <tr>
                    <th scope="col">"Window"</th>
                    <th scope="col" class="number">"Good"</th>
                    <th scope="col" class="number">"Bad"</th>
                    <th scope="col" class="number">"Unclear"</th>
                    <th scope="col" class="number">"Share"</th>
                </tr>
            </thead>
            <tbody>{sums}</tbody>
        </table>
    };
    let body = view! {
        <p class="note">
            "A burn rate of 1 spends the budget exactly within the period. A rule calls when both \
             windows burn faster than its factor; at low traffic the long one must do so with 95 % \
             confidence, so that one failed sign-in of five calls nobody."
        </p>
        {scroll("Burn rates", table)}
        <details class="data">
            <summary>"Sums of each window"</summary>
            {scroll("Sums of each window", windows)}
        </details>
    };
    section("burns", "Burn rates", (), body)
}

fn rate(rate: Option<f64>) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1}"))
}

fn burn(burn: &Burn) -> AnyView {
    let state = match (burn.firing, burn.level) {
        (true, Level::Page) => mark("fail", "Page").into_any(),
        (true, _) => mark("stale", "Ticket").into_any(),
        (false, _) if burn.long.is_none() => mark("not-evaluated", "No events").into_any(),
        (false, _) => mark("pass", "Quiet").into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="nowrap">
                {format!("{} and {}", words::span(burn.long_ms), words::span(burn.short_ms))}
            </th>
            <td class="number">{rate(burn.long)}</td>
            <td class="number">{rate(burn.long_at_least)}</td>
            <td class="number">{rate(burn.short)}</td>
            <td class="number">{format!("{:.1}", burn.factor)}</td>
            <td class="nowrap">{state}</td>
        </tr>
    }
    .into_any()
}

fn window(window: &Window) -> AnyView {
    let share = window.bad_share().map_or_else(|| "–".to_owned(), |bad| percent(1.0 - bad));
    view! {
        <tr>
            <th scope="row">{words::span(window.length_ms)}</th>
            <td class="number">{words::count(window.good)}</td>
            <td class="number">{words::count(window.bad)}</td>
            <td class="number">{words::count(window.unclear)}</td>
            <td class="number">{share}</td>
        </tr>
    }
    .into_any()
}
