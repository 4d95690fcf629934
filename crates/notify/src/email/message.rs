//! The message: plain text, and the same in simple HTML.

use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use crate::notice::Notice;
use crate::text;

/// Rules named.
const MOST_LINES: usize = 30;

/// A message on its way.
pub(super) struct Written {
    /// Its `Message-ID`.
    pub(super) id: String,
    /// All of it.
    pub(super) bytes: Vec<u8>,
}

/// Whether a text has the form of our ids: nothing in it can end a header.
pub(super) fn is_id(text: &str) -> bool {
    let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
    inner.is_some_and(|inner| {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"<>".contains(&byte);
        inner.len() < 250 && inner.contains('@') && inner.bytes().all(plain)
    })
}

/// Writes the message; `first` is the id of the incident's first one.
pub(super) fn write(
    notice: &Notice,
    from: &Mailbox,
    to: &[Mailbox],
    first: Option<&str>,
) -> Option<Written> {
    let digest = text::digest(&["message-id-1", &notice.id]);
    let id = format!("<{digest}@{}>", from.email.domain());
    // A message that was the first is not an answer to itself when it is tried again.
    let first = first.filter(|first| *first != id);
    let sent = UNIX_EPOCH + Duration::from_millis(u64::try_from(notice.at.0).ok()?);
    let mut builder = Message::builder()
        .from(from.clone())
        .date(sent)
        .message_id(Some(id.clone()))
        .subject(subject(notice, first.is_some()))
        // Nobody's absence is to be answered to us (RFC 3834, section 5).
        .raw_header(raw("Auto-Submitted", "auto-generated")?);
    for mailbox in to {
        builder = builder.to(mailbox.clone());
    }
    if let Some(first) = first {
        builder = builder.in_reply_to(first.to_owned()).references(first.to_owned());
    }
    let body = MultiPart::alternative()
        .boundary(format!("wardround-{digest}"))
        .singlepart(SinglePart::plain(text::plain(notice, MOST_LINES)))
        .singlepart(SinglePart::html(html(notice)));
    let bytes = builder.multipart(body).ok()?.formatted();
    Some(Written { id, bytes })
}

fn raw(name: &str, value: &str) -> Option<HeaderValue> {
    let name = HeaderName::new_from_ascii(name.to_owned()).ok()?;
    Some(HeaderValue::new(name, value.to_owned()))
}

/// The same for all messages of an incident: state and severity are in the body.
fn subject(notice: &Notice, answers: bool) -> String {
    let title = text::line(&notice.title, 150);
    let about = match notice.incident {
        Some(number) => format!("[Wardround] Incident {number}: {title}"),
        None => format!("[Wardround] {title}"),
    };
    if answers { format!("Re: {about}") } else { about }
}

fn html(notice: &Notice) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><body style=\"font-family:sans-serif\">\
         <p><strong>{}</strong></p><table>",
        text::escape(&text::summary(notice, 200))
    );
    for (name, value) in text::facts(notice) {
        let value = text::escape(&value);
        let _ = write!(
            page,
            "<tr><th align=\"left\" style=\"padding-right:1em\">{name}</th><td>{value}</td></tr>"
        );
    }
    page.push_str("</table>");
    if !notice.lines.is_empty() {
        page.push_str("<ul>");
        for found in notice.lines.iter().take(MOST_LINES) {
            let _ = write!(page, "<li>{}</li>", text::escape(&text::rule(found)));
        }
        if notice.lines.len() > MOST_LINES {
            let _ = write!(page, "<li>and {} more rules</li>", notice.lines.len() - MOST_LINES);
        }
        page.push_str("</ul>");
    }
    let link = text::escape(notice.link.as_str());
    let _ = write!(page, "<p><a href=\"{link}\">Open in Wardround</a></p>");
    if let Some(runbook) = &notice.runbook {
        let _ = write!(page, "<p><a href=\"{}\">Runbook</a></p>", text::escape(runbook.as_str()));
    }
    page.push_str("</body></html>");
    page
}
