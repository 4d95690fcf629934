//! Slack: one message per incident, which changes as the incident does.
//!
//! With the token of a bot: [`chat.postMessage`](https://docs.slack.dev/reference/methods/chat.postMessage),
//! then [`chat.update`](https://docs.slack.dev/reference/methods/chat.update) by channel and `ts`,
//! which the receipt holds. A changed message notifies nobody, so whatever asks somebody to look
//! again is also said in the message's thread, and shown in the channel if it is a page. With the
//! address of an [incoming
//! webhook](https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks) there is no
//! receipt, and every notice is a message of its own.
//!
//! Slack cannot tell a message that is sent twice: after an attempt whose answer was lost, a retry
//! may post again.

mod message;
mod reply;

use domain::Timestamp;
use domain::alert::Route;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::channel::Flaw;
use crate::http::Http;
use crate::notice::Notice;
use crate::outcome::Outcome;
use crate::pagerduty::json;
use crate::reach::Reach;
use crate::secret::Secret;
use crate::text;
use message::Message;
use reply::Reply;

/// Where Slack's methods are. Workspaces of GovSlack have `https://slack-gov.com/api/`.
pub const API: &str = "https://slack.com/api/";
const WHO: &str = "Slack";

/// A channel of a workspace: either a token and a channel, or the address of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slack {
    /// The token of a bot, `xoxb-…`, with the scope `chat:write`.
    #[serde(default)]
    pub token: Option<Secret>,
    /// The id of the channel, such as `C0123456789`; the bot is a member of it.
    #[serde(default)]
    pub channel: Option<String>,
    /// The address of an incoming webhook.
    #[serde(default)]
    pub webhook_url: Option<Secret>,
    /// Where the methods are.
    #[serde(default = "api")]
    pub api: String,
}

/// Where Slack's methods are.
pub fn api() -> String {
    API.to_owned()
}

/// The message that an incident has in a channel: `<channel id> <ts>`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    channel: String,
    ts: String,
}

impl Place {
    fn parse(receipt: &str) -> Option<Self> {
        let (channel, ts) = receipt.split_once(' ')?;
        Some(Self { channel: channel.to_owned(), ts: ts.to_owned() })
    }

    fn receipt(&self) -> String {
        format!("{} {}", self.channel, self.ts)
    }
}

#[derive(Debug, Serialize)]
struct Post<'a> {
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<&'a str>,
    #[serde(flatten)]
    message: &'a Message,
}

#[derive(Debug, Serialize)]
struct InThread<'a> {
    channel: &'a str,
    thread_ts: &'a str,
    reply_broadcast: bool,
    text: String,
    unfurl_links: bool,
    unfurl_media: bool,
}

/// How the bot is asked.
struct Bot<'a> {
    http: &'a Http,
    api: &'a str,
    token: &'a Secret,
    now: Timestamp,
}

impl Slack {
    /// See [`crate::Channel::validate`].
    pub fn validate(&self, reach: &Reach) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        match (&self.token, &self.channel, &self.webhook_url) {
            (Some(token), Some(channel), None) => {
                flaws.extend(bad_token(token));
                flaws.extend(bad_channel(channel));
                flaws.extend(Flaw::address("api", reach, &self.api));
            }
            (None, None, Some(url)) => {
                flaws.extend(Flaw::address("webhook_url", reach, url.expose()));
            }
            _ => flaws.push(Flaw::new(
                "slack",
                "it is not said how to reach the channel",
                "give either `token` and `channel`, or `webhook_url` alone",
            )),
        }
        flaws
    }

    pub(crate) async fn send(
        &self,
        http: &Http,
        notice: &Notice,
        receipt: Option<&str>,
        now: Timestamp,
    ) -> Outcome {
        let message = Message::of(notice);
        match (&self.token, &self.channel, &self.webhook_url) {
            (Some(token), Some(channel), _) => {
                let bot = Bot { http, api: &self.api, token, now };
                match receipt.and_then(Place::parse) {
                    Some(place) => bot.change(&place, channel, &message, notice).await,
                    None => bot.post(channel, &message).await,
                }
            }
            (_, _, Some(url)) => {
                let Ok(body) = serde_json::to_vec(&message) else { return unwritable() };
                match http.post(url.expose(), json(), body, now).await {
                    Ok(answer) => answer.outcome(WHO),
                    Err(outcome) => outcome,
                }
            }
            _ => Outcome::refused("it is not said how to reach the channel of Slack"),
        }
    }

    pub(crate) async fn check(&self, http: &Http, now: Timestamp) -> Result<String, String> {
        match (&self.token, &self.webhook_url) {
            (Some(token), _) => {
                let bot = Bot { http, api: &self.api, token, now };
                bot.call("auth.test", &serde_json::json!({})).await.map_or_else(
                    |outcome| Err(why(outcome)),
                    |reply| {
                        let name = |name: Option<String>| text::line(&name.unwrap_or_default(), 80);
                        Ok(format!(
                            "the token is that of {} in the workspace {}; whether the channel takes messages shows with the first one",
                            name(reply.user),
                            name(reply.team)
                        ))
                    },
                )
            }
            (None, Some(url)) => http.reachable(url.expose()).await,
            (None, None) => Err("it is not said how to reach the channel".to_owned()),
        }
    }
}

