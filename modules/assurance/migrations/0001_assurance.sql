-- One assessment per registration. `attested` is the state between the signed statement and the step of the lifecycle,
-- so that a crash between the two repeats neither the measurement nor the statement.
CREATE TABLE assurance_job (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  id text NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  version text NOT NULL,
  digest text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'running', 'attested', 'passed', 'failed', 'abandoned')),
  attempts integer NOT NULL DEFAULT 0,
  lease_until timestamptz,
  result jsonb,
  note text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX assurance_job_open ON assurance_job (seq) WHERE state IN ('pending', 'running', 'attested');
CREATE INDEX assurance_job_by_version ON assurance_job (tenant, name, version, seq DESC);
SELECT kit_tenant_table('assurance_job');
