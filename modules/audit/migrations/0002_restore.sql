-- Records that wait must stay below the horizon also after a dump was restored on a server whose transaction ids begin
-- anew: kit_xid() and kit_horizon() count on from the lifted ids (kit/0002_restore.sql).
ALTER TABLE audit_pending ALTER COLUMN xid SET DEFAULT kit_xid();
