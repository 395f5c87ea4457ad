-- What callers record, in their own transaction; the sequencer moves it to the log and deletes it here.
CREATE TABLE audit_pending (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  time timestamptz NOT NULL,
  body text NOT NULL
);
CREATE INDEX audit_pending_order ON audit_pending (xid, id);
SELECT kit_tenant_table('audit_pending', 'SELECT, INSERT, DELETE');

-- The log. body is the canonical JSON exactly as hashed; the other columns repeat it for queries and are verified
-- against it. root is the RFC 6962 root of the tree that ends with this entry. Append-only by grant.
CREATE TABLE audit_entry (
  idx bigint PRIMARY KEY,
  entry_id uuid NOT NULL UNIQUE,
  tenant text NOT NULL,
  time timestamptz NOT NULL,
  principal text NOT NULL,
  action text NOT NULL,
  entity_kind text NOT NULL,
  entity_id text NOT NULL,
  outcome text NOT NULL,
  body text NOT NULL,
  leaf_hash bytea NOT NULL,
  root bytea NOT NULL
);
CREATE INDEX audit_entry_tenant ON audit_entry (tenant, idx);
CREATE INDEX audit_entry_entity ON audit_entry (tenant, entity_kind, entity_id, idx);
SELECT kit_tenant_table('audit_entry', 'SELECT, INSERT');

-- Hashes of complete subtrees of 2^level leaves (levels 8, 16, 24 ...), so that proofs read hundreds of hashes, not all.
-- The tree spans all tenants; its rows belong to the tenant that operates the installation.
CREATE TABLE audit_node (
  level integer NOT NULL,
  idx bigint NOT NULL,
  tenant text NOT NULL DEFAULT 'default',
  hash bytea NOT NULL,
  PRIMARY KEY (level, idx)
);
SELECT kit_tenant_table('audit_node', 'SELECT, INSERT');

-- Signed checkpoints (C2SP tlog-checkpoint), one per appended batch.
CREATE TABLE audit_checkpoint (
  size bigint PRIMARY KEY,
  tenant text NOT NULL DEFAULT 'default',
  note text NOT NULL
);
SELECT kit_tenant_table('audit_checkpoint', 'SELECT, INSERT');
