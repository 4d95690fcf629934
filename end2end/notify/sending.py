"""The example `send` of the crate `notify`, and HTTP servers for it to speak to.

NOTIFY_SEND names the executable.
"""

import http.server
import json
import os
import subprocess
import threading
import time
from contextlib import contextmanager

BIN = os.environ.get("NOTIFY_SEND", "send")


def now():
    return int(time.time() * 1000)


def notice(event="trigger", reason="first", **changed):
    """A notice of incident 12, as the server would build it."""
    at = now()
    return {
        "id": f"wardround:7f3a:notice:{event}:{reason}",
        "incident": 12,
        "dedup_key": "wardround:7f3a:inc:12",
        "title": "Public bucket holds PHI – Krankenhaus Süd <radiology & co>",
        "class": "page-phi",
        "severity": "critical",
        "event": event,
        "reason": reason,
        "accounts": ["111122223333", "444455556666"],
        "regions": ["us-east-1"],
        "lines": [
            {
                "rule": rule,
                "title": title,
                "count": 3,
                "severity": "high",
                "first_seen": at - 120_000,
                "last_seen": at - 5_000,
                "resolved_at": at if event == "resolved" else None,
            }
            for rule, title in [("s3-public", "Bucket is public"), ("macie-phi", "PHI found")]
        ],
        "counts": {"firing": 6, "resolved": 1, "muted": 0},
        "started": at - 120_000,
        "at": at,
        "link": "https://wardround.clinic.example/incidents/12",
        "runbook": "https://wiki.clinic.example/phi",
        "organisation": "Clinic",
        **changed,
    }


def send(channel, said=None, allowed=("127.0.0.1",), environment=None, **more):
    """One attempt; gives back what came of it."""
    order = {
        "channel": channel,
        "notice": said or notice(),
        "allowed": list(allowed),
        "now": now(),
        **more,
    }
    ended = subprocess.run(
        [BIN],
        input=json.dumps(order) + "\n",
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(ended.stdout)


class Asked:
    def __init__(self, handler):
        self.method, self.path, self.headers = handler.command, handler.path, handler.headers
        self.body = handler.rfile.read(int(handler.headers.get("content-length") or 0))

    @property
    def json(self):
        return json.loads(self.body)


class Server:
    """Keeps what it was asked, and answers with what `reply` makes of it: status and JSON."""

    def __init__(self, reply):
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(handler):
                asked = Asked(handler)
                self.asked.append(asked)
                status, said = reply(asked)
                body = json.dumps(said).encode()
                handler.send_response(status)
                handler.send_header("content-type", "application/json")
                handler.send_header("content-length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)

            do_GET = do_POST = do_CONNECT = answer

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


@contextmanager
def serving(reply):
    server = Server(reply)
    thread = threading.Thread(target=server.http.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        thread.join()
        server.http.server_close()
