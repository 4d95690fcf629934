//! `/findings/{id}`: what is wrong, why it matters, how to fix it, and how we know.

mod facts;
mod fix;
mod sentence;
#[cfg(test)]
mod tests;

use domain::{Catalogue, Control, FindingId};
use leptos::prelude::*;
use store::{FindingDetail, Reader};

use super::control::prose;
use super::{Ask, Page};
use crate::components::{crumbs, finding_mark, heading, section, severity_mark};
use crate::error::PageError;
use crate::query::segment;
use crate::shell::Here;

/// One finding.
#[derive(Debug, Clone)]
pub struct FindingPage {
    /// Everything known about it.
    pub detail: FindingDetail,
    /// The control that it answers.
    pub control: Option<&'static Control>,
}

impl Page for FindingPage {
    const HERE: Here = Here::Findings;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let detail = reader
            .finding_get(&FindingId::from(ask.id))
            .await?
            .ok_or_else(|| PageError::missing("finding", ask.id, "/findings"))?;
        let control =
            detail.finding.control.as_ref().and_then(|control| Catalogue::get().control(control));
        Ok(Self { detail, control })
    }

    fn title(&self) -> String {
        let finding = &self.detail.finding;
        match (finding.title.trim(), finding.check.trim()) {
            ("", "") => format!("Untitled finding of {}", finding.source.title()),
            ("", check) => check.to_owned(),
            (title, _) => title.to_owned(),
        }
    }

    fn view(self) -> AnyView {
        let finding = &self.detail.finding;
        let marks = view! {
            <span class="heading-marks">
                {severity_mark(finding.severity)} " " {finding_mark(finding.state)}
            </span>
        };
        let sample = finding.sample.then(|| {
            view! {
                <p class="notice">
                    "A made-up example of " {finding.source.title()}
                    ": it is shown, and never counted."
                </p>
            }
        });
        view! {
            {crumbs(vec![("/findings".to_owned(), "Findings".to_owned())])}
            {heading(self.title(), sentence::sentence(&self.detail), marks)}
            {sample}
            <div class="columns">
                <div class="column-main">
                    {section("wrong", "What is wrong", (), wrong(&self))}
                    {section("why", "Why it matters", (), why(self.control))}
                    {section("fix", "How to fix it", fix::due(&self), fix::fix(&self))}
                    {section("resources", "Resources", (), facts::resources(finding))}
                    {section("evidence", "Evidence", (), facts::evidence(&self.detail))}
                </div>
                <div class="column-side">
                    {section("changes", "Changes", (), facts::changes(&self.detail))}
                    {section("raw", "In the source’s words", (), facts::raw(&self.detail))}
                </div>
            </div>
        }
        .into_any()
    }
}

/// The source's words, as text.
fn wrong(page: &FindingPage) -> AnyView {
    let finding = &page.detail.finding;
    let words = |text: &str| {
        let text = text.trim().to_owned();
        (!text.is_empty()).then(|| view! { <p class="untrusted" dir="auto">{text}</p> })
    };
    // A check of our own says why the control matters; that stands below.
    let own = page.control.is_some_and(|control| control.why == finding.description);
    let description = words(&finding.description).filter(|_| !own);
    let reason = words(&finding.reason);
    let nothing = (description.is_none() && reason.is_none()).then(|| {
        let told = "The source says no more than the title.";
        view! { <p class="quiet">{told}</p> }
    });
    let statement = page.control.map(|control| {
        view! {
            <p>
                "The control behind it: "
                <a href=format!("/controls/{}", segment(control.id.as_str()))>
                    {control.title.clone()}
                </a>
            </p>
        }
    });
    view! { {description} {reason} {nothing} {statement} }.into_any()
}

fn why(control: Option<&'static Control>) -> AnyView {
    let Some(control) = control else {
        let told = "No control of the catalogue rests on this check. The finding is listed, but it \
                    changes no score.";
        return view! { <p>{told}</p> }.into_any();
    };
    let sections = control
        .sections
        .iter()
        .map(|section| {
            let title = Catalogue::get().safeguard(section.as_str()).map(|it| it.title.clone());
            view! {
                <li>
                    <a href=format!("/safeguards/{}", segment(section.as_str()))>
                        {format!("§ {section}")}
                    </a>
                    " "
                    {title}
                </li>
            }
        })
        .collect_view();
    view! {
        {prose(&control.why)}
        <p>"It supports these sections of 45 CFR part 164:"</p>
        <ul class="plain">{sections}</ul>
    }
    .into_any()
}

/// `S3 Bucket` of `AWS::S3::Bucket`.
pub(super) fn kind_words(kind: &str) -> String {
    kind.strip_prefix("AWS::")
        .unwrap_or(kind)
        .split("::")
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}
