-- Times are milliseconds since 1970 in UTC. Small enumerations are the numbers of store/src/code.rs.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Accounts that were ever configured. Removing one from the configuration hides it and deletes nothing.
CREATE TABLE account (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    phi        INTEGER NOT NULL,
    configured INTEGER NOT NULL
) WITHOUT ROWID;

-- An account and a region, numbered so that wide tables stay narrow.
CREATE TABLE place (
    id      INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    region  TEXT NOT NULL,
    UNIQUE (account, region)
);

-- Control ids and resource types, numbered for the same reason.
CREATE TABLE word (
    id   INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
);

-- Long texts that thousands of findings share.
CREATE TABLE prose (
    id              INTEGER PRIMARY KEY,
    digest          BLOB NOT NULL UNIQUE,
    description     TEXT NOT NULL,
    remediation     TEXT NOT NULL,
    remediation_url TEXT NOT NULL,
    requirements    TEXT NOT NULL
);

CREATE TABLE run (
    id                INTEGER PRIMARY KEY,
    cause             INTEGER NOT NULL,
    started           INTEGER NOT NULL,
    ended             INTEGER,
    state             INTEGER NOT NULL,
    scopes_total      INTEGER NOT NULL,
    scopes_done       INTEGER NOT NULL DEFAULT 0,
    failed            INTEGER NOT NULL DEFAULT 0,
    findings_new      INTEGER NOT NULL DEFAULT 0,
    findings_changed  INTEGER NOT NULL DEFAULT 0,
    transitions       TEXT NOT NULL DEFAULT '{}',
    catalogue_version TEXT NOT NULL DEFAULT ''
);
CREATE INDEX run_state ON run (state, id);

CREATE TABLE scope_status (
    source       INTEGER NOT NULL,
    place        INTEGER NOT NULL REFERENCES place (id),
    configured   INTEGER NOT NULL,
    state        INTEGER NOT NULL,
    parts        TEXT NOT NULL,
    last_attempt INTEGER,
    last_success INTEGER,
    took_ms      INTEGER NOT NULL,
    items        INTEGER NOT NULL,
    calls        INTEGER NOT NULL,
    throttled    INTEGER NOT NULL,
    problems     INTEGER NOT NULL,
    interval_ms  INTEGER NOT NULL,
    next_due     INTEGER,
    watermark    INTEGER,
    last_full    INTEGER,
    PRIMARY KEY (source, place)
) WITHOUT ROWID;

-- Under which places the findings of a scope were filed; a sweep looks there.
CREATE TABLE scope_place (
    source  INTEGER NOT NULL,
    visited INTEGER NOT NULL,
    place   INTEGER NOT NULL,
    PRIMARY KEY (source, visited, place)
) WITHOUT ROWID;

-- The last round that listed a part of a scope completely.
CREATE TABLE scope_sweep (
    source  INTEGER NOT NULL,
    visited INTEGER NOT NULL,
    part    INTEGER NOT NULL,
    run     INTEGER NOT NULL,
    PRIMARY KEY (source, visited, part)
) WITHOUT ROWID;

CREATE TABLE evidence (
    id   INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    body BLOB NOT NULL
);

CREATE TABLE evidence_use (
    id         INTEGER PRIMARY KEY,
    batch      INTEGER NOT NULL,
    evidence   INTEGER NOT NULL REFERENCES evidence (id),
    run        INTEGER NOT NULL,
    source     INTEGER NOT NULL,
    place      INTEGER NOT NULL,
    part       INTEGER NOT NULL,
    operation  TEXT NOT NULL,
    request_id TEXT NOT NULL,
    taken_at   INTEGER NOT NULL
);
-- The same answer stored again is the same use.
CREATE UNIQUE INDEX evidence_use_once ON evidence_use (evidence, source, place, taken_at, request_id);
CREATE INDEX evidence_use_batch ON evidence_use (batch);
CREATE INDEX evidence_use_scope ON evidence_use (source, place, taken_at);

CREATE TABLE problem (
    id         INTEGER PRIMARY KEY,
    digest     BLOB NOT NULL UNIQUE,
    source     INTEGER NOT NULL,
    place      INTEGER NOT NULL,
    part       INTEGER NOT NULL,
    operation  TEXT NOT NULL,
    subject    TEXT NOT NULL,
    message    TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    count      INTEGER NOT NULL,
    run        INTEGER NOT NULL
);
CREATE INDEX problem_last ON problem (last_seen, id);

