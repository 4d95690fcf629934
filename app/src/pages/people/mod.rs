//! `/people`: who has an account, in which role, and until when.

mod forms;

use domain::{Action, Role, Timestamp};
use leptos::prelude::*;
use store::{Person, Reader};

use super::arrival::trouble_note;
use super::{Ask, Page};
use crate::access::Principal;
use crate::components::{ago, copyable, day, heading, mark, scroll, section};
use crate::error::PageError;
use crate::shell::Here;

/// Everybody with an account.
#[derive(Debug, Clone)]
pub struct PeoplePage {
    /// All of them; those that ended come last.
    pub people: Vec<Person>,
    /// Whether whoever looks may change anything.
    pub may_change: bool,
    /// Who looks.
    pub own: Option<store::PersonId>,
    /// The present.
    pub now: Timestamp,
    /// What is wrong with what was typed.
    pub trouble: Option<String>,
    /// A link that was just made: shown once.
    pub invited: Option<Invited>,
}

/// A one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// For whom.
    pub name: String,
    /// The address.
    pub link: String,
}

impl PeoplePage {
    /// Reads everything.
    pub async fn of(reader: &Reader, who: &Principal, now: Timestamp) -> Result<Self, PageError> {
        Ok(Self {
            people: reader.people().await?,
            may_change: who.may(Action::ChangePeople),
            own: who.person().map(|person| person.id),
            now,
            trouble: None,
            invited: None,
        })
    }
}

impl Page for PeoplePage {
    const HERE: Here = Here::People;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        Self::of(reader, ask.who, ask.now).await
    }

    fn title(&self) -> String {
        "People".to_owned()
    }

    fn view(self) -> AnyView {
        view(self)
    }
}

/// The page, also as the answer of an action.
pub fn view(page: PeoplePage) -> AnyView {
    let sentence = "Each with a name of their own; ended accounts stay, because the audit log \
                    names them.";
    let invited = page.invited.clone().map(|invited| {
        view! {
            <div class="form-told" role="status">
                <p>
                    "The link for " <strong><bdi>{invited.name}</bdi></strong>
                    ", shown this once. It holds for three days and works once."
                </p>
                {copyable(&invited.link)}
            </div>
        }
    });
    view! {
        {heading("People", sentence, ())}
        {page.trouble.clone().map(trouble_note)}
        {invited}
        {section("accounts", "Accounts", (), table(&page))}
        {page.may_change.then(forms::add)}
        {section("roles", "What each role is for", (), roles())}
    }
    .into_any()
}

fn table(page: &PeoplePage) -> AnyView {
    let rows = page.people.iter().map(|person| row(page, person)).collect_view();
    let change = page.may_change.then(|| view! { <th scope="col">"Change"</th> });
    let table = view! {
        <table class="people">
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Role"</th>
                    <th scope="col">"Signs in with"</th>
                    <th scope="col">"Since"</th>
                    <th scope="col">"State"</th>
                    {change}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Accounts", table)
}

fn row(page: &PeoplePage, person: &Person) -> AnyView {
    let change = page.may_change.then(|| {
        let form = person.active(page.now).then(|| forms::change(page, person));
        view! { <td>{form}</td> }
    });
    let period = match (person.bounds.from, person.bounds.to) {
        (Some(from), Some(to)) => Some(view! {
            <span class="below">
                "looks at " {day(from)} " to " {day(to.plus(-domain::id::DAY_MS))}
            </span>
        }),
        _ => None,
    };
    view! {
        <tr>
            <th scope="row"><bdi>{person.name.clone()}</bdi></th>
            <td>{person.role.title()} {period}</td>
            <td>{means(person)}</td>
            <td class="nowrap">{ago(person.created)}</td>
            <td class="nowrap">{state(person, page.now)}</td>
            {change}
        </tr>
    }
    .into_any()
}

fn means(person: &Person) -> &'static str {
    match (person.demo, person.external, person.password.is_some(), person.second.is_some()) {
        (true, ..) => "a click (demonstration)",
        (_, true, ..) => "the provider",
        (_, _, false, _) => "nothing yet: invited",
        (_, _, true, false) => "password; second factor at the next sign-in",
        (_, _, true, true) => "password and second factor",
    }
}

fn state(person: &Person, now: Timestamp) -> AnyView {
    match (person.ended, person.bounds.ends) {
        (Some(at), _) => view! { {mark("not-applicable", "Ended")} " " {ago(at)} }.into_any(),
        (None, Some(at)) if !person.active(now) => {
            view! { {mark("not-applicable", "Ran out")} " " {ago(at)} }.into_any()
        }
        (None, Some(at)) => view! { {mark("pass", "Active")} " until " {day(at)} }.into_any(),
        (None, None) => mark("pass", "Active").into_any(),
    }
}

fn roles() -> AnyView {
    let rows = Role::ALL
        .map(|role| {
            let may = Action::ALL
                .into_iter()
                .filter(|action| role.may(*action) && *action != Action::KeepAccount)
                .map(Action::sentence)
                .collect::<Vec<_>>()
                .join("; ");
            view! {
                <tr>
                    <th scope="row" class="nowrap">{role.title()}</th>
                    <td>{role.purpose()}</td>
                    <td class="reason">{may}</td>
                </tr>
            }
        })
        .into_iter()
        .collect_view();
    let table = view! {
        <table class="roles">
            <thead>
                <tr>
                    <th scope="col">"Role"</th>
                    <th scope="col">"For"</th>
                    <th scope="col">"May"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Roles", table)
}
