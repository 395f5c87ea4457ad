-- Signals that belong together. `forming` is not shown yet: its signals have not reached the score that opens it.
CREATE TABLE threats_incident (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  id text NOT NULL,
  status text NOT NULL
    CHECK (status IN ('forming', 'open', 'acknowledged', 'contained', 'resolved', 'closed', 'merged')),
  severity text NOT NULL,
  score real NOT NULL,
  title text NOT NULL,
  entities jsonb NOT NULL,
  first_time timestamptz NOT NULL,
  last_time timestamptz NOT NULL,
  signals integer NOT NULL,
  opened_at timestamptz,
  acknowledged_at timestamptz,
  resolved_at timestamptz,
  acknowledge_due timestamptz,
  resolve_due timestamptz,
  breached jsonb NOT NULL DEFAULT '[]',
  owner text,
  disposition text CHECK (disposition IN ('true-positive', 'false-positive', 'benign')),
  merged_into text,
  -- Severity rank at the last decision: policy is asked again when it grows.
  decided_rank integer,
  -- When the opener looks at it; null while there is nothing to do.
  due_at timestamptz,
  revision integer NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX threats_incident_by_seq ON threats_incident (tenant, seq DESC) WHERE status NOT IN ('forming', 'merged');
CREATE INDEX threats_incident_due ON threats_incident (due_at) WHERE due_at IS NOT NULL;
SELECT kit_tenant_table('threats_incident');

-- What correlation keeps of each condition; of a storm only the first.
CREATE TABLE threats_incident_signal (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  signal_id text NOT NULL,
  incident_id text NOT NULL,
  rule text NOT NULL,
  subject text NOT NULL,
  time timestamptz NOT NULL,
  pin text,
  evidence jsonb NOT NULL,
  PRIMARY KEY (tenant, signal_id)
);
CREATE INDEX threats_incident_signal_by_incident ON threats_incident_signal (tenant, incident_id);
CREATE INDEX threats_incident_signal_by_rule ON threats_incident_signal (tenant, rule, time);
SELECT kit_tenant_table('threats_incident_signal');

-- The names by which a condition may be joined with others.
CREATE TABLE threats_link (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  name text NOT NULL,
  signal_id text NOT NULL,
  subject text NOT NULL,
  is_mention boolean NOT NULL,
  first_time timestamptz NOT NULL,
  last_time timestamptz NOT NULL,
  PRIMARY KEY (tenant, name, signal_id)
);
CREATE INDEX threats_link_by_time ON threats_link (tenant, name, last_time);
CREATE INDEX threats_link_by_signal ON threats_link (tenant, signal_id);
SELECT kit_tenant_table('threats_link');

-- When an entity was too popular, or a detector too loud, to join signals.
CREATE TABLE threats_span (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  kind text NOT NULL CHECK (kind IN ('hub', 'storm')),
  name text NOT NULL,
  from_time timestamptz NOT NULL,
  to_time timestamptz NOT NULL,
  PRIMARY KEY (tenant, kind, name, from_time)
);
SELECT kit_tenant_table('threats_span');

CREATE TABLE threats_timeline (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  incident_id text NOT NULL,
  time timestamptz NOT NULL,
  kind text NOT NULL,
  principal text NOT NULL,
  text text NOT NULL,
  details jsonb NOT NULL,
  PRIMARY KEY (tenant, seq)
);
CREATE INDEX threats_timeline_by_incident ON threats_timeline (tenant, incident_id, seq);
SELECT kit_tenant_table('threats_timeline');

-- What policy was asked and answered, so that another bundle can be asked the same.
CREATE TABLE threats_decision (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  id text NOT NULL,
  incident_id text NOT NULL,
  time timestamptz NOT NULL,
  bundle_digest text NOT NULL,
  input jsonb NOT NULL,
  actions jsonb NOT NULL,
  reasons jsonb NOT NULL,
  -- Actions that policy lets happen without asking; its own limit counts them.
  acted integer NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX threats_decision_by_time ON threats_decision (tenant, time);
CREATE INDEX threats_decision_by_incident ON threats_decision (tenant, incident_id);
SELECT kit_tenant_table('threats_decision');

-- How often each detector was right, as persons judged its incidents.
CREATE TABLE threats_rule (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  rule text NOT NULL,
  hits real NOT NULL,
  misses real NOT NULL,
  PRIMARY KEY (tenant, rule)
);
SELECT kit_tenant_table('threats_rule');
