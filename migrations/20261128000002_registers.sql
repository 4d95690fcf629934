-- Registers: vendors with their agreements, systems, incidents, drills.
--
-- A record ends and is never removed. Each change leaves the version before it in
-- register_history, word by word; the audit log has the SHA-256 of every version.
-- Days are days since 1970-01-01, times are milliseconds since then.

CREATE TABLE vendor (
    id             INTEGER PRIMARY KEY,
    version        INTEGER NOT NULL,
    added          INTEGER NOT NULL,
    changed        INTEGER NOT NULL,
    ended          INTEGER,
    end_reason     TEXT,
    name           TEXT NOT NULL COLLATE NOCASE,
    services       TEXT NOT NULL,
    receives_phi   INTEGER NOT NULL,
    phi_since      INTEGER,
    need           TEXT NOT NULL CHECK (need IN ('with-phi', 'always', 'never')),
    need_reason    TEXT NOT NULL,
    subcontractors TEXT NOT NULL,
    contact        TEXT NOT NULL,
    baa_parties    TEXT,
    baa_services   TEXT,
    baa_signed     INTEGER,
    baa_effective  INTEGER,
    baa_expires    INTEGER,
    baa_review     INTEGER,
    baa_file       TEXT,
    baa_bytes      INTEGER,
    baa_sha256     TEXT CHECK (baa_sha256 IS NULL OR length(baa_sha256) = 64),
    CHECK ((ended IS NULL) = (end_reason IS NULL)),
    CHECK (need <> 'never' OR need_reason <> ''),
    CHECK ((baa_signed IS NULL) = (baa_parties IS NULL)),
    CHECK ((baa_signed IS NULL) = (baa_services IS NULL))
) STRICT;
CREATE UNIQUE INDEX vendor_name ON vendor (name) WHERE ended IS NULL;

-- accounts: twelve digits each, separated by spaces.
CREATE TABLE system (
    id          INTEGER PRIMARY KEY,
    version     INTEGER NOT NULL,
    added       INTEGER NOT NULL,
    changed     INTEGER NOT NULL,
    ended       INTEGER,
    end_reason  TEXT,
    name        TEXT NOT NULL COLLATE NOCASE,
    owner       TEXT NOT NULL,
    holds       TEXT NOT NULL,
    accounts    TEXT NOT NULL,
    vendor      INTEGER REFERENCES vendor (id) ON DELETE RESTRICT,
    criticality TEXT NOT NULL,
    CHECK ((ended IS NULL) = (end_reason IS NULL))
) STRICT;
CREATE UNIQUE INDEX system_name ON system (name) WHERE ended IS NULL;
CREATE INDEX system_vendor ON system (vendor) WHERE vendor IS NOT NULL;

CREATE TABLE incident (
    id         INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL,
    added      INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    ended      INTEGER,
    end_reason TEXT,
    title      TEXT NOT NULL,
    kind       TEXT NOT NULL,
    account    TEXT,
    system     INTEGER REFERENCES system (id) ON DELETE RESTRICT,
    occurred   INTEGER,
    detected   INTEGER NOT NULL,
    contained  INTEGER,
    closed     INTEGER,
    notes      TEXT NOT NULL,
    CHECK ((ended IS NULL) = (end_reason IS NULL)),
    CHECK (occurred IS NULL OR occurred <= detected),
    CHECK (contained IS NULL OR contained >= detected),
    CHECK (closed IS NULL OR contained IS NOT NULL AND closed >= contained)
) STRICT;
CREATE INDEX incident_detected ON incident (detected);

CREATE TABLE drill (
    id         INTEGER PRIMARY KEY,
    version    INTEGER NOT NULL,
    added      INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    ended      INTEGER,
    end_reason TEXT,
    day        INTEGER NOT NULL,
    scenario   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    outcome    TEXT NOT NULL,
    minutes    INTEGER,
    notes      TEXT NOT NULL,
    CHECK ((ended IS NULL) = (end_reason IS NULL))
) STRICT;

-- changed: when that version was made. body: the version as JSON.
CREATE TABLE register_history (
    register TEXT NOT NULL,
    record   INTEGER NOT NULL,
    version  INTEGER NOT NULL,
    changed  INTEGER NOT NULL,
    body     TEXT NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (register, record, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER register_history_no_update BEFORE UPDATE ON register_history BEGIN
    SELECT RAISE (ABORT, 'the history of a register is never changed');
END;
CREATE TRIGGER register_history_no_delete BEFORE DELETE ON register_history BEGIN
    SELECT RAISE (ABORT, 'the history of a register is never shortened');
END;
CREATE TRIGGER vendor_no_delete BEFORE DELETE ON vendor BEGIN
    SELECT RAISE (ABORT, 'a vendor ends and is never removed');
END;
CREATE TRIGGER system_no_delete BEFORE DELETE ON system BEGIN
    SELECT RAISE (ABORT, 'a system ends and is never removed');
END;
CREATE TRIGGER incident_no_delete BEFORE DELETE ON incident BEGIN
    SELECT RAISE (ABORT, 'an incident is withdrawn and never removed');
END;
CREATE TRIGGER drill_no_delete BEFORE DELETE ON drill BEGIN
    SELECT RAISE (ABORT, 'a drill ends and is never removed');
END;
