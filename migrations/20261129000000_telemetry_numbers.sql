-- Numbers of spans and log records are never used again: the second look goes by them, and must not
-- take a new row for one that it has seen after retention removed the old one.

CREATE TABLE span_numbered (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    key      BLOB NOT NULL UNIQUE,
    producer INTEGER NOT NULL,
    begun    INTEGER NOT NULL,
    lasted   INTEGER NOT NULL,
    received INTEGER NOT NULL,
    detail   TEXT NOT NULL
) STRICT;
INSERT INTO span_numbered (id, key, producer, begun, lasted, received, detail)
    SELECT id, key, producer, begun, lasted, received, detail FROM span ORDER BY id;
DROP TABLE span;
ALTER TABLE span_numbered RENAME TO span;
CREATE INDEX span_received ON span (received);

CREATE TABLE log_record_numbered (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    key      BLOB NOT NULL UNIQUE,
    producer INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    received INTEGER NOT NULL,
    trace    BLOB,
    detail   TEXT NOT NULL
) STRICT;
INSERT INTO log_record_numbered (id, key, producer, at, received, trace, detail)
    SELECT id, key, producer, at, received, trace, detail FROM log_record ORDER BY id;
DROP TABLE log_record;
ALTER TABLE log_record_numbered RENAME TO log_record;
CREATE INDEX log_record_received ON log_record (received);
CREATE INDEX log_record_trace ON log_record (trace) WHERE trace IS NOT NULL;
