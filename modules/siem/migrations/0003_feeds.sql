-- How far a sink has read each log that is not the event log, and how many of its records the filter and the sample left out.
CREATE TABLE siem_feed_place (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  sink text NOT NULL,
  feed text NOT NULL,
  place text NOT NULL,
  left_out bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, sink, feed)
);
SELECT kit_tenant_table('siem_feed_place');
