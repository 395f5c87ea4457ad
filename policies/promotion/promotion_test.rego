package rampart.promotion_test

import data.rampart.promotion

digest := "sha256:aa"

version(stage) := {
	"name": "card-fraud",
	"version": "1.0.0",
	"digest": digest,
	"stage": stage,
	"labels": {},
	"created_by": "user:olga",
	"size_bytes": 1000,
	"artifacts": [{"path": "model.onnx", "role": "model", "digest": digest}],
}

scanned(result, rules) := {
	"predicate_type": "https://rampart.dev/attestation/artifact-scan/v1",
	"predicate": {
		"tenant": "default",
		"path": "model.onnx",
		"result": result,
		"rules": rules,
		"scannedAt": "2026-01-01T00:00:00.000Z",
	},
	"signer": "key-1",
	"verified": true,
	"subject_digest": digest,
}

scan := scanned("clean", [])

waiver(rules) := {
	"predicate_type": "https://rampart.dev/attestation/waiver/v1",
	"predicate": {
		"tenant": "default",
		"by": "user:ann",
		"reason": "our own code",
		"covers": [{"path": "model.onnx", "digest": digest, "rules": rules}],
	},
	"signer": "key-1",
	"verified": true,
	"subject_digest": digest,
}

assessment := {
	"predicate_type": "https://rampart.dev/attestation/assessment/v1",
	"predicate": {
		"model": "card-fraud",
		"version": "1.0.0",
		"result": "passed",
		"reasons": [],
		"tenant": "default",
		"metrics": {"accuracy": 0.97},
		"assessedAt": "2026-01-02T00:00:00.000Z",
	},
	"signer": "key-1",
	"verified": true,
	"subject_digest": digest,
}

approval := {
	"predicate_type": "https://rampart.dev/attestation/approval/v1",
	"predicate": {"model": "card-fraud", "version": "1.0.0", "tenant": "default", "approver": "user:anna"},
	"signer": "key-1",
	"verified": true,
	"subject_digest": digest,
}

signature(verified) := {
	"predicate_type": "https://rampart.dev/attestation/signature/v1",
	"predicate": {"signer": "release"},
	"signer": "key-1",
	"verified": verified,
	"subject_digest": digest,
}

component := {"kind": "component", "id": "assurance", "roles": ["operator"], "tenant": "default"}

person(role) := {"kind": "user", "id": role, "roles": [role], "tenant": "default"}

step(principal, from, to, evidence) := {
	"principal": principal,
	"transition": {"from": from, "to": to, "reason": "because"},
	"version": version(from),
	"evidence": array.concat([scan], evidence),
	"approval": {"met": true, "reasons": [], "persons": ["user:anna"]},
	"limits": {"min_accuracy": 0.95},
	"now": "2026-01-03T00:00:00.000Z",
}

allowed(request) if promotion.decision == {"allow": true, "reasons": [], "obligations": {}} with input as request

denied(request, reasons) if {
	decision := promotion.decision with input as request
	decision.allow == false
	decision.reasons == reasons
}

test_the_way_to_retirement if {
	allowed(step(component, "registered", "assessed", [assessment]))
	allowed(step(person("approver"), "assessed", "approved", [assessment]))
	allowed(step(person("operator"), "approved", "deployed", [assessment, approval]))
	allowed(step(person("operator"), "deployed", "retired", []))
}

test_every_other_step_is_denied if {
	every from, legal in promotion.steps {
		every to, _ in promotion.steps {
			legal_or_denied(from, to, legal)
		}
	}
}

legal_or_denied(_, to, legal) if to in legal

legal_or_denied(from, to, legal) if {
	not to in legal
	decision := promotion.decision with input as step(person("admin"), from, to, [assessment, approval])
	decision.allow == false
	sprintf("there is no step from %v to %v", [from, to]) in decision.reasons
}

test_assessed_only_by_a_component if {
	denied(
		step(person("admin"), "registered", "assessed", [assessment]),
		["a version is moved to assessed by component, not by user:admin"],
	)
}

