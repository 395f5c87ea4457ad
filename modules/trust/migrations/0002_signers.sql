-- Whose signatures count. The specification names identities (keys, certificate roots, OpenID Connect names) and scope.
CREATE TABLE trust_signer (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  name text NOT NULL,
  spec jsonb NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  -- Null while trusted. Signatures received from `since` on, or all of them without it, count no more.
  revocation jsonb,
  PRIMARY KEY (tenant, name)
);
SELECT kit_tenant_table('trust_signer');
-- Which evidence rests on which signer: what a revocation must find. Append-only by grant.
CREATE TABLE trust_signature (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  evidence_id uuid NOT NULL,
  signer text NOT NULL,
  subject_name text NOT NULL,
  subject_digest text NOT NULL,
  document_digest text NOT NULL,
  PRIMARY KEY (tenant, subject_name, document_digest, signer)
);
CREATE INDEX trust_signature_signer ON trust_signature (tenant, signer, subject_name);
SELECT kit_tenant_table('trust_signature', 'SELECT, INSERT');