CREATE TABLE resource (
    key         TEXT NOT NULL,
    kind        INTEGER NOT NULL REFERENCES word (id),
    source      INTEGER NOT NULL,
    place       INTEGER NOT NULL,
    visited     INTEGER NOT NULL,
    id          TEXT NOT NULL,
    name        TEXT NOT NULL,
    tags        TEXT NOT NULL,
    facts       TEXT NOT NULL,
    recorded_at INTEGER,
    first_seen  INTEGER NOT NULL,
    gone_at     INTEGER,
    run         INTEGER NOT NULL,
    digest      INTEGER NOT NULL,
    PRIMARY KEY (key, kind, source)
);
CREATE INDEX resource_place ON resource (place, kind) WHERE gone_at IS NULL;
CREATE INDEX resource_visit ON resource (visited, source, kind) WHERE gone_at IS NULL;
CREATE INDEX resource_kind ON resource (kind, key) WHERE gone_at IS NULL;

CREATE TABLE finding (
    n                 INTEGER PRIMARY KEY,
    id                BLOB NOT NULL,
    source            INTEGER NOT NULL,
    place             INTEGER NOT NULL,
    visited           INTEGER NOT NULL,
    part              INTEGER NOT NULL,
    own               INTEGER NOT NULL,
    sample            INTEGER NOT NULL,
    state             INTEGER NOT NULL,
    severity          INTEGER NOT NULL,
    verdict           INTEGER NOT NULL,
    control           INTEGER,
    updated_at        INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    state_since       INTEGER NOT NULL,
    first_seen        INTEGER NOT NULL,
    gone_at           INTEGER,
    run               INTEGER NOT NULL,
    batch             INTEGER,
    digest            INTEGER NOT NULL,
    prose             INTEGER NOT NULL,
    resource_kind     INTEGER NOT NULL,
    resource_place    INTEGER NOT NULL,
    resource_count    INTEGER NOT NULL,
    check_id          TEXT NOT NULL,
    product           TEXT NOT NULL,
    title             TEXT NOT NULL,
    resource          TEXT NOT NULL,
    resource_name     TEXT NOT NULL,
    native_id         TEXT NOT NULL,
    severity_reported TEXT NOT NULL,
    compliance        TEXT NOT NULL,
    workflow          TEXT NOT NULL,
    reason            TEXT NOT NULL,
    more_resources    TEXT
);
CREATE UNIQUE INDEX finding_id ON finding (id);
-- The order of every list is (severity, updated_at DESC, n DESC). Each index ends with what the
-- other filters need, so that only the rows of the page itself are fetched.
CREATE INDEX finding_list ON finding (state, severity, updated_at DESC, n DESC, source, place, control);
CREATE INDEX finding_control ON finding (control, state, severity, updated_at DESC, n DESC, source, place)
    WHERE control IS NOT NULL;
-- For narrow filters, whose rows are few enough to sort. Without a time, a batch of one scope adds
-- to a handful of pages and not to pages everywhere.
CREATE INDEX finding_place ON finding (place, source, state, severity);
CREATE INDEX finding_age ON finding (severity, state_since) WHERE state = 0 AND severity < 2 AND sample = 0;
CREATE INDEX finding_own ON finding (place) WHERE own = 1;

CREATE TABLE finding_change (
    id         INTEGER PRIMARY KEY,
    finding    INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    from_state INTEGER NOT NULL,
    to_state   INTEGER NOT NULL
);
CREATE INDEX finding_change_finding ON finding_change (finding);

-- How many findings are in each cell; maintained by whoever writes findings.
CREATE TABLE finding_cube (
    source   INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    state    INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    sample   INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    PRIMARY KEY (source, place, state, severity, sample)
) WITHOUT ROWID;

-- Words of findings. The text itself stands in `finding`; dashes of native ids are dropped, so that
-- a UUID is one word. Plain ASCII words: what separates them is decided the same way in search.rs.
CREATE VIRTUAL TABLE finding_text USING fts5 (
    words, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
);
CREATE TRIGGER finding_text_insert AFTER INSERT ON finding BEGIN
    INSERT INTO finding_text (rowid, words) VALUES (
        new.n,
        new.title || ' ' || new.check_id || ' ' || new.resource || ' ' || new.resource_name || ' '
            || replace(new.native_id, '-', '')
    );
