# Who must approve a model version, which approvals count, and who may give one.
#
# input: {question: "quorum"|"approve"|"reject", mode, now,
#         version: {name, version, tenant, digest, labels, created_by},
#         binding: {evidence, policy}: digests of what an approval rests on, as they are now,
#         approvals: [{id, verified, subject_digest, tenant, model, version, approver, roles, approved_at,
#                      on_behalf_of?, request?, request_state?, evidence?, policy?, expires_at?}], oldest first,
#         candidate?: {person, roles, on_behalf_of?, delegated?: bool, delegated_roles?: []}}
# data.rampart.approval_config:
#   quorums: {NAME: {models?: [glob], labels?: {KEY: VALUE}, needs: {ROLE: COUNT}, valid_days?}}
#     all that match apply, the largest count of each role; "default" applies where none does
#   stands_for: {ROLE: [role that a principal holds]}; members: {ROLE: {model glob: [person]}}
#   author_labels: labels that name who made the model; modes: {MODE: what is relaxed in it}
#
# One person counts once. An approval counts no more when the bytes, the evidence or the policy changed under it.
package rampart.approval

decision := {
	"allow": allow,
	"reasons": sort(reasons),
	"obligations": {
		"needs": needs,
		"quorums": sort([name | some name in applying]),
		"counted": sort([name | some name in counted]),
		"persons": sort([name | some name in heard]),
		"missing": sort([text | some text in missing]),
		"ignored": [{"id": input.approvals[fault.at].id, "why": fault.why} | some fault in faults],
		"may_approve": {"allow": may_approve, "reasons": sort([text | some text in approve_faults])},
		"may_reject": {"allow": may_reject, "reasons": sort([text | some text in reject_faults])},
		"valid_days": valid_days,
	},
}

default allow := false

allow if {
	input.question == "quorum"
	met
}

allow if {
	input.question == "approve"
	may_approve
}

allow if {
	input.question == "reject"
	may_reject
}

reasons contains "the input asks no question that is known" if not known_question

reasons contains "the approvals are no list" if not listed

listed if is_array(input.approvals)

known_question if input.question in {"quorum", "approve", "reject"}

reasons contains why if {
	input.question == "quorum"
	some why in missing
}

reasons contains why if {
	input.question == "quorum"
	not met
	some fault in faults
	why := sprintf("the approval of %v does not count: %v", [voice(input.approvals[fault.at]), fault.why])
}

reasons contains why if {
	input.question == "approve"
	some why in approve_faults
}

reasons contains why if {
	input.question == "reject"
	some why in reject_faults
}

voice(approval) := sprintf("%v for %v", [approval.approver, approval.on_behalf_of]) if approval.on_behalf_of

voice(approval) := approval.approver if not approval.on_behalf_of

# --- what the configuration asks ----------------------------------------------------------------------------------

default settings := {}

settings := data.rampart.approval_config

relaxed[name] if {
	some name, value in settings.modes[input.mode]
	value == true
}

matching contains name if {
	some name, quorum in settings.quorums
	name != "default"
	some pattern in quorum.models
	glob.match(pattern, [], input.version.name)
}

matching contains name if {
	some name, quorum in settings.quorums
	name != "default"
	some key, value in quorum.labels
	input.version.labels[key] == value
}

applying := matching if count(matching) > 0

applying := {"default"} if count(matching) == 0

needs[role] := most if {
	some name in applying
	some role, _ in settings.quorums[name].needs
	most := max([n | some other in applying; n := settings.quorums[other].needs[role]])
}

roles_needed := sort([role | some role, _ in needs])

configured if {
	count(roles_needed) > 0
	count(roles_needed) <= 8
	every name in applying {
		count(settings.quorums[name].needs) > 0
	}
	every n in needs {
		is_number(n)
		n >= 1
		n <= 100
	}
}

default valid_days := 0

valid_days := min(days) if count(days) > 0

