package rampart.response_test

import data.rampart.response

standard := {
	"default_mode": "act",
	"tenants": {},
	"actions": {},
	"tenant_actions": {},
	"max_actions_per_hour": 10,
	"ttl_s": 600,
	"protected": [],
	"webhook": "",
	"ticket": "",
}

about(kind, id, rule, severity) := {
	"incident": {"id": "i1", "tenant": "default", "title": "T", "status": "open", "severity": severity, "score": 20, "entities": [{"kind": kind, "id": id}]},
	"ledger": {"score": 20, "contributions": [{"rule": rule, "severity": severity, "decibans": 20, "entity": {"kind": kind, "id": id}}]},
	"entities": [{"kind": kind, "id": id, "subject": true, "score": 20}],
	"protected": [],
	"recent": {"acted_last_hour": 0},
	"now": "2026-01-01T00:00:00.000Z",
}

decided(facts, config) := answer if {
	answer := response.decision with input as facts with data.rampart.response_config as object.union(standard, config)
}

names(facts, config) := {one.action | some one in decided(facts, config).obligations.actions}

only(facts, config) := decided(facts, config).obligations.actions[0]

test_a_drifting_version_goes_back_to_the_previous_one if {
	one := only(about("model-version", "card:fraud:2", "telemetry.drift", "high"), {})
	one.action == "route.previous-version"
	one.parameters == {"model": "card:fraud", "version": "2"}
	one.mode == "act"
	one.ttl_s == 600
	one.approvals_needed == 0
}

test_a_tampered_version_is_quarantined_too if {
	names(about("model-version", "m:1", "serving.digest", "high"), {}) == {"route.previous-version", "version.quarantine"}
}

test_two_detectors_at_critical_ask_for_a_retraction if {
	facts := about("model-version", "m:1", "serving.digest", "critical")
	second := {"rule": "trust.scan", "severity": "high", "decibans": 15, "entity": {"kind": "model-version", "id": "m:1"}}
	both := object.union(facts, {"ledger": {"contributions": array.concat(facts.ledger.contributions, [second])}})
	"version.retract" in names(both, {})
	not "version.retract" in names(facts, {})
	some one in decided(both, {}).obligations.actions
	one.action == "version.retract"
	one.approvals_needed == 2
	not one.ttl_s
}

test_each_kind_of_suspect_has_its_containment if {
	names(about("notebook", "n", "ids", "high"), {}) == {"notebook.isolate"}
	names(about("host", "h", "ids", "high"), {}) == {"network.segment"}
	names(about("caller", "c", "probe", "high"), {}) == {"caller.throttle"}
	names(about("caller", "c", "probe", "critical"), {}) == {"caller.deny"}
	names(about("signer", "s", "trust.signer", "high"), {}) == {"signer.suspend"}
	names(about("artifact", "sha256:aa", "trust.scan", "high"), {}) == {"digest.deny"}
	names(about("policy", "authz", "audit", "high"), {}) == {"policy.rollback"}
	names(about("route", "r", "serving.inputs", "high"), {}) == {"route.previous-version"}
}

also(facts, kind, id, detector, score) := object.union(facts, {"entities": array.concat(
	facts.entities,
	[{"kind": kind, "id": id, "subject": false, "score": score, "mentioned_by": [detector]}],
)})

test_a_changed_file_is_denied_without_waiting if {
	one := only(about("artifact", "sha256:aa", "inventory.integrity", "critical"), {})
	one.action == "digest.deny"
	one.approvals_needed == 0
	only(about("artifact", "sha256:aa", "trust.scan", "critical"), {}).approvals_needed == 1
}

test_bytes_that_a_hijacked_alias_offers_are_denied if {
	facts := about("model-version", "m:2", "registry-watch", "high")
	some one in decided(also(facts, "artifact", "sha256:bb", "registry-watch", 8.2), {}).obligations.actions
	one.action == "digest.deny"
	one.parameters == {"digest": "sha256:bb"}
	one.approvals_needed == 0
	not "digest.deny" in names(also(facts, "artifact", "sha256:bb", "serving.verdict", 8.2), {})
	not "digest.deny" in names(also(facts, "artifact", "sha256:bb", "registry-watch", 7), {})
}

test_who_attacks_a_host_that_serves_models_is_cut_off_not_the_host if {
	facts := also(about("host", "10.0.0.2", "suricata:1:1", "high"), "host", "10.0.0.9", "suricata:1:1", 8.2)
	only(facts, {}).parameters == {"address": "10.0.0.2"}
	answer := decided(object.union(facts, {"serving_hosts": ["10.0.0.2"]}), {}).obligations.actions
	[one.parameters.address | some one in answer] == ["10.0.0.9"]
	not decided(object.union(facts, {"serving_hosts": ["10.0.0.2", "10.0.0.9"]}), {}).allow
}

test_a_canary_is_stopped_at_medium if {
	names(about("route", "r", "serving.canary", "medium"), {}) == {"canary.stop"}
}

test_below_high_nothing_is_contained if {
	decision := decided(about("host", "h", "ids", "medium"), {})
	not decision.allow
	decision.reasons == ["severity medium calls for no containment"]
}

test_mentioned_or_weak_entities_are_left_alone if {
	facts := about("host", "h", "ids", "high")
	not decided(object.union(facts, {"entities": [{"kind": "host", "id": "h", "subject": false, "score": 20}]}), {}).allow
	not decided(object.union(facts, {"entities": [{"kind": "host", "id": "h", "subject": true, "score": 14}]}), {}).allow
}

