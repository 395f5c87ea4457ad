-- Where records go. `channel` names the sink's consumer of the event log and its HEC channel; `from_cursor` is where the
-- log stood when the sink was made, until the consumer has been put there.
CREATE TABLE siem_sink (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  name text NOT NULL,
  spec jsonb NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  channel uuid NOT NULL,
  from_cursor text,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, name)
);
SELECT kit_tenant_table('siem_sink');

CREATE TABLE siem_sink_progress (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  sink text NOT NULL,
  delivered bigint NOT NULL DEFAULT 0,
  last_delivered_at timestamptz,
  last_error text,
  last_error_at timestamptz,
  PRIMARY KEY (tenant, sink)
);
SELECT kit_tenant_table('siem_sink_progress');

-- One row per record and sink, until it is delivered. Rows of a sink are inserted one transaction after the other, so that
-- the order of seq is the order of commits and a reader may go on from the last seq that it saw.
CREATE TABLE siem_delivery (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  sink text NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  event_id text NOT NULL,
  body json NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'dead')),
  reason text,
  queued_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, sink, seq)
);
CREATE UNIQUE INDEX siem_delivery_event ON siem_delivery (tenant, sink, event_id);
CREATE INDEX siem_delivery_dead ON siem_delivery (tenant, sink, seq) WHERE state = 'dead';
SELECT kit_tenant_table('siem_delivery');