test_assessed_needs_a_statement if {
	denied(
		step(component, "registered", "assessed", []),
		["needs an assessment that passed: there is none for this digest with a valid signature"],
	)
}

none := ["needs an assessment that passed: there is none for this digest with a valid signature"]

test_a_statement_that_does_not_verify_is_none if {
	denied(step(component, "registered", "assessed", [object.union(assessment, {"verified": false})]), none)
	denied(step(component, "registered", "assessed", [object.remove(assessment, ["verified"])]), none)
	denied(step(component, "registered", "assessed", [object.union(assessment, {"verified": "true"})]), none)
}

test_a_statement_about_another_digest_or_tenant_is_none if {
	denied(step(component, "registered", "assessed", [object.union(assessment, {"subject_digest": "sha256:bb"})]), none)
	denied(step(component, "registered", "assessed", [object.union(assessment, {"predicate": {"tenant": "other"}})]), none)
}

failed := object.union(assessment, {"predicate": {
	"result": "failed",
	"reasons": ["accuracy 91 % is below the limit 95 %"],
	"metrics": {"accuracy": 0.91},
	"assessedAt": "2026-01-02T12:00:00.000Z",
}})

test_a_failed_assessment_says_why if {
	denied(step(component, "registered", "assessed", [failed]), [
		"needs an assessment that passed: accuracy 0.91 is below the limit 0.95",
		"needs an assessment that passed: accuracy 91 % is below the limit 95 %",
		"needs an assessment that passed: its result is failed",
	])
}

test_the_limit_of_today_counts if {
	request := object.union(step(component, "registered", "assessed", [assessment]), {"limits": {"min_accuracy": 0.99}})
	denied(request, ["needs an assessment that passed: accuracy 0.97 is below the limit 0.99"])
}

test_a_limit_that_was_not_measured if {
	request := object.union(step(component, "registered", "assessed", [assessment]), {"limits": {"min_balanced_accuracy": 0.5}})
	denied(request, ["needs an assessment that passed: balanced accuracy was not measured and has the limit 0.5"])
}

test_a_measure_that_is_no_number_is_none if {
	text := object.union(assessment, {"predicate": {"metrics": {"accuracy": "0.97"}}})
	denied(
		step(component, "registered", "assessed", [text]),
		["needs an assessment that passed: accuracy was not measured and has the limit 0.95"],
	)
}

test_no_limits_at_all if {
	request := object.remove(step(component, "registered", "assessed", [assessment]), ["limits"])
	allowed(request)
}

test_the_newest_assessment_counts if {
	older := object.union(assessment, {"predicate": {"assessedAt": "2026-01-01T00:00:00.000Z"}})
	not promotion.decision.allow with input as step(component, "registered", "assessed", [older, failed])
	newer := object.union(assessment, {"predicate": {"assessedAt": "2026-01-03T00:00:00.000Z"}})
	allowed(step(component, "registered", "assessed", [failed, newer]))
}

test_approval_needs_the_role_and_the_assessment if {
	denied(
		step(person("operator"), "assessed", "approved", [assessment]),
		["a version is moved to approved by approver or admin, not by user:operator"],
	)
	denied(step(person("approver"), "assessed", "approved", []), none)
	denied(
		step(object.union(component, {"roles": ["operator"]}), "assessed", "approved", [assessment]),
		["a version is moved to approved by approver or admin, not by component:assurance"],
	)
}

test_four_eyes if {
	request := object.union(step(person("approver"), "assessed", "approved", [assessment]), {"version": {"created_by": "user:approver"}})
	allowed(request) with data.rampart.promotion_config.four_eyes as false
	decision := promotion.decision with input as request with data.rampart.promotion_config.four_eyes as true
	decision.reasons == ["user:approver registered this version and may not approve it"]
}

no_approval := ["needs an approval of this digest with a valid signature"]

