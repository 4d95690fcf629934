//! The conversation with the server (RFC 5321).
//!
//! Each recipient is judged by itself: one mailbox that is gone must not keep a page from the others.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;

use tokio::time::timeout;

use super::{Email, Security, Setting};
use crate::http::trouble;
use crate::outcome::Outcome;
use crate::reach::Barred;
use crate::text;

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
    let how = if connection.is_encrypted() { "over TLS" } else { "without TLS" };
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
    let hello = ClientId::Domain(from.domain().to_owned());
    let tls = tls(email, setting)?;
    let mut last = Outcome::retry(format!("{host} cannot be reached"));
    for address in addresses {
        let at_once = tls.clone().filter(|_| email.security == Security::Tls);
        let limit = Some(setting.patience);
        let connected =
            AsyncSmtpConnection::connect_tokio1(address, limit, &hello, at_once, None).await;
        match connected {
            Ok(connection) => return prepare(email, connection, tls, &hello).await,
            Err(error) => last = judge(&email.host, &error),
        }
    }
    Err(last)
}

/// TLS where it is wanted, then the password.
async fn prepare(
    email: &Email,
    mut connection: AsyncSmtpConnection,
    tls: Option<TlsParameters>,
    hello: &ClientId,
) -> Result<AsyncSmtpConnection, Outcome> {
    let host = &email.host;
    if email.security == Security::Starttls {
        let Some(tls) = tls.filter(|_| connection.can_starttls()) else {
            return Err(Outcome::refused(format!("{host} offers no STARTTLS")));
        };
        connection.starttls(tls, hello).await.map_err(|error| judge(host, &error))?;
    }
    if let (Some(username), Some(password)) = (&email.username, &email.password) {
        let credentials = Credentials::new(username.clone(), password.expose().to_owned());
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        let signed_in = connection.auth(&mechanisms, &credentials).await;
        signed_in.map_err(|error| match judge(host, &error) {
            Outcome::Refused { .. } => {
                Outcome::refused(format!("{host} does not accept the user name and the password"))
            }
            other => other,
        })?;
    }
    Ok(connection)
}

fn tls(email: &Email, setting: &Setting<'_>) -> Result<Option<TlsParameters>, Outcome> {
    if email.security == Security::None {
        return Ok(None);
    }
    let name = email.host.trim().trim_matches(['[', ']']).trim_end_matches('.');
    let mut builder = TlsParameters::builder(name.to_owned());
    for pem in setting.roots_pem {
        let certificate = Certificate::from_pem(pem)
            .map_err(|_| Outcome::refused("a certificate of the configuration cannot be read"))?;
        builder = builder.add_root_certificate(certificate);
    }
    let built = builder.build();
    built.map(Some).map_err(|_| Outcome::refused(format!("{name} is no name for TLS")))
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
        None if error.is_tls() => Outcome::refused(format!("TLS with {host} cannot be set up")),
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
