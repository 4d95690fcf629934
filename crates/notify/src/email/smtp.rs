//! The conversation with the server (RFC 5321).
//!
//! Each recipient is judged by itself: one mailbox that is gone must not keep a page from the others.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::stream::{Encrypted, starttls};
use super::{Email, Security, Setting};
use crate::http::trouble;
use crate::outcome::Outcome;
use crate::reach::Barred;
use crate::text;
use crate::tls::handshake;

/// How long a server may take to say good-bye.
const GOOD_BYE: Duration = Duration::from_secs(1);

/// Hands a message over. What came of it may hold a remark about recipients that were refused.
pub(super) async fn deliver(
    email: &Email,
    setting: &Setting<'_>,
    from: &Address,
    to: &[Address],
    message: &[u8],
) -> Result<Option<String>, Outcome> {
    let talking = async {
        let mut connection = open(email, setting, from).await?;
        let spoken = transact(&mut connection, from, to, message).await;
        Ok((connection, spoken))
    };
    let late = || Err(Outcome::retry(format!("{} did not answer in time", email.host)));
    let (mut connection, spoken) =
        timeout(setting.patience, talking).await.unwrap_or_else(|_| late())?;
    // It has the message, or it does not; how it says good-bye changes nothing.
    let _ = timeout(GOOD_BYE, connection.quit()).await;
    spoken.map_err(|trouble| trouble.outcome(&email.host))
}

/// Greets, signs in, and asks for nothing.
pub(super) async fn check(
    email: &Email,
    setting: &Setting<'_>,
    from: &Address,
) -> Result<String, String> {
    let mut connection = match open(email, setting, from).await {
        Ok(connection) => connection,
        Err(Outcome::Retry { why, .. } | Outcome::Refused { why }) => return Err(why),
        Err(Outcome::Delivered { .. }) => return Err(String::new()),
    };
    let answers = connection.test_connected().await;
    let _ = connection.quit().await;
    if !answers {
        return Err(format!("{} does not answer after the greeting", email.host));
    }
    let how = if email.security == Security::None { "without TLS" } else { "over TLS" };
    let who = if email.username.is_some() { "and accepts the password" } else { "without sign-in" };
    Ok(format!("{} answers {how} {who}", email.host))
}

/// Why a conversation ended early.
enum Trouble {
    Smtp(Error),
    /// No recipient was taken; whether one may be later, and the codes.
    Nobody {
        later: bool,
        codes: String,
    },
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Smtp(error)
    }
}

impl Trouble {
    fn outcome(&self, host: &str) -> Outcome {
        match self {
            Self::Smtp(error) => judge(host, error),
            Self::Nobody { later: true, codes } => {
                Outcome::retry(format!("{host} takes no recipient now ({codes})"))
            }
            Self::Nobody { later: false, codes } => {
                Outcome::refused(format!("{host} takes none of the recipients ({codes})"))
            }
        }
    }
}

async fn open(
    email: &Email,
    setting: &Setting<'_>,
    from: &Address,
) -> Result<AsyncSmtpConnection, Outcome> {
    let barred = |barred: Barred| {
        let why = barred.to_string();
        if barred.is_passing() { Outcome::retry(why) } else { Outcome::refused(why) }
    };
    if email.security == Security::None && !email.is_local() {
        return Err(Outcome::refused("mail without TLS is for a relay on this machine alone"));
    }
    let host = setting.reach.host(&email.host).map_err(barred)?.to_string();
    let addresses = setting.reach.resolve(&host, email.port()).await.map_err(barred)?;
    let broken = |error: io::Error| Outcome::retry(trouble(&host, &error));
    let stream = TcpStream::connect(&*addresses).await.map_err(broken)?;
    let peer = stream.peer_addr().map_err(broken)?;
    let hello = from.domain();
    let stream: Box<dyn AsyncTokioStream> = match email.security {
        Security::None => Box::new(stream),
        Security::Tls => {
            let stream = handshake(setting.tls, &host, stream).await.map_err(broken)?;
            Box::new(Encrypted::at_once(peer, stream))
        }
        Security::Starttls => {
            let stream = starttls(&host, hello, stream).await?;
            let stream = handshake(setting.tls, &host, stream).await.map_err(broken)?;
            Box::new(Encrypted::upgraded(peer, stream))
        }
    };
    let hello = ClientId::Domain(hello.to_owned());
    let connected = AsyncSmtpConnection::connect_with_transport(stream, &hello).await;
    let mut connection = connected.map_err(|error| judge(&host, &error))?;
    sign_in(email, &mut connection).await?;
    Ok(connection)
}

async fn sign_in(email: &Email, connection: &mut AsyncSmtpConnection) -> Result<(), Outcome> {
    let (Some(username), Some(password)) = (&email.username, &email.password) else {
        return Ok(());
    };
    let host = &email.host;
    let credentials = Credentials::new(username.clone(), password.expose().to_owned());
    let signed_in = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
    signed_in.map(|_| ()).map_err(|error| match judge(host, &error) {
        Outcome::Refused { .. } => {
            Outcome::refused(format!("{host} does not accept the user name and the password"))
        }
        other => other,
    })
}

async fn transact(
    connection: &mut AsyncSmtpConnection,
    from: &Address,
    to: &[Address],
    message: &[u8],
) -> Result<Option<String>, Trouble> {
    connection.command(Mail::new(Some(from.clone()), Vec::new())).await?;
    let mut codes: Vec<String> = Vec::new();
    let mut later = false;
    for recipient in to {
        let answer = connection.command(Rcpt::new(recipient.clone(), Vec::new())).await;
        match answer.as_ref().map_err(|error| (error, error.status())) {
            Ok(_) => {}
            Err((_, Some(code))) => {
                later |= answer.is_err_and(|error| error.is_transient());
                codes.push(code.to_string());
            }
            Err((_, None)) => return Err(answer.err().map_or_else(nobody, Trouble::Smtp)),
        }
    }
    let refused = codes.len();
    let named = text::listed(&codes, 5);
    if refused == to.len() {
        return Err(Trouble::Nobody { later, codes: named });
    }
    connection.command(Data).await?;
    connection.message(message).await?;
    let remark = format!("{refused} of {} recipients were refused ({named})", to.len());
    Ok((refused > 0).then_some(remark))
}

fn nobody() -> Trouble {
    Trouble::Nobody { later: true, codes: String::new() }
}

/// 4yz may work later, 5yz will not (RFC 5321, section 4.2.1). Only the code is shown.
fn judge(host: &str, error: &Error) -> Outcome {
    match error.status() {
        Some(code) if error.is_permanent() => Outcome::refused(format!("{host} answered {code}")),
        Some(code) => Outcome::retry(format!("{host} answered {code}")),
        None if error.is_client() => {
            Outcome::refused(format!("{host} does not offer what sending needs"))
        }
        None if error.is_timeout() => Outcome::retry(format!("{host} did not answer in time")),
        None => Outcome::retry(broken(host, error)),
    }
}

fn broken(host: &str, error: &Error) -> String {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(error) = inner.downcast_ref::<io::Error>() {
            return trouble(host, error);
        }
        source = inner.source();
    }
    format!("the connection to {host} broke off")
}