days contains n if {
	some name in applying
	n := settings.quorums[name].valid_days
	is_number(n)
	n > 0
}

# --- the quorum ---------------------------------------------------------------------------------------------------

able contains {"person": person, "role": role} if {
	some person, roles in votes
	some role in roles_needed
	fits(person, roles, role)
}

fits(_, roles, role) if {
	some held in roles
	held in object.get(settings, ["stands_for", role], [role])
}

fits(person, _, role) if {
	some pattern, persons in settings.members[role]
	glob.match(pattern, [], input.version.name)
	person in persons
}

# Enough different persons for every set of roles at once (Hall's theorem): nobody fills two places.
met if {
	configured
	listed
	every mask in masks {
		count(able_of(mask)) >= wanted_of(mask)
	}
}

masks := numbers.range(1, bits.lsh(1, count(roles_needed)) - 1) if count(roles_needed) > 0

roles_of(mask) := {role |
	some at, role in roles_needed
	bits.and(mask, bits.lsh(1, at)) != 0
}

able_of(mask) := {one.person |
	some one in able
	one.role in roles_of(mask)
}

wanted_of(mask) := sum([needs[role] | some role in roles_of(mask)])

missing contains "the policy says of no role how many approvals are needed" if not configured

missing contains sprintf("needs %v more %v by %v", [lack, approvals_word(lack), role]) if {
	configured
	some role in lacking
	lack := needs[role] - count([1 | some one in able; one.role == role])
}

lacking contains role if {
	some role in roles_needed
	needs[role] > count([1 | some one in able; one.role == role])
}

missing contains sprintf("needs %v more %v: one person counts once", [lack, approvals_word(lack)]) if {
	configured
	not met
	count(lacking) == 0
	lack := max([n | some mask in masks; n := wanted_of(mask) - count(able_of(mask))])
}

approvals_word(n) := "approval" if n == 1

approvals_word(n) := "approvals" if n != 1

# --- may this person approve, or reject? --------------------------------------------------------------------------

default may_approve := false

may_approve if {
	configured
	listed
	is_string(input.candidate.person)
	count(approve_faults) == 0
	fit_candidate
}

default may_reject := false

may_reject if {
	configured
	listed
	is_string(input.candidate.person)
	count(reject_faults) == 0
	fit_candidate
}

right_holder := object.get(input.candidate, "on_behalf_of", input.candidate.person)

right_roles := input.candidate.delegated_roles if input.candidate.on_behalf_of

right_roles := input.candidate.roles if not input.candidate.on_behalf_of

fit_candidate if {
	some role in roles_needed
	fits(right_holder, right_roles, role)
}

approve_faults contains "nobody is named" if not input.candidate.person

approve_faults contains why if some why in personal_faults[input.candidate.person]

approve_faults contains why if some why in personal_faults[input.candidate.on_behalf_of]

approve_faults contains why if some why in role_faults

approve_faults contains sprintf("%v has already approved", [right_holder]) if {
	right_holder in {name | some name, _ in votes}
}

approve_faults contains sprintf("%v has already approved", [input.candidate.person]) if {
	some at in valid
	input.approvals[at].approver == input.candidate.person
}

role_faults contains "the policy says of no role how many approvals are needed" if not configured

role_faults contains sprintf("needs %v; %v has %v", [concat(" or ", roles_wanted), right_holder, roles_held]) if {
	input.candidate.person
	not fit_candidate
}

role_faults contains sprintf("%v has handed no right to %v", [input.candidate.on_behalf_of, input.candidate.person]) if {
	input.candidate.on_behalf_of
	not input.candidate.delegated == true
}

role_faults contains "nobody approves on his own behalf" if input.candidate.on_behalf_of == input.candidate.person

reject_faults contains "nobody is named" if not input.candidate.person

reject_faults contains why if some why in role_faults

roles_wanted contains role if some role in roles_needed

default roles_held := "no role"

roles_held := concat(", ", right_roles) if count(right_roles) > 0
