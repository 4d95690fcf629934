-- Suppressions: alerts that nobody is told of for a while, who asked for them, and who approved.
--
-- Times are milliseconds since 1970-01-01. Nothing here is ever removed by the program.

-- A suppression. body: the whole as JSON; the other columns are made from it. scope: what an approval
-- is bound to. decided: 0 draft, 1 waits for approval, 2 approved, 3 rejected, 4 revoked, 5 another
-- stands in its place. over_at: from when on it mutes nothing any more, as it stands.
CREATE TABLE suppression (
    id           INTEGER PRIMARY KEY,
    version      INTEGER NOT NULL,
    body         TEXT NOT NULL CHECK (json_valid(body)),
    scope        TEXT NOT NULL,
    decided      INTEGER NOT NULL,
    over_at      INTEGER NOT NULL,
    unratified   INTEGER NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at INTEGER NOT NULL
) STRICT;
CREATE INDEX suppression_standing ON suppression (over_at) WHERE decided = 2;
CREATE INDEX suppression_unratified ON suppression (id) WHERE unratified = 1;

-- What was done with it and what was remarked. by: who acted, as in the audit log. scope: what stood
-- there then. digest: SHA-256 over the entry and the digest of the one before it; the audit log has
-- the digest of the last entry of each change.
CREATE TABLE suppression_entry (
    suppression INTEGER NOT NULL REFERENCES suppression (id) ON DELETE RESTRICT,
    number      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    by          TEXT NOT NULL,
    deed        TEXT NOT NULL,
    text        TEXT NOT NULL,
    scope       TEXT NOT NULL,
    digest      BLOB NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (suppression, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER suppression_no_delete BEFORE DELETE ON suppression BEGIN
    SELECT RAISE (ABORT, 'a suppression ends and is never removed');
END;
CREATE TRIGGER suppression_asked BEFORE UPDATE OF id, scope, requested_by, requested_at ON suppression
BEGIN
    SELECT RAISE (ABORT, 'what was asked for is never changed: a change is a suppression of its own');
END;
CREATE TRIGGER suppression_ended BEFORE UPDATE OF decided ON suppression
WHEN OLD.decided > 2 AND NEW.decided <> OLD.decided BEGIN
    SELECT RAISE (ABORT, 'a suppression that has ended stays as it is');
END;
CREATE TRIGGER suppression_entry_no_update BEFORE UPDATE ON suppression_entry BEGIN
    SELECT RAISE (ABORT, 'the history of a suppression is never changed');
END;
CREATE TRIGGER suppression_entry_no_delete BEFORE DELETE ON suppression_entry BEGIN
    SELECT RAISE (ABORT, 'the history of a suppression is never shortened');
END;
