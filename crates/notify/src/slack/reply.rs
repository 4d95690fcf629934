//! What Slack's methods answer: HTTP 200, and `ok` or an error's name
//! ([Slack: evaluating responses](https://docs.slack.dev/apis/web-api/#responses)).

use serde::Deserialize;

use crate::outcome::Outcome;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Reply {
    #[serde(default)]
    pub(super) ok: bool,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    pub(super) channel: Option<String>,
    #[serde(default)]
    pub(super) ts: Option<String>,
    #[serde(default)]
    pub(super) team: Option<String>,
    #[serde(default)]
    pub(super) user: Option<String>,
}

impl Reply {
    /// Whether the message that was to be changed cannot be, so that a new one is needed.
    pub(super) fn is_lost(&self) -> bool {
        let lost = [
            "message_not_found",
            "cant_update_message",
            "edit_window_closed",
            "channel_not_found",
            "is_archived",
        ];
        !self.ok && self.error.as_deref().is_some_and(|error| lost.contains(&error))
    }

    /// `None` when all is well.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        if self.ok {
            return None;
        }
        let why = match self.error.as_deref().unwrap_or_default() {
            "ratelimited" | "rate_limited" | "message_limit_exceeded" => {
                return Some(Outcome::retry("Slack takes no more messages at the moment"));
            }
            "internal_error"
            | "fatal_error"
            | "service_unavailable"
            | "request_timeout"
            | "team_added_to_org" => return Some(Outcome::retry("Slack failed")),
            "invalid_auth" | "not_authed" | "account_inactive" | "token_revoked"
            | "token_expired" | "org_login_required" => "Slack does not accept the token",
            "missing_scope" | "not_allowed_token_type" | "no_permission" => {
                "the token may not post: give the app the scope chat:write and install it again"
            }
            "channel_not_found" => {
                "Slack does not know the channel: give its id, and invite the app to it"
            }
            "not_in_channel" => "the app is not in the channel of Slack: invite it",
            "is_archived" => "the channel of Slack is archived",
            "msg_too_long" | "msg_blocks_too_long" | "invalid_blocks" | "no_text" => {
                "Slack does not accept the message"
            }
            "restricted_action"
            | "restricted_action_thread_only_channel"
            | "team_access_not_granted" => {
                "a rule of the workspace forbids the app to post in the channel"
            }
            _ => "Slack refused, with an error that we do not know",
        };
        Some(Outcome::refused(why))
    }
}
