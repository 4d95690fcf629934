-- Runbooks at work, and the texts of runbooks that people edited.
--
-- Times are milliseconds since 1970-01-01. Nothing here is ever removed or rewritten: what was done is
-- documented (45 CFR 164.316(b)(1)(ii)), and procedures are kept six years (164.316(b)(2)(i)).

-- A run. beginning: the run as JSON without its history and its seal. The columns up to steps are made
-- from it and do not change; the others are made from the history, for lists. settled: steps that are
-- done or skipped. due_at: when the first open step is due. seal: SHA-256 over all of it.
CREATE TABLE runbook_run (
    id           INTEGER PRIMARY KEY,
    beginning    TEXT NOT NULL CHECK (json_valid(beginning)),
    template     TEXT NOT NULL,
    version      INTEGER NOT NULL,
    title        TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject      TEXT NOT NULL,
    opened_at    INTEGER NOT NULL,
    opened_by    TEXT NOT NULL,
    steps        INTEGER NOT NULL,
    entries      INTEGER NOT NULL,
    settled      INTEGER NOT NULL,
    next_step    TEXT,
    due_at       INTEGER,
    signed       INTEGER NOT NULL,
    ending       TEXT,
    ended_at     INTEGER,
    seal         TEXT CHECK (seal IS NULL OR length(seal) = 64),
    CHECK ((seal IS NULL) = (ending IS NULL) AND (seal IS NULL) = (ended_at IS NULL))
) STRICT;
CREATE INDEX runbook_run_open ON runbook_run (id) WHERE seal IS NULL;
CREATE INDEX runbook_run_template ON runbook_run (template, id);
CREATE INDEX runbook_run_subject ON runbook_run (subject_kind, subject, id);

CREATE TRIGGER runbook_run_begins_once
BEFORE UPDATE OF id, beginning, template, version, title, subject_kind, subject, opened_at, opened_by,
    steps ON runbook_run
BEGIN
    SELECT RAISE (ABORT, 'the beginning of a run is never changed');
END;
CREATE TRIGGER runbook_run_sealed BEFORE UPDATE ON runbook_run WHEN OLD.seal IS NOT NULL BEGIN
    SELECT RAISE (ABORT, 'a sealed run is never changed');
END;
CREATE TRIGGER runbook_run_no_delete BEFORE DELETE ON runbook_run BEGIN
    SELECT RAISE (ABORT, 'runs are never removed');
END;

-- The history of a run.
CREATE TABLE runbook_entry (
    run    INTEGER NOT NULL REFERENCES runbook_run (id) ON DELETE RESTRICT,
    number INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    by     TEXT NOT NULL CHECK (json_valid(by)),
    act    TEXT NOT NULL CHECK (json_valid(act)),
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER runbook_entry_no_update BEFORE UPDATE ON runbook_entry BEGIN
    SELECT RAISE (ABORT, 'the history of a run is never changed');
END;
CREATE TRIGGER runbook_entry_no_delete BEFORE DELETE ON runbook_entry BEGIN
    SELECT RAISE (ABORT, 'the history of a run is never shortened');
END;
CREATE TRIGGER runbook_entry_gap_free BEFORE INSERT ON runbook_entry
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM runbook_entry WHERE run = NEW.run) BEGIN
    SELECT RAISE (ABORT, 'the history of a run has no gaps');
END;
CREATE TRIGGER runbook_entry_sealed BEFORE INSERT ON runbook_entry
WHEN (SELECT seal FROM runbook_run WHERE id = NEW.run) IS NOT NULL BEGIN
    SELECT RAISE (ABORT, 'a sealed run is never continued');
END;

-- Texts of runbooks, each version that was ever in use here. The newest row of an id counts. origin: a
-- text that was edited, or the file that stood there before the first edit.
CREATE TABLE runbook_text (
    n         INTEGER PRIMARY KEY,
    id        TEXT NOT NULL,
    version   INTEGER NOT NULL,
    origin    TEXT NOT NULL,
    text      TEXT NOT NULL,
    sha256    TEXT NOT NULL CHECK (length(sha256) = 64),
    edited_by TEXT NOT NULL,
    at        INTEGER NOT NULL
) STRICT;
CREATE INDEX runbook_text_id ON runbook_text (id, n);

CREATE TRIGGER runbook_text_no_update BEFORE UPDATE ON runbook_text BEGIN
    SELECT RAISE (ABORT, 'a version of a runbook is never changed');
END;
CREATE TRIGGER runbook_text_no_delete BEFORE DELETE ON runbook_text BEGIN
    SELECT RAISE (ABORT, 'versions of a runbook are never removed');
END;
