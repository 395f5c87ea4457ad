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

# --- what the incident calls for ---------------------------------------------------------------------------------

# Who is what the incident is about, and by its own ledger bad enough for a containment.
suspects contains {"kind": entity.kind, "id": entity.id} if {
	is_high
	some entity in entities
	entity.subject == true
	entity.score >= 15
	not only_a_storm_says_so(entity)
}

default storms := []

storms := input.storms if is_array(input.storms)

# Who speaks of everybody at once condemns nobody: another detector must agree.
only_a_storm_says_so(entity) if {
	count(storms) > 0
	not another_says_so(entity)
}

another_says_so(entity) if {
	some contribution in contributions
	contribution.entity.kind == entity.kind
	contribution.entity.id == entity.id
	not contribution.rule in storms
}

default severity := 0

severity := rank[input.incident.severity]

is_high if severity >= rank.high

is_critical if severity >= rank.critical

rules contains contribution.rule if some contribution in contributions

about_rule(entity, prefix) if {
	some contribution in contributions
	contribution.entity.kind == entity.kind
	contribution.entity.id == entity.id
	startswith(contribution.rule, prefix)
}

tampered(entity) if about_rule(entity, "serving.digest")

tampered(entity) if about_rule(entity, "trust.")

tampered(entity) if about_rule(entity, "regist")

proposed contains {
	"action": "route.previous-version",
	"entity": entity,
	"parameters": {"route": entity.id},
	"approvals": 0,
	"reason": "what the route serves is under suspicion, and its previous version is not",
} if {
	some entity in suspects
	entity.kind == "route"
	not about_rule(entity, "serving.canary")
}

proposed contains {
	"action": "route.previous-version",
	"entity": entity,
	"parameters": {"model": model, "version": version},
	"approvals": 0,
	"reason": "the version is under suspicion, and the one before it is not",
} if {
	some entity in suspects
	entity.kind == "model-version"
	[model, version] := split_version(entity.id)
}

# The version is what stands after the last colon.
split_version(id) := [concat(":", array.slice(parts, 0, count(parts) - 1)), parts[count(parts) - 1]] if {
	parts := split(id, ":")
	count(parts) > 1
}

proposed contains {
	"action": "canary.stop",
	"entity": entity,
	"parameters": {"route": entity.id},
	"approvals": 0,
	"reason": "the route's canary does worse than what it replaces",
} if {
	rank[input.incident.severity] >= rank.medium
	some entity in entities
	entity.kind == "route"
	about_rule(entity, "serving.canary")
}

proposed contains {
	"action": "version.quarantine",
	"entity": entity,
	"parameters": {"model": model, "version": version},
	"approvals": 1,
	"reason": "the version is not the one that was approved, or no longer trusted",
} if {
	some entity in suspects
	entity.kind == "model-version"
	tampered(entity)
	[model, version] := split_version(entity.id)
}

proposed contains {
	"action": "version.retract",
	"entity": entity,
	"parameters": {"model": model, "version": version},
	"approvals": 2,
	"reason": "several independent detectors agree that the version must not run anywhere",
} if {
	is_critical
	some entity in suspects
	entity.kind == "model-version"
	tampered(entity)
	count(rules) > 1
	[model, version] := split_version(entity.id)
}

proposed contains {
	"action": "digest.deny",
	"entity": entity,
	"parameters": {"digest": entity.id},
	"approvals": 1,
	"reason": "these bytes must not run",
} if {
	some entity in suspects
	entity.kind == "artifact"
	not about_rule(entity, "inventory.integrity")
}

# Hashed and found to be others: no matter of judgement that a person must be waited for.
proposed contains {
	"action": "digest.deny",
	"entity": entity,
	"parameters": {"digest": entity.id},
	"approvals": 0,
	"reason": "the file of these bytes is not what it is named by",
} if {
	some entity in suspects
	entity.kind == "artifact"
	about_rule(entity, "inventory.integrity")
}

# Bytes that nobody approved serve nobody: denying them costs no call, and keeps a hurried approval from letting them in.
proposed contains {
	"action": "digest.deny",
	"entity": {"kind": entity.kind, "id": entity.id},
	"parameters": {"digest": entity.id},
	"approvals": 0,
	"reason": "a registry offers bytes that nobody approved in the place of those that were",
} if {
	is_high
	some entity in mentioned
	entity.kind == "artifact"
	"registry-watch" in entity.mentioned_by
}

