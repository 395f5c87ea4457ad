-- One row per run. While it is driven, `lease_owner` holds it; the lease is told by the database's clock.
CREATE TABLE response_run (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  id text NOT NULL,
  name text NOT NULL,
  state text NOT NULL,
  idempotency_key text NOT NULL,
  concurrency_key text,
  plan_digest text NOT NULL,
  body jsonb NOT NULL,
  expires_at timestamptz,
  approve_until timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  ended_at timestamptz,
  lease_owner text,
  lease_until timestamptz,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, idempotency_key)
);
CREATE UNIQUE INDEX response_run_one_at_a_time ON response_run (tenant, concurrency_key)
  WHERE state IN ('waiting', 'running', 'ambiguous', 'halted', 'reverting');
CREATE INDEX response_run_by_seq ON response_run (tenant, seq DESC);
CREATE INDEX response_run_due ON response_run (state, expires_at);
SELECT kit_tenant_table('response_run');

-- `memento` is what the inverse needs, kept before anything is done; `state` is written ahead of every effect.
CREATE TABLE response_step (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  run_id text NOT NULL,
  index integer NOT NULL,
  action text NOT NULL,
  state text NOT NULL,
  parameters jsonb NOT NULL,
  memento jsonb,
  result jsonb,
  detail text,
  attempts integer NOT NULL DEFAULT 0,
  started_at timestamptz,
  dispatched_at timestamptz,
  applied_at timestamptz,
  probed_at timestamptz,
  reverted_at timestamptz,
  PRIMARY KEY (tenant, run_id, index),
  FOREIGN KEY (tenant, run_id) REFERENCES response_run (tenant, id)
);
SELECT kit_tenant_table('response_step');

CREATE TABLE response_approval (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  run_id text NOT NULL,
  approver text NOT NULL,
  reason text NOT NULL,
  plan_digest text NOT NULL,
  approved_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, run_id, approver),
  FOREIGN KEY (tenant, run_id) REFERENCES response_run (tenant, id)
);
SELECT kit_tenant_table('response_approval');

-- While a row is there, nothing new is dispatched for the tenant.
CREATE TABLE response_kill_switch (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  reason text NOT NULL,
  set_by text NOT NULL,
  set_at timestamptz NOT NULL,
  PRIMARY KEY (tenant)
);
SELECT kit_tenant_table('response_kill_switch');

-- Callers that a containment denies (no rate) or throttles; `run` is the step's own key, so that several may hold at once.
CREATE TABLE response_caller_rule (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  run text NOT NULL,
  caller text NOT NULL,
  per_minute integer,
  PRIMARY KEY (tenant, run)
);
SELECT kit_tenant_table('response_caller_rule');
