//! `/account`: one's own sessions, second factor, password and API tokens.

mod tokens;

use domain::Timestamp;
use identity::session::Expiry;
use leptos::prelude::*;
use store::{Person, Reader, Session, Stage, Token};

use super::arrival::{password_fields, trouble_note};
use super::{Ask, Page};
use crate::access::Principal;
use crate::components::{ago, day, heading, scroll, section};
use crate::error::PageError;
use crate::shell::Here;
use crate::words;

/// One's own account.
#[derive(Debug, Clone)]
pub struct AccountPage {
    /// Whose it is.
    pub person: Person,
    /// The number of the session in which the page is seen.
    pub here: i64,
    /// All sessions, the latest first.
    pub sessions: Vec<Session>,
    /// Recovery codes that were not used yet.
    pub recovery_left: u64,
    /// API tokens, the latest first.
    pub tokens: Vec<Token>,
    /// The present.
    pub now: Timestamp,
    /// What is wrong with what was typed.
    pub trouble: Option<String>,
    /// A token that was just made: shown once.
    pub made: Option<String>,
}

impl AccountPage {
    /// Reads everything; only a person has an account.
    pub async fn of(reader: &Reader, who: &Principal, now: Timestamp) -> Result<Self, PageError> {
        let (Some(person), Some(session)) = (who.person(), who.session()) else {
            return Err(PageError::missing("account", "", "/"));
        };
        let alive = |one: &Session| {
            let (created, active) = (one.created.0, one.last_active.0);
            one.stage == Stage::Full && !Expiry::DEFAULT.is_over(created, active, now.0)
        };
        let sessions = reader.sessions_of(person.id).await?;
        Ok(Self {
            person: person.clone(),
            here: session.id,
            // The instant of the present one is known better here than in the store.
            sessions: sessions.into_iter().filter(|it| it.id == session.id || alive(it)).collect(),
            recovery_left: reader.recovery_left(person.id).await?,
            tokens: reader.tokens_of(person.id).await?,
            now,
            trouble: None,
            made: None,
        })
    }
}

impl Page for AccountPage {
    const HERE: Here = Here::Account;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        Self::of(reader, ask.who, ask.now).await
    }

    fn title(&self) -> String {
        "Account".to_owned()
    }

    fn view(self) -> AnyView {
        view(self)
    }
}

/// The page, also as the answer of an action.
pub fn view(page: AccountPage) -> AnyView {
    let role = page.person.role;
    let until = page.person.bounds.ends.map(|ends| view! { ", until " {day(ends)} });
    let sentence = view! { {role.title()} {until} ". " {role.purpose()} };
    let out = view! {
        <form method="post" action="/sign-out">
            <button class="button">"Sign out"</button>
        </form>
    };
    let name = view! { <bdi>{page.person.name.clone()}</bdi> };
    let local = !page.person.demo && !page.person.external;
    let everywhere = view! {
        <form method="post" action="/account/sign-out-all">
            <button class="button">"Sign out everywhere"</button>
        </form>
    };
    view! {
        {heading("Account", view! { {name} " · " {sentence} }, out)}
        {page.trouble.clone().map(trouble_note)}
        {section("sessions", "Where you are signed in", everywhere, sessions(&page))}
        {section("second", "Second factor", (), second(&page))}
        {local.then(|| section("password", "Password", (), password()))}
        {tokens::tokens(&page)}
    }
    .into_any()
}

fn sessions(page: &AccountPage) -> AnyView {
    let rows = page
        .sessions
        .iter()
        .map(|session| {
            let here = session.id == page.here;
            let active = if here { "now".into_any() } else { ago(session.last_active).into_any() };
            let end = if here {
                view! { <span class="quiet">"this one"</span> }.into_any()
            } else {
                view! {
                    <form method="post" action="/account/sign-out">
                        <input type="hidden" name="id" value=session.id.to_string()/>
                        <button class="button">"End"</button>
                    </form>
                }
                .into_any()
            };
            view! {
                <tr>
                    <th scope="row" class="clip"><bdi>{browser(&session.agent)}</bdi></th>
                    <td><bdi>{session.address.clone()}</bdi></td>
                    <td class="nowrap">{ago(session.created)}</td>
                    <td class="nowrap">{active}</td>
                    <td class="number">{end}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table class="sessions">
            <thead>
                <tr>
                    <th scope="col">"Browser"</th>
                    <th scope="col">"Address"</th>
                    <th scope="col">"Since"</th>
                    <th scope="col">"Last used"</th>
                    <th scope="col" class="number"><span class="hidden-head">"End"</span></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let sentence = "A session ends 15 minutes after you last did something, and after 12 hours in \
                    any case.";
    view! { {scroll("Sessions", table)} <p class="note">{sentence}</p> }.into_any()
}

/// The end of what browsers call themselves says which one it is.
fn browser(agent: &str) -> String {
    match agent.rsplit(')').next().map(str::trim) {
        Some(end) if !end.is_empty() => end.to_owned(),
        _ if agent.is_empty() => "Unknown".to_owned(),
        _ => agent.to_owned(),
    }
}

fn second(page: &AccountPage) -> AnyView {
    if page.person.demo {
        return view! { <p>"The demonstration asks for none; a click stands for it."</p> }
            .into_any();
    }
    if page.person.second.is_none() {
        return view! { <p>"Your provider vouches for it."</p> }.into_any();
    }
    let left = words::counted(page.recovery_left, "recovery code", "recovery codes");
    view! {
        <p>{format!("An authenticator app, with {left} left.")}</p>
        <form method="post" action="/account/second">
            <button class="button">"Set up a new one"</button>
        </form>
        <p class="note">
            "This takes the present one and its recovery codes away and signs you out; the next \
             sign-in sets up a new one."
        </p>
    }
    .into_any()
}

fn password() -> AnyView {
    view! {
        <form method="post" action="/account/password" class="form">
            {password_fields()}
            <button class="button">"Change the password"</button>
        </form>
        <p class="note">"Changing it signs you out everywhere."</p>
    }
    .into_any()
}
