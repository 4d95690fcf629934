-- Alerts, the incidents of the on-call queue with their timelines, and what was told of them.
--
-- Times are milliseconds since 1970-01-01. Nothing here is ever removed by the program, but keys of
-- events that were taken in, which are kept as long as a source may deliver them again.

-- An incident. body: the incident as JSON; the other columns are made from it, and are what lists and
-- timers need. lane: 0 pages, 1 tickets, 2 for the digest, 3 over. next_at: when somebody has to look
-- at it again. since and last_sent: what happened since, and what was said, when it was last told.
CREATE TABLE oncall_incident (
    id         INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL CHECK (json_valid(body)),
    lane       INTEGER NOT NULL,
    class      INTEGER NOT NULL,
    severity   INTEGER NOT NULL,
    state      INTEGER NOT NULL,
    unjudged   INTEGER NOT NULL,
    account    TEXT,
    opened_at  INTEGER NOT NULL,
    joined_at  INTEGER NOT NULL,
    resolved_at INTEGER,
    firing     INTEGER NOT NULL,
    muted      INTEGER NOT NULL,
    alerts     INTEGER NOT NULL,
    entries    INTEGER NOT NULL,
    next_at    INTEGER,
    since      TEXT NOT NULL CHECK (json_valid(since)),
    last_sent  TEXT CHECK (last_sent IS NULL OR json_valid(last_sent))
) STRICT;
-- The order of the queue.
CREATE INDEX oncall_incident_queue ON oncall_incident (lane, class, severity, opened_at DESC, id DESC);
CREATE INDEX oncall_incident_next ON oncall_incident (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX oncall_incident_opened ON oncall_incident (opened_at);

-- How many incidents are in each lane, and how many of those a suppression mutes wholly.
CREATE TABLE oncall_count (
    lane  INTEGER PRIMARY KEY,
    n     INTEGER NOT NULL,
    muted INTEGER NOT NULL
) STRICT;
INSERT INTO oncall_count (lane, n, muted) VALUES (0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0);

-- The keys by which alerts find an incident.
CREATE TABLE oncall_incident_key (
    key      TEXT NOT NULL,
    incident INTEGER NOT NULL REFERENCES oncall_incident (id) ON DELETE RESTRICT,
    PRIMARY KEY (key, incident)
) STRICT, WITHOUT ROWID;

-- The timeline. digest: SHA-256 over the entry and the digest of the one before it; the audit log has
-- the digest of the last entry of each change.
CREATE TABLE oncall_entry (
    incident INTEGER NOT NULL REFERENCES oncall_incident (id) ON DELETE RESTRICT,
    number   INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    by       TEXT NOT NULL CHECK (json_valid(by)),
    kind     TEXT NOT NULL,
    text     TEXT NOT NULL,
    digest   BLOB NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (incident, number)
) STRICT, WITHOUT ROWID;

-- An alert. signal: what was last seen; subject: as suppressions see it; track: what is remembered
-- between observations. firing: as an incident sees it. unsettled: somebody has to look again although
-- nothing new is said.
CREATE TABLE alert (
    id          INTEGER PRIMARY KEY,
    fp          TEXT NOT NULL UNIQUE,
    dedupe      TEXT NOT NULL,
    origin      TEXT NOT NULL,
    incident    INTEGER REFERENCES oncall_incident (id) ON DELETE RESTRICT,
    rule        TEXT NOT NULL,
    rules       TEXT NOT NULL,
    class       INTEGER NOT NULL,
    severity    INTEGER NOT NULL,
    family      TEXT NOT NULL,
    title       TEXT NOT NULL,
    why         TEXT NOT NULL,
    signal      TEXT NOT NULL CHECK (json_valid(signal)),
    subject     TEXT NOT NULL CHECK (json_valid(subject)),
    track       TEXT NOT NULL CHECK (json_valid(track)),
    firing      INTEGER NOT NULL,
    unsettled   INTEGER NOT NULL,
    phi         INTEGER NOT NULL,
    occurrences INTEGER NOT NULL,
    first_seen  INTEGER NOT NULL,
    last_seen   INTEGER NOT NULL,
    muted_by    TEXT NOT NULL CHECK (json_valid(muted_by)),
    muted       INTEGER NOT NULL,
    link        TEXT NOT NULL
) STRICT;
CREATE INDEX alert_incident ON alert (incident) WHERE incident IS NOT NULL;
CREATE INDEX alert_unsettled ON alert (id) WHERE unsettled = 1;
CREATE INDEX alert_firing ON alert (origin, id) WHERE firing = 1;
CREATE INDEX alert_muted ON alert (id) WHERE muted = 1;
CREATE INDEX alert_phi ON alert (last_seen DESC, id DESC) WHERE phi = 1;

-- Every beginning of an alert: what suppressions would have muted, and how many are usual.
CREATE TABLE alert_begun (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    alert   INTEGER NOT NULL REFERENCES alert (id) ON DELETE RESTRICT,
    class   INTEGER NOT NULL,
    counts  INTEGER NOT NULL,
    subject TEXT NOT NULL CHECK (json_valid(subject))
) STRICT;
CREATE INDEX alert_begun_at ON alert_begun (at);

-- Windows of de-duplication.
CREATE TABLE alert_window (
    dedupe TEXT PRIMARY KEY,
    body   TEXT NOT NULL CHECK (json_valid(body))
) STRICT, WITHOUT ROWID;

-- Events that were taken in.
CREATE TABLE alert_event (
    key TEXT PRIMARY KEY,
    at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_event_at ON alert_event (at);

-- Findings of GuardDuty that it told again, with the same state: they count, and nobody else needs it.
CREATE TABLE finding_told (
    finding INTEGER PRIMARY KEY
) STRICT;
CREATE TRIGGER finding_told_again AFTER UPDATE ON finding WHEN new.source = 2 BEGIN
    -- Whoever writes says what happens at a conflict, also to what a trigger writes.
    INSERT INTO finding_told (finding) SELECT new.n
    WHERE NOT EXISTS (SELECT 1 FROM finding_told WHERE finding = new.n);
END;

-- Something that was to be told. incident is NULL for digests, tests and signs of life. confirmed: when
-- the first contact took it; released: when nobody could be told.
CREATE TABLE notice (
    id         INTEGER PRIMARY KEY,
    incident   INTEGER REFERENCES oncall_incident (id) ON DELETE RESTRICT,
    event      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    created    INTEGER NOT NULL,
    class      INTEGER NOT NULL,
    severity   INTEGER NOT NULL,
    sent       TEXT NOT NULL CHECK (json_valid(sent)),
    windows    TEXT NOT NULL CHECK (json_valid(windows)),
    asked_by   TEXT,
    confirmed  INTEGER,
    released   INTEGER
) STRICT;
CREATE INDEX notice_incident ON notice (incident, id);
CREATE INDEX notice_open ON notice (id) WHERE confirmed IS NULL AND released IS NULL;

-- The same for one contact. state: 0 waits, 1 is being sent, 2 delivered, 3 refused, 4 given up.
CREATE TABLE delivery (
    id       INTEGER PRIMARY KEY,
    notice   INTEGER NOT NULL REFERENCES notice (id) ON DELETE RESTRICT,
    incident INTEGER,
    contact  TEXT NOT NULL,
    kind     TEXT NOT NULL,
    state    INTEGER NOT NULL,
    created  INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    first_at INTEGER,
    next_at  INTEGER,
    ended    INTEGER,
    why      TEXT NOT NULL,
    receipt  TEXT
) STRICT;
CREATE INDEX delivery_next ON delivery (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX delivery_notice ON delivery (notice);
CREATE INDEX delivery_incident ON delivery (incident, contact, id) WHERE incident IS NOT NULL;

-- What the last look at a contact found.
CREATE TABLE contact_check (
    contact TEXT PRIMARY KEY,
    at      INTEGER NOT NULL,
    ok      INTEGER NOT NULL,
    words   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER oncall_entry_no_update BEFORE UPDATE ON oncall_entry BEGIN
    SELECT RAISE (ABORT, 'the timeline of an incident is never changed');
END;
CREATE TRIGGER oncall_entry_no_delete BEFORE DELETE ON oncall_entry BEGIN
    SELECT RAISE (ABORT, 'the timeline of an incident is never shortened');
END;
CREATE TRIGGER oncall_incident_no_delete BEFORE DELETE ON oncall_incident BEGIN
    SELECT RAISE (ABORT, 'an incident is resolved and never removed');
END;
CREATE TRIGGER alert_no_delete BEFORE DELETE ON alert BEGIN
    SELECT RAISE (ABORT, 'an alert ends and is never removed');
END;
CREATE TRIGGER notice_no_delete BEFORE DELETE ON notice BEGIN
    SELECT RAISE (ABORT, 'what was told stays in the log');
END;
CREATE TRIGGER delivery_no_delete BEFORE DELETE ON delivery BEGIN
    SELECT RAISE (ABORT, 'what was told stays in the log');
END;
