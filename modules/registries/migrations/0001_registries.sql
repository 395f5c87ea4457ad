-- What a person wrote: where an organisation keeps its models.
CREATE TABLE registry_resource (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  name text NOT NULL,
  spec jsonb NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, name)
);
SELECT kit_tenant_table('registry_resource');

-- How its sync stands. One process at a time holds the lease; a walk that was cut off goes on from its cursor.
CREATE TABLE registry_state (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  name text NOT NULL,
  lease_owner text,
  lease_until timestamptz,
  walk bigint NOT NULL DEFAULT 0,
  walking boolean NOT NULL DEFAULT false,
  walk_cursor text,
  walk_pages integer NOT NULL DEFAULT 0,
  walk_versions integer NOT NULL DEFAULT 0,
  walk_requests bigint NOT NULL DEFAULT 0,
  walk_started_at timestamptz,
  walk_ended_at timestamptz,
  last_walk_requests bigint NOT NULL DEFAULT 0,
  last_walk_versions integer NOT NULL DEFAULT 0,
  next_poll_at timestamptz,
  asked boolean NOT NULL DEFAULT false,
  failures integer NOT NULL DEFAULT 0,
  error_code text,
  error_message text,
  error_at timestamptz,
  requests bigint NOT NULL DEFAULT 0,
  downloads bigint NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, name),
  FOREIGN KEY (tenant, name) REFERENCES registry_resource (tenant, name) ON DELETE CASCADE
);
SELECT kit_tenant_table('registry_state');

-- One row per version of a registry, in its own names. `ref_name:ref_version` is the version here; `digest` is what
-- was registered and never changes, `observed_digest` what the registry gives now.
CREATE TABLE registry_version (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  registry text NOT NULL,
  model text NOT NULL,
  version text NOT NULL,
  source text NOT NULL,
  revision text NOT NULL,
  done_revision text,
  state text NOT NULL CHECK (state IN ('pending', 'downloading', 'registered', 'refused')),
  reason_code text,
  reason text,
  attempts integer NOT NULL DEFAULT 0,
  retry_at timestamptz,
  ref_name text,
  ref_version text,
  digest text,
  observed_digest text,
  stage text,
  tags jsonb NOT NULL DEFAULT '{}',
  description text,
  author text,
  registry_created_at text,
  lineage jsonb,
  seen_walk bigint NOT NULL,
  observed_at timestamptz NOT NULL,
  first_seen_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  PRIMARY KEY (tenant, registry, model, version),
  FOREIGN KEY (tenant, registry) REFERENCES registry_resource (tenant, name) ON DELETE CASCADE
);
CREATE INDEX registry_version_open ON registry_version (tenant, registry, retry_at) WHERE state IN ('pending', 'downloading');
CREATE INDEX registry_version_by_state ON registry_version (tenant, registry, state);
CREATE INDEX registry_version_by_digest ON registry_version (tenant, digest);
CREATE UNIQUE INDEX registry_version_by_ref ON registry_version (tenant, ref_name, ref_version) WHERE ref_name IS NOT NULL;
SELECT kit_tenant_table('registry_version');

-- Where aliases point, as last observed.
CREATE TABLE registry_alias (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  registry text NOT NULL,
  model text NOT NULL,
  alias text NOT NULL,
  version text NOT NULL,
  since timestamptz NOT NULL,
  seen_walk bigint NOT NULL,
  observed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, registry, model, alias),
  FOREIGN KEY (tenant, registry) REFERENCES registry_resource (tenant, name) ON DELETE CASCADE
);
CREATE INDEX registry_alias_by_version ON registry_alias (tenant, registry, model, version);
SELECT kit_tenant_table('registry_alias');

-- The files of a version as far as they have arrived; also what bytes a name of the registry stood for.
CREATE TABLE registry_file (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  registry text NOT NULL,
  model text NOT NULL,
  version text NOT NULL,
  path text NOT NULL,
  digest text NOT NULL,
  size_bytes bigint NOT NULL,
  PRIMARY KEY (tenant, registry, model, version, path),
  FOREIGN KEY (tenant, registry, model, version) REFERENCES registry_version (tenant, registry, model, version) ON DELETE CASCADE
);
SELECT kit_tenant_table('registry_file');

-- Bytes that were fetched once: asked by the registry's own identity before anything is fetched again.
CREATE TABLE registry_blob (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  registry text NOT NULL,
  identity text NOT NULL,
  digest text NOT NULL,
  size_bytes bigint NOT NULL,
  PRIMARY KEY (tenant, registry, identity),
  FOREIGN KEY (tenant, registry) REFERENCES registry_resource (tenant, name) ON DELETE CASCADE
);
SELECT kit_tenant_table('registry_blob');

-- Which model of which registry has a name here: the first one that asked.
CREATE TABLE registry_name (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  name text NOT NULL,
  registry text NOT NULL,
  model text NOT NULL,
  PRIMARY KEY (tenant, name),
  FOREIGN KEY (tenant, registry) REFERENCES registry_resource (tenant, name) ON DELETE CASCADE
);
SELECT kit_tenant_table('registry_name');
