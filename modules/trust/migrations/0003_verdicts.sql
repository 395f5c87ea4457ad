-- One scan per digest and name: asked for, running (leased), done. The result is evidence; this is only the work.
CREATE TABLE trust_scan (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  digest text NOT NULL,
  path text NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  state text NOT NULL CHECK (state IN ('pending', 'running', 'done', 'failed')),
  attempts integer NOT NULL DEFAULT 0,
  lease_until timestamptz,
  -- The scan that counts; kept while the file is scanned again.
  evidence_id uuid,
  result text,
  note text,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, digest, path)
);
CREATE INDEX trust_scan_open ON trust_scan (seq) WHERE state IN ('pending', 'running');
SELECT kit_tenant_table('trust_scan');

-- The verdict that counts now, one per digest. The envelope is the truth; the columns are for finding it.
CREATE TABLE trust_verdict (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  digest text NOT NULL,
  content_digest text NOT NULL,
  policy_digest text NOT NULL,
  envelope text NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, digest)
);
CREATE INDEX trust_verdict_expiry ON trust_verdict (expires_at);
SELECT kit_tenant_table('trust_verdict');

-- Every verdict that said something new, as it was signed then. Append-only by grant.
CREATE TABLE trust_verdict_history (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  digest text NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  decision text NOT NULL,
  reasons jsonb NOT NULL,
  cause text NOT NULL,
  issued_at timestamptz NOT NULL,
  envelope text NOT NULL,
  PRIMARY KEY (tenant, digest, seq)
);
SELECT kit_tenant_table('trust_verdict_history', 'SELECT, INSERT');