END;
CREATE TRIGGER finding_text_update AFTER UPDATE OF title, check_id, resource, resource_name, native_id
ON finding
WHEN old.title <> new.title OR old.check_id <> new.check_id OR old.resource <> new.resource
    OR old.resource_name <> new.resource_name OR old.native_id <> new.native_id
BEGIN
    INSERT INTO finding_text (finding_text, rowid, words) VALUES (
        'delete', old.n,
        old.title || ' ' || old.check_id || ' ' || old.resource || ' ' || old.resource_name || ' '
            || replace(old.native_id, '-', '')
    );
    INSERT INTO finding_text (rowid, words) VALUES (
        new.n,
        new.title || ' ' || new.check_id || ' ' || new.resource || ' ' || new.resource_name || ' '
            || replace(new.native_id, '-', '')
    );
END;

-- What findings say about controls, one row for each resource. Ordered by finding, so that a batch
-- adds to the ends of ranges.
CREATE TABLE answer (
    control  INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    resource TEXT NOT NULL,
    finding  INTEGER NOT NULL,
    source   INTEGER NOT NULL,
    part     INTEGER NOT NULL,
    visited  INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    verdict  INTEGER NOT NULL,
    PRIMARY KEY (control, place, finding, resource)
) WITHOUT ROWID;

-- Controls whose answers changed since they were judged.
CREATE TABLE control_dirty (
    control INTEGER PRIMARY KEY
);

-- `known_state` is the last pass or failure, `known_since` since when it stood: both outlast the
-- times in which nobody could look.
CREATE TABLE evaluation (
    control     INTEGER NOT NULL,
    place       INTEGER NOT NULL,
    resource    TEXT NOT NULL,
    kind        INTEGER,
    state       INTEGER NOT NULL,
    reason      INTEGER NOT NULL,
    finding     INTEGER,
    since       INTEGER NOT NULL,
    known_state INTEGER,
    known_since INTEGER,
    PRIMARY KEY (control, place, resource)
) WITHOUT ROWID;

-- Failures that somebody accepted for a while. Never changed and never deleted: who accepted what,
-- and why, is documentation.
CREATE TABLE exception (
    id          INTEGER PRIMARY KEY,
    control     TEXT NOT NULL,
    account     TEXT NOT NULL,
    region      TEXT,
    resource    TEXT,
    reason      TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at INTEGER NOT NULL,
    expires     INTEGER NOT NULL
);
CREATE INDEX exception_expires ON exception (expires);

CREATE TABLE control_count (
    control INTEGER NOT NULL,
    place   INTEGER NOT NULL,
    state   INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (control, place, state)
) WITHOUT ROWID;

CREATE TABLE transition (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    run        INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    control    INTEGER NOT NULL,
    severity   INTEGER NOT NULL,
    place      INTEGER NOT NULL,
    resource   TEXT NOT NULL,
    from_state INTEGER,
    to_state   INTEGER,
    reason     INTEGER NOT NULL,
    failed_for INTEGER
);
CREATE INDEX transition_kind ON transition (kind, id);
CREATE INDEX transition_control ON transition (control, id);
CREATE INDEX transition_place ON transition (place, id);
CREATE INDEX transition_failed ON transition (severity, at, failed_for) WHERE failed_for IS NOT NULL;

-- Transitions of each UTC day, so that charts do not count the log.
CREATE TABLE transition_day (
    day  INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    n    INTEGER NOT NULL,
    PRIMARY KEY (day, kind)
) WITHOUT ROWID;

CREATE TABLE score (
    scope             TEXT NOT NULL,
    run               INTEGER NOT NULL,
    at                INTEGER NOT NULL,
    lo                REAL,
    hi                REAL,
    coverage          REAL,
    met               INTEGER,
    tally             TEXT NOT NULL,
    controls          INTEGER NOT NULL,
    oldest_as_of      INTEGER,
    any_stale         INTEGER NOT NULL,
    catalogue_version TEXT NOT NULL,
    PRIMARY KEY (scope, run)
) WITHOUT ROWID;
CREATE INDEX score_run ON score (run);
