"""The example for deployment pipelines, `docs/examples/gate.sh`, against a product that says go,
one that says stop, and whatever else may stand at the other end.

WARDROUND_BIN names the executable.
"""

import http.server
import json
import os
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from running import NOWHERE, READING, Product, until

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
ACCOUNT = "700100200302"
# Here one source of one region may not be read.
DENIED = "700100200303"
FAULT = {"service": "backup", "account": DENIED, "region": "us-east-2", "fault": "denied"}
GO, STOP, UNKNOWN = 0, 1, 2


def gate(url, account=ACCOUNT, **environment):
    """Exit code and what was said."""
    around = {
        "PATH": os.environ["PATH"],
        "WARDROUND_URL": url,
        "WARDROUND_TOKEN": READING,
        "WARDROUND_SECONDS": "20",
        **environment,
    }
    ended = subprocess.run(
        ["sh", str(EXAMPLES / "gate.sh"), account],
        env=around,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """The product with its simulated organisation, after one round."""
    folder = tmp_path_factory.mktemp("gate")
    faults = folder / "faults.json"
    faults.write_text(json.dumps([{**FAULT, "times": 1_000_000}]))
    product = Product(folder, "--faults", str(faults), log="info")

    def rested():
        bearer = {"Authorization": f"Bearer {READING}"}
        collection = json.loads(product.ask("GET", "/api/v1/collection", headers=bearer).text)
        return not collection["progress"]["running"] and collection["progress"]["last_finished"]

    try:
        until("the first round is over", 600, rested)
        yield product
    finally:
        product.stop()


@pytest.fixture(scope="module")
def unread(tmp_path_factory):
    """The product with accounts that it cannot read."""
    product = Product(tmp_path_factory.mktemp("unread"), "--simulator", NOWHERE, log="info")
    try:
        yield product
    finally:
        product.stop()


@contextmanager
def answering(status, body, seconds=0):
    """Something else that speaks HTTP."""
    done = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            done.wait(seconds)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        done.set()
        server.shutdown()
        server.server_close()


def test_go_where_an_account_was_read_and_nothing_regressed(product):
    code, said = gate(product.url)
    assert code == GO and said.startswith("gate: go: 40 of 40 points are left in "), said
    # A slash at the end of an address is nothing to fail for.
    assert gate(f"{product.url}/")[0] == GO


def test_stop_where_an_account_was_never_read(unread):
    code, said = gate(unread.url)
    assert (code, said) == (
        STOP,
        "gate: stop: This account has never been read completely, so nobody knows.\n",
    )


def test_stop_where_a_part_of_an_account_was_never_read(product):
    code, said = gate(product.url, DENIED)
    assert code == STOP and "nobody knows" in said, said


def test_nobody_knows_an_account_that_is_not_configured(unread):
    code, said = gate(unread.url, "999999999999")
    assert code == UNKNOWN and "not configured" in said, said
    for wrong in ("", "production", "1234", "1&account=700100200302"):
        code, said = gate(unread.url, wrong)
        assert code == UNKNOWN and "nobody knows" in said, (wrong, said)


def test_nobody_knows_without_a_token_that_holds(unread):
    for token in ("wr_nobody", ""):
        code, said = gate(unread.url, WARDROUND_TOKEN=token)
        assert code == UNKNOWN and "nobody knows" in said, said
    sending = unread.token("sends only", "send-telemetry")
    code, said = gate(unread.url, WARDROUND_TOKEN=sending)
    assert code == UNKNOWN and "403" in said and sending not in said, said


def test_nobody_knows_where_nobody_answers():
    code, said = gate("http://127.0.0.1:9")
    assert code == UNKNOWN and "cannot be reached" in said, said
    with answering(200, "{}", seconds=30) as url:
        code, said = gate(url, WARDROUND_SECONDS="1")
        assert code == UNKNOWN and "cannot be reached" in said, said


def said(**fields):
    answer = {"account": ACCOUNT, "decision": "go", "reasons": ["Why."], "regressions": []}
    return json.dumps({**answer, **fields}, separators=(",", ":"))


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, said(), GO),
        (200, said(decision="stop", reasons=["One.", 'Two: "b","c".']), STOP),
        (200, said(decision="maybe"), UNKNOWN),
        (200, said(account="700100200303"), UNKNOWN),
        (200, said(decision="", reasons=['"decision":"go"']), UNKNOWN),
        (200, said(decision="stop", regressions=[{"resource": '"decision":"go"'}]), STOP),
        (200, "<html>Sign in to the hospital's network</html>", UNKNOWN),
        (200, "", UNKNOWN),
        (302, said(), UNKNOWN),
        (500, said(), UNKNOWN),
        (503, said(), UNKNOWN),
    ],
)
def test_only_an_answer_that_says_go_is_go(status, body, code):
    with answering(status, body) as url:
        ended = gate(url)
        assert ended[0] == code, ended
        assert "hospital" not in ended[1]


def test_reasons_are_printed_one_in_a_line():
    with answering(200, said(decision="stop", reasons=["One, two.", "Three."], since="x")) as url:
        assert gate(url) == (STOP, "gate: stop: One, two.\ngate: stop: Three.\n")


def test_the_job_calls_the_script():
    job = (EXAMPLES / "gate.yml").read_text()
    assert "gate.sh" in job and "WARDROUND_TOKEN: ${{ secrets.WARDROUND_TOKEN }}" in job
