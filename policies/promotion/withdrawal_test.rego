# Withdrawals and denials, on the statements that the other tests of this pack use.
package rampart.promotion_test

import data.rampart.promotion

undo(principal, from, to, evidence) := object.union(
	step(principal, from, to, evidence),
	{"transition": {"undoes": {"run": "r1", "stage": "deployed"}}},
)

test_an_undone_withdrawal_gives_back_exactly_the_stage_before if {
	all := [assessment, approval]
	every from in ["retracted", "quarantined"] {
		allowed(undo(person("approver"), from, "deployed", all))
		not promotion.decision.allow with input as undo(person("approver"), from, "approved", all)
		not promotion.decision.allow with input as undo(person("operator"), from, "deployed", all)
		not promotion.decision.allow with input as undo(person("approver"), from, "deployed", [assessment])
		not promotion.decision.allow with input as undo(person("approver"), from, "deployed", [approval])
	}
	not promotion.decision.allow with input as undo(person("admin"), "retired", "deployed", all)
	silent := object.union(undo(person("admin"), "retracted", "deployed", all), {"transition": {"reason": " "}})
	denied(silent, ["a step to deployed needs a reason"])
}

denial(name, state, at) := {
	"predicate_type": "https://rampart.dev/attestation/denial/v1",
	"predicate": {
		"tenant": "default",
		"denial": name,
		"state": state,
		"by": "user:ann",
		"reason": "poisoned",
		"at": at,
	},
	"signer": "key-1",
	"verified": true,
	"subject_digest": digest,
}

test_denied_bytes_are_not_deployed_until_every_denial_is_lifted if {
	all := [assessment, approval]
	one := denial("a", "denied", "2026-01-01T00:00:00.000Z")
	two := denial("b", "denied", "2026-01-01T00:00:00.000Z")
	lifted := denial("a", "lifted", "2026-01-02T00:00:00.000Z")
	why := ["the bytes are denied by user:ann: poisoned"]
	denied(step(person("operator"), "approved", "deployed", array.concat(all, [one])), why)
	denied(step(person("operator"), "approved", "deployed", array.concat(all, [one, two, lifted])), why)
	allowed(step(person("operator"), "approved", "deployed", array.concat(all, [one, lifted])))
	allowed(step(person("operator"), "deployed", "retired", [one]))
	forged := object.union(lifted, {"verified": false})
	own := denial("r1", "denied", "2026-01-01T00:00:00.000Z")
	allowed(undo(person("approver"), "retracted", "deployed", array.concat(all, [own])))
	denied(undo(person("approver"), "retracted", "deployed", array.concat(all, [own, one])), why)
	denied(step(person("operator"), "approved", "deployed", array.concat(all, [one, forged])), why)
}
