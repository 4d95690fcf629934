-- What the ten indicators say. Everything here can be shown to have been so at the time: history
-- and changes are only added to.

CREATE TABLE sli_now (
    sli     INTEGER PRIMARY KEY,
    reading TEXT NOT NULL
) STRICT;

-- The last reading of each hour.
CREATE TABLE sli_history (
    sli         INTEGER NOT NULL,
    hour        INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    value       REAL,
    good        INTEGER NOT NULL,
    total       INTEGER NOT NULL,
    budget_left REAL,
    PRIMARY KEY (sli, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE sli_change (
    id     INTEGER PRIMARY KEY,
    sli    INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    before INTEGER,
    after  INTEGER NOT NULL,
    why    TEXT NOT NULL
) STRICT;
CREATE INDEX sli_change_sli ON sli_change (sli, id);

-- Members that keep an indicator from its target at present.
CREATE TABLE sli_member (
    sli   INTEGER NOT NULL,
    key   TEXT NOT NULL,
    what  TEXT NOT NULL,
    link  TEXT NOT NULL,
    since INTEGER NOT NULL,
    grace INTEGER NOT NULL,
    PRIMARY KEY (sli, key)
) STRICT, WITHOUT ROWID;

-- Bad events of invariants: open until a person closes them.
CREATE TABLE violation (
    id          INTEGER PRIMARY KEY,
    sli         INTEGER NOT NULL,
    key         TEXT NOT NULL,
    what        TEXT NOT NULL,
    link        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    seen        INTEGER NOT NULL,
    ended       INTEGER,
    closed_at   INTEGER,
    closed_by   TEXT,
    disposition INTEGER,
    note        TEXT
) STRICT;
CREATE UNIQUE INDEX violation_open ON violation (sli, key) WHERE closed_at IS NULL;
CREATE INDEX violation_key ON violation (sli, key, id);
CREATE INDEX violation_sli ON violation (sli, id);
CREATE INDEX violation_at ON violation (sli, at);
