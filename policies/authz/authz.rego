# Who may call which API action. One line per action: an API route whose action has no line here keeps the
# control plane from starting.
#
# input: {principal: {kind, id, roles, tenant}, action, entity?: {kind, id}, mode, via}
package rampart.authz

readers := ["viewer", "operator", "approver", "admin"]

actions := {
	"session:read": readers,
	"overview:read": readers,
	"metrics:read": readers,
	"event:read": readers,
	"model:read": readers,
	"evidence:read": readers,
	"policy:read": readers,
	"decision:read": readers,
	"route:read": readers,
	"backend:read": readers,
	"inference-log:read": ["operator", "approver", "admin"],
	"inference-log:query": ["operator", "approver", "admin"],
	"inference-log:replay": ["operator", "admin"],
	"inference-log:erase": ["admin"],
	"gateway:read": readers,
	"gateway:sync": ["gateway", "admin"],
	"telemetry:read": readers,
	"telemetry:write": ["operator", "admin"],
	"signal:read": readers,
	"incident:read": readers,
	"incident:write": ["operator", "approver", "admin"],
	"simulation:run": ["operator", "approver", "admin"],
	"audit:read": readers,
	"artifact:read": ["operator", "approver", "admin"],
	"artifact:write": ["operator", "admin"],
	"model:register": ["operator", "admin"],
	"model:transition": ["operator", "approver", "admin"],
	"registry:read": readers,
	"registry:write": ["admin"],
	"registry:sync": ["operator", "admin"],
	"route:write": ["operator", "admin"],
	"backend:write": ["operator", "admin"],
	"signal:write": ["operator", "admin"],
	"lineage:read": readers,
	"lineage:write": ["operator", "admin"],
	"sink:read": readers,
	"sink:write": ["admin"],
	"alert-source:read": readers,
	"alert-source:write": ["admin"],
	"intake:write": ["operator", "admin"],
	"sighting:read": readers,
	"signer:read": readers,
	"signer:write": ["admin"],
	"signature:write": ["operator", "admin"],
	"verdict:read": readers,
	"scan:write": ["operator", "admin"],
	"waiver:write": ["approver", "admin"],
	"approval:read": readers,
	"approval:request": ["operator", "approver", "admin"],
	"approval:answer": readers,
	"approval:comment": readers,
	"approval:delegate": readers,
	"response:read": readers,
	"response:write": ["operator", "approver", "admin"],
	"response:configure": ["approver", "admin"],
	"response:approve": ["approver", "admin"],
	"response:kill-switch": ["operator", "approver", "admin"],
	"policy:write": ["admin"],
	"api-key:read": ["admin"],
	"api-key:write": ["admin"],
	"service-account:read": ["admin"],
	"service-account:write": ["admin"],
	"certificate:issue": ["admin"],
}

# What a caller on loopback may see before anybody is configured.
open_in_development := {"metrics:read"}

decision := {
	"allow": count(reasons) == 0,
	"reasons": sort(reasons),
	"obligations": {},
}

reasons contains sprintf("no rule names the action %v", [action]) if not known_action

reasons contains sprintf("%v needs one of the roles %v; %v has %v", [
	input.action,
	concat(", ", actions[input.action]),
	caller,
	roles_held,
]) if {
	known_action
	not permitted
}

reasons contains "the principal has no tenant" if not has_tenant

default action := "(none)"

action := input.action

known_action if actions[input.action]

permitted if {
	some role in input.principal.roles
	role in actions[input.action]
	input.principal.kind in {"user", "service", "component"}
}

permitted if {
	input.principal.kind == "anonymous"
	input.mode == "development"
	input.action in open_in_development
}

has_tenant if input.principal.tenant != ""

default caller := "an unnamed principal"

caller := sprintf("%v:%v", [input.principal.kind, input.principal.id])

default roles_held := "none"

roles_held := concat(", ", input.principal.roles) if count(input.principal.roles) > 0
