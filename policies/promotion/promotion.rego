# Which step of its lifecycle a model version may take, and who may take it.
#
#   registered → assessed → approved → deployed → retired
#   any of these → quarantined → registered (to be assessed again);  anything → retracted
#   quarantined or retracted → the stage before, only where the response run that did it is undone (`undoes`)
#
# input: {principal: {kind, id, roles, tenant}, transition: {from, to, reason, undoes?: {run, stage}},
#         version: {name, version, digest, stage, labels, created_by, size_bytes,
#                   artifacts: [{path, role, digest}]},
#         evidence: [{predicate_type, predicate, signer, verified, subject_digest}],
#         approval: {met, reasons, persons}: how the pack approval counts; evidence holds only approvals that count,
#         limits: {min_accuracy?, min_balanced_accuracy?}, now}
# data.rampart.promotion_config.signature_required: true when a version needs a signature of a trusted signer
# data.rampart.promotion_config.four_eyes: true when the person who registered may not approve
package rampart.promotion

assessment_type := "https://rampart.dev/attestation/assessment/v1"

approval_type := "https://rampart.dev/attestation/approval/v1"

signature_type := "https://rampart.dev/attestation/signature/v1"

scan_type := "https://rampart.dev/attestation/artifact-scan/v1"

waiver_type := "https://rampart.dev/attestation/waiver/v1"

steps := {
	"registered": {"assessed", "quarantined", "retracted"},
	"assessed": {"approved", "quarantined", "retracted"},
	"approved": {"deployed", "quarantined", "retracted"},
	"deployed": {"retired", "quarantined", "retracted"},
	"retired": {"quarantined", "retracted"},
	"quarantined": {"registered", "retracted"},
	"retracted": set(),
}

# Roles that may take a step to the stage; `component` stands for any part of the product.
takers := {
	"registered": ["approver", "admin"],
	"assessed": ["component"],
	"approved": ["approver", "admin"],
	"deployed": ["operator", "admin"],
	"retired": ["operator", "admin"],
	"quarantined": ["component", "approver", "admin"],
	"retracted": ["approver", "admin"],
}

metrics := {
	"min_accuracy": {"key": "accuracy", "title": "accuracy"},
	"min_balanced_accuracy": {"key": "balanced_accuracy", "title": "balanced accuracy"},
}

decision := {
	"allow": count(reasons) == 0,
	"reasons": sort(reasons),
	"obligations": {},
}

from := input.transition.from

to := input.transition.to

# --- the step itself ---------------------------------------------------------------------------------------------

reasons contains "the input names no step" if not named

reasons contains sprintf("there is no step from %v to %v", [from, to]) if {
	named
	not legal
}

reasons contains sprintf("the version is %v, not %v", [input.version.stage, from]) if {
	named
	not input.version.stage == from
}

reasons contains sprintf("a version is moved to %v by %v, not by %v", [to, concat(" or ", takers[to]), who]) if {
	named
	not undoing
	not may_take
}

reasons contains sprintf("a withdrawal is undone by approver or admin, not by %v", [who]) if {
	undoing
	not may_take
}

reasons contains sprintf("a step to %v needs a reason", [to]) if {
	needs_reason
	not has_reason
}

needs_reason if to in {"quarantined", "retracted", "registered"}

needs_reason if undoing

named if {
	is_string(from)
	is_string(to)
}

legal if to in steps[from]

may_take if {
	not undoing
	input.principal.kind in {"user", "service", "component"}
	some role in held
	role in takers[to]
}

# Who counts as an approver of this model completes its approval, whatever other roles he has.
may_take if {
	not undoing
	to == "approved"
	enough
	input.principal.kind in {"user", "service"}
	who in input.approval.persons
}

held contains role if {
	some role in input.principal.roles
	role in {"viewer", "operator", "approver", "admin"}
}

held contains "component" if input.principal.kind == "component"

has_reason if trim_space(input.transition.reason) != ""

default who := "an unnamed principal"

who := sprintf("%v:%v", [input.principal.kind, input.principal.id])

# --- assessment: needed from here on to deployment ---------------------------------------------------------------

needs_assessment if to in {"assessed", "approved", "deployed"}

reasons contains sprintf("needs an assessment that passed: %v", [lack]) if {
	needs_assessment
	some lack in assessment_lacks
}

# Of this version: another one of the same bytes may have other limits and other reference rows.
assessments := [statement |
	some statement in input.evidence
	statement.predicate_type == assessment_type
	statement.subject_digest == input.version.digest
	statement.verified == true
	statement.predicate.tenant == input.principal.tenant
	statement.predicate.model == input.version.name
	statement.predicate.version == input.version.version
]

# The newest counts: a version that fails its second assessment does not live on the first.
newest := max([object.get(statement.predicate, "assessedAt", "") | some statement in assessments])

current contains statement.predicate if {
	some statement in assessments
	object.get(statement.predicate, "assessedAt", "") == newest
}

assessment_lacks contains "there is none for this digest with a valid signature" if count(current) == 0

assessment_lacks contains sprintf("its result is %v", [object.get(predicate, "result", "missing")]) if {
	some predicate in current
	not predicate.result == "passed"
}

