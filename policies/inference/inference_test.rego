package rampart.inference_test

import data.rampart.inference

route := {
	"name": "card-fraud",
	"model": "card-fraud",
	"version": "1.0.0",
	"digest": "sha256:00",
	"stage": "deployed",
	"labels": {},
	"tenant": "default",
}

caller := {"kind": "service", "id": "pack-test", "roles": ["viewer"], "tenant": "default"}

request := {"caller": caller, "route": route, "mode": "production"}

test_role_may_call_a_deployed_version if {
	inference.decision == {"allow": true, "reasons": [], "obligations": {}} with input as request
}

test_every_other_stage_is_denied if {
	every stage in ["registered", "assessed", "approved", "retired", "quarantined", "retracted"] {
		decision := inference.decision with input as object.union(request, {"route": {"stage": stage}})
		not decision.allow
		decision.reasons == ["the version behind the route is not deployed"]
	}
}

test_without_a_role_is_denied if {
	decision := inference.decision with input as {"caller": object.union(caller, {"roles": []}), "route": route, "mode": "production"}
	decision.reasons == ["the caller has no role that may call models"]
}

test_anonymous_only_in_development if {
	anonymous := {"kind": "anonymous", "id": "loopback", "roles": [], "tenant": "default"}
	not inference.decision.allow with input as {"caller": anonymous, "route": route, "mode": "production"}
	inference.decision.allow with input as {"caller": anonymous, "route": route, "mode": "development"}
}

test_denied_caller if {
	decision := inference.decision with input as request
		with data.rampart.inference_config.denied_callers as ["service:pack-test"]
	not decision.allow
	decision.reasons == ["service:pack-test is on the list of denied callers"]
}

test_another_tenant_is_denied if {
	decision := inference.decision with input as object.union(request, {"caller": {"tenant": "other"}})
	decision.reasons == ["the route belongs to another tenant"]
}

test_label_asks_for_full_records if {
	inference.decision.obligations.log == "full" with input as object.union(request, {"route": {"labels": {"log": "full"}}})
}

test_empty_input_is_denied_with_reasons if {
	decision := inference.decision with input as {}
	not decision.allow
	count(decision.reasons) == 3
}
