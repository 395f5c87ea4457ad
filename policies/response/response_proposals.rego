# What an incident calls for, before it is asked how far each of it may go.
package rampart.response

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
