//! The queue as it is now: what stands around the chosen incident is fetched and put in place, what
//! somebody may be writing in is left alone.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, DomParser, Element, HtmlElement, Response, SupportedType};

use super::super::stream;

/// What is put in place, each once on the page.
const PARTS: [&str; 3] = [".lanes", ".oncall-queue", ".oncall-around"];

/// What the person is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing has happened since the page was opened.
    #[default]
    None,
    /// The queue was brought up to date.
    Updated,
    /// The queue has changed, and somebody is at work in it.
    Held,
    /// The chosen incident is no longer as shown.
    Changed,
    /// The page could not be read again.
    Unread,
}

/// Follows the queue for as long as the page is open.
pub(super) fn follow(news: RwSignal<News>) {
    let seen = StoredValue::new_local(None::<String>);
    let busy = StoredValue::new_local(false);
    stream::hear("oncall", move |count| {
        let before = seen.try_update_value(|seen| seen.replace(count.clone())).flatten();
        // The first word is how things stand; a page that was hidden may have missed some.
        if before.is_none_or(|before| before == count) || busy.get_value() {
            return;
        }
        busy.set_value(true);
        spawn_local(async move {
            // While it is fetched more may happen: again, until nothing has.
            loop {
                let asked = seen.get_value();
                news.set(refresh().await.unwrap_or(News::Unread));
                if seen.get_value() == asked {
                    break;
                }
            }
            busy.set_value(false);
        });
    });
}

async fn refresh() -> Option<News> {
    let fresh = fetch().await?;
    let held = document().active_element().and_then(|it| it.get_attribute("data-row"));
    let mut kept = false;
    for part in PARTS {
        let (Ok(Some(old)), Ok(Some(new))) =
            (document().query_selector(part), fresh.query_selector(part))
        else {
            continue;
        };
        if keep(&old) {
            kept = true;
            continue;
        }
        old.replace_with_with_node_1(&new).ok()?;
    }
    // Whoever had the focus on a row has it there again.
    if let Some(row) = held.filter(|row| row.chars().all(|it| it.is_ascii_digit())) {
        focus(&format!("[data-row=\"{row}\"]"));
    }
    let shown = version(&document());
    Some(match shown == version(&fresh) {
        false => News::Changed,
        true if kept => News::Held,
        true => News::Updated,
    })
}

/// The page at this address, as it is now.
async fn fetch() -> Option<Document> {
    // The link of the chosen row names the incident, where the address leaves that to the page.
    let row = document().query_selector("[data-row][aria-current]").ok().flatten();
    let chosen = row.and_then(|row| row.get_attribute("href"));
    let address = chosen.or_else(|| window().location().href().ok())?;
    let sent = JsFuture::from(window().fetch_with_str(&address)).await.ok()?;
    let response: Response = sent.dyn_into().ok()?;
    // A session that ended answers with another page.
    if !response.ok() || response.redirected() {
        return None;
    }
    let text: JsValue = JsFuture::from(response.text().ok()?).await.ok()?;
    let parser = DomParser::new().ok()?;
    parser.parse_from_string(&text.as_string()?, SupportedType::TextHtml).ok()
}

/// Whether somebody is at work in it: a choice that is made, a field that has the focus.
fn keep(part: &Element) -> bool {
    let inside = part.query_selector("input:checked, input:focus, select:focus");
    inside.ok().flatten().is_some()
}

fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

fn version(page: &Document) -> Option<String> {
    page.query_selector(".chosen").ok()??.get_attribute("data-version")
}
