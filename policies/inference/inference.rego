# Who may call which deployed model. The hot path caches the answer by the parts of the input that these rules
# read, so a rule here should read parts that are few per caller and route, never the payload.
#
# input: {caller: {kind, id, roles, tenant}, route: {name, model, version, digest, stage, labels, tenant}, mode}
# data.rampart.inference_config.denied_callers: ["service:crawler", …]
package rampart.inference

decision := {
	"allow": count(reasons) == 0,
	"reasons": sort(reasons),
	"obligations": obligations,
}

reasons contains "the version behind the route is not deployed" if not input.route.stage == "deployed"

reasons contains "the caller has no role that may call models" if not may_call

reasons contains sprintf("%v is on the list of denied callers", [denied]) if {
	some denied in data.rampart.inference_config.denied_callers
	denied == concat(":", [input.caller.kind, input.caller.id])
}

reasons contains "the route belongs to another tenant" if not input.caller.tenant == input.route.tenant

# Arrays written in place: a set behind a name costs as much again as the rule itself, and this is the hot path.
may_call if {
	input.caller.kind in ["user", "service", "component"]
	input.caller.roles[_] in ["viewer", "operator", "approver", "admin"]
}

may_call if {
	input.caller.kind == "anonymous"
	input.mode == "development"
}

# How much of the payload a record keeps: the stricter of what stands here ("none", "digest", "full") and what the
# route's `log` says; with nothing here the route decides, and its default is "digest".
default obligations := {}

obligations := {"log": "full"} if input.route.labels.log == "full"
