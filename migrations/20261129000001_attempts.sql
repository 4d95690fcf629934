-- Attempts are judged by when their count changed: what CloudTrail tells of an hour comes later than
-- the hour. Nothing reads counters of events of CloudTrail by account any more: they are counted
-- with what applications report.

-- When it was last counted up, in milliseconds.
ALTER TABLE attempt_hour ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
-- For what was counted before, the end of the hour is the latest that is known.
UPDATE attempt_hour SET changed = (hour + 1) * 3600000;
CREATE INDEX attempt_changed ON attempt_hour (changed);

DROP TABLE access_hour;
DROP INDEX access_event_account;
