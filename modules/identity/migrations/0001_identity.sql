-- Non-human identities. A deleted account stays as a row, because records name it.
CREATE TABLE identity_service_account (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  id text NOT NULL,
  description text NOT NULL,
  roles text[] NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  PRIMARY KEY (tenant, id)
);
SELECT kit_tenant_table('identity_service_account');

-- API keys of users and service accounts. Only the SHA-256 of the secret part is kept: 256 random bits need no salt.
CREATE TABLE identity_api_key (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  id text PRIMARY KEY,
  name text NOT NULL,
  owner_kind text NOT NULL CHECK (owner_kind IN ('user', 'service')),
  owner_id text NOT NULL,
  roles text[] NOT NULL,
  secret_hash bytea NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  last_used_at timestamptz
);
CREATE INDEX identity_api_key_list ON identity_api_key (tenant, created_at DESC, id DESC);
CREATE INDEX identity_api_key_owner ON identity_api_key (tenant, owner_kind, owner_id);
SELECT kit_tenant_table('identity_api_key');

-- One-time login codes and the browser sessions they become; both known by SHA-256 only.
CREATE TABLE identity_login_code (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  code_hash bytea PRIMARY KEY,
  principal_kind text NOT NULL,
  principal_id text NOT NULL,
  roles text[] NOT NULL,
  expires_at timestamptz NOT NULL
);
SELECT kit_tenant_table('identity_login_code');

CREATE TABLE identity_session (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  session_hash bytea PRIMARY KEY,
  principal_kind text NOT NULL,
  principal_id text NOT NULL,
  roles text[] NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX identity_session_expiry ON identity_session (expires_at);
SELECT kit_tenant_table('identity_session');
