-- Transaction ids begin anew when a dump is restored on another server: events written there would come before the old
-- ones, and consumers would never see them. The offset lifts the ids of this server above all that the log holds.
CREATE TABLE kit_xid_offset (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  value bigint NOT NULL
);
INSERT INTO kit_xid_offset (value) VALUES (0);
GRANT SELECT ON kit_xid_offset TO rampart_app;

-- The id of the running transaction, comparable with all that the log holds.
CREATE FUNCTION kit_xid() RETURNS xid8 LANGUAGE sql STABLE
RETURN (pg_current_xact_id()::text::bigint + (SELECT value FROM kit_xid_offset))::text::xid8;

-- Below this every transaction has ended.
CREATE FUNCTION kit_horizon() RETURNS xid8 LANGUAGE sql STABLE
RETURN (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT value FROM kit_xid_offset))::text::xid8;

ALTER TABLE kit_event ALTER COLUMN xid SET DEFAULT kit_xid();
