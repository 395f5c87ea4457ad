package rampart.approval_test

import data.rampart.approval

# The tests bring their own configuration: editing data.json breaks none of them.
config := {
	"quorums": {
		"default": {"needs": {"approver": 1}, "valid_days": 365},
		"high-risk": {"labels": {"risk": "high"}, "needs": {"approver": 2}},
	},
	"stands_for": {"approver": ["approver", "admin"]},
	"members": {},
	"author_labels": ["author", "registry-author"],
	"modes": {
		"development": {
			"own_versions": true,
			"services_approve": true,
			"accept_unbound": true,
			"keep_when_policy_changes": true,
		},
		"production": {},
	},
}

decided(request, over) := answer if {
	settings := object.union(config, over)
	answer := approval.decision with input as request with data.rampart.approval_config as settings
}

digest := "sha256:aa"

version := {
	"name": "card-fraud",
	"version": "1.0.0",
	"tenant": "default",
	"digest": digest,
	"labels": {},
	"created_by": "user:olga",
}

given(who, roles) := {
	"id": sprintf("by-%v", [who]),
	"verified": true,
	"subject_digest": digest,
	"tenant": "default",
	"model": "card-fraud",
	"version": "1.0.0",
	"approver": who,
	"roles": roles,
	"approved_at": "2026-01-02T00:00:00.000Z",
	"expires_at": "2027-01-02T00:00:00.000Z",
	"request": "request-1",
	"request_state": "open",
	"evidence": "sha256:e1",
	"policy": "sha256:p1",
}

behalf(who, holder, roles) := object.union(given(who, roles), {"id": sprintf("by-%v-for-%v", [who, holder]), "on_behalf_of": holder})

ann := given("user:ann", ["approver"])

ben := given("user:ben", ["viewer", "approver"])

question(approvals) := {
	"question": "quorum",
	"mode": "production",
	"now": "2026-01-03T00:00:00.000Z",
	"version": version,
	"binding": {"evidence": "sha256:e1", "policy": "sha256:p1"},
	"approvals": approvals,
}

two := {"default": {"needs": {"approver": 2}}}

two_and_owner := {"default": {"needs": {"approver": 2, "owner": 1}, "valid_days": 30}}

members := {"owner": {"card-*": ["user:olaf", "user:ann"]}}

met(approvals, quorums) if met_among(approvals, quorums, {})

met_among(approvals, quorums, members) if {
	answer := decided(question(approvals), {"quorums": quorums, "members": members})
	answer.allow == true
	answer.reasons == []
}

missing(approvals, quorums, texts) if missing_among(approvals, quorums, {}, texts)

missing_among(approvals, quorums, members, texts) if {
	answer := decided(question(approvals), {"quorums": quorums, "members": members})
	answer.allow == false
	answer.obligations.missing == texts
}

test_one_approver_is_enough_by_default if {
	answer := decided(question([ann]), {})
	answer.allow == true
	answer.obligations.counted == ["by-user:ann"]
	answer.obligations.valid_days == 365
}

test_nothing_is_not_enough if {
	answer := decided(question([]), {})
	answer.allow == false
	answer.reasons == ["needs 1 more approval by approver"]
}

test_an_admin_stands_for_an_approver if met([given("user:ada", ["admin"])], {"default": {"needs": {"approver": 1}}})

test_a_viewer_does_not_count if missing([given("user:vic", ["viewer"])], two, ["needs 2 more approvals by approver"])

test_two_persons if {
	missing([ann], two, ["needs 1 more approval by approver"])
	missing([ann, ann], two, ["needs 1 more approval by approver"])
	met([ann, ben], two)
}

test_a_person_fills_one_place if {
	some_owner := given("user:olaf", ["viewer"])
	missing_among([ann, ben], two_and_owner, members, ["needs 1 more approval: one person counts once"])
	met_among([ann, ben, some_owner], two_and_owner, members)
	met_among([ben, given("user:cleo", ["approver"]), ann], two_and_owner, members)
}

test_members_are_of_their_models if {
	elsewhere := {"owner": {"other-*": ["user:olaf"]}}
	missing_among([ann, ben, given("user:olaf", ["viewer"])], two_and_owner, elsewhere, ["needs 1 more approval by owner"])
}

counts_not(given_approval, why) if {
	answer := decided(question([given_approval]), {})
	answer.allow == false
	some ignored in answer.obligations.ignored
	ignored.why == why
}

test_what_does_not_count if {
	counts_not(object.union(ann, {"verified": false}), "its signature does not verify")
	counts_not(object.union(ann, {"verified": "true"}), "its signature does not verify")
	counts_not(object.remove(ann, ["verified"]), "its signature does not verify")
	counts_not(object.union(ann, {"subject_digest": "sha256:bb"}), "it is for other bytes")
	counts_not(object.union(ann, {"tenant": "other"}), "it is for another version")
	counts_not(object.union(ann, {"model": "other"}), "it is for another version")
	counts_not(object.union(ann, {"version": "2.0.0"}), "it is for another version")
	counts_not(object.union(ann, {"expires_at": "2026-01-03T00:00:00.000Z"}), "it has expired")
	counts_not(object.union(ann, {"request_state": "rejected"}), "its request was rejected")
	counts_not(object.union(ann, {"request_state": "withdrawn"}), "its request was withdrawn")
	counts_not(object.union(ann, {"request_state": "expired"}), "its request was expired")
	counts_not(object.remove(ann, ["request_state"]), "its request is not known")
	counts_not(object.union(ann, {"evidence": "sha256:e2"}), "the evidence has changed since")
	counts_not(object.union(ann, {"policy": "sha256:p2"}), "the policy has changed since")
	counts_not(object.remove(ann, ["evidence"]), "it does not say what it rests on")
	counts_not(given("user:olga", ["approver"]), "user:olga registered this version and may not approve it")
	counts_not(given("service:ci", ["approver"]), "service:ci is not a person")
}

