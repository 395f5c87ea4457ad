-- Readers that keep their place go by (xid, seq) below the oldest running transaction, as those of the event log do: seq alone
-- is taken before commit, so a reader that remembers the highest one would miss late committers.
ALTER TABLE policy_decision ADD COLUMN xid xid8 NOT NULL DEFAULT kit_xid();
CREATE INDEX policy_decision_by_place ON policy_decision (tenant, xid, seq);
