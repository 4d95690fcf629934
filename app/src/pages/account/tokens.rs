//! API tokens of one's own.

use domain::Action;
use leptos::prelude::*;
use store::Token;

use super::AccountPage;
use crate::components::{ago, copyable, day, mark, scroll, section};

/// The section; nothing for roles that may not have tokens.
pub(super) fn tokens(page: &AccountPage) -> Option<AnyView> {
    if !page.person.role.may(Action::KeepTokens) {
        return None;
    }
    let made = page.made.as_deref().map(|token| {
        view! {
            <div class="form-told" role="status">
                <p>"Your new token. It is shown this once."</p>
                {copyable(token)}
                <p class="quiet">"Send it as "<code>"Authorization: Bearer …"</code>"."</p>
            </div>
        }
    });
    let list = (!page.tokens.is_empty()).then(|| table(page));
    let body = view! { {made} {list} {form(page)} };
    Some(section("tokens", "API tokens", (), body))
}

fn table(page: &AccountPage) -> AnyView {
    let rows = page.tokens.iter().map(|token| row(page, token)).collect_view();
    let table = view! {
        <table class="tokens">
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"May"</th>
                    <th scope="col">"Made"</th>
                    <th scope="col">"Last used"</th>
                    <th scope="col">"State"</th>
                    <th scope="col" class="number"><span class="hidden-head">"Take back"</span></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("API tokens", table)
}

fn row(page: &AccountPage, token: &Token) -> AnyView {
    let active = token.active(page.now);
    let state = match (token.revoked, active) {
        (Some(at), _) => view! { {mark("not-applicable", "Taken back")} " " {ago(at)} }.into_any(),
        (None, true) => view! { {mark("pass", "Valid")} " until " {day(token.expires)} }.into_any(),
        (None, false) => {
            view! { {mark("not-applicable", "Ended")} " " {ago(token.expires)} }.into_any()
        }
    };
    let scopes = token.scopes.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", ");
    let revoke = active.then(|| {
        view! {
            <form method="post" action="/account/tokens/revoke">
                <input type="hidden" name="id" value=token.id.0.to_string()/>
                <button class="button">"Take back"</button>
            </form>
        }
    });
    let used = token.last_used.map_or_else(|| "never".into_any(), |at| ago(at).into_any());
    view! {
        <tr>
            <th scope="row"><bdi>{token.name.clone()}</bdi></th>
            <td>{scopes}</td>
            <td class="nowrap">{ago(token.made)}</td>
            <td class="nowrap">{used}</td>
            <td class="nowrap">{state}</td>
            <td class="number">{revoke}</td>
        </tr>
    }
    .into_any()
}

fn form(page: &AccountPage) -> AnyView {
    let scopes = Action::ALL
        .into_iter()
        .filter(|action| action.for_tokens() && page.person.role.may(*action))
        .map(|action| {
            view! {
                <label class="choice">
                    <input type="checkbox" name="scope" value=action.as_str()/>
                    {action.sentence()}
                </label>
            }
        })
        .collect_view();
    view! {
        <form method="post" action="/account/tokens" class="form">
            <label for="token-name">"What the new token is for"</label>
            <input id="token-name" name="name" required maxlength="80"/>
            <label for="token-days">"Days that it lasts, at most 365"</label>
            <input id="token-days" name="days" type="number" min="1" max="365" value="90" required/>
            <fieldset>
                <legend>"What it may do, as long as you may"</legend>
                {scopes}
            </fieldset>
            <button class="button">"Make a token"</button>
        </form>
    }
    .into_any()
}
