-- A record that has ended stays as it is: no later version of it, not even by a mistake in a
-- statement. The end itself is a version, and leaves the one before it in register_history.
CREATE TRIGGER vendor_ended BEFORE UPDATE ON vendor WHEN OLD.ended IS NOT NULL BEGIN
    SELECT RAISE (ABORT, 'a vendor that has ended stays as it is');
END;
CREATE TRIGGER system_ended BEFORE UPDATE ON system WHEN OLD.ended IS NOT NULL BEGIN
    SELECT RAISE (ABORT, 'a system that has ended stays as it is');
END;
CREATE TRIGGER incident_ended BEFORE UPDATE ON incident WHEN OLD.ended IS NOT NULL BEGIN
    SELECT RAISE (ABORT, 'an incident that was withdrawn stays as it is');
END;
CREATE TRIGGER drill_ended BEFORE UPDATE ON drill WHEN OLD.ended IS NOT NULL BEGIN
    SELECT RAISE (ABORT, 'a drill that was taken back stays as it is');
END;
