# What to do about an incident: which actions, how sure one must be, who must agree, for how long. Asked when an incident
# opens and when its severity grows.
#
# input: {incident: {id, tenant, title, status, severity, score, entities: [{kind, id}]},
#         ledger: {score, contributions: [{rule, severity, decibans, entity: {kind, id}}]},
#         entities: [{kind, id, subject: signals are about it, score: its own ledger's, mentioned_by: [detector that names it only]}],
#         serving_hosts: [host that serves models, among the entities],
#         storms: [detector of the incident that is in a storm],
#         protected: [{kind, id}], recent: {acted_last_hour, acted_on_incident}, now}
# data.rampart.response_config: modes, limits, protected entities, where to tell
# obligations.actions: [{action, entity, parameters, mode, approvals_needed, ttl_s?, reasons}]
# mode: observe writes down what would be done, recommend asks a person, act does it after its approvals.
package rampart.response

decision := {
	"allow": count(actions) > 0,
	"reasons": sort(reasons),
	"obligations": {"actions": actions},
}

settings := data.rampart.response_config

rank := {"info": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}

caution := {"observe": 0, "recommend": 1, "act": 2}

mode_of := {0: "observe", 1: "recommend", 2: "act"}

default contributions := []

contributions := input.ledger.contributions if is_array(input.ledger.contributions)

default entities := []

entities := input.entities if is_array(input.entities)

default tenant := ""

tenant := input.incident.tenant if is_string(input.incident.tenant)

default incident_id := ""

incident_id := input.incident.id if is_string(input.incident.id)

default protected := []

protected := input.protected if is_array(input.protected)

default acted := 0

acted := input.recent.acted_last_hour if is_number(input.recent.acted_last_hour)

# --- how far each may go -----------------------------------------------------------------------------------------

telling := {"webhook.post", "ticket.open", "ticket.mail"}

default default_mode := "recommend"

default_mode := settings.default_mode

# The more careful of what the tenant and the action may do, unless the pair has a rule of its own.
mode(action) := settings.tenant_actions[tenant][action]

mode(action) := mode_of[min([caution[tenant_mode], caution[action_mode(action)]])] if {
	not has_own_mode(action)
	not only_one_mode(action)
}

mode(action) := tenant_or_action(action) if {
	not has_own_mode(action)
	only_one_mode(action)
}

has_own_mode(action) if settings.tenant_actions[tenant][action]

default tenant_mode := "recommend"

tenant_mode := object.get(settings.tenants, tenant, default_mode)

action_mode(action) := object.get(settings.actions, action, default_mode)

only_one_mode(_) if not settings.tenants[tenant]

only_one_mode(action) if not settings.actions[action]

tenant_or_action(action) := settings.tenants[tenant] if not settings.actions[action]

tenant_or_action(action) := action_mode(action) if not settings.tenants[tenant]

is_protected(entity) if {
	some one in settings.protected
	one.kind == entity.kind
	one.id == entity.id
}

is_protected(entity) if {
	some one in protected
	one.kind == entity.kind
	one.id == entity.id
}

# A name that ends in * protects everything that begins so.
is_protected(entity) if {
	some one in protected
	one.kind == entity.kind
	endswith(one.id, "*")
	startswith(entity.id, trim_suffix(one.id, "*"))
}

protection(entity) := 2 if is_protected(entity)

protection(entity) := 0 if not is_protected(entity)

protection_reasons(entity) := ["the entity is protected: two persons must agree"] if is_protected(entity)

protection_reasons(entity) := [] if not is_protected(entity)

default acted_here := 0

acted_here := input.recent.acted_on_incident if is_number(input.recent.acted_on_incident)

# One incident must not spend what the next one needs.
of_incident := object.get(settings, "max_actions_per_incident", 5) - acted_here

of_hour := settings.max_actions_per_hour - acted

# Beyond it a person is asked.
budget := max([0, min([of_hour, of_incident])])

ordered := sort([[strength[one.action], one.action, one.entity.kind, one.entity.id, one] | some one in chosen])

# What loses least comes first, so that the budget is spent on it.
strength := {
	"ticket.mail": 0,
	"ticket.open": 0,
	"webhook.post": 0,
	"canary.stop": 1,
	"route.previous-version": 2,
	"route.to": 2,
	"playbook.run": 3,
	"notebook.isolate": 3,
	"network.segment": 3,
	"caller.throttle": 3,
	"caller.deny": 4,
	"digest.deny": 5,
	"version.quarantine": 6,
	"signer.suspend": 7,
	"policy.rollback": 8,
	"version.retract": 9,
}

spends(one) if {
	mode(one.action) == "act"
	not one.action in telling
}

spent_before(index) := count([i | some i, item in ordered; i < index; spends(item[4])])

limited(index, one) if {
	spends(one)
	spent_before(index) >= budget
}

final_mode(index, one) := "recommend" if limited(index, one)

final_mode(index, one) := mode(one.action) if not limited(index, one)

limit_reasons(index, one) := [limit_reason] if limited(index, one)

limit_reasons(index, one) := [] if not limited(index, one)

limit_reason := sprintf("the limit of %v actions an hour is reached: a person must agree", [settings.max_actions_per_hour]) if of_hour <= of_incident

limit_reason := sprintf("the limit of %v actions for one incident is reached: a person must agree", [object.get(settings, "max_actions_per_incident", 5)]) if of_hour > of_incident

actions := [answer |
	some index, item in ordered
	index < 20
	one := item[4]
	base := {
		"action": one.action,
		"entity": one.entity,
		"parameters": one.parameters,
		"mode": final_mode(index, one),
		"approvals_needed": max([one.approvals, protection(one.entity)]),
		"reasons": array.concat([one.reason], array.concat(protection_reasons(one.entity), limit_reasons(index, one))),
	}
	answer := object.union(base, lifetime(one.action))
]

# What cannot be undone, or must be undone by a person, has no end of its own.
lasting := {"webhook.post", "ticket.open", "ticket.mail", "version.retract", "policy.rollback", "canary.stop"}

lifetime(action) := {} if action in lasting

lifetime(action) := {"ttl_s": settings.ttl_s} if not action in lasting

# --- why ---------------------------------------------------------------------------------------------------------

reasons contains "the incident has no severity that can be read" if not severity_known

severity_known if rank[input.incident.severity] >= 0

reasons contains sprintf("severity %v calls for no containment", [input.incident.severity]) if {
	severity_known
	not is_high
	count(actions) == 0
}

reasons contains "no entity's own ledger is high enough for a containment" if {
	is_high
	count(actions) == 0
	count(storms) == 0
}

reasons contains sprintf("%v is in a storm: on its word alone nobody is contained", [rule]) if {
	is_high
	some rule in storms
}

reasons contains sprintf("%v more actions are proposed than one incident is given", [count(ordered) - 20]) if count(ordered) > 20

reasons contains sprintf("%v because %v", [one.action, one.reason]) if some one in chosen

reasons contains "protected entities need two approvals" if {
	some one in chosen
	is_protected(one.entity)
}
