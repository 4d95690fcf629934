//! Mail, by servers that behave and servers that do not.

use std::sync::Arc;

use notify::email::Security;
use notify::{Allowed, Channel, Email, Event, Notice, Outcome, Reach, Reason, Sender, Settings};

use crate::spoken::{Manners, Post};
use crate::{NOW, is_refused, is_retry, notice, receipt, secret, sender, settings, why, with};

fn email(port: u16) -> Email {
    Email {
        host: "127.0.0.1".to_owned(),
        port: Some(port),
        security: Security::None,
        username: None,
        password: None,
        from: "Wardround <wardround@clinic.example>".to_owned(),
        to: vec!["a@clinic.example".to_owned(), "Bea <b@clinic.example>".to_owned()],
    }
}

async fn deliver(post: &Post, notice: &Notice, receipt: Option<&str>) -> Outcome {
    sender().send(&Channel::Email(email(post.port)), notice, receipt, NOW).await
}

/// The value of a header, with folded lines joined.
fn header(heard: &[String], name: &str) -> Option<String> {
    let start = heard.iter().position(|line| line.starts_with(&format!("{name}: ")))?;
    let mut value = heard[start][name.len() + 2..].to_owned();
    for more in heard[start + 1..].iter().take_while(|line| line.starts_with([' ', '\t'])) {
        value.push_str(more);
    }
    Some(value)
}

#[tokio::test]
async fn later_messages_answer_the_first() {
    let post = Post::start(Manners::default()).await;
    let first = deliver(&post, &notice(), None).await;
    let id = receipt(&first).to_owned();
    assert!(id.starts_with('<') && id.ends_with("@clinic.example>"), "{id}");
    let heard = post.heard();
    assert!(heard.contains(&"EHLO clinic.example".to_owned()));
    assert!(heard.contains(&"MAIL FROM:<wardround@clinic.example>".to_owned()));
    assert!(heard.contains(&"RCPT TO:<b@clinic.example>".to_owned()));
    assert_eq!(header(&heard, "Message-ID").unwrap(), id);
    assert_eq!(header(&heard, "In-Reply-To"), None);
    assert_eq!(header(&heard, "Auto-Submitted").unwrap(), "auto-generated");
    assert_eq!(header(&heard, "Date").unwrap(), "Fri, 27 Nov 2026 10:14:59 +0000");
    let subject = header(&heard, "Subject").unwrap();
    assert_eq!(subject, "[Wardround] Incident 12: Public bucket holds PHI <radiology & co>");

    // Tried again, it has the same id, and does not answer itself.
    let post = Post::start(Manners::default()).await;
    assert_eq!(receipt(&deliver(&post, &notice(), Some(&id)).await), id);
    assert_eq!(header(&post.heard(), "Message-ID").unwrap(), id);
    assert_eq!(header(&post.heard(), "In-Reply-To"), None);

    let post = Post::start(Manners::default()).await;
    let resolved = with(Event::Resolved, Reason::AllResolved);
    assert_eq!(receipt(&deliver(&post, &resolved, Some(&id)).await), id);
    let heard = post.heard();
    assert_ne!(header(&heard, "Message-ID").unwrap(), id);
    assert_eq!(header(&heard, "In-Reply-To").unwrap(), id);
    assert_eq!(header(&heard, "References").unwrap(), id);
    assert_eq!(header(&heard, "Subject").unwrap(), format!("Re: {subject}"));
}

#[tokio::test]
async fn a_receipt_that_is_none_cannot_become_a_header() {
    for bad in ["<a@b>\r\nBcc: <x@y>", "a@b", "<a b@c>", "<>", "<a@b><c@d>"] {
        let post = Post::start(Manners::default()).await;
        let outcome = deliver(&post, &notice(), Some(bad)).await;
        assert_eq!(receipt(&outcome), header(&post.heard(), "Message-ID").unwrap());
        assert_eq!(header(&post.heard(), "In-Reply-To"), None, "{bad}");
        assert!(!post.was_told("Bcc"));
    }
}

#[tokio::test]
async fn names_cannot_become_headers_or_markup() {
    let post = Post::start(Manners::default()).await;
    let mut hostile = notice();
    hostile.title = "x\r\nBcc: spy@evil.example\r\n\r\n<script>alert(1)</script>".to_owned();
    assert!(deliver(&post, &hostile, None).await.is_delivered());
    let heard = post.heard();
    assert!(!post.was_told("Bcc"), "{heard:?}");
    assert!(!heard.iter().any(|line| line.contains("spy@") && line.starts_with("RCPT")));
    let html = heard.iter().position(|line| line.starts_with("Content-Type: text/html")).unwrap();
    assert!(!heard[html..].concat().contains("<script"), "{heard:?}");
}

