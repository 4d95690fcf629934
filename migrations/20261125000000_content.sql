-- Raised by every transaction that changes something pages show. Entries of the audit log that come
-- alone leave it as it is: each view writes one, and rendered pages would never be kept.
CREATE TABLE content (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO content (one, version) VALUES (1, 0);
