-- Evidence is about files: which versions have a file is asked whenever some is recorded.
CREATE INDEX inventory_artifact_by_digest ON inventory_artifact (tenant, digest);