test_the_author_does_not_approve if {
	labelled := object.union(question([ann]), {"version": {"labels": {"author": "ann"}}})
	answer := decided(labelled, {})
	answer.allow == false
	answer.reasons == [
		"needs 1 more approval by approver",
		"the approval of user:ann does not count: user:ann made this model and may not approve it",
	]
	full := object.union(question([ann]), {"version": {"labels": {"registry-author": "user:ann"}}})
	not decided(full, {}).allow
}

test_development_lets_one_person_do_it_all if {
	own := object.union(question([given("user:olga", ["admin"])]), {"mode": "development"})
	decided(own, {}).allow
	not decided(object.union(own, {"mode": "production"}), {}).allow
	not decided(object.union(own, {"mode": "no such mode"}), {}).allow
	unbound := object.remove(given("component:examples", ["approver"]), ["request", "request_state", "evidence", "policy", "expires_at"])
	decided(object.union(question([unbound]), {"mode": "development"}), {}).allow
	other := object.union(ann, {"evidence": "sha256:e2"})
	not decided(object.union(question([other]), {"mode": "development"}), {}).allow
}

test_delegation if {
	for_ann := behalf("user:dan", "user:ann", ["approver"])
	met([for_ann, ben], two)
	missing([for_ann, ann], two, ["needs 1 more approval by approver"])
	missing([for_ann, given("user:dan", ["approver"])], two, ["needs 1 more approval by approver"])
	missing([for_ann, behalf("user:dan", "user:ben", ["approver"])], two, ["needs 1 more approval by approver"])
	missing([for_ann, behalf("user:eve", "user:ann", ["approver"])], two, ["needs 1 more approval by approver"])
	met([for_ann, ann, given("user:dan", ["approver"])], two)
	counts_not(behalf("user:dan", "user:olga", ["approver"]), "user:olga registered this version and may not approve it")
	counts_not(behalf("user:olga", "user:ann", ["approver"]), "user:olga registered this version and may not approve it")
	counts_not(behalf("user:ann", "user:ann", ["approver"]), "nobody approves on his own behalf")
}

test_quorums_by_model_and_label if {
	risky := object.union(question([ann]), {"version": {"labels": {"risk": "high"}}})
	answer := decided(risky, {})
	answer.obligations.quorums == ["high-risk"]
	answer.reasons == ["needs 1 more approval by approver"]
	quorums := {"default": {"needs": {"approver": 1}}, "fraud": {"models": ["card-*"], "needs": {"approver": 3}}, "all": {"models": ["*"], "needs": {"approver": 2, "owner": 1}}}
	both := decided(question([]), {"quorums": quorums})
	both.obligations.needs == {"approver": 3, "owner": 1}
}

test_a_configuration_that_asks_nothing_approves_nothing if {
	why := "the policy says of no role how many approvals are needed"
	missing([ann], {"default": []}, [why])
	missing([ann], {"default": {"needs": []}}, [why])
	missing([ann], {"default": {"needs": {"approver": 0}}}, [why])
	missing([ann], {"default": {"needs": {"approver": "1"}}}, [why])
}

candidate(question_name, approvals, person, roles) := object.union(question(approvals), {
	"question": question_name,
	"candidate": {"person": person, "roles": roles},
})

refused(request, reasons) if {
	answer := decided(request, {})
	answer.allow == false
	answer.reasons == reasons
}

test_who_may_approve if {
	decided(candidate("approve", [], "user:ann", ["approver"]), {}).allow
	refused(candidate("approve", [], "user:vic", ["viewer"]), ["needs approver; user:vic has viewer"])
	refused(candidate("approve", [], "user:vic", []), ["needs approver; user:vic has no role"])
	refused(candidate("approve", [], "user:olga", ["admin"]), ["user:olga registered this version and may not approve it"])
	refused(candidate("approve", [ann], "user:ann", ["approver"]), ["user:ann has already approved"])
	refused(object.union(question([]), {"question": "approve"}), ["nobody is named"])
}

test_who_may_reject if {
	decided(candidate("reject", [ann], "user:ann", ["approver"]), {}).allow
	refused(candidate("reject", [], "user:vic", ["viewer"]), ["needs approver; user:vic has viewer"])
	refused(object.union(question([]), {"question": "reject"}), ["nobody is named"])
}

for_holder(holder, delegated, roles) := object.union(candidate("approve", [], "user:dan", ["viewer"]), {"candidate": {
	"on_behalf_of": holder,
	"delegated": delegated,
	"delegated_roles": roles,
}})

test_who_may_approve_for_another if {
	decided(for_holder("user:ann", true, ["approver"]), {}).allow
	refused(for_holder("user:ann", false, ["approver"]), ["user:ann has handed no right to user:dan"])
	refused(for_holder("user:vic", true, ["viewer"]), ["needs approver; user:vic has viewer"])
	refused(for_holder("user:olga", true, ["approver"]), ["user:olga registered this version and may not approve it"])
}

test_empty_input_is_denied if {
	answer := decided({}, {})
	answer.allow == false
	answer.reasons == ["the approvals are no list", "the input asks no question that is known"]
}
