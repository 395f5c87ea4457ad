# Withdrawals: what a response run took out of use comes back only by undoing that run, and bytes that are denied by a
# signed statement go no further.
package rampart.promotion

# What a run withdrew, its inverse gives back: to the stage before and no other, on evidence that counts today.
legal if {
	undoing
	to == input.transition.undoes.stage
}

undoing if {
	from in {"quarantined", "retracted"}
	is_string(input.transition.undoes.run)
	input.transition.undoes.run != ""
}

may_take if {
	undoing
	input.principal.kind in {"user", "service", "component"}
	some role in held
	role in {"approver", "admin"}
}

reasons contains sprintf("the bytes are denied by %v: %v", [denial.by, denial.reason]) if {
	to in {"approved", "deployed"}
	some denial in denials
	not lifted_next(denial)
}

# A run undoes its steps in reverse: the stage comes back first, its own denial goes last.
lifted_next(denial) if {
	undoing
	denial.denial == input.transition.undoes.run
}

denial_type := "https://rampart.dev/attestation/denial/v1"

statements_of_denial := [statement |
	some statement in input.evidence
	statement.predicate_type == denial_type
	statement.subject_digest == input.version.digest
	statement.verified == true
	statement.predicate.tenant == input.principal.tenant
]

denials contains statement.predicate if {
	some statement in statements_of_denial
	statement.predicate.state == "denied"
	later := [one |
		some one in statements_of_denial
		one.predicate.denial == statement.predicate.denial
		one.predicate.at > statement.predicate.at
		one.predicate.state == "lifted"
	]
	count(later) == 0
}
