-- Who may come in, and the trail that proves what they did.

-- Ending an account keeps its row: the trail names it for ever.
CREATE TABLE person (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role        INTEGER NOT NULL,
    password    TEXT,
    second      BLOB,
    second_step INTEGER,
    issuer      TEXT,
    subject     TEXT,
    created     INTEGER NOT NULL,
    ended       INTEGER,
    ends        INTEGER,
    period_from INTEGER,
    period_to   INTEGER,
    demo        INTEGER NOT NULL DEFAULT 0,
    UNIQUE (issuer, subject),
    CHECK ((issuer IS NULL) = (subject IS NULL))
);

CREATE TABLE recovery_code (
    person INTEGER NOT NULL REFERENCES person (id),
    digest BLOB NOT NULL,
    used   INTEGER,
    PRIMARY KEY (person, digest)
) WITHOUT ROWID;

-- One-time links by which somebody sets a password.
CREATE TABLE invitation (
    digest  BLOB PRIMARY KEY,
    person  INTEGER NOT NULL REFERENCES person (id),
    made    INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    used    INTEGER
) WITHOUT ROWID;

-- stage: 0 the password was right, 1 a second factor must be set up, 2 signed in.
CREATE TABLE session (
    digest      BLOB PRIMARY KEY,
    id          INTEGER NOT NULL UNIQUE,
    person      INTEGER NOT NULL REFERENCES person (id),
    stage       INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    last_active INTEGER NOT NULL,
    fresh       INTEGER,
    address     TEXT NOT NULL,
    agent       TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_person ON session (person);

CREATE TABLE token (
    id        INTEGER PRIMARY KEY,
    person    INTEGER NOT NULL REFERENCES person (id),
    name      TEXT NOT NULL,
    scopes    TEXT NOT NULL,
    digest    BLOB NOT NULL UNIQUE,
    made      INTEGER NOT NULL,
    expires   INTEGER NOT NULL,
    last_used INTEGER,
    revoked   INTEGER
);
CREATE INDEX token_person ON token (person);

-- The audit log (45 CFR 164.312(b)). Each row's hash covers the row and the hash before it; the
-- format is in crates/trail/FORMAT.md. Nothing here is ever changed or removed.
CREATE TABLE audit (
    seq        INTEGER PRIMARY KEY,
    at_us      INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    role       TEXT NOT NULL,
    action     TEXT NOT NULL,
    object     TEXT NOT NULL,
    outcome    INTEGER NOT NULL,
    facts      TEXT NOT NULL,
    commitment BLOB,
    prev       BLOB NOT NULL,
    hash       BLOB NOT NULL
);
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_action ON audit (action, seq);
CREATE INDEX audit_object ON audit (object, seq) WHERE object <> '';
CREATE INDEX audit_at ON audit (at_us);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN
    SELECT RAISE (ABORT, 'the audit log is never changed');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN
    SELECT RAISE (ABORT, 'the audit log is never shortened');
END;

CREATE TRIGGER audit_gap_free BEFORE INSERT ON audit
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit) BEGIN
    SELECT RAISE (ABORT, 'the audit log has no gaps');
END;

-- Names and addresses beside the log, under a salted commitment in it: they can be removed where
-- the law demands it, and the log still verifies.
CREATE TABLE audit_detail (
    seq  INTEGER PRIMARY KEY REFERENCES audit (seq) ON DELETE RESTRICT,
    salt BLOB NOT NULL,
    text TEXT NOT NULL
);
CREATE TRIGGER audit_detail_no_update BEFORE UPDATE ON audit_detail BEGIN
    SELECT RAISE (ABORT, 'details of the audit log are never changed');
END;

-- Signed statements that the log had this hash at this number.
CREATE TABLE audit_checkpoint (
    seq  INTEGER PRIMARY KEY REFERENCES audit (seq) ON DELETE RESTRICT,
    at   INTEGER NOT NULL,
    line TEXT NOT NULL
);
CREATE TRIGGER audit_checkpoint_no_update BEFORE UPDATE ON audit_checkpoint BEGIN
    SELECT RAISE (ABORT, 'checkpoints are never changed');
END;
CREATE TRIGGER audit_checkpoint_no_delete BEFORE DELETE ON audit_checkpoint BEGIN
    SELECT RAISE (ABORT, 'checkpoints are never removed');
END;

-- Where checkpoints were taken to, and whether they arrived.
CREATE TABLE audit_anchor (
    id         INTEGER PRIMARY KEY,
    checkpoint INTEGER NOT NULL REFERENCES audit_checkpoint (seq) ON DELETE RESTRICT,
    target     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    error      TEXT
);
CREATE INDEX audit_anchor_target ON audit_anchor (target, id);

-- Copies of this very database.
CREATE TABLE backup (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    took_ms  INTEGER NOT NULL,
    file     TEXT NOT NULL,
    bytes    INTEGER NOT NULL,
    digest   BLOB,
    rows     INTEGER NOT NULL,
    head     INTEGER NOT NULL,
    error    TEXT
);
