-- Incidents about PHI: each is presumed to be a breach until somebody shows otherwise.
CREATE INDEX oncall_incident_phi ON oncall_incident (opened_at) WHERE class = 0;
