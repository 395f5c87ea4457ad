-- Which process fetches the bytes of a digest now: others wait for them. Over all tenants, as the artifact store is.
CREATE TABLE registry_fetch (
  digest text PRIMARY KEY,
  owner text NOT NULL,
  until timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON registry_fetch TO rampart_app;