fn why(outcome: Outcome) -> String {
    match outcome {
        Outcome::Retry { why, .. } | Outcome::Refused { why } => why,
        Outcome::Delivered { .. } => String::new(),
    }
}

fn unwritable() -> Outcome {
    Outcome::refused("the message cannot be written as JSON")
}

fn bad_token(token: &Secret) -> Option<Flaw> {
    let known = token.expose().starts_with("xoxb-");
    let printable = token.expose().bytes().all(|byte| byte.is_ascii_graphic());
    (!known || !printable).then(|| {
        let right = "the \"Bot User OAuth Token\" of the app, which begins with xoxb-";
        Flaw::new("token", "it is not the token of a bot", right)
    })
}

fn bad_channel(channel: &str) -> Option<Flaw> {
    let id = channel.len() >= 9
        && channel.starts_with(['C', 'G', 'D'])
        && channel.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    (!id).then(|| {
        let right = "for example C0123456789, at the end of the channel's details in Slack";
        Flaw::new("channel", format!("`{}` is not an id", text::line(channel, 40)), right)
    })
}

impl Bot<'_> {
    /// A message of its own.
    async fn post(&self, channel: &str, message: &Message) -> Outcome {
        let post = Post { channel, ts: None, message };
        match self.call("chat.postMessage", &post).await {
            Ok(Reply { channel: Some(channel), ts: Some(ts), .. }) => {
                Outcome::with_receipt(Place { channel, ts }.receipt())
            }
            // Without a place it was posted all the same; posting again would be worse.
            Ok(_) => Outcome::delivered(),
            Err(outcome) => outcome,
        }
    }

    /// Changes the message that is there. Changing it twice does no harm, so that comes first.
    async fn change(
        &self,
        place: &Place,
        channel: &str,
        message: &Message,
        notice: &Notice,
    ) -> Outcome {
        let post = Post { channel: &place.channel, ts: Some(&place.ts), message };
        match self.method("chat.update", &post).await {
            Ok(reply) if reply.is_lost() => self.post(channel, message).await,
            Ok(reply) => match reply.outcome() {
                Some(outcome) => outcome,
                None if notice.reason.asks_again() => self.say_again(place, notice).await,
                None => Outcome::with_receipt(place.receipt()),
            },
            Err(outcome) => outcome,
        }
    }

    async fn say_again(&self, place: &Place, notice: &Notice) -> Outcome {
        let said = InThread {
            channel: &place.channel,
            thread_ts: &place.ts,
            reply_broadcast: notice.class.route() == Route::Page,
            text: message::again(notice),
            unfurl_links: false,
            unfurl_media: false,
        };
        match self.call("chat.postMessage", &said).await {
            Ok(_) => Outcome::with_receipt(place.receipt()),
            Err(Outcome::Refused { why }) => {
                Outcome::Delivered { receipt: Some(place.receipt()), remark: Some(why) }
            }
            Err(other) => other,
        }
    }

    /// Calls a method that must answer `ok`.
    async fn call(&self, method: &str, body: &impl Serialize) -> Result<Reply, Outcome> {
        let reply = self.method(method, body).await?;
        match reply.outcome() {
            Some(outcome) => Err(outcome),
            None => Ok(reply),
        }
    }

    async fn method(&self, method: &str, body: &impl Serialize) -> Result<Reply, Outcome> {
        let body = serde_json::to_vec(body).map_err(|_| unwritable())?;
        let url = format!("{}/{method}", self.api.trim_end_matches('/'));
        let answer = self.http.post(&url, self.headers()?, body, self.now).await?;
        let outcome = answer.outcome(WHO);
        if !outcome.is_delivered() {
            return Err(outcome);
        }
        serde_json::from_slice(&answer.body)
            .map_err(|_| Outcome::retry("Slack's answer cannot be read"))
    }

    fn headers(&self) -> Result<HeaderMap, Outcome> {
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", self.token.expose()))
            .map_err(|_| Outcome::refused("the token of Slack holds characters that none has"))?;
        bearer.set_sensitive(true);
        let mut headers = json();
        headers.insert(AUTHORIZATION, bearer);
        Ok(headers)
    }
}
