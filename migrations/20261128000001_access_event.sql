-- Who tried to get into AWS or to do something there. Times are milliseconds since 1970 in UTC,
-- enumerations the numbers of store/src/code.rs.
CREATE TABLE access_event (
    n             INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    at            INTEGER NOT NULL,
    account       TEXT NOT NULL,
    region        TEXT NOT NULL,
    service       TEXT NOT NULL,
    action        TEXT NOT NULL,
    outcome       INTEGER NOT NULL,
    cause         INTEGER,
    identity      TEXT NOT NULL,
    identity_kind INTEGER NOT NULL,
    address_net   TEXT,
    mfa           INTEGER,
    error_code    TEXT NOT NULL
) STRICT;
CREATE INDEX access_event_at ON access_event (at, n);
CREATE INDEX access_event_identity ON access_event (identity, at, n);
CREATE INDEX access_event_account ON access_event (account, at, n);

-- How many of them there were in each hour; maintained by whoever stores them. `hour` is the
-- instant at which it begins. `cause` is -1 where there is none, because a key has no NULL.
CREATE TABLE access_hour (
    hour     INTEGER NOT NULL,
    account  TEXT NOT NULL,
    identity TEXT NOT NULL,
    sign_in  INTEGER NOT NULL,
    outcome  INTEGER NOT NULL,
    cause    INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    PRIMARY KEY (hour, account, identity, sign_in, outcome, cause)
) STRICT, WITHOUT ROWID;

-- Spans of time whose events were not looked at: counts over them are lower bounds.
CREATE TABLE access_gap (
    account TEXT NOT NULL,
    region  TEXT NOT NULL,
    part    INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    until   INTEGER NOT NULL,
    PRIMARY KEY (account, region, part, since, until)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_gap_until ON access_gap (until);
