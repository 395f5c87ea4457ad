-- The role every connection works as. It owns nothing, cannot log in and cannot bypass row-level security.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rampart_app') THEN
    BEGIN
      CREATE ROLE rampart_app NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS;
    EXCEPTION
      -- Roles belong to the whole server: another database's migration may have been first.
      WHEN duplicate_object OR unique_violation THEN NULL;
      WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'role rampart_app is missing and % may not create it', current_user
          USING HINT = 'As an administrator: CREATE ROLE rampart_app NOLOGIN; GRANT rampart_app TO this login;';
    END;
  END IF;
  -- Before PostgreSQL 16 every member may SET ROLE, and the finer privilege has no name.
  IF NOT pg_has_role(
    current_user,
    'rampart_app',
    CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END
  ) THEN
    EXECUTE format('GRANT rampart_app TO %I', current_user);
  END IF;
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO rampart_app', current_schema());
END
$$;

-- Makes `name` a tenant table: row-level security bound to the setting rampart.tenant ('*' reads all tenants,
-- but a row can never be written as belonging to '*'), and the given grants to rampart_app.
CREATE FUNCTION kit_tenant_table(name text, grants text DEFAULT 'SELECT, INSERT, UPDATE, DELETE') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
  EXECUTE format(
    $policy$CREATE POLICY tenant_isolation ON %I
      USING (tenant = (SELECT current_setting('rampart.tenant', true))
        OR (SELECT current_setting('rampart.tenant', true)) = '*')
      WITH CHECK (tenant <> '*' AND (tenant = (SELECT current_setting('rampart.tenant', true))
        OR (SELECT current_setting('rampart.tenant', true)) = '*'))$policy$, name);
  EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', name);
  EXECUTE format('GRANT %s ON %I TO rampart_app', grants, name);
END
$$;

-- The event log: written in the transaction of the state change it tells about. Append-only by grant.
-- xid orders rows by transaction; readers stay below the oldest running transaction, so nothing commits behind them.
CREATE TABLE kit_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  event_id uuid NOT NULL UNIQUE,
  type text NOT NULL,
  subject text NOT NULL,
  principal text NOT NULL,
  time timestamptz NOT NULL,
  data jsonb NOT NULL
);
CREATE INDEX kit_event_order ON kit_event (xid, id);
CREATE INDEX kit_event_tenant ON kit_event (tenant, xid, id);
SELECT kit_tenant_table('kit_event', 'SELECT, INSERT');

-- Where each consumer is. One row per consumer over all tenants, therefore without a tenant.
CREATE TABLE kit_consumer (
  name text PRIMARY KEY,
  xid xid8 NOT NULL,
  id bigint NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  updated_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON kit_consumer TO rampart_app;

-- Events a consumer could not handle.
CREATE TABLE kit_dead_letter (
  consumer text NOT NULL,
  event_id uuid NOT NULL,
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  xid xid8 NOT NULL,
  id bigint NOT NULL,
  attempts integer NOT NULL,
  error text NOT NULL,
  time timestamptz NOT NULL,
  PRIMARY KEY (consumer, event_id)
);
SELECT kit_tenant_table('kit_dead_letter');
