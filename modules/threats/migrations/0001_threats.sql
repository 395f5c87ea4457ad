-- One row per occurrence of a condition: the row is updated while the condition lasts and closed when it clears.
CREATE TABLE threats_signal (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  id text NOT NULL,
  key text NOT NULL,
  state text NOT NULL CHECK (state IN ('raised', 'updated', 'cleared')),
  severity text NOT NULL,
  detector text NOT NULL,
  entity_kind text NOT NULL,
  entity_id text NOT NULL,
  first_time timestamptz NOT NULL,
  last_time timestamptz NOT NULL,
  occurrences integer NOT NULL DEFAULT 1,
  body jsonb NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX threats_signal_open_key ON threats_signal (tenant, key) WHERE state <> 'cleared';
CREATE INDEX threats_signal_by_seq ON threats_signal (tenant, seq DESC);
CREATE INDEX threats_signal_by_entity ON threats_signal (tenant, entity_kind, entity_id);
SELECT kit_tenant_table('threats_signal');
