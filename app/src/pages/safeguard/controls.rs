//! The controls that support the safeguard.

use domain::{Catalogue, Safeguard};
use leptos::prelude::*;

use super::{ControlLine, SafeguardPage, address};
use crate::components::{mark, scroll, severity_mark, tally_cells, tally_head, verdict};
use crate::pages::safeguards::above;
use crate::query::segment;

pub(super) fn controls(page: &SafeguardPage) -> AnyView {
    let rows = page.controls.iter().map(|line| control(page.safeguard, line)).collect_view();
    let table = view! {
        <table>
            <caption class="hidden">
                "Controls that support this section or anything below it"
            </caption>
            <thead>
                <tr>
                    <th scope="col">"Severity"</th>
                    <th scope="col">"Control"</th>
                    <th scope="col">"Placed on"</th>
                    <th scope="col">"State"</th>
                    {tally_head()}
                    <th scope="col">"Findings"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Controls", table)
}

fn control(safeguard: &Safeguard, line: &ControlLine) -> AnyView {
    let control = line.control;
    let href = format!("/controls/{}", segment(control.id.as_str()));
    let (shape, words) = verdict(&line.tally);
    let person = control.attestation && line.tally.pass == 0;
    let words = if person { "not evaluated: needs attestation".to_owned() } else { words };
    let findings = if control.attestation {
        view! { <span class="quiet">"a person answers"</span> }.into_any()
    } else {
        let href = format!("/findings?state=all&control={}", control.id);
        view! { <a href=href>"Findings"</a> }.into_any()
    };
    view! {
        <tr>
            <td>{severity_mark(control.severity)}</td>
            <th scope="row" class="title"><a href=href.clone()>{control.title.clone()}</a></th>
            <td>{placed(safeguard, line)}</td>
            <td class="nowrap">{mark(shape, words)}</td>
            {tally_cells(&line.tally, |state| format!("{href}?state={state}#evaluations"))}
            <td>{findings}</td>
        </tr>
    }
    .into_any()
}

/// Here, or on which sections below.
fn placed(safeguard: &Safeguard, line: &ControlLine) -> AnyView {
    if line.control.sections.contains(&safeguard.section) {
        return "here".into_any();
    }
    line.control
        .sections
        .iter()
        .filter_map(|section| Catalogue::get().safeguard(section.as_str()))
        .filter(|it| above(it).iter().any(|up| up.section == safeguard.section))
        .map(
            |it| view! { <a class="nowrap" href=address(it)>{format!("§ {}", it.section)}</a> " " },
        )
        .collect_view()
        .into_any()
}