test_modes_are_the_more_careful_of_tenant_and_action if {
	facts := about("host", "h", "ids", "high")
	only(facts, {"tenants": {"default": "observe"}, "actions": {"network.segment": "act"}}).mode == "observe"
	only(facts, {"tenants": {"default": "act"}, "actions": {"network.segment": "recommend"}}).mode == "recommend"
	only(facts, {"default_mode": "recommend", "actions": {"network.segment": "act"}}).mode == "act"
	only(facts, {"default_mode": "act", "tenants": {"default": "recommend"}}).mode == "recommend"
	only(facts, {"default_mode": "observe", "tenant_actions": {"default": {"network.segment": "act"}}}).mode == "act"
	only(facts, {"default_mode": "observe"}).mode == "observe"
}

test_a_playbook_stands_in_for_the_single_containments if {
	facts := about("host", "h", "ids.scan", "high")
	config := {"playbooks": [{"kind": "host", "rule": "ids.", "playbook": "contain-host", "variables": {"address": "$id", "ticket": "ops"}}], "webhook": "soc"}
	names(facts, config) == {"playbook.run", "webhook.post"}
	some one in decided(facts, config).obligations.actions
	one.action == "playbook.run"
	one.parameters == {"playbook": "contain-host", "variables": {"address": "h", "ticket": "ops"}}
	one.mode == "act"
	one.ttl_s == 600
	names(about("host", "h", "edr.scan", "high"), config) == {"network.segment", "webhook.post"}
	names(about("notebook", "n", "ids.scan", "high"), config) == {"notebook.isolate", "webhook.post"}
}

test_a_name_with_a_star_protects_what_begins_so if {
	facts := about("model-version", "card:2", "telemetry.drift", "high")
	only(object.union(facts, {"protected": [{"kind": "model-version", "id": "card:*"}]}), {}).approvals_needed == 2
	only(object.union(facts, {"protected": [{"kind": "model-version", "id": "cart:*"}]}), {}).approvals_needed == 0
}

test_protected_entities_need_two_persons if {
	facts := about("host", "h", "ids", "high")
	only(facts, {}).approvals_needed == 0
	only(facts, {"protected": [{"kind": "host", "id": "h"}]}).approvals_needed == 2
	only(object.union(facts, {"protected": [{"kind": "host", "id": "h"}]}), {}).approvals_needed == 2
}

test_beyond_the_limit_a_person_is_asked if {
	facts := about("host", "h", "ids", "high")
	only(object.union(facts, {"recent": {"acted_last_hour": 9}}), {}).mode == "act"
	only(object.union(facts, {"recent": {"acted_last_hour": 10}}), {}).mode == "recommend"
	hosts := [{"kind": "host", "id": sprintf("h%v", [i]), "subject": true, "score": 20} | some i in numbers.range(1, 20)]
	actions := decided(object.union(facts, {"entities": hosts}), {"max_actions_per_hour": 3}).obligations.actions
	count(actions) == 20
	count([1 | some one in actions; one.mode == "act"]) == 3
}

test_somebody_is_told_when_there_is_an_address if {
	facts := about("dataset", "d", "lineage", "high")
	not decided(facts, {}).allow
	names(facts, {"webhook": "soc", "ticket": "soc-queue"}) == {"webhook.post", "ticket.open"}
	mail := {"server": "smtps://mail.example.org", "from": "rampart@example.org", "to": ["desk@example.org"]}
	only(facts, {"mail": mail}).parameters == mail
}

test_on_the_word_of_a_storm_nobody_is_contained if {
	facts := object.union(about("host", "h", "ids", "high"), {"storms": ["ids"]})
	decision := decided(facts, {})
	not decision.allow
	decision.reasons == ["ids is in a storm: on its word alone nobody is contained"]
	second := {"rule": "miner", "severity": "high", "decibans": 15, "entity": {"kind": "host", "id": "h"}}
	both := object.union(facts, {"ledger": {"contributions": array.concat(facts.ledger.contributions, [second])}})
	names(both, {}) == {"network.segment"}
}

test_one_incident_does_not_spend_what_the_next_one_needs if {
	hosts := [{"kind": "host", "id": sprintf("h%v", [i]), "subject": true, "score": 20} | some i in numbers.range(1, 30)]
	facts := object.union(about("host", "h1", "ids", "high"), {"entities": hosts})
	decision := decided(facts, {})
	count(decision.obligations.actions) == 20
	count([one | some one in decision.obligations.actions; one.mode == "act"]) == 5
	count([one | some one in decision.obligations.actions; one.mode == "recommend"]) == 15
	"10 more actions are proposed than one incident is given" in decision.reasons
	later := object.union(facts, {"recent": {"acted_last_hour": 5, "acted_on_incident": 5}})
	count([one | some one in decided(later, {}).obligations.actions; one.mode == "act"]) == 0
	full := object.union(facts, {"recent": {"acted_last_hour": 8, "acted_on_incident": 0}})
	count([one | some one in decided(full, {}).obligations.actions; one.mode == "act"]) == 2
}

test_empty_input_is_denied if {
	decision := decided({}, {})
	not decision.allow
	decision.reasons == ["the incident has no severity that can be read"]
}