test_deployment_needs_a_verified_approval if {
	denied(step(person("operator"), "approved", "deployed", [assessment]), no_approval)
	denied(step(person("operator"), "approved", "deployed", [assessment, object.union(approval, {"verified": false})]), no_approval)
	denied(step(person("operator"), "approved", "deployed", [assessment, object.union(approval, {"subject_digest": "sha256:bb"})]), no_approval)
	denied(step(person("operator"), "approved", "deployed", [assessment, object.union(approval, {"predicate": {"tenant": "other"}})]), no_approval)
	denied(step(person("operator"), "approved", "deployed", [assessment, object.union(approval, {"predicate": {"version": "2.0.0"}})]), no_approval)
}

test_approvals_must_be_enough if {
	lacking := {"approval": {"met": false, "reasons": ["needs 1 more approval by approver"], "persons": []}}
	approve := object.union(step(person("approver"), "assessed", "approved", [assessment]), lacking)
	denied(approve, ["needs 1 more approval by approver"])
	deploy := object.union(step(person("operator"), "approved", "deployed", [assessment, approval]), lacking)
	denied(deploy, ["needs 1 more approval by approver", "needs an approval of this digest with a valid signature"])
	uncounted := object.remove(step(person("operator"), "approved", "deployed", [assessment, approval]), ["approval"])
	denied(uncounted, ["needs an approval of this digest with a valid signature", "the approvals were not counted"])
}

test_who_counts_as_approver_completes_the_approval if {
	owner := {"approval": {"met": true, "reasons": [], "persons": ["user:viewer"]}}
	allowed(object.union(step(person("viewer"), "assessed", "approved", [assessment]), owner))
	not promotion.decision.allow with input as object.union(step(person("viewer"), "approved", "deployed", [assessment, approval]), owner)
}

test_an_assessment_of_another_version_is_none if {
	other := object.union(assessment, {"predicate": {"version": "2.0.0"}})
	denied(step(component, "registered", "assessed", [other]), none)
}

test_a_signature_that_counts_no_more if {
	all := [assessment, approval, signature(false)]
	denied(step(person("operator"), "approved", "deployed", all), ["no signature on it counts any more"])
	allowed(step(person("operator"), "approved", "deployed", array.concat(all, [signature(true)])))
	allowed(step(person("approver"), "deployed", "quarantined", all))
}

test_signatures_may_be_required if {
	request := step(person("operator"), "approved", "deployed", [assessment, approval])
	decision := promotion.decision with input as request with data.rampart.promotion_config.signature_required as true
	decision.reasons == ["needs a signature of a trusted signer"]
	signed := step(person("operator"), "approved", "deployed", [assessment, approval, signature(true)])
	promotion.decision.allow with input as signed with data.rampart.promotion_config.signature_required as true
}

test_approver_does_not_deploy if {
	denied(
		step(person("approver"), "approved", "deployed", [assessment, approval]),
		["a version is moved to deployed by operator or admin, not by user:approver"],
	)
}

test_quarantine_and_release if {
	every stage in ["registered", "assessed", "approved", "deployed", "retired"] {
		allowed(step(component, stage, "quarantined", []))
		allowed(step(person("approver"), stage, "quarantined", []))
	}
	allowed(step(person("approver"), "quarantined", "registered", []))
	not promotion.decision.allow with input as step(component, "quarantined", "registered", [])
	not promotion.decision.allow with input as step(person("admin"), "quarantined", "deployed", [assessment, approval])
}

test_quarantine_needs_a_reason if {
	request := object.union(step(person("admin"), "deployed", "quarantined", []), {"transition": {"reason": " "}})
	denied(request, ["a step to quarantined needs a reason"])
}

test_retraction_is_final_but_for_its_own_undoing if {
	every stage in ["registered", "assessed", "approved", "deployed", "retired", "quarantined"] {
		allowed(step(person("approver"), stage, "retracted", []))
	}
	every stage, _ in promotion.steps {
		not promotion.decision.allow with input as step(person("admin"), "retracted", stage, [assessment, approval])
	}
}

test_the_stage_must_be_the_one_named if {
	request := object.union(step(person("operator"), "deployed", "retired", []), {"version": {"stage": "registered"}})
	denied(request, ["the version is registered, not deployed"])
}

