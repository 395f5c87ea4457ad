-- Every version of every pack, never changed afterwards; the one with the highest number is active.
CREATE TABLE policy_version (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  pack text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  digest text NOT NULL,
  origin text NOT NULL CHECK (origin IN ('shipped', 'edited', 'rollback')),
  files jsonb NOT NULL,
  tests_passed integer NOT NULL,
  message text NOT NULL,
  author text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, pack, version)
);
SELECT kit_tenant_table('policy_version', 'SELECT, INSERT');

-- One row per decision; equal questions within one flush of the log share a row and are counted in `times`.
CREATE TABLE policy_decision (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  id text NOT NULL,
  pack text NOT NULL,
  pack_version integer NOT NULL,
  bundle_digest text NOT NULL,
  input_digest text NOT NULL,
  principal text NOT NULL,
  action text NOT NULL,
  entity_kind text,
  entity_id text,
  allow boolean NOT NULL,
  reasons jsonb NOT NULL,
  obligations jsonb NOT NULL,
  evaluation_micros real NOT NULL,
  times integer NOT NULL,
  time timestamptz NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX policy_decision_by_seq ON policy_decision (tenant, seq DESC);
CREATE INDEX policy_decision_by_entity ON policy_decision (tenant, entity_kind, entity_id, seq DESC);
CREATE INDEX policy_decision_by_time ON policy_decision (time);
SELECT kit_tenant_table('policy_decision', 'SELECT, INSERT, DELETE');
