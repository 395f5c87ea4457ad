package rampart.verdict_test

import data.rampart.verdict

clean_file := {"path": "m.onnx", "role": "model", "digest": "sha256:aa", "result": "clean", "rules": []}

unverified_file := object.union(clean_file, {"result": "unverified", "rules": ["code-file"]})

good := {
	"tenant": "default",
	"digest": "sha256:aa",
	"subjects": [{"name": "card-fraud:1", "stage": "deployed"}],
	"scan": {"result": "clean", "files": [clean_file], "waivers": []},
	"signature": {"result": "none", "signers": []},
	"provenance": {"result": "none", "statements": []},
	"graphLint": {"result": "not-applicable", "rules": []},
	"assessment": {"result": "passed", "reasons": [], "metrics": {}},
	"approvals": [{"subject": "card-fraud:1", "approver": "user:ann", "reason": "fit", "at": "2026-01-01T00:00:00.000Z"}],
	"now": "2026-01-02T00:00:00.000Z",
}

# Not what data.json says now: the tests hold whatever is set there.
standard := {
	"signature_required": false,
	"provenance_required": false,
	"graph_lint_required": false,
	"suspicious_graphs_denied": true,
}

decided(facts) := answer if {
	answer := verdict.decision with input as facts with data.rampart.verdict_config as standard
}

allowed(facts) if decided(facts) == {"allow": true, "reasons": [], "obligations": {}}

denied(facts, reason) if {
	decision := decided(facts)
	decision.allow == false
	reason in decision.reasons
}

changed(changes) := object.union(good, changes)

test_everything_is_as_it_should_be if allowed(good)

test_a_blocked_file if {
	blocked := object.union(clean_file, {"result": "blocked", "rules": ["pickle-dangerous-global"]})
	denied(
		changed({"scan": {"result": "blocked", "files": [blocked]}}),
		"the scan blocks m.onnx: pickle-dangerous-global",
	)
	waivers := [{"by": "user:ann", "reason": "known"}]
	denied(changed({"scan": {"result": "blocked", "files": [blocked], "waivers": waivers}}), "the scan says blocked")
}

test_a_file_that_nobody_scanned if {
	missing := object.union(clean_file, {"result": "missing"})
	denied(changed({"scan": {"result": "missing", "files": [missing]}}), "m.onnx was not scanned")
	denied(changed({"scan": {"result": "missing", "files": []}}), "nothing was scanned")
}

test_a_denial_outweighs_everything if {
	held := {"denials": [{"denial": "r1", "by": "user:ann", "reason": "poisoned"}]}
	denied(changed(held), "denied by user:ann: poisoned")
	allowed(changed({"denials": []}))
}

test_an_unverified_file_needs_a_waiver if {
	scan := {"result": "unverified", "files": [unverified_file]}
	denied(changed({"scan": scan}), "the scan could not verify m.onnx and no waiver covers it: code-file")
	allowed(changed({"scan": object.union(scan, {"waivers": [{"by": "user:ann", "reason": "our own code"}]})}))
}

test_a_signature_that_counts_no_more if {
	denied(changed({"signature": {"result": "untrusted"}}), "no signature on it counts any more")
	allowed(changed({"signature": {"result": "trusted"}}))
}

config(changes) := object.union(standard, changes)

test_signatures_and_provenance_may_be_required if {
	strict := config({"signature_required": true, "provenance_required": true})
	decision := verdict.decision with input as good with data.rampart.verdict_config as strict
	decision.reasons == ["needs a signature of a trusted signer", "needs provenance of a trusted signer"]
	complete := changed({"signature": {"result": "trusted"}, "provenance": {"result": "attested"}})
	fine := verdict.decision with input as complete with data.rampart.verdict_config as strict
	fine.allow
}

test_graphs if {
	suspicious := changed({"graphLint": {"result": "suspicious", "rules": ["constant-comparator"]}})
	denied(suspicious, "the graph looks tampered with: constant-comparator")
	waivers := [{"by": "user:ann", "reason": "a mixture of experts"}]
	allowed(changed({"graphLint": {"result": "suspicious", "rules": ["constant-comparator"], "waivers": waivers}}))
	mild := config({"suspicious_graphs_denied": false})
	decision := verdict.decision with input as suspicious with data.rampart.verdict_config as mild
	decision.allow
	strict := config({"graph_lint_required": true})
	unseen := verdict.decision with input as changed({"graphLint": {"result": "missing"}}) with data.rampart.verdict_config as strict
	unseen.reasons == ["the graph was not looked at"]
}

test_assessment if {
	denied(changed({"assessment": {"result": "missing"}}), "needs an assessment that passed")
	failed := changed({"assessment": {"result": "failed", "reasons": ["accuracy 91 % is below the limit 95 %"]}})
	denied(failed, "accuracy 91 % is below the limit 95 %")
}

test_approval_of_a_version_in_use if {
	none := "no version in use has an approval that counts"
	denied(changed({"approvals": []}), none)
	denied(changed({"approvals": [{"subject": "other:1"}]}), none)
	denied(changed({"subjects": [{"name": "card-fraud:1", "stage": "quarantined"}]}), "no version of these bytes is approved or deployed")
	allowed(changed({"subjects": [
		{"name": "card-fraud:1", "stage": "deployed"},
		{"name": "other:1", "stage": "quarantined"},
	]}))
}

test_results_that_nobody_knows if {
	denied(changed({"scan": {"result": "fine"}}), "the scan has no result that can be read")
	denied(changed({"signature": {"result": "fine"}}), "the signatures have no result that can be read")
	denied(changed({"assessment": {"result": "fine"}}), "needs an assessment that passed")
}

test_empty_input_is_denied if denied({}, "no version of these bytes is approved or deployed")

test_what_the_approvals_lack_is_said if {
	quorums := [{"subject": "card-fraud:1.0.0", "met": false, "reasons": ["needs 1 more approval by approver"]}]
	answer := verdict.decision with input as {"subjects": [], "approvals": [], "quorums": quorums}
	not answer.allow
	"card-fraud:1.0.0: needs 1 more approval by approver" in answer.reasons
}
