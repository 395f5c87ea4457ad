-- What people write down for response: notebooks that may be isolated, playbooks. Every version stays.
CREATE TABLE response_resource (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  kind text NOT NULL,
  name text NOT NULL,
  revision integer NOT NULL,
  spec jsonb,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, kind, name, revision)
);
SELECT kit_tenant_table('response_resource', 'SELECT, INSERT');

-- One row per run of a playbook; `state` is the interpreter's, moved only under the row's lock.
CREATE TABLE response_playbook_run (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  id text NOT NULL,
  name text NOT NULL,
  revision integer NOT NULL,
  phase text NOT NULL,
  state jsonb NOT NULL,
  body jsonb NOT NULL,
  idempotency_key text NOT NULL,
  parent_run text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, idempotency_key)
);
CREATE INDEX response_playbook_run_open ON response_playbook_run (phase) WHERE phase = 'running';
CREATE INDEX response_playbook_run_by_seq ON response_playbook_run (tenant, seq DESC);
SELECT kit_tenant_table('response_playbook_run');

-- What a run asked for: written with the state that asked, closed with the state that took the answer in.
CREATE TABLE response_playbook_step (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  run_id text NOT NULL,
  key text NOT NULL,
  number bigint GENERATED ALWAYS AS IDENTITY,
  dispatch jsonb NOT NULL,
  child text,
  outcome jsonb,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (tenant, run_id, key),
  FOREIGN KEY (tenant, run_id) REFERENCES response_playbook_run (tenant, id)
);
SELECT kit_tenant_table('response_playbook_step');
