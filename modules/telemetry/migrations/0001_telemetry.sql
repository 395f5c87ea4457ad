-- Reference profiles are written once per model version; windows are results, alarms the state that survives a restart.
CREATE TABLE telemetry_reference (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  model text NOT NULL,
  version text NOT NULL,
  rows integer NOT NULL CHECK (rows > 0),
  layout jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, model, version)
);
SELECT kit_tenant_table('telemetry_reference');

CREATE TABLE telemetry_reference_feature (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  model text NOT NULL,
  version text NOT NULL,
  name text NOT NULL,
  sketch bytea,
  frequencies jsonb,
  PRIMARY KEY (tenant, model, version, name),
  FOREIGN KEY (tenant, model, version) REFERENCES telemetry_reference (tenant, model, version) ON DELETE CASCADE,
  CHECK ((sketch IS NULL) <> (frequencies IS NULL))
);
SELECT kit_tenant_table('telemetry_reference_feature');

CREATE TABLE telemetry_window (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  model text NOT NULL,
  version text NOT NULL,
  opened_at timestamptz NOT NULL,
  closed_at timestamptz NOT NULL,
  rows integer NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('stable','warning','drifted','unknown')),
  worst_feature text,
  features jsonb NOT NULL,
  PRIMARY KEY (tenant, seq),
  FOREIGN KEY (tenant, model, version) REFERENCES telemetry_reference (tenant, model, version) ON DELETE CASCADE
);
CREATE INDEX telemetry_window_by_version ON telemetry_window (tenant, model, version, seq DESC);
SELECT kit_tenant_table('telemetry_window');

CREATE TABLE telemetry_alarm (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  model text NOT NULL,
  version text NOT NULL,
  feature text NOT NULL,
  state jsonb NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, model, version, feature),
  FOREIGN KEY (tenant, model, version) REFERENCES telemetry_reference (tenant, model, version) ON DELETE CASCADE
);
SELECT kit_tenant_table('telemetry_alarm');
