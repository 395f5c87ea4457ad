-- Evidence: DSSE envelopes exactly as signed. The columns beside the envelope are for finding it; every read verifies
-- the envelope and compares them with what was signed. Append-only by grant.
CREATE TABLE trust_evidence (
  id uuid PRIMARY KEY,
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  subject_digest text NOT NULL,
  subject_name text NOT NULL,
  predicate_type text NOT NULL,
  principal text NOT NULL,
  time timestamptz NOT NULL,
  envelope text NOT NULL
);
CREATE INDEX trust_evidence_subject ON trust_evidence (tenant, subject_digest, time, id);
SELECT kit_tenant_table('trust_evidence', 'SELECT, INSERT');
