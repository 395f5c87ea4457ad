-- Where alerts come from. `position` is how far a file has been read: inode, byte offset, and the first bytes as a check.
CREATE TABLE siem_source (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  name text NOT NULL,
  spec jsonb NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  position jsonb,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, name)
);
SELECT kit_tenant_table('siem_source');

-- Observations of outside observables, one row per source and kind of sighting, counted.
CREATE TABLE siem_sighting (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  source text NOT NULL,
  key text NOT NULL,
  kind text NOT NULL,
  count bigint NOT NULL,
  first_time timestamptz NOT NULL,
  last_time timestamptz NOT NULL,
  last_id text NOT NULL,
  body jsonb NOT NULL,
  PRIMARY KEY (tenant, source, key)
);
CREATE INDEX siem_sighting_by_seq ON siem_sighting (tenant, seq DESC);
SELECT kit_tenant_table('siem_sighting');

-- Ids of alerts taken lately: the same alert told twice, over another way or after a restart, counts once.
CREATE TABLE siem_seen (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  source text NOT NULL,
  id text NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, source, id)
);
CREATE INDEX siem_seen_by_time ON siem_seen (seen_at);
SELECT kit_tenant_table('siem_seen');