test_anonymous_is_denied_whatever_it_claims if {
	every role in ["viewer", "operator", "approver", "admin", "component"] {
		principal := {"kind": "anonymous", "id": "x", "roles": [role], "tenant": "default"}
		not promotion.decision.allow with input as step(principal, "deployed", "retired", [])
		not promotion.decision.allow with input as step(principal, "deployed", "retracted", [])
	}
}

test_a_role_called_component_is_no_component if {
	not promotion.decision.allow with input as step(person("component"), "registered", "assessed", [assessment])
}

with_evidence(request, evidence) := object.union(request, {"evidence": evidence})

assess := step(component, "registered", "assessed", [])

test_a_file_must_be_scanned if {
	denied(with_evidence(assess, [assessment]), ["model.onnx was not scanned"])
	elsewhere := object.union(scan, {"subject_digest": "sha256:bb"})
	denied(with_evidence(assess, [assessment, elsewhere]), ["model.onnx was not scanned"])
	other_name := object.union(scan, {"predicate": {"path": "other.onnx"}})
	denied(with_evidence(assess, [assessment, other_name]), ["model.onnx was not scanned"])
	other_tenant := object.union(scan, {"predicate": {"tenant": "other"}})
	denied(with_evidence(assess, [assessment, other_tenant]), ["model.onnx was not scanned"])
	forged := object.union(scan, {"verified": false})
	denied(with_evidence(assess, [assessment, forged]), ["model.onnx was not scanned"])
}

test_what_the_scan_blocks_goes_nowhere if {
	blocked := scanned("blocked", ["pickle-dangerous-global"])
	why := "the scan blocks model.onnx: pickle-dangerous-global"
	denied(with_evidence(assess, [assessment, blocked]), [why])
	denied(with_evidence(assess, [assessment, blocked, waiver(["pickle-dangerous-global"])]), [why])
	deploy := step(person("operator"), "approved", "deployed", [])
	denied(with_evidence(deploy, [assessment, approval, blocked]), [why])
}

test_what_is_unverified_needs_a_waiver_of_exactly_that if {
	open := scanned("unverified", ["code-file"])
	why := "the scan could not verify model.onnx and no waiver covers it: code-file"
	denied(with_evidence(assess, [assessment, open]), [why])
	denied(with_evidence(assess, [assessment, open, waiver(["trailing-data"])]), [why])
	allowed(with_evidence(assess, [assessment, open, waiver(["code-file", "trailing-data"])]))
	forged := object.union(waiver(["code-file"]), {"verified": false})
	denied(with_evidence(assess, [assessment, open, forged]), [why])
	past := object.union(waiver(["code-file"]), {"predicate": {"expiresAt": "2026-01-02T23:00:00.000Z"}})
	denied(with_evidence(assess, [assessment, open, past]), [why])
	future := object.union(waiver(["code-file"]), {"predicate": {"expiresAt": "2026-01-03T01:00:00.000Z"}})
	allowed(with_evidence(assess, [assessment, open, future]))
}

test_four_eyes_for_waivers if {
	open := scanned("unverified", ["code-file"])
	own := object.union(waiver(["code-file"]), {"predicate": {"by": "user:olga"}})
	request := with_evidence(assess, [assessment, open, own])
	allowed(request) with data.rampart.promotion_config.four_eyes as false
	decision := promotion.decision with input as request with data.rampart.promotion_config.four_eyes as true
	decision.allow == false
}

test_the_newest_scan_counts if {
	newer := object.union(scanned("blocked", ["x"]), {"predicate": {"scannedAt": "2026-01-02T00:00:00.000Z"}})
	denied(with_evidence(assess, [assessment, newer, scan]), ["the scan blocks model.onnx: x"])
}

test_files_that_are_not_named if {
	unnamed := object.union(assess, {"version": {"artifacts": [{"role": "model"}]}})
	denied(with_evidence(unnamed, [assessment, scan]), ["the files of the version are not all named"])
	nothing := object.union(assess, {"version": {"artifacts": []}})
	denied(with_evidence(nothing, [assessment, scan]), ["the files of the version are not all named"])
}

test_empty_input_is_denied if denied({}, ["the input names no step"])
