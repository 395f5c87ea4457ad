-- A route says more than one model: which versions, in which shares, and what else happens to its calls.
ALTER TABLE serving_route ADD COLUMN spec jsonb;
-- Where the route's canary is; null before its first step was judged.
ALTER TABLE serving_route ADD COLUMN canary jsonb;

-- A server elsewhere that runs registered versions.
CREATE TABLE serving_backend (
  tenant text NOT NULL DEFAULT current_setting('rampart.tenant'),
  name text NOT NULL,
  spec jsonb NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, name)
);
SELECT kit_tenant_table('serving_backend');
