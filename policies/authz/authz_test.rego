package rampart.authz_test

import data.rampart.authz

ask(kind, roles, action) := answer if {
	answer := authz.decision with input as {
		"principal": {"kind": kind, "id": "p", "roles": roles, "tenant": "default"},
		"action": action,
		"mode": "production",
		"via": "token",
	}
}

test_viewer_reads if ask("user", ["viewer"], "model:read").allow

test_viewer_does_not_register if {
	decision := ask("user", ["viewer"], "model:register")
	not decision.allow
	decision.reasons == ["model:register needs one of the roles operator, admin; user:p has viewer"]
}

test_operator_registers_and_edits_routes if {
	every action in ["model:register", "model:transition", "artifact:write", "route:write"] {
		ask("user", ["operator"], action).allow
	}
}

test_operator_does_not_administer if {
	every action in ["policy:write", "api-key:write", "service-account:read", "certificate:issue"] {
		not ask("service", ["operator"], action).allow
	}
}

test_approver_moves_but_does_not_register if {
	ask("user", ["approver"], "model:transition").allow
	not ask("user", ["approver"], "model:register").allow
}

test_admin_does_everything if {
	every action, _ in authz.actions {
		ask("user", ["admin"], action).allow
	}
}

test_component_has_its_roles_and_no_more if {
	ask("component", ["operator"], "signal:write").allow
	not ask("component", ["viewer"], "signal:write").allow
}

test_unknown_action_is_denied_with_a_reason if {
	decision := ask("user", ["admin"], "model:teleport")
	not decision.allow
	decision.reasons == ["no rule names the action model:teleport"]
}

test_unknown_role_gives_nothing if not ask("user", ["root"], "model:read").allow

test_anonymous_is_denied_even_with_a_role if not ask("anonymous", ["admin"], "model:read").allow

test_anonymous_reads_metrics_in_development_only if {
	request := {"principal": {"kind": "anonymous", "id": "loopback", "roles": [], "tenant": "default"}, "action": "metrics:read"}
	not authz.decision.allow with input as object.union(request, {"mode": "production"})
	authz.decision.allow with input as object.union(request, {"mode": "development"})
}

test_no_tenant_is_denied if {
	decision := authz.decision with input as {"principal": {"kind": "user", "id": "p", "roles": ["admin"], "tenant": ""}, "action": "model:read"}
	not decision.allow
	decision.reasons == ["the principal has no tenant"]
}

test_empty_input_is_denied if {
	decision := authz.decision with input as {}
	not decision.allow
	count(decision.reasons) == 2
}