# Named by what others are accused of; a mention counts by half.
mentioned contains entity if {
	some entity in entities
	entity.subject == false
	entity.score >= 7.5
}

proposed contains {
	"action": "caller.throttle",
	"entity": entity,
	"parameters": {"caller": entity.id, "requests_per_minute": 10},
	"approvals": 0,
	"reason": "the caller probes a model",
} if {
	some entity in suspects
	entity.kind in {"caller", "principal"}
	not is_critical
}

proposed contains {
	"action": "caller.deny",
	"entity": entity,
	"parameters": {"caller": entity.id},
	"approvals": 0,
	"reason": "the caller attacks a model",
} if {
	some entity in suspects
	entity.kind in {"caller", "principal"}
	is_critical
}

proposed contains {
	"action": "policy.rollback",
	"entity": entity,
	"parameters": {"pack": entity.id},
	"approvals": 2,
	"reason": "the policy was changed in a way that is under suspicion",
} if {
	some entity in suspects
	entity.kind == "policy"
}

proposed contains {
	"action": "signer.suspend",
	"entity": entity,
	"parameters": {"signer": entity.id},
	"approvals": 1,
	"reason": "what this signer signs is under suspicion",
} if {
	some entity in suspects
	entity.kind == "signer"
}

proposed contains {
	"action": "network.segment",
	"entity": entity,
	"parameters": {"address": entity.id},
	"approvals": 0,
	"reason": "the host takes part in an attack",
} if {
	some entity in suspects
	entity.kind == "host"
	not entity.id in serving_hosts
}

# A host that serves models is the target: it goes on, and who attacks it is cut off.
proposed contains {
	"action": "network.segment",
	"entity": {"kind": entity.kind, "id": entity.id},
	"parameters": {"address": entity.id},
	"approvals": 0,
	"reason": "the address attacks a host that serves models",
} if {
	some target in suspects
	target.kind == "host"
	target.id in serving_hosts
	some entity in mentioned
	entity.kind == "host"
	not entity.id in serving_hosts
}

default serving_hosts := []

serving_hosts := input.serving_hosts if is_array(input.serving_hosts)

proposed contains {
	"action": "notebook.isolate",
	"entity": entity,
	"parameters": {"notebook": entity.id},
	"approvals": 0,
	"reason": "the notebook runs what it should not",
} if {
	some entity in suspects
	entity.kind == "notebook"
}

proposed contains {
	"action": "webhook.post",
	"entity": {"kind": "incident", "id": incident_id},
	"parameters": {"webhook": settings.webhook},
	"approvals": 0,
	"reason": "whoever is on call hears of it",
} if {
	is_high
	settings.webhook != ""
}

proposed contains {
	"action": "ticket.open",
	"entity": {"kind": "incident", "id": incident_id},
	"parameters": {"ticket": settings.ticket},
	"approvals": 0,
	"reason": "somebody must look into it",
} if {
	is_high
	settings.ticket != ""
}

proposed contains {
	"action": "ticket.mail",
	"entity": {"kind": "incident", "id": incident_id},
	"parameters": settings.mail,
	"approvals": 0,
	"reason": "somebody must look into it",
} if {
	is_high
	is_string(settings.mail.server)
}

# A playbook that the settings name for a kind of entity and a rule stands in for the single containments of that entity.
# A variable's value `$id` is the entity's name.
proposed contains {
	"action": "playbook.run",
	"entity": entity,
	"parameters": {"playbook": one.playbook, "variables": {name: value_of(text, entity) | some name, text in object.get(one, "variables", {})}},
	"approvals": object.get(one, "approvals", 0),
	"reason": sprintf("the playbook %v is for a %v like this", [one.playbook, entity.kind]),
} if {
	some one in object.get(settings, "playbooks", [])
	some entity in suspects
	entity.kind == one.kind
	about_rule(entity, object.get(one, "rule", ""))
}

value_of(text, entity) := entity.id if text == "$id"

value_of(text, _) := text if text != "$id"

has_playbook(entity) if {
	some one in proposed
	one.action == "playbook.run"
	one.entity == entity
}

is_replaced(one) if {
	not one.action in telling
	one.action != "playbook.run"
	has_playbook(one.entity)
}

chosen contains one if {
	some one in proposed
	not is_replaced(one)
}

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
