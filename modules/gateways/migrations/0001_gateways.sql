-- Number of the content that gateways follow; grows whenever the content does.
CREATE TABLE gateways_epoch (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  epoch bigint NOT NULL,
  digest text NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant)
);
SELECT kit_tenant_table('gateways_epoch');

-- Gateways that reported; `stream` and `sequence` tell which of their reports were taken.
CREATE TABLE gateways_gateway (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  id text NOT NULL,
  principal text NOT NULL,
  stream text NOT NULL,
  sequence bigint NOT NULL,
  epoch bigint NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  state jsonb NOT NULL,
  PRIMARY KEY (tenant, id)
);
SELECT kit_tenant_table('gateways_gateway');
