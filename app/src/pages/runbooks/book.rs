//! `/runbooks/{id}`: one runbook, and the form that starts it.

use domain::runbook::run::Subject;
use domain::runbook::{Purpose, Shelved, Template};
use domain::{Action, Timestamp};
use leptos::prelude::*;
use store::{Reader, RunbookText};

use super::filled::{Started, subject, subject_text, subjects};
use super::start::{self, Start};
use super::versions::versions;
use super::{review, shelf};
use crate::components::runbook::{Text, duties, runbook_text, subject_link};
use crate::components::{copyable, crumbs, heading, section};
use crate::error::PageError;
use crate::pages::{Ask, Page};
use crate::query::segment;
use crate::shell::Here;

/// A runbook.
#[derive(Debug, Clone)]
pub struct BookPage {
    /// The runbook; a former version of it where the address names one.
    pub book: Shelved,
    /// The row of the former version.
    pub former: Option<RunbookText>,
    /// Versions that were in use here, the newest first.
    pub versions: Vec<RunbookText>,
    /// The form, as far as it is filled in.
    pub started: Started,
    /// For what it would be started.
    pub subject: Subject,
    /// Where to go afterwards.
    pub back: Option<String>,
    /// The present.
    pub now: Timestamp,
    /// Whether whoever looks may start it.
    pub may_work: bool,
    /// Whether whoever looks may edit it.
    pub may_edit: bool,
}

impl Page for BookPage {
    const HERE: Here = Here::Runbooks;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let shelf = shelf(reader, ask.installation).await?;
        let missing = || PageError::missing("runbook", ask.id, "/runbooks");
        let mut book = shelf.get(ask.id).ok_or_else(missing)?.clone();
        let versions = reader.runbook_history(ask.id, None).await?;
        let number = |text: &str| text.parse::<i64>().ok();
        let wanted = ask.query.one("kept", number, || "the number of a version".to_owned())?;
        let former = match wanted {
            None => None,
            Some(n) => {
                let rows = reader.runbook_history(ask.id, n.checked_add(1)).await?;
                let row = rows.into_iter().next().filter(|row| row.n == n).ok_or_else(missing)?;
                let template = Template::parse(&row.text).map_err(|_| missing())?;
                book = Shelved { template, origin: row.origin };
                Some(row)
            }
        };
        let back = ask.query.get("back").filter(|path| crate::actions::own_path(path) == **path);
        Ok(Self {
            started: Started::beforehand(&book.template, ask.query),
            subject: ask.query.one("subject", subject, subjects)?.unwrap_or(Subject::Alone),
            back: back.map(str::to_owned),
            book,
            former,
            versions,
            now: ask.now,
            may_work: ask.who.may(Action::WorkRunbooks),
            may_edit: ask.who.may(Action::EditRunbooks),
        })
    }

    fn title(&self) -> String {
        self.book.template.title.clone()
    }

    fn view(self) -> AnyView {
        let template = &self.book.template;
        let path = vec![("/runbooks".to_owned(), "Runbooks".to_owned())];
        let edit = (self.may_edit && self.former.is_none()).then(|| {
            view! {
                <a class="button" href=format!("/runbooks/{}/edit", template.id)>"Edit"</a>
            }
        });
        let start = (self.may_work && self.former.is_none())
            .then(|| view! { <a class="button button-primary" href="#start">"Start"</a> });
        let runs = format!("/runbook-runs?runbook={}", template.id);
        let actions = view! { {start} {edit} <a class="button" href=runs>"Its runs"</a> };
        let text = Text::new("step-", "the introduction");
        let intro = (!template.intro.is_empty()).then(|| {
            let intro = runbook_text(&text, &template.intro);
            section("intro", "Before you begin", (), view! { <div class="step-body">{intro}</div> })
        });
        view! {
            {crumbs(path)}
            {heading(self.title(), template.summary.clone(), actions)}
            {self.former.as_ref().map(former)}
            {facts(&self)}
            {(self.may_work && self.former.is_none()).then(|| begin(&self))}
            {intro}
            {section("steps", "Steps", (), steps(template))}
            {section("versions", "Versions", (), versions(&self))}
        }
        .into_any()
    }
}

fn former(row: &RunbookText) -> AnyView {
    let href = format!("/runbooks/{}", row.id);
    view! {
        <p class="form-told">
            {format!("This is a former text, version {}. ", row.version)}
            <a href=href>"The present one"</a>
        </p>
    }
    .into_any()
}

fn facts(page: &BookPage) -> AnyView {
    let Shelved { template, origin } = &page.book;
    let sections = template
        .safeguards
        .iter()
        .map(|id| {
            let href = format!("/safeguards/{}", segment(id.as_str()));
            view! { <li><a href=href>{format!("§ {id}")}</a></li> }
        })
        .collect_view();
    let used = used_for(&template.purpose).map(|used| {
        view! { <div class="fact"><dt>"Suggested for"</dt><dd>{used}</dd></div> }
    });
    let whose = origin.title();
    view! {
        <dl class="record-facts">
            <div class="fact"><dt>"Owner"</dt><dd>{template.owner.title()}</dd></div>
            <div class="fact">
                <dt>"Version"</dt>
                <dd>{format!("{}, {whose}", template.version)}</dd>
            </div>
            <div class="fact">
                <dt>"Reviewed"</dt>
                <dd>{crate::components::day(template.reviewed.start())} ". " {review(template, page.now)}</dd>
            </div>
            <div class="fact">
                <dt>"Serves (45 CFR)"</dt>
                <dd><ul class="inline">{sections}</ul></dd>
            </div>
            {used}
            <div class="fact"><dt>"SHA-256"</dt><dd>{copyable(&template.sha256)}</dd></div>
        </dl>
    }
    .into_any()
}

/// For which alerts it is suggested, in words.
fn used_for(purpose: &Purpose) -> Option<AnyView> {
    let classes = purpose.classes.iter().map(|class| class.title().to_owned());
    let families = purpose.families.iter().map(|family| format!("family {family}"));
    let findings = purpose.findings.iter().cloned();
    let all: Vec<String> = classes.chain(families).chain(findings).collect();
    if all.is_empty() {
        return None;
    }
    let items = all.into_iter().map(|it| view! { <li><bdi>{it}</bdi></li> }).collect_view();
    Some(view! { <ul class="inline">{items}</ul> }.into_any())
}

fn begin(page: &BookPage) -> AnyView {
    let subject = subject_text(&page.subject);
    let form = start::form(Start {
        template: &page.book.template,
        started: &page.started,
        subject: &subject,
        back: page.back.as_deref(),
    });
    let about = match &page.subject {
        Subject::Alone => ().into_any(),
        subject => view! { <p>"For: " {subject_link(subject)}</p> }.into_any(),
    };
    let told = "The values stand in the text of the run from the beginning, and do not change. \
                Never PHI.";
    section("start", "Start", (), view! { {about} <p class="note">{told}</p> {form} })
}

fn steps(template: &Template) -> AnyView {
    let steps = template
        .steps
        .iter()
        .zip(1..)
        .map(|(step, number)| {
            let id = format!("step-{}", step.id);
            let title = format!("{number}. {}", step.title);
            let text = Text::new("step-", format!("step {title}"));
            let check = step.check.as_ref().map(|check| {
                view! { <p class="step-check"><strong>"Wardround can look: "</strong> {check.check.title()}</p> }
            });
            view! {
                <li class="step" id=id tabindex="-1">
                    <h3>{title}</h3>
                    {duties(step, None)}
                    <div class="step-body">{runbook_text(&text, &step.body)}</div>
                    {check}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="steps">{steps}</ol> }.into_any()
}
