-- What applications send: spans and log records without what identifies patients, and the counters
-- that are kept while they come in. Times are milliseconds, `begun` and `lasted` of spans are
-- microseconds; hours, days and minutes are whole numbers since 1970.

CREATE TABLE producer (
    id         INTEGER PRIMARY KEY,
    service    TEXT NOT NULL UNIQUE,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    -- By its own clock.
    last_event INTEGER,
    spans      INTEGER NOT NULL DEFAULT 0,
    logs       INTEGER NOT NULL DEFAULT 0,
    repeated   INTEGER NOT NULL DEFAULT 0,
    sign_ins   INTEGER NOT NULL DEFAULT 0,
    audits     INTEGER NOT NULL DEFAULT 0,
    -- How far its clock was ahead of ours in the last request.
    ahead      INTEGER NOT NULL DEFAULT 0,
    skewed     INTEGER NOT NULL DEFAULT 0,
    -- Since when a person says that it is gone for good.
    retired    INTEGER
) STRICT;

-- An hour in which anything came.
CREATE TABLE producer_hour (
    producer INTEGER NOT NULL,
    hour     INTEGER NOT NULL,
    events   INTEGER NOT NULL,
    PRIMARY KEY (producer, hour)
) STRICT, WITHOUT ROWID;

-- The key is the trace and the span, 24 bytes.
CREATE TABLE span (
    id       INTEGER PRIMARY KEY,
    key      BLOB NOT NULL UNIQUE,
    producer INTEGER NOT NULL,
    begun    INTEGER NOT NULL,
    lasted   INTEGER NOT NULL,
    received INTEGER NOT NULL,
    detail   TEXT NOT NULL
) STRICT;
CREATE INDEX span_received ON span (received);

CREATE TABLE trace (
    id       BLOB PRIMARY KEY,
    begun    INTEGER NOT NULL,
    ended    INTEGER NOT NULL,
    producer INTEGER NOT NULL,
    -- The name of the root, or of the first span that came while the root has not.
    name     TEXT NOT NULL,
    rooted   INTEGER NOT NULL,
    spans    INTEGER NOT NULL,
    errors   INTEGER NOT NULL,
    redacted INTEGER NOT NULL,
    phi      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX trace_begun ON trace (begun);
CREATE INDEX trace_phi ON trace (begun) WHERE phi = 1;

CREATE TABLE log_record (
    id       INTEGER PRIMARY KEY,
    key      BLOB NOT NULL UNIQUE,
    producer INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    received INTEGER NOT NULL,
    trace    BLOB,
    detail   TEXT NOT NULL
) STRICT;
CREATE INDEX log_record_received ON log_record (received);
CREATE INDEX log_record_trace ON log_record (trace) WHERE trace IS NOT NULL;

-- Durations of spans that sign people in (class 0) or serve PHI (class 1). A bucket holds what is
-- below 2^((bucket + 1) / 4) microseconds.
CREATE TABLE duration_hour (
    class    INTEGER NOT NULL,
    producer INTEGER NOT NULL,
    hour     INTEGER NOT NULL,
    bucket   INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    errors   INTEGER NOT NULL,
    PRIMARY KEY (hour, class, producer, bucket)
) STRICT, WITHOUT ROWID;

-- A log whose events are numbered by whoever writes it.
CREATE TABLE audit_source (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    producer   INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    last_event INTEGER NOT NULL,
    events     INTEGER NOT NULL DEFAULT 0,
    unnumbered INTEGER NOT NULL DEFAULT 0,
    repeated   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Numbers that came, without gaps within a row.
CREATE TABLE audit_range (
    source   INTEGER NOT NULL,
    first    INTEGER NOT NULL,
    last     INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (source, first)
) STRICT, WITHOUT ROWID;

-- From an audit event's own time to its being stored; buckets as above, of milliseconds.
CREATE TABLE audit_lag (
    source INTEGER NOT NULL,
    hour   INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    PRIMARY KEY (source, hour, bucket)
) STRICT, WITHOUT ROWID;

-- A trace that served PHI, and whether an audit event names it. Either may come first.
CREATE TABLE phi_request (
    trace    BLOB PRIMARY KEY,
    producer INTEGER,
    at       INTEGER NOT NULL,
    name     TEXT NOT NULL,
    served   INTEGER NOT NULL,
    audited  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX phi_request_open ON phi_request (at) WHERE served = 1 AND audited = 0;
CREATE INDEX phi_request_at ON phi_request (at);

CREATE TABLE phi_hour (
    hour    INTEGER PRIMARY KEY,
    served  INTEGER NOT NULL,
    audited INTEGER NOT NULL
) STRICT;

-- Sums of closed slices, for indicators that are ratios. Source 0 is not a producer of telemetry.
CREATE TABLE sli_minute (
    sli     INTEGER NOT NULL,
    minute  INTEGER NOT NULL,
    source  INTEGER NOT NULL,
    good    INTEGER NOT NULL,
    bad     INTEGER NOT NULL,
    unclear INTEGER NOT NULL,
    PRIMARY KEY (sli, minute, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE sli_hour (
    sli     INTEGER NOT NULL,
    hour    INTEGER NOT NULL,
    source  INTEGER NOT NULL,
    good    INTEGER NOT NULL,
    bad     INTEGER NOT NULL,
    unclear INTEGER NOT NULL,
    PRIMARY KEY (sli, hour, source)
) STRICT, WITHOUT ROWID;

-- The last bad events of ratios, told by their kind.
CREATE TABLE bad_event (
    id       INTEGER PRIMARY KEY,
    sli      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    producer INTEGER NOT NULL,
    what     TEXT NOT NULL,
    trace    BLOB
) STRICT;
CREATE INDEX bad_event_sli ON bad_event (sli, id);
CREATE INDEX bad_event_at ON bad_event (at);

-- Who tries to get in: a pseudonym, or an identity of AWS.
CREATE TABLE identity (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    in_a_row     INTEGER NOT NULL DEFAULT 0,
    last_refused INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE attempt_hour (
    hour     INTEGER NOT NULL,
    identity INTEGER NOT NULL,
    refused  INTEGER NOT NULL,
    allowed  INTEGER NOT NULL,
    PRIMARY KEY (hour, identity)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_identity ON attempt_hour (identity, hour);

-- What was taken out: never the text, only its kind and its place.
CREATE TABLE redaction (
    day      INTEGER NOT NULL,
    rule     TEXT NOT NULL,
    position INTEGER NOT NULL,
    path     TEXT NOT NULL,
    producer INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    redactor TEXT NOT NULL,
    PRIMARY KEY (day, rule, position, path, producer)
) STRICT, WITHOUT ROWID;

-- Requests that were not taken, by reason.
CREATE TABLE refusal (
    day INTEGER NOT NULL,
    why TEXT NOT NULL,
    n   INTEGER NOT NULL,
    PRIMARY KEY (day, why)
) STRICT, WITHOUT ROWID;

-- How far what is stored has been looked at a second time, and with which redactor.
CREATE TABLE inspection (
    what     TEXT PRIMARY KEY,
    redactor TEXT NOT NULL,
    upto     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE inspection_day (
    day      INTEGER PRIMARY KEY,
    examined INTEGER NOT NULL,
    found    INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
) STRICT;
