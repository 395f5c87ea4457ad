-- The source of a version before it first changed.
CREATE TABLE registry_watch_source (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  registry text NOT NULL,
  model text NOT NULL,
  version text NOT NULL,
  source text NOT NULL,
  PRIMARY KEY (tenant, registry, model, version),
  FOREIGN KEY (tenant, registry, model, version) REFERENCES registry_version (tenant, registry, model, version) ON DELETE CASCADE
);
SELECT kit_tenant_table('registry_watch_source');

-- Conditions whose signal is open, with a digest of what was said last.
CREATE TABLE registry_watch_condition (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  key text NOT NULL,
  content text NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (tenant, key)
);
SELECT kit_tenant_table('registry_watch_condition');

-- Deliveries of webhooks that were accepted; kept for twice the window in which one is.
CREATE TABLE registry_delivery (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  registry text NOT NULL,
  delivery text NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, registry, delivery),
  FOREIGN KEY (tenant, registry) REFERENCES registry_resource (tenant, name) ON DELETE CASCADE
);
CREATE INDEX registry_delivery_by_time ON registry_delivery (tenant, received_at);
SELECT kit_tenant_table('registry_delivery');

-- What Rampart wrote into a registry, one row per tag: what is there is ours only while it equals `value`.
CREATE TABLE registry_writing (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  registry text NOT NULL,
  model text NOT NULL,
  version text NOT NULL,
  key text NOT NULL,
  value text,
  conflict text,
  written_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, registry, model, version, key),
  FOREIGN KEY (tenant, registry) REFERENCES registry_resource (tenant, name) ON DELETE CASCADE
);
SELECT kit_tenant_table('registry_writing');
