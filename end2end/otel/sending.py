"""Applications that send what they do, with OpenTelemetry's SDK set up as its makers say."""

import logging
import threading

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExportResult
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult


class Told:
    """An exporter that remembers which batches were taken, as the server says."""

    def __init__(self, exporter, failure):
        self.exporter, self.failure = exporter, failure
        self.taken, self.failed = [], []
        self.lock, self.halted = threading.Lock(), False

    def export(self, batch):
        if self.halted:
            return self.failure
        result = self.exporter.export(batch)
        with self.lock:
            (self.failed if result is self.failure else self.taken).append(list(batch))
        return result

    def events(self):
        with self.lock:
            return [event for batch in self.taken for event in batch]

    def halt(self):
        self.halted = True
        self.exporter.shutdown()

    def shutdown(self):
        if not self.halted:
            self.exporter.shutdown()

    def force_flush(self, timeout_millis=30_000):
        return self.exporter.force_flush(timeout_millis)


class Application:
    def __init__(self, url, token, service, resource=None, compression=Compression.Gzip, **batches):
        how = {
            "headers": {"Authorization": f"Bearer {token}"},
            "compression": compression,
            "timeout": 5,
        }
        self.spans = Told(
            OTLPSpanExporter(endpoint=f"{url}/v1/traces", **how), SpanExportResult.FAILURE
        )
        self.records = Told(
            OTLPLogExporter(endpoint=f"{url}/v1/logs", **how), LogRecordExportResult.FAILURE
        )
        resource = Resource.create({"service.name": service, **(resource or {})})
        self.traces = TracerProvider(resource=resource)
        self.traces.add_span_processor(BatchSpanProcessor(self.spans, **batches))
        self.logs = LoggerProvider(resource=resource)
        self.logs.add_log_record_processor(BatchLogRecordProcessor(self.records, **batches))
        self.tracer = self.traces.get_tracer("ward")
        self.log = logging.getLogger(f"ward.{service}")
        self.log.propagate = False
        self.log.setLevel(logging.INFO)
        self.log.handlers = [LoggingHandler(logger_provider=self.logs)]

    def audit(self, log, number, words="chart opened"):
        """Writes an audit event through Python's logging."""
        self.log.info(words, extra={"audit.producer": log, "audit.seq": number})

    def flush(self):
        """Sends what waits; everything has to be taken."""
        assert self.traces.force_flush() and self.logs.force_flush()
        assert not self.spans.failed and not self.records.failed

    def numbers(self):
        """Numbers of the audit events that the server has acknowledged."""
        attributes = [span.attributes for span in self.spans.events()]
        attributes += [record.log_record.attributes for record in self.records.events()]
        return {its["audit.seq"] for its in attributes if "audit.seq" in its}

    def halt(self):
        """Ends without sending what waits, as a process does that is killed."""
        self.spans.halt()
        self.records.halt()
        self.close()

    def close(self):
        self.traces.shutdown()
        self.logs.shutdown()
        self.log.handlers = []
