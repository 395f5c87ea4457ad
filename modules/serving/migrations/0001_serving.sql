-- A route gives a model a name on the inference API and may narrow what it accepts.
CREATE TABLE serving_route (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  name text NOT NULL,
  model text NOT NULL,
  payload_schema jsonb,
  revision integer NOT NULL DEFAULT 1,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, name)
);
SELECT kit_tenant_table('serving_route');
