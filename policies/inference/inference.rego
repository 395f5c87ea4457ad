# Who may call which deployed model. The hot path caches the answer by the parts of the input that these rules
# read, so a rule here should read parts that are few per caller and route, never the payload.
#
# input: {caller: {kind, id, roles, tenant}, route: {name, model, version, digest, stage, labels, tenant}, mode}
# data.rampart.inference_config.denied_callers: ["service:crawler", …]
package rampart.inference

callers := {"viewer", "operator", "approver", "admin"}

decision := {
	"allow": count(reasons) == 0,
	"reasons": sort(reasons),
	"obligations": {"log": log},
}

reasons contains "the version behind the route is not deployed" if not deployed

reasons contains "the caller has no role that may call models" if not may_call

reasons contains sprintf("%v is on the list of denied callers", [caller]) if caller in denied_callers

reasons contains "the route belongs to another tenant" if not same_tenant

deployed if input.route.stage == "deployed"

may_call if {
	input.caller.kind in {"user", "service", "component"}
	some role in input.caller.roles
	role in callers
}

may_call if {
	input.caller.kind == "anonymous"
	input.mode == "development"
}

same_tenant if input.caller.tenant == input.route.tenant

caller := sprintf("%v:%v", [input.caller.kind, input.caller.id])

default denied_callers := []

denied_callers := data.rampart.inference_config.denied_callers

# "digest" records hashes of the tensors, "full" the tensors themselves.
default log := "digest"

log := "full" if input.route.labels.log == "full"
