-- Incidents that were about PHI at any time: each is presumed to be a breach until somebody shows otherwise.
CREATE INDEX oncall_incident_phi ON oncall_incident (opened_at) 
    WHERE body -> 'peak' ->> 'class' = 'page-phi';
