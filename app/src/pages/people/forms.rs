//! What an administrator fills in.

use domain::Role;
use leptos::prelude::*;
use store::Person;

use super::PeoplePage;
use crate::components::section;

/// A new account.
pub(super) fn add() -> AnyView {
    let body = view! {
        <form method="post" action="/people" class="form">
            <label for="new-name">"Name to sign in with"</label>
            <input id="new-name" name="name" required maxlength="100" autocomplete="off"/>
            {rights("new", None)}
            <button class="button button-primary">"Add and make a link"</button>
        </form>
    };
    section("add", "Add somebody", (), body)
}

/// What can be changed about one account.
pub(super) fn change(page: &PeoplePage, person: &Person) -> AnyView {
    if person.demo {
        return ().into_any();
    }
    let id = person.id.0.to_string();
    let button = |action: &'static str, word: &'static str| {
        view! {
            <form method="post" action=action>
                <input type="hidden" name="id" value=id.clone()/>
                <button class="button">{word}</button>
            </form>
        }
    };
    let local = (!person.external).then(|| {
        view! {
            {button("/people/invite", "New link for a password")}
            {button("/people/second", "Reset the second factor")}
        }
    });
    // Whoever ends their own account by mistake cannot come back.
    let end = (page.own != Some(person.id)).then(|| button("/people/end", "End the account"));
    view! {
        <details class="change">
            <summary>"Change"<span class="hidden">{format!(" {}", person.name)}</span></summary>
            <form method="post" action="/people/role" class="form">
                <input type="hidden" name="id" value=id.clone()/>
                {rights(&id, Some(person))}
                <button class="button">"Change the role"</button>
            </form>
            <div class="change-rest">{local}{end}</div>
        </details>
    }
    .into_any()
}

/// Role and bounds. `form` makes the ids of the fields unlike those of other forms.
fn rights(form: &str, person: Option<&Person>) -> AnyView {
    let choices = Role::ALL
        .map(|role| {
            let chosen = person.is_some_and(|person| person.role == role);
            view! { <option value=role.as_str() selected=chosen>{role.title()}</option> }
        })
        .into_iter()
        .collect_view();
    let id = |name: &str| format!("{name}-{form}");
    let date = |name: &'static str, label: &'static str| {
        view! {
            <label for=id(name)>{label}</label>
            <input id=id(name) name=name type="date"/>
        }
    };
    view! {
        <label for=id("role")>"Role"</label>
        <select id=id("role") name="role" required>{choices}</select>
        {date("ends", "Last day of the account; auditors need one")}
        {date("period_from", "Auditors: first day of the period they look at")}
        {date("period_to", "Auditors: last day of that period")}
    }
    .into_any()
}
