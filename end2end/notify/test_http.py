"""PagerDuty, Slack, webhooks and heartbeats, by receivers that we did not write or that are strict."""

import time

import jsonschema
import pytest
from slack_sdk.models.blocks import Block
from standardwebhooks import Webhook, WebhookVerificationError

from schemas import ALERTMANAGER, PAGERDUTY
from sending import notice, send, serving

KEY = "0123456789abcdef0123456789abcdef"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EVENTS = [
    ("trigger", "first"),
    ("update", "new-alerts"),
    ("acknowledged", "acknowledged"),
    ("resolved", "all-resolved"),
    ("test", "test"),
]


class Pager:
    """Alerts by key, as the Events API v2 keeps them."""

    def __init__(self):
        self.alerts = {}

    def __call__(self, asked):
        event = asked.json
        try:
            jsonschema.validate(event, PAGERDUTY)
            assert event["routing_key"] == KEY
        except (jsonschema.ValidationError, AssertionError) as error:
            return 400, {"status": "invalid event", "message": str(error)}
        action = event["event_action"]
        states = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}
        if action == "trigger" or event["dedup_key"] in self.alerts:
            self.alerts[event["dedup_key"]] = states[action]
        return 202, {"status": "success", "dedup_key": event["dedup_key"]}


def test_pagerduty_opens_acknowledges_and_closes_one_alert():
    pager = Pager()
    with serving(pager) as server:
        channel = {"kind": "pagerduty", "routing_key": KEY, "url": server.url + "/v2/enqueue"}
        states, receipt = [], None
        for event, reason in EVENTS[:4]:
            answer = send(channel, notice(event, reason), receipt=receipt)
            assert answer["outcome"] == "delivered", answer
            receipt = answer["receipt"]
            states.append(pager.alerts[receipt])
        assert states == ["triggered", "triggered", "acknowledged", "resolved"]
        assert len(pager.alerts) == 1
        wrong = send({**channel, "routing_key": KEY[::-1]})
        assert wrong["outcome"] == "refused" and "integration key" in wrong["why"]


def webhook(server, secret=SECRET):
    return {"kind": "webhook", "url": server.url + "/hook", "secrets": [secret]}


def test_webhooks_verify_with_the_library_of_standard_webhooks():
    with serving(lambda _: (200, {})) as server:
        for event, reason in [*EVENTS, ("heartbeat", "heartbeat"), ("digest", "digest")]:
            said = notice(event, reason)
            if event in ("heartbeat", "test"):
                said.update(incident=None, lines=[], accounts=[], regions=[])
            assert send(webhook(server), said)["outcome"] == "delivered"
    ids = set()
    for asked in server.asked:
        body = Webhook(SECRET).verify(asked.body, dict(asked.headers))
        jsonschema.validate(body, ALERTMANAGER)
        ids.add(asked.headers["webhook-id"])
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(asked.body + b" ", dict(asked.headers))
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").verify(
                asked.body, dict(asked.headers)
            )
    assert len(ids) == len(server.asked) == 7


def test_a_retry_after_an_hour_verifies_with_the_same_id():
    replies = iter([(503, {}), (200, {})])
    with serving(lambda _: next(replies)) as server:
        said = notice()
        hour_ago = int(time.time() * 1000) - 3_600_000
        assert send(webhook(server), said, now=hour_ago)["outcome"] == "retry"
        assert send(webhook(server), said)["outcome"] == "delivered"
    old, new = server.asked
    assert old.headers["webhook-id"] == new.headers["webhook-id"] and old.body == new.body
    Webhook(SECRET).verify(new.body, dict(new.headers))
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(SECRET).verify(old.body, dict(old.headers))


class Slack:
    """Messages by channel and time, as Slack keeps them; blocks are read by Slack's own SDK."""

    def __init__(self):
        self.messages, self.threads = {}, []

    def __call__(self, asked):
        if asked.headers["authorization"] != "Bearer xoxb-secret":
            return 200, {"ok": False, "error": "invalid_auth"}
        if asked.path == "/api/auth.test":
            return 200, {"ok": True, "team": "Clinic", "user": "wardround"}
        body = asked.json
        place = body["channel"], body.get("ts")
        for block in Block.parse_all(body.get("blocks", [])):
            block.to_dict()
        if asked.path == "/api/chat.update":
            if place not in self.messages:
                return 200, {"ok": False, "error": "message_not_found"}
        elif "thread_ts" in body:
            self.threads.append((body["thread_ts"], body["text"]))
            return 200, {"ok": True, "channel": place[0], "ts": "1795774999.000001"}
        else:
            place = place[0], f"1795774500.{len(self.messages):06}"
        self.messages[place] = body["text"]
        return 200, {"ok": True, "channel": place[0], "ts": place[1]}


def test_slack_has_one_message_for_an_incident():
    slack = Slack()
    with serving(slack) as server:
        channel = {
            "kind": "slack",
            "token": "xoxb-secret",
            "channel": "C0123456789",
            "api": server.url + "/api/",
        }
        receipt = None
        for event, reason in [*EVENTS[:2], ("update", "repeat"), *EVENTS[2:4]]:
            answer = send(channel, notice(event, reason), receipt=receipt)
            assert answer["outcome"] == "delivered" and answer["remark"] is None, answer
            receipt = answer["receipt"]
        assert list(slack.messages) == [("C0123456789", "1795774500.000000")]
        assert slack.messages["C0123456789", "1795774500.000000"].startswith("[RESOLVED]")
        assert [thread for thread, _ in slack.threads] == ["1795774500.000000"] * 2
        slack.messages.clear()
        assert send(channel, receipt=receipt)["receipt"] == "C0123456789 1795774500.000000"
        found = send(channel, check=True)
        assert found["check"] == "reachable" and "Clinic" in found["found"]
        wrong = send({**channel, "token": "xoxb-other"}, check=True)
        assert wrong["check"] == "unreachable" and "token" in wrong["why"]


def test_proxies_of_the_environment_are_ignored():
    with serving(lambda _: (200, {})) as trap, serving(lambda _: (200, {})) as server:
        names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
        proxies = {name: trap.url for name in [*names, *map(str.lower, names)]}
        proxies.update(NO_PROXY="", no_proxy="")
        beat = {"kind": "heartbeat", "url": server.url + "/ping"}
        said = notice("heartbeat", "heartbeat")
        assert send(beat, said, environment=proxies)["outcome"] == "delivered"
        assert len(server.asked) == 1
        inside = {"kind": "heartbeat", "url": "https://169.254.169.254/latest/meta-data/"}
        assert send(inside, said, environment=proxies)["outcome"] == "refused"
    assert trap.asked == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "[::ffff:7f00:1]"],
)
def test_nothing_goes_inside_unless_it_is_named(host):
    with serving(lambda _: (200, {})) as server:
        port = server.url.rsplit(":", 1)[1]
        for scheme in ("http", "https"):
            beat = {"kind": "heartbeat", "url": f"{scheme}://{host}:{port}/"}
            answer = send(beat, notice("heartbeat", "heartbeat"), allowed=[])
            assert answer["outcome"] == "refused", answer
    assert server.asked == []
