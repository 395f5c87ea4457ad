-- What versions were made from: nodes, and edges from cause to effect, each with who stated it. Claims, not proofs.
CREATE TABLE lineage_node (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('model-version', 'model', 'run', 'dataset', 'code', 'registry')),
  label text NOT NULL,
  digest text,
  stage text,
  attributes jsonb NOT NULL DEFAULT '{}',
  first_seen timestamptz NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX lineage_node_by_digest ON lineage_node (tenant, digest) WHERE digest IS NOT NULL;
CREATE INDEX lineage_node_by_label ON lineage_node (tenant, kind, label);
SELECT kit_tenant_table('lineage_node');

-- `settled` is false while a run only announced an output: it counts once the run completes.
CREATE TABLE lineage_edge (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  from_id text NOT NULL,
  to_id text NOT NULL,
  kind text NOT NULL,
  settled boolean NOT NULL DEFAULT true,
  stated_by text NOT NULL,
  time timestamptz NOT NULL,
  PRIMARY KEY (tenant, from_id, to_id, kind)
);
CREATE INDEX lineage_edge_by_target ON lineage_edge (tenant, to_id);
SELECT kit_tenant_table('lineage_edge');

-- Other names of a node: a registry's name of a version, the newest digest under a dataset's name.
CREATE TABLE lineage_alias (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  alias text NOT NULL,
  node text NOT NULL,
  PRIMARY KEY (tenant, alias)
);
SELECT kit_tenant_table('lineage_alias');

-- OpenLineage events as they came; the same event again changes nothing.
CREATE TABLE lineage_event (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  run_id uuid NOT NULL,
  event_time text NOT NULL,
  event_type text NOT NULL,
  body jsonb NOT NULL,
  principal text NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, run_id, event_time, event_type)
);
SELECT kit_tenant_table('lineage_event', 'SELECT, INSERT');

-- How far our own events were delivered to the receiver, per tenant.
CREATE TABLE lineage_delivery (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  cursor text NOT NULL,
  PRIMARY KEY (tenant)
);
SELECT kit_tenant_table('lineage_delivery');
