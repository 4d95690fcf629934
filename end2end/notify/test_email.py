"""Mail, by aiosmtpd with TLS and a password, and by Python's own reader of messages."""

import email.policy
import email.utils
import ssl
from email.parser import BytesParser

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from running import free_port
from sending import notice, send

NAME = "localhost"


class Mailbox:
    def __init__(self):
        self.messages, self.envelopes, self.encrypted = [], [], []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.messages.append(BytesParser(policy=email.policy.default).parsebytes(envelope.content))
        self.envelopes.append(envelope)
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (b"wardround", b"a password")
    # Not handled: the server says so itself.
    return AuthResult(success=right, handled=False)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def post(authority):
    """A server that takes mail after STARTTLS and a password alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(context)
    mailbox = Mailbox()
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=authenticate,
    )
    controller.start()
    mailbox.port = controller.port
    yield mailbox
    controller.stop()


@pytest.fixture
def channel(post):
    return {
        "kind": "email",
        "host": NAME,
        "port": post.port,
        "security": "starttls",
        "username": "wardround",
        "password": "a password",
        "from": "Wardround <wardround@clinic.example>",
        "to": ["on-call@clinic.example", "Süd <sud@clinic.example>"],
    }


@pytest.fixture
def trusting(authority):
    return {"roots_pem": [authority.cert_pem.bytes().decode()], "allowed": [NAME]}


def test_one_thread_for_an_incident(post, channel, trusting):
    receipt = None
    for event, reason in [("trigger", "first"), ("update", "repeat"), ("resolved", "all-resolved")]:
        answer = send(channel, notice(event, reason), receipt=receipt, **trusting)
        assert answer["outcome"] == "delivered" and answer["remark"] is None, answer
        receipt = answer["receipt"]
    first, *later = post.messages
    assert all(post.encrypted) and len(post.messages) == 3
    assert first["message-id"] == receipt and "in-reply-to" not in first
    for message in later:
        assert message["in-reply-to"] == message["references"] == receipt
        assert message["subject"] == "Re: " + first["subject"]
    assert len({message["message-id"] for message in post.messages}) == 3
    assert first["subject"].startswith("[Wardround] Incident 12: Public bucket holds PHI – Krankenhaus Süd")
    for message in post.messages:
        assert not message.defects
        assert message.get_content_type() == "multipart/alternative"
        assert message["auto-submitted"] == "auto-generated"
        assert email.utils.parsedate_to_datetime(message["date"]).tzinfo is not None
        plain = message.get_body(("plain",)).get_content()
        html = message.get_body(("html",)).get_content()
        for words in ("Bucket is public", "111122223333", "https://wardround.clinic.example/incidents/12"):
            assert words in plain and words in html
        assert "<radiology & co>" in plain and "<radiology" not in html


def test_a_retry_is_the_same_message(post, channel, trusting):
    said = notice()
    for _ in range(2):
        assert send(channel, said, **trusting)["outcome"] == "delivered"
    first, second = (envelope.content for envelope in post.envelopes)
    assert first == second


def test_one_mailbox_that_is_gone_keeps_it_from_nobody(post, channel, trusting):
    channel["to"].insert(0, "gone@clinic.example")
    answer = send(channel, **trusting)
    assert answer["outcome"] == "delivered" and answer["remark"] == "1 of 3 recipients were refused (550)"
    assert post.envelopes[0].rcpt_tos == ["on-call@clinic.example", "sud@clinic.example"]
    assert send({**channel, "to": ["gone@clinic.example"]}, **trusting)["outcome"] == "refused"


def test_a_wrong_password_and_a_stranger_get_nothing(post, channel, trusting):
    wrong = send({**channel, "password": "another"}, **trusting)
    assert wrong["outcome"] == "refused" and "password" in wrong["why"], wrong
    stranger = send(channel, allowed=[NAME])
    assert stranger["outcome"] == "retry" and "certificate" in stranger["why"], stranger
    closed = send(channel, roots_pem=trusting["roots_pem"], allowed=[])
    assert closed["outcome"] == "refused" and "this machine" in closed["why"], closed
    assert post.messages == []


def test_checking_signs_in_and_sends_nothing(post, channel, trusting):
    found = send(channel, check=True, **trusting)
    assert found == {"check": "reachable", "found": "localhost answers over TLS and accepts the password"}
    wrong = send({**channel, "password": "another"}, check=True, **trusting)
    assert wrong["check"] == "unreachable" and "another" not in wrong["why"]
    assert post.messages == []
