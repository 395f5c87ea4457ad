# Which approvals count: whose they are, what they rest on, and that nobody counts twice. Part of the pack `approval`.
package rampart.approval

faults contains {"at": at, "why": "its signature does not verify"} if {
	some at, approval in input.approvals
	not approval.verified == true
}

faults contains {"at": at, "why": "it is for other bytes"} if {
	some at, _ in input.approvals
	not at in same_bytes
}

same_bytes contains at if {
	some at, approval in input.approvals
	approval.subject_digest == input.version.digest
}

faults contains {"at": at, "why": "it is for another version"} if {
	some at, _ in input.approvals
	not at in same_version
}

same_version contains at if {
	some at, approval in input.approvals
	approval.model == input.version.name
	approval.version == input.version.version
	approval.tenant == input.version.tenant
}

faults contains {"at": at, "why": "it has expired"} if {
	some at, approval in input.approvals
	approval.expires_at
	not at in lasting
}

lasting contains at if {
	some at, approval in input.approvals
	approval.expires_at > input.now
}

faults contains {"at": at, "why": "its request is not known"} if {
	some at, approval in input.approvals
	approval.request
	not approval.request_state
}

faults contains {"at": at, "why": sprintf("its request was %v", [state])} if {
	some at, approval in input.approvals
	state := approval.request_state
	not state in {"open", "approved", "stale"}
}

faults contains {"at": at, "why": "it does not say what it rests on"} if {
	some at, approval in input.approvals
	not bound(approval)
	not relaxed.accept_unbound
}

bound(approval) if {
	is_string(approval.evidence)
	is_string(approval.policy)
	is_string(approval.request)
}

faults contains {"at": at, "why": "the evidence has changed since"} if {
	some at, approval in input.approvals
	approval.evidence
	not at in same_evidence
	not relaxed.keep_when_evidence_changes
}

same_evidence contains at if {
	some at, approval in input.approvals
	approval.evidence == input.binding.evidence
}

faults contains {"at": at, "why": "the policy has changed since"} if {
	some at, approval in input.approvals
	approval.policy
	not at in same_policy
	not relaxed.keep_when_policy_changes
}

same_policy contains at if {
	some at, approval in input.approvals
	approval.policy == input.binding.policy
}

faults contains {"at": at, "why": why} if {
	some at, approval in input.approvals
	some who in {approval.approver, object.get(approval, "on_behalf_of", approval.approver)}
	some why in personal_faults[who]
}

faults contains {"at": at, "why": "nobody approves on his own behalf"} if {
	some at, approval in input.approvals
	approval.on_behalf_of == approval.approver
}

valid contains at if {
	some at, approval in input.approvals
	is_string(approval.approver)
	not at in faulty
}

faulty contains fault.at if some fault in faults

# What keeps a person from approving at all, whatever roles he has.
people contains who if {
	some approval in input.approvals
	some who in {approval.approver, object.get(approval, "on_behalf_of", approval.approver)}
}

people contains input.candidate.person

people contains input.candidate.on_behalf_of

personal_faults[who] contains sprintf("%v registered this version and may not approve it", [who]) if {
	some who in people
	not relaxed.own_versions
	who == input.version.created_by
}

personal_faults[who] contains sprintf("%v made this model and may not approve it", [who]) if {
	some who in people
	not relaxed.own_versions
	some label in settings.author_labels
	author := input.version.labels[label]
	who in {author, sprintf("user:%v", [author])}
}

personal_faults[who] contains sprintf("%v is not a person", [who]) if {
	some who in people
	not relaxed.services_approve
	not startswith(who, "user:")
}

# One person, one vote. What somebody gives for another counts once for the one who gave it, and once for the right.
own contains input.approvals[at].approver if {
	some at in valid
	not input.approvals[at].on_behalf_of
}

delegated contains at if {
	some at in valid
	approval := input.approvals[at]
	approval.on_behalf_of
	not approval.approver in own
	not approval.on_behalf_of in own
}

shadowed contains at if {
	some at in delegated
	some earlier in delegated
	earlier < at
	some name in {"approver", "on_behalf_of"}
	input.approvals[earlier][name] == input.approvals[at][name]
}

# Right holder → the roles that were held.
votes[person] := roles if {
	some person in own
	roles := {role |
		some at in valid
		input.approvals[at].approver == person
		not input.approvals[at].on_behalf_of
		some role in input.approvals[at].roles
	}
}

votes[person] := roles if {
	some at in delegated
	not at in shadowed
	person := input.approvals[at].on_behalf_of
	roles := {role | some role in input.approvals[at].roles}
}

counted contains input.approvals[at].id if {
	some at in valid
	not input.approvals[at].on_behalf_of
}

counted contains input.approvals[at].id if {
	some at in delegated
	not at in shadowed
}

# Who gave them, and for whom.
heard contains name if {
	some approval in input.approvals
	approval.id in counted
	some name in {approval.approver, object.get(approval, "on_behalf_of", approval.approver)}
}