/// One mailbox that is gone must not keep a page from the others.
#[tokio::test]
async fn recipients_are_judged_one_by_one() {
    let gone = ("RCPT TO:<a@", "550 no such user hunter2");
    let post = Post::start(Manners { answers: vec![gone], ..Manners::default() }).await;
    match deliver(&post, &notice(), None).await {
        Outcome::Delivered { remark: Some(remark), .. } => {
            assert_eq!(remark, "1 of 2 recipients were refused (550)");
        }
        other => panic!("{other:?}"),
    }
    for (answers, later) in [
        (vec![("RCPT", "550 no")], false),
        (vec![("RCPT", "450 later")], true),
        (vec![gone, ("RCPT", "451 later")], true),
    ] {
        let post = Post::start(Manners { answers, ..Manners::default() }).await;
        let outcome = deliver(&post, &notice(), None).await;
        assert_eq!(is_retry(&outcome), later, "{outcome:?}");
        why(&outcome);
        assert!(!post.was_told("DATA"));
    }
}

#[tokio::test]
async fn four_is_later_and_five_is_never() {
    for (answer, later) in [
        (("EHLO", "421 hunter2 go away"), true),
        (("MAIL", "451 hunter2"), true),
        (("MAIL", "530 hunter2"), false),
        (("DATA", "554 hunter2"), false),
        (("(message)", "452 hunter2"), true),
        (("(message)", "552 hunter2"), false),
    ] {
        let post = Post::start(Manners { answers: vec![answer], ..Manners::default() }).await;
        let outcome = deliver(&post, &notice(), None).await;
        assert_eq!(is_retry(&outcome), later, "{answer:?} {outcome:?}");
        let code = &answer.1[..3];
        assert!(why(&outcome).contains(code), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_is_left() {
    for start in ["EHLO", "MAIL", "DATA", "(message)"] {
        let manners = Manners { silent_after: Some(start), ..Manners::default() };
        let post = Post::start(manners).await;
        let outcome = deliver(&post, &notice(), None).await;
        assert!(is_retry(&outcome) && why(&outcome).contains("in time"), "{start}: {outcome:?}");
    }
    // How it says good-bye changes nothing: it has the message, which must not go out again.
    let rude = Manners { answers: vec![("QUIT", "500 hunter2")], ..Manners::default() };
    let mute = Manners { silent_after: Some("QUIT"), ..Manners::default() };
    for manners in [rude, mute] {
        let post = Post::start(manners).await;
        assert!(deliver(&post, &notice(), None).await.is_delivered());
    }
}

/// Names resolve to this machine, and nowhere else.
fn named(post: &Post, allowed: &[&str]) -> Sender {
    let here = Arc::new(|_| -> futures::future::BoxFuture<'static, _> {
        Box::pin(async { Ok(vec![std::net::Ipv4Addr::LOCALHOST.into()]) })
    });
    let reach = Reach::with_lookup(Allowed::parse(allowed).unwrap(), here);
    let roots_pem = vec![post.pem.clone()];
    Sender::new(Settings { reach, roots_pem, ..settings() }).unwrap()
}

fn over_tls(port: u16, security: Security) -> Channel {
    Channel::Email(Email {
        host: "mail.clinic.example".to_owned(),
        security,
        username: Some("wardround".to_owned()),
        password: Some(secret("hunter2")),
        ..email(port)
    })
}

const WITH_AUTH: [&str; 2] = ["STARTTLS", "AUTH PLAIN LOGIN"];

#[tokio::test]
async fn the_password_goes_out_after_tls_alone() {
    for (security, at_once) in [(Security::Starttls, false), (Security::Tls, true)] {
        let tls = Some("mail.clinic.example");
        let offers = WITH_AUTH.to_vec();
        let post = Post::start(Manners { offers, tls, at_once, ..Manners::default() }).await;
        let sender = named(&post, &["127.0.0.1"]);
        let channel = over_tls(post.port, security);
        let outcome = sender.send(&channel, &notice(), None, NOW).await;
        assert!(outcome.is_delivered(), "{outcome:?}");
        let heard = post.heard();
        let place = |start: &str| heard.iter().position(|line| line.starts_with(start));
        assert!(place("AUTH PLAIN").is_some());
        assert!(at_once || place("(TLS)") < place("AUTH PLAIN"), "{heard:?}");
        let found = sender.check(&channel, NOW).await.unwrap();
        assert!(found.contains("over TLS and accepts the password"), "{found}");
    }
}

#[tokio::test]
async fn without_tls_nothing_is_said() {
    // It offers none, as when somebody in between takes the offer out.
    let post = Post::start(Manners { offers: vec!["AUTH PLAIN"], ..Manners::default() }).await;
    let outcome = named(&post, &["127.0.0.1"])
        .send(&over_tls(post.port, Security::Starttls), &notice(), None, NOW)
        .await;
    assert!(is_refused(&outcome) && why(&outcome).contains("STARTTLS"), "{outcome:?}");
    assert!(!post.was_told("AUTH") && !post.was_told("MAIL"));
    // It has the certificate of another.
    let manners =
        Manners { tls: Some("other.example"), offers: WITH_AUTH.to_vec(), ..Manners::default() };
    let post = Post::start(manners).await;
    let outcome = named(&post, &["127.0.0.1"])
        .send(&over_tls(post.port, Security::Starttls), &notice(), None, NOW)
        .await;
    assert!(is_retry(&outcome) && why(&outcome).contains("certificate"), "{outcome:?}");
    assert!(!post.was_told("AUTH") && !post.was_told("MAIL"));
}

#[tokio::test]
async fn a_wrong_password_is_said_to_be_one() {
    let answers = vec![("AUTH", "535 hunter2 is wrong")];
    let offers = WITH_AUTH.to_vec();
    let tls = Some("mail.clinic.example");
    let post = Post::start(Manners { offers, answers, tls, ..Manners::default() }).await;
    let sender = named(&post, &["127.0.0.1"]);
    let channel = over_tls(post.port, Security::Starttls);
    let outcome = sender.send(&channel, &notice(), None, NOW).await;
    assert!(is_refused(&outcome) && why(&outcome).contains("password"), "{outcome:?}");
    assert!(!post.was_told("MAIL"));
    let checked = sender.check(&channel, NOW).await.unwrap_err();
    assert!(checked.contains("does not accept the user name"), "{checked}");
}

/// The guard stands before mail as well: the name leads to this machine, which nobody named.
#[tokio::test]
async fn mail_does_not_go_inside_unless_it_is_named() {
    let post = Post::start(Manners::default()).await;
    let outcome = named(&post, &[])
        .send(&over_tls(post.port, Security::Starttls), &notice(), None, NOW)
        .await;
    assert!(is_refused(&outcome) && why(&outcome).contains("this machine"), "{outcome:?}");
    let closed = Sender::new(Settings::new(crate::reach(&[]))).unwrap();
    let outcome = closed.send(&Channel::Email(email(post.port)), &notice(), None, NOW).await;
    assert!(is_refused(&outcome), "{outcome:?}");
    assert!(post.heard().is_empty());
}

#[tokio::test]
async fn checking_sends_no_mail() {
    let post = Post::start(Manners::default()).await;
    let found = sender().check(&Channel::Email(email(post.port)), NOW).await.unwrap();
    assert_eq!(found, "127.0.0.1 answers without TLS without sign-in");
    assert!(post.was_told("NOOP") && !post.was_told("MAIL"));
}

/// Somebody in between may write before TLS begins; nothing of that may be heard after it
/// (RFC 3207, section 6, and <https://nostarttls.secvuln.info>).
#[tokio::test]
async fn what_was_said_before_tls_is_not_heard_after_it() {
    let injected = "220 go on\r\n250 a\r\n250 b\r\n250 c\r\n250 d\r\n354 e\r\n250 f";
    let manners = Manners {
        offers: vec!["STARTTLS"],
        answers: vec![("STARTTLS", injected), ("MAIL", "550 hunter2")],
        tls: Some("mail.clinic.example"),
        ..Manners::default()
    };
    let post = Post::start(manners).await;
    let anonymous = match over_tls(post.port, Security::Starttls) {
        Channel::Email(email) => Email { username: None, password: None, ..email },
        other => panic!("{other:?}"),
    };
    let sender = named(&post, &["127.0.0.1"]);
    let outcome = sender.send(&Channel::Email(anonymous), &notice(), None, NOW).await;
    assert!(!outcome.is_delivered(), "{outcome:?}");
    assert!(!post.was_told("(TLS)"), "{:?}", post.heard());
}
