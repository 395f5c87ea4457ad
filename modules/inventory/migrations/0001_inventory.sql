-- Model versions are immutable but for stage, signature and revision; every change of stage is a row of its own.
CREATE TABLE inventory_version (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  version text NOT NULL,
  digest text NOT NULL,
  stage text NOT NULL CHECK (stage IN ('registered','assessed','approved','deployed','retired','quarantined','retracted')),
  spec jsonb NOT NULL,
  signature jsonb,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deployed_at timestamptz,
  revision integer NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant, name, version),
  UNIQUE (tenant, seq)
);
CREATE INDEX inventory_version_by_stage ON inventory_version (tenant, stage);
CREATE INDEX inventory_version_by_digest ON inventory_version (tenant, digest);
SELECT kit_tenant_table('inventory_version');

CREATE TABLE inventory_artifact (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  name text NOT NULL,
  version text NOT NULL,
  path text NOT NULL,
  role text NOT NULL CHECK (role IN ('model','reference','card','replay','other')),
  digest text NOT NULL,
  size_bytes bigint NOT NULL,
  PRIMARY KEY (tenant, name, version, path),
  FOREIGN KEY (tenant, name, version) REFERENCES inventory_version (tenant, name, version)
);
SELECT kit_tenant_table('inventory_artifact', 'SELECT, INSERT');

CREATE TABLE inventory_transition (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  version text NOT NULL,
  from_stage text,
  to_stage text NOT NULL,
  reason text NOT NULL,
  principal text NOT NULL,
  decision_id text NOT NULL,
  time timestamptz NOT NULL,
  PRIMARY KEY (tenant, seq),
  FOREIGN KEY (tenant, name, version) REFERENCES inventory_version (tenant, name, version)
);
CREATE INDEX inventory_transition_by_version ON inventory_transition (tenant, name, version, seq);
SELECT kit_tenant_table('inventory_transition', 'SELECT, INSERT');
