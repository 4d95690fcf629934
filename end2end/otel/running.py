"""The demonstration on a free port, ended with the test, and somebody who uses it."""

import http.client
import os
import re
import sqlite3
import subprocess
import time
import urllib.parse
from contextlib import closing
from html.parser import HTMLParser

BIN = os.environ.get("WARDROUND_BIN", "wardround")
# May read and nothing else.
READING = "wr_demo-for-reading"
START_SECONDS = 120
# Nobody listens there: the product has no AWS to read.
NOWHERE = "http://127.0.0.1:9"


def until(what, seconds, ready):
    """Waits for an answer that counts as true, and gives it back."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = ready()
        if answer:
            return answer
        time.sleep(0.25)
    raise AssertionError(f"waited {seconds} s until {what}")


class Answer:
    def __init__(self, answer):
        self.status, self.headers = answer.status, answer.headers
        self.body = answer.read()
        self.text = self.body.decode()


class Tables(HTMLParser):
    """The rows of all tables of a page, each a list of what its cells say."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.cell = [], None
        self.feed(page)

    def handle_starttag(self, tag, _):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.cell = []
        elif self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self.cell is not None:
            # Thousands are set apart by a narrow space.
            text = "".join(self.cell).replace("\u202f", "")
            self.rows[-1].append(" ".join(text.split()))
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell.append(data)


class Product:
    """A data folder, and the process that serves it."""

    def __init__(self, folder, *arguments, log="debug"):
        self.data, self.log, self.arguments = folder / "data", folder / "log", arguments
        self.around = {"WARDROUND_DEMO_TOKEN": READING, "WARDROUND_LOG": log}
        self.out = folder / "out"
        self.process = None
        self.start()

    def start(self):
        own = {
            name: value for name, value in os.environ.items() if not name.startswith("WARDROUND_")
        }
        command = [BIN, "demo", "--no-history", "--listen", "127.0.0.1:0", "--interval", "1440"]
        with self.out.open("wb") as out, self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--data", str(self.data), *self.arguments],
                env={**own, **self.around},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
            )
        self.url = until("the product listens", START_SECONDS, self.address)
        self.sessions = {}

    def address(self):
        ended = self.process.poll()
        assert ended is None, f"the product ended with {ended}\n{self.log.read_text()[-4000:]}"
        found = re.search(r"^listening on (http://\S+)\n", self.out.read_text(), re.MULTILINE)
        return found and found[1]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def ask(self, method, path, body=None, headers=None):
        with closing(
            http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=60)
        ) as it:
            it.request(method, path, body, headers or {})
            return Answer(it.getresponse())

    def submit(self, path, fields, headers=None):
        """Sends a form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urllib.parse.urlencode(fields), {**kind, **(headers or {})})

    def cookie(self, answer):
        found = re.search("__Host-wardround=[^;]+", answer.headers.get("set-cookie", ""))
        assert found, (answer.status, answer.text)
        return {"Cookie": found[0]}

    def session(self, role):
        """Enters by the door of the demonstration."""
        if role not in self.sessions:
            self.sessions[role] = self.cookie(self.submit("/sign-in/demo", {"role": role}))
        return self.sessions[role]

    def page(self, path, role="engineer"):
        answer = self.ask("GET", path, headers={**self.session(role), "Accept": "text/html"})
        assert answer.status == 200, (path, answer.status, answer.text)
        return answer.text

    def rows(self, path):
        return Tables(self.page(path)).rows

    def row(self, path, first):
        """The one row whose first cell begins so."""
        found = [row for row in self.rows(path) if row and row[0].startswith(first)]
        assert len(found) == 1, (first, self.rows(path))
        return found[0]

    def token(self, name, *scopes):
        """Makes a token as an engineer does, with a fresh second factor."""
        confirmed = self.submit("/confirm", {"next": "/account"}, self.session("engineer"))
        assert confirmed.status == 303, (confirmed.status, confirmed.text)
        session = self.sessions["engineer"] = self.cookie(confirmed)
        fields = [("name", name), ("days", "1"), *(("scope", scope) for scope in scopes)]
        made = self.submit("/account/tokens", fields, session)
        found = re.search(r"wr_[A-Za-z0-9_-]{20,}", made.text)
        assert made.status == 200 and found, (made.status, made.text)
        return found[0]

    def query(self, sql, *values):
        """Reads the database, which others may have open."""
        database = self.data / "wardround.db"
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()