assessment_lacks contains why if {
	some predicate in current
	not predicate.result == "passed"
	some why in predicate.reasons
}

assessment_lacks contains sprintf("%v %v is below the limit %v", [metric.title, measured, limit]) if {
	some predicate in current
	some name, metric in metrics
	limit := input.limits[name]
	measures(predicate, metric)
	measured := predicate.metrics[metric.key]
	measured < limit
}

assessment_lacks contains sprintf("%v was not measured and has the limit %v", [metric.title, limit]) if {
	some predicate in current
	some name, metric in metrics
	limit := input.limits[name]
	not measures(predicate, metric)
}

measures(predicate, metric) if is_number(predicate.metrics[metric.key])

# --- scan: what is blocked goes nowhere, what is unverified needs a waiver of exactly that --------------------------

reasons contains "the files of the version are not all named" if {
	needs_assessment
	not files_named
}

files_named if {
	count(input.version.artifacts) > 0
	every artifact in input.version.artifacts {
		is_string(artifact.path)
		is_string(artifact.digest)
	}
}

scans := [statement |
	some statement in input.evidence
	statement.predicate_type == scan_type
	statement.verified == true
	statement.predicate.tenant == input.principal.tenant
]

# The newest scan of each file.
file_scans contains {"path": artifact.path, "digest": artifact.digest, "result": result, "rules": rules} if {
	some artifact in input.version.artifacts
	times := [object.get(statement.predicate, "scannedAt", "") |
		some statement in scans
		statement.subject_digest == artifact.digest
		statement.predicate.path == artifact.path
	]
	some statement in scans
	statement.subject_digest == artifact.digest
	statement.predicate.path == artifact.path
	object.get(statement.predicate, "scannedAt", "") == max(times)
	result := object.get(statement.predicate, "result", "missing")
	rules := object.get(statement.predicate, "rules", [])
}

scanned_paths contains scan.path if some scan in file_scans

reasons contains sprintf("%v was not scanned", [path]) if {
	needs_assessment
	some artifact in input.version.artifacts
	path := artifact.path
	not path in scanned_paths
}

reasons contains sprintf("the scan blocks %v: %v", [scan.path, concat(", ", scan.rules)]) if {
	needs_assessment
	some scan in file_scans
	scan.result == "blocked"
}

reasons contains sprintf("the scan of %v has no result that can be read", [scan.path]) if {
	needs_assessment
	some scan in file_scans
	not scan.result in {"clean", "unverified", "blocked"}
}

reasons contains sprintf("the scan could not verify %v and no waiver covers it: %v", [
	scan.path,
	concat(", ", scan.rules),
]) if {
	needs_assessment
	some scan in file_scans
	scan.result == "unverified"
	not scan.path in waived_paths
}

waivers := [statement.predicate |
	some statement in input.evidence
	statement.predicate_type == waiver_type
	statement.subject_digest == input.version.digest
	statement.verified == true
	statement.predicate.tenant == input.principal.tenant
]

waived_paths contains scan.path if {
	some scan in file_scans
	some waiver in waivers
	waiver_counts(waiver)
	some cover in waiver.covers
	cover.digest == scan.digest
	cover.path == scan.path
	every rule in scan.rules {
		rule in cover.rules
	}
}

waiver_counts(waiver) if {
	object.get(waiver, "expiresAt", "9999") > input.now
	not own_waiver(waiver)
}

own_waiver(waiver) if {
	data.rampart.promotion_config.four_eyes
	waiver.by == input.version.created_by
}

# --- signatures of others ----------------------------------------------------------------------------------------

signatures := [statement |
	some statement in input.evidence
	statement.predicate_type == signature_type
	statement.subject_digest == input.version.digest
]

signed if {
	some statement in signatures
	statement.verified == true
}

# A version that was signed once must stay signed: a revoked signer takes what rests on it along.
reasons contains "no signature on it counts any more" if {
	needs_assessment
	count(signatures) > 0
	not signed
}

reasons contains "needs a signature of a trusted signer" if {
	to in {"approved", "deployed"}
	data.rampart.promotion_config.signature_required
	count(signatures) == 0
}

# --- approval ----------------------------------------------------------------------------------------------------

reasons contains "needs an approval of this digest with a valid signature" if {
	to == "deployed"
	not approved
}

approved if {
	some statement in input.evidence
	statement.predicate_type == approval_type
	statement.subject_digest == input.version.digest
	statement.verified == true
	statement.predicate.tenant == input.principal.tenant
	statement.predicate.model == input.version.name
	statement.predicate.version == input.version.version
	enough
}

enough if input.approval.met == true

reasons contains why if {
	to in {"approved", "deployed"}
	not enough
	some why in input.approval.reasons
}

reasons contains "the approvals were not counted" if {
	to in {"approved", "deployed"}
	not approvals_counted
}

approvals_counted if is_boolean(input.approval.met)

reasons contains sprintf("%v registered this version and may not approve it", [who]) if {
	to == "approved"
	data.rampart.promotion_config.four_eyes
	who == input.version.created_by
}
