"""Wardround against OpenTelemetry's SDK for Python, a client that this project did not write.

Applications send traces and logs as they would in a hospital; then the pages, the API and the data
folder are compared with what was sent. The product has no AWS to read here, so that every number
comes from the applications.

WARDROUND_BIN names the executable.
"""

import base64
import itertools
import json
import re
import time
import urllib.parse

import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.span import TraceState

from identifiers import BARE, Planter, spellings
from running import NOWHERE, READING, Product, until
from sending import Application

AUDIT = "/debug?view=audit"


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """The product, with a token for applications."""
    product = Product(tmp_path_factory.mktemp("otel"), "--simulator", NOWHERE)
    try:
        product.sending = product.token("applications", "send-telemetry")
        yield product
    finally:
        product.stop()


@pytest.fixture
def application(product):
    """Makes applications, and ends them with the test."""
    made = []

    def make(service, **more):
        made.append(Application(product.url, product.sending, service, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def producer(product, service):
    """What the page says of a service."""
    names = ["spans", "logs", "sign_ins", "audits", "repeated"]
    return dict(zip(names, map(int, product.row(AUDIT, service)[2:7]), strict=True))


def audit_log(product, name):
    """What the page says of an audit log."""
    row = product.row(AUDIT, f"{name} from")
    counts = dict(zip(["events", "unnumbered", "repeated"], map(int, row[2:5]), strict=True))
    return {**counts, "gaps": row[7]}


def indicator(product, sli):
    bearer = {"Authorization": f"Bearer {READING}"}
    answer = product.ask("GET", f"/api/v1/slis/{sli}", headers=bearer)
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def test_a_request_is_shown_with_all_its_spans(product, application):
    app = application("chart-service")
    with app.tracer.start_as_current_span(
        "GET /charts/{id}", kind=SpanKind.SERVER, attributes={"phi.endpoint": True}
    ) as root:
        with app.tracer.start_as_current_span("load chart"):
            with app.tracer.start_as_current_span("SELECT chart", kind=SpanKind.CLIENT) as query:
                query.set_attribute("db.query.text", "… WHERE mrn = 'MRN-0815-47'")
        with app.tracer.start_as_current_span("render"):
            app.audit("charts", 1)
    app.flush()
    context = root.get_span_context()
    page = product.page(f"/debug/traces/{context.trace_id:032x}")
    depths = re.findall(r"span-name depth-(\d+)", page)
    assert sorted(depths) == ["0", "1", "1", "2"]
    assert re.search(r"\b4\W+spans", page) and "An audit event names it" in page
    rows = product.rows(f"/debug/traces/{context.trace_id:032x}")
    waterfall = {row[0]: row[-1] for row in rows if row and "chart-service" in row[0]}
    assert waterfall == {
        "GET /charts/{id} chart-service · serves PHI": "none",
        "load chart chart-service": "none",
        "SELECT chart chart-service": "1 identifier",
        "render chart-service": "none",
    }
    assert [row for row in rows if row[-1:] == ["chart opened audit event 1 of charts"]]
    query = product.page(
        f"/debug/traces/{context.trace_id:032x}?span={query.get_span_context().span_id:016x}"
    )
    assert "MRN-0815-47" not in page + query and "[mrn]" in query
    listed = [row for row in product.rows("/debug?view=traces") if "GET /charts/{id}" in row]
    assert [row[-1] for row in listed] == ["Found"], listed


def test_a_missing_number_is_a_gap_until_it_comes(product, application):
    app = application("pharmacy")
    for seq in [*range(1, 11), *range(13, 21)]:
        app.audit("dispensing", seq)
    app.flush()
    assert audit_log(product, "dispensing") == {
        "events": 18,
        "unnumbered": 0,
        "repeated": 0,
        "gaps": "1 gap (2 missing)",
    }
    for seq in (12, 11):
        with app.tracer.start_as_current_span("dispense") as span:
            # Text that is a number counts too.
            span.set_attributes({"audit.producer": "dispensing", "audit.seq": str(seq)})
    app.flush()
    assert audit_log(product, "dispensing")["gaps"] == "None"
    assert producer(product, "pharmacy") == {
        "spans": 2,
        "logs": 18,
        "sign_ins": 0,
        "audits": 20,
        "repeated": 0,
    }


@pytest.mark.parametrize("compression", [Compression.Gzip, Compression.NoCompression])
def test_a_batch_that_is_sent_twice_counts_once(product, application, compression):
    service, log = f"bed-board-{compression.value}", f"beds-{compression.value}"
    app = application(service, compression=compression)
    for seq in range(1, 6):
        with app.tracer.start_as_current_span("assign bed"):
            app.audit(log, seq)
    app.flush()
    for exporter in (app.spans, app.records):
        for batch in list(exporter.taken):
            assert exporter.export(batch) is not exporter.failure
    assert producer(product, service) == {
        "spans": 5,
        "logs": 5,
        "sign_ins": 0,
        "audits": 5,
        "repeated": 10,
    }
    assert audit_log(product, log)["events"] == 5


@pytest.mark.parametrize(
    ("token", "status"),
    [("wr_nobody", 401), (READING, 403)],
    ids=["unknown", "may only read"],
)
def test_who_may_not_send_is_told_so(product, caplog, token, status):
    app = Application(product.url, token, "stranger")
    with app.tracer.start_as_current_span("knock"):
        app.log.info("knock")
    app.traces.force_flush()
    app.logs.force_flush()
    app.close()
    assert len(app.spans.failed) == len(app.records.failed) == 1
    assert f"code: {status}" in caplog.text
    for path in ("/v1/traces", "/v1/logs"):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-protobuf"}
        assert product.ask("POST", path, b"", headers).status == status
    assert "stranger" not in product.page(AUDIT)


@pytest.fixture(scope="module")
def attempts(product):
    """Sign-ins of every sort; answers the rows that the page has of them."""
    path = "/debug?view=attempts"
    # Those who signed in to the product itself are there too.
    own = {row[0] for row in product.rows(path)}
    app = Application(product.url, product.sending, "sign-in-portal")
    # Slices of a minute count once they have closed.
    past = time.time_ns() - 5 * 60 * 10**9
    attempts = [("success", None, f"nurse-{n}-keller") for n in range(6)]
    attempts += [("failure", "wrong-credential", "mallory-kessler")] * 3
    attempts += [("failure", "unknown-user", "mallory-kessler")]
    attempts += [("failure", cause, "nurse-1-keller") for cause in ("timeout", "fault", None)]
    for at, (outcome, cause, who) in enumerate(attempts):
        span = app.tracer.start_span("POST /sign-in", start_time=past + at * 10**6)
        span.set_attributes({"auth.outcome": outcome, "enduser.id": who})
        if cause:
            span.set_attribute("auth.failure.cause", cause)
        span.end(end_time=past + at * 10**6 + 10**5)
    app.log.info("by badge", extra={"auth.outcome": "success", "enduser.id": "mallory-kessler"})
    app.flush()
    app.close()
    assert not re.search("mallory|keller", product.page(path))
    return [row for row in product.rows(path) if row[0] not in own]


def test_who_met_a_failure_of_the_system_was_neither_refused_nor_let_in(attempts):
    assert sorted(row[1:3] for row in attempts) == [["0", "1"]] * 6 + [["4", "1"]], attempts


@pytest.mark.usefixtures("attempts")
def test_sign_ins_count_as_they_ended(product):
    """Right refusals are good, what the system broke is bad, and what is unsaid is neither."""
    assert producer(product, "sign-in-portal")["sign_ins"] == 14
    # The indicators are computed at the start; the minute of the log record closes later.
    product.kill()
    product.start()

    def month():
        windows = indicator(product, "m1")["indicator"]["reading"]["windows"]
        return max(windows, key=lambda window: window["length_ms"], default={"bad": 0})

    window = until("M1 counts", 60, lambda: (it := month())["bad"] and it)
    assert (window["bad"], window["unclear"]) == (2, 1)
    assert window["good"] >= 10
    counts = product.query(
        "SELECT sum(m.good), sum(m.bad), sum(m.unclear) FROM sli_minute m"
        " JOIN producer p ON p.id = m.source WHERE p.service = 'sign-in-portal'"
    )
    assert counts == [(11, 2, 1)]
    m1 = indicator(product, "m1")
    assert m1["indicator"]["reading"]["total"] == m1["indicator"]["reading"]["good"] + window["bad"]
    kinds = sorted(event["what"] for event in m1["events"])
    assert kinds == [
        "A sign-in failed: fault.",
        "A sign-in failed: timeout.",
        "A sign-in failed: without a cause.",
    ]


def visit(app, plant):
    """A request in which everything goes wrong that can: identifiers at every place of a trace."""
    remote = SpanContext(
        trace_id=0x0AF7651916CD43DD8448EB211C80319C,
        span_id=0x00F067AA0BA902B7,
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
        trace_state=TraceState([("ward", plant.text("trace-state", BARE))]),
    )
    coming = trace.set_span_in_context(trace.NonRecordingSpan(remote))
    scope = app.traces.get_tracer(
        plant.text("scope-name"),
        plant.one("scope version", "email"),
        attributes={"note": plant.text("scope-attribute")},
    )
    link = Link(remote, attributes={"note": plant.text("link-attribute")})
    with scope.start_as_current_span(
        f"GET /charts {plant.text('span-name')}", context=coming, links=[link]
    ) as span:
        ids = span.get_span_context()
        url = urllib.parse.quote(plant.text("percent-encoded"))
        packed = base64.b64encode(plant.text("base64").encode()).decode()
        plant.planted[packed[24:-24]] = ("base64", "all of it")
        span.set_attributes(
            {
                "phi.endpoint": True,
                "note": plant.text("attribute-value"),
                plant.text("attribute-key"): "x",
                "notes": ["first", plant.text("attribute-list")],
                "url.query": f"q={url}",
                "payload": packed,
                "form": json.dumps({"free": plant.text("json-in-text")}),
                # A key that says what its value is.
                "patient.ssn": plant.bare("named attribute", "ssn").replace("-", ""),
                "mrn": plant.bare("named attribute", "mrn"),
                "patientName": plant.bare("named attribute", "name"),
                "enduser.id": plant.bare("user", "name"),
            }
        )
        span.add_event(plant.text("event-name"), {"note": plant.text("event-attribute")})
        try:
            raise LookupError(plant.text("exception-message"))
        except LookupError as error:
            span.record_exception(error, {"note": plant.text("exception-attribute")})
            app.log.exception(
                "failed for %s",
                plant.text("log-body"),
                extra={"note": plant.text("log-attribute"), plant.text("log-key"): 1},
            )
        try:
            # The source of this line is in the stack trace.
            raise ValueError("no chart for 524-71-8836, mrn=MRN-7719023")
        except ValueError:
            app.log.warning("again", exc_info=True)
        plant.planted.update({"524-71-8836": ("source", "ssn"), "MRN-7719023": ("source", "mrn")})
        logger = app.logs.get_logger(plant.text("log-scope"))
        body = {"note": plant.text("body-map"), "list": [{"deep": plant.text("body-list")}]}
        body["bytes"] = plant.text("body-bytes").encode()
        logger.emit(
            body=body,
            severity_text=plant.one("severity", "ssn"),
            event_name=plant.text("log-event-name"),
            attributes={"deep": {"er": plant.text("attribute-map")}},
        )
        span.set_status(Status(StatusCode.ERROR, plant.text("status-message")))
    return ids


def test_nothing_that_identifies_a_patient_is_kept_or_shown(product, application):
    plant = Planter()
    resource = {
        "note": plant.text("resource-attribute"),
        "service.instance.id": plant.text("instance"),
        "host.name": plant.one("host", "email"),
    }
    app = application("hostile-portal", resource=resource)
    ids = visit(app, plant)
    named = application(f"portal of {plant.one('service', 'email')}")
    named.audit(f"log of {plant.one('audit log', 'ssn')}", 1)
    named.flush()
    app.flush()
    refused = product.ask(
        "POST",
        "/v1/logs",
        plant.text("unreadable").encode(),
        {"Authorization": f"Bearer {product.sending}", "Content-Type": "application/json"},
    )
    assert refused.status == 400

    # What is stored is looked at a second time when the product starts.
    before = indicator(product, "m4")["indicator"]["reading"]["at"]
    product.kill()
    product.start()
    until("M4 was computed", 60, lambda: indicator(product, "m4")["indicator"]["reading"]["at"] != before)
    detail = f"/debug/traces/{ids.trace_id:032x}"
    views = ["traces&kind=all", "latency", "redactor", "attempts", "audit", "sources", "answers"]
    paths = [f"/debug?view={view}" for view in views]
    paths += ["/slis", *(f"/slis/m{n}" for n in range(1, 6)), "/metrics", "/api/v1/slis"]
    paths += [*(f"/api/v1/slis/m{n}" for n in range(1, 6))]
    paths += ["/debug", detail, f"{detail}?span={ids.span_id:016x}"]
    seen = {path: product.page(path).encode() for path in paths}
    seen["/audit"] = product.page("/audit", "compliance").encode()
    seen["the answer"] = refused.body
    files = {str(file): file.read_bytes() for file in product.data.rglob("*") if file.is_file()}
    seen |= files
    seen["the log"] = product.log.read_bytes()

    found = [
        (planted, kind, where)
        for planted, kind in plant.planted.items()
        for where, text in seen.items()
        if any(spelling in text for spelling in spellings(planted))
    ]
    assert not found, found
    # The words around the identifiers are there, so they would have been found too.
    kept = b"".join(files.values())
    gone = {place for place in plant.places if f"stays-{place}".encode() not in kept}
    # Of a resource only the service and its instance are kept.
    assert gone <= {"unreadable", "resource-attribute", "base64"}, gone
    page = seen[f"{detail}?span={ids.span_id:016x}"].decode()
    assert "Taken out" in page and "stays-attribute-value" in page
    m4 = indicator(product, "m4")["indicator"]["reading"]
    assert (m4["value"], m4["state"]) == (0, "met"), m4


def test_what_was_acknowledged_is_there_after_a_kill(product, application):
    numbers, acknowledged, spans = itertools.count(1), set(), set()
    for _ in range(4):
        app = application("drug-cabinet", schedule_delay_millis=20, max_export_batch_size=8)
        enough = time.monotonic() + 60
        while len(app.numbers()) < 150:
            assert time.monotonic() < enough, "too little was acknowledged"
            last = next(numbers)
            if last % 2:
                with app.tracer.start_as_current_span("open drawer") as span:
                    span.set_attributes({"audit.producer": "cabinet", "audit.seq": last})
            else:
                app.audit("cabinet", last, "drawer opened")
            time.sleep(0.001)
        product.kill()
        app.halt()
        acknowledged |= app.numbers()
        spans |= {span.get_span_context().span_id for span in app.spans.events()}
        product.start()
        ranges = product.query(
            "SELECT r.first, r.last FROM audit_range r JOIN audit_source s ON s.id = r.source"
            " WHERE s.name = 'cabinet' ORDER BY r.first"
        )
        stored = {number for first, end in ranges for number in range(first, end + 1)}
        assert acknowledged <= stored, sorted(acknowledged - stored)
        assert stored <= set(range(1, last + 1))
        keys = {int.from_bytes(key[16:]) for (key,) in product.query("SELECT key FROM span")}
        assert spans <= keys
        gaps = len(ranges) - 1
        missing = ranges[-1][1] - ranges[0][0] + 1 - len(stored)
        said = audit_log(product, "cabinet")
        assert said["events"] == len(stored)
        assert said["gaps"] == (
            f"{gaps} gap{'s' * (gaps > 1)} ({missing} missing)" if gaps else "None"
        )
