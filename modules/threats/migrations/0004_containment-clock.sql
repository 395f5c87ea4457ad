-- The clock of containment, for incidents grave enough to call for one.
ALTER TABLE threats_incident ADD COLUMN contain_due timestamptz;
ALTER TABLE threats_incident ADD COLUMN contained_at timestamptz;
