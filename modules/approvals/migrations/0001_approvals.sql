-- Requests for approval. What counts is the signed statements; this says who asked, for what, and how it ended.
CREATE TABLE approvals_request (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  id uuid NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  version text NOT NULL,
  digest text NOT NULL,
  state text NOT NULL CHECK (state IN ('open','approved','rejected','expired','withdrawn','stale')),
  reason text NOT NULL,
  requested_by text NOT NULL,
  approvers jsonb NOT NULL,
  evidence_digest text NOT NULL,
  policy_digest text NOT NULL,
  expires_at timestamptz NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, seq)
);
-- One version waits for one answer at a time.
CREATE UNIQUE INDEX approvals_request_open ON approvals_request (tenant, name, version) WHERE state = 'open';
CREATE INDEX approvals_request_by_version ON approvals_request (tenant, name, version, seq);
CREATE INDEX approvals_request_by_state ON approvals_request (tenant, state, seq);
SELECT kit_tenant_table('approvals_request');

CREATE TABLE approvals_history (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  request uuid NOT NULL,
  action text NOT NULL,
  principal text NOT NULL,
  text text NOT NULL,
  details jsonb NOT NULL,
  time timestamptz NOT NULL,
  PRIMARY KEY (tenant, seq),
  FOREIGN KEY (tenant, request) REFERENCES approvals_request (tenant, id)
);
CREATE INDEX approvals_history_by_request ON approvals_history (tenant, request, seq);
SELECT kit_tenant_table('approvals_history', 'SELECT, INSERT');

-- The right of one person in the hands of another, for a time. `roles` is what the first held when handing it over.
CREATE TABLE approvals_delegation (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  id uuid NOT NULL,
  holder text NOT NULL,
  delegate text NOT NULL,
  roles jsonb NOT NULL,
  reason text NOT NULL,
  created_at timestamptz NOT NULL,
  until timestamptz NOT NULL,
  revoked_at timestamptz,
  revoked_by text,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX approvals_delegation_by_delegate ON approvals_delegation (tenant, delegate);
SELECT kit_tenant_table('approvals_delegation');

-- Notifications that wait to be delivered, written with the change they tell of.
CREATE TABLE approvals_notice (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  id uuid NOT NULL,
  body jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting','delivered','given-up')),
  note text,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX approvals_notice_due ON approvals_notice (next_at) WHERE state = 'waiting';
SELECT kit_tenant_table('approvals_notice');
