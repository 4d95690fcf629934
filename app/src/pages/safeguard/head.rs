//! What the regulation asks, and whether it is met.

use domain::Tally;
use domain::catalogue::Requirement;
use leptos::prelude::*;

use super::{ControlLine, SafeguardPage, address};
use crate::components::{crumbs, heading, mark};
use crate::pages::safeguards::{Met, above, met_mark, only_people};
use crate::words;

pub(super) fn head(page: &SafeguardPage) -> AnyView {
    let safeguard = page.safeguard;
    let mut path = vec![("/safeguards".to_owned(), "Safeguards".to_owned())];
    for up in above(safeguard) {
        path.push((address(up), format!("§ {} {}", up.section, up.title)));
    }
    let met = Met::of(page.point.as_ref());
    let requirement = safeguard.requirement.map(|it| match it {
        Requirement::Required => "Required",
        Requirement::Addressable => "Addressable",
    });
    let kind = view! {
        <span class="heading-marks">
            {requirement.map(|word| view! { <span class="tag">{word}</span> " " })}
            {met_mark(safeguard, met)}
        </span>
    };
    let reasons: Vec<AnyView> = reasons(page, met)
        .into_iter()
        .map(|(shape, words)| view! { <li>{mark(shape, words)}</li> }.into_any())
        .collect();
    view! {
        {crumbs(path)}
        {heading(crate::pages::Page::title(page), safeguard.explanation.clone(), kind)}
        {alias(page)}
        {note(page)}
        <ul class="plain" aria-label="Why">{reasons}</ul>
        <p>
            <a href=regulation(page.safeguard.section.as_str()) rel="noreferrer noopener">
                "Text of the regulation at eCFR"
            </a>
            " · "
            <a href=format!("/findings?section={}", page.safeguard.section)>
                "Open findings under this section"
            </a>
        </p>
    }
    .into_any()
}

/// Published mappings write some numbers in other ways; the page says which one it is.
fn alias(page: &SafeguardPage) -> Option<AnyView> {
    let section = page.safeguard.section.as_str();
    (page.asked != section).then(|| {
        let told = format!("{} is another way to write {section}.", page.asked);
        view! { <p class="quiet">{told}</p> }.into_any()
    })
}

fn note(page: &SafeguardPage) -> Option<AnyView> {
    let addressable = (page.safeguard.requirement == Some(Requirement::Addressable)).then_some(
        "Addressable does not mean optional: implement it where reasonable, else write down why \
         not and what you do instead (45 CFR 164.306(d)(3)).",
    );
    let note = page.safeguard.note.trim().to_owned();
    if addressable.is_none() && note.is_empty() {
        return None;
    }
    Some(view! { <p class="note">{note} " " {addressable}</p> }.into_any())
}

/// `https://www.ecfr.gov/current/title-45/section-164.312#p-164.312(a)(1)`
fn regulation(section: &str) -> String {
    let bare = section.split('(').next().unwrap_or(section);
    format!("https://www.ecfr.gov/current/title-45/section-{bare}#p-{section}")
}

/// Why it is met or not, each with a shape.
pub(super) fn reasons(page: &SafeguardPage, met: Met) -> Vec<(&'static str, String)> {
    let machine = |line: &&ControlLine| !line.control.attestation;
    let failing = sum(page.controls.iter().filter(|line| line.tally.fail > 0));
    let unknown = sum(page.controls.iter().filter(machine).filter(|line| line.tally.unknown() > 0));
    let silent = sum(page.controls.iter().filter(machine).filter(|it| it.tally.total() == 0));
    let people = page
        .controls
        .iter()
        .filter(|it| it.control.attestation)
        .filter(|it| it.tally.total() == 0 || it.tally.unknown() > 0)
        .count() as u64;
    let excepted = sum(page.controls.iter().filter(|line| line.tally.excepted > 0));
    let controls = |n: u64| words::counted(n, "control", "controls");
    let mut reasons = Vec::new();
    if page.point.is_none() {
        reasons.push(("not-evaluated", "Nothing has been judged yet.".to_owned()));
        return reasons;
    }
    if met == Met::Yes {
        let words = format!(
            "Met: every applicable resource of {} passes on fresh data.",
            controls(page.controls.len() as u64)
        );
        reasons.push(("pass", words));
    }
    if met == Met::Nothing {
        reasons.push(("not-applicable", "Nothing that it is about exists in scope.".to_owned()));
    }
    if failing.0 > 0 {
        let (n, tally) = failing;
        let verb = if n == 1 { "fails" } else { "fail" };
        let (fail, all) = (words::count(tally.fail), words::count(tally.applicable()));
        reasons.push(("fail", format!("{} {verb} on {fail} of {all} resources.", controls(n))));
    }
    if unknown.0 > 0 {
        let (n, tally) = unknown;
        let left = words::counted(tally.unknown(), "evaluation", "evaluations");
        reasons.push(("stale", format!("{}: {left} could not be verified.", controls(n))));
    }
    if silent.0 > 0 {
        reasons.push(("not-evaluated", format!("{}: nobody has looked.", controls(silent.0))));
    }
    if people > 0 {
        let only = if only_people(page.safeguard) { "Only a person can tell: " } else { "" };
        let words = words::counted(people, "attestation is missing", "attestations are missing");
        reasons.push(("not-evaluated", format!("{only}{words}.")));
    }
    if excepted.0 > 0 {
        let words = words::counted(excepted.1.excepted, "failure", "failures");
        reasons.push(("excepted", format!("{words} under an approved exception, left out.")));
    }
    reasons
}

fn sum<'a>(lines: impl Iterator<Item = &'a ControlLine>) -> (u64, Tally) {
    let mut all = (0, Tally::default());
    for line in lines {
        all.0 += 1;
        all.1.merge(&line.tally);
    }
    all
}
