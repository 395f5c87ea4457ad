-- Batches of the inference log that the audit log holds: the queue hands over at least once, the audit log takes once.
CREATE TABLE serving_anchor (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  id text NOT NULL,
  anchored_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, id)
);
SELECT kit_tenant_table('serving_anchor', 'SELECT, INSERT');
