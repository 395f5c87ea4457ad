# Whether the bytes of a digest may be served: everything that gates them, summed up. The answer is signed, kept, and
# asked again whenever anything below changes.
#
# input: {schema, tenant, digest, subjects: [{name, stage}],
#         scan: {result: clean|unverified|blocked|missing, files: [{path, role, digest, result, rules}],
#                waivers: [{by, reason, at, expiresAt?}] (not empty only when they cover everything unverified)},
#         signature: {result: trusted|untrusted|none, signers: [{signer, identity, counts, why?}]},
#         provenance: {result: attested|none, statements: [{predicateType, signer}]},
#         graphLint: {result: clean|suspicious|missing|not-applicable, rules, waivers},
#         assessment: {result: passed|failed|missing, reasons, metrics},
#         approvals: [{subject, approver, reason, at}] (those that count, where they are enough),
#         quorums?: [{subject, met, reasons, expiresAt?}] of the versions in use,
#         denials?: [{denial, by, reason, at}] (those that hold), now}
# data.rampart.verdict_config: which gates are needed beyond scan, assessment and approval
package rampart.verdict

in_use := {"approved", "deployed", "retired"}

decision := {
	"allow": count(reasons) == 0,
	"reasons": sort(reasons),
	"obligations": {},
}

default settings := {}

settings := data.rampart.verdict_config

# --- denied, whatever speaks for it ------------------------------------------------------------------------------

reasons contains sprintf("denied by %v: %v", [denial.by, denial.reason]) if {
	some denial in input.denials
}

# --- who has these bytes -----------------------------------------------------------------------------------------

reasons contains "no version of these bytes is approved or deployed" if not used

used if {
	some subject in input.subjects
	subject.stage in in_use
}

reasons contains "no version in use has an approval that counts" if not approved

approved if {
	some subject in input.subjects
	subject.stage in in_use
	some approval in input.approvals
	approval.subject == subject.name
}

reasons contains sprintf("%v: %v", [quorum.subject, why]) if {
	not approved
	some quorum in input.quorums
	some why in quorum.reasons
}

# --- scan --------------------------------------------------------------------------------------------------------

reasons contains "the scan has no result that can be read" if not scan_known

scan_known if input.scan.result in {"clean", "unverified", "blocked", "missing"}

reasons contains sprintf("%v was not scanned", [file.path]) if {
	some file in input.scan.files
	file.result == "missing"
}

reasons contains "nothing was scanned" if {
	input.scan.result == "missing"
	count(input.scan.files) == 0
}

reasons contains sprintf("the scan blocks %v: %v", [file.path, concat(", ", file.rules)]) if {
	some file in input.scan.files
	file.result == "blocked"
}

reasons contains sprintf("the scan could not verify %v and no waiver covers it: %v", [
	file.path,
	concat(", ", file.rules),
]) if {
	not waived
	some file in input.scan.files
	file.result == "unverified"
}

# The result counts even where no file of the list explains it.
reasons contains sprintf("the scan says %v", [input.scan.result]) if {
	input.scan.result in {"blocked", "missing"}
}

reasons contains "the scan says unverified" if {
	input.scan.result == "unverified"
	not waived
}

waived if count(input.scan.waivers) > 0

# --- signature and provenance ------------------------------------------------------------------------------------

reasons contains "the signatures have no result that can be read" if not signature_known

signature_known if input.signature.result in {"trusted", "untrusted", "none"}

# What was signed once must stay signed: a revoked signer takes what rests on it along.
reasons contains "no signature on it counts any more" if input.signature.result == "untrusted"

reasons contains "needs a signature of a trusted signer" if {
	settings.signature_required == true
	not signed
}

signed if input.signature.result == "trusted"

reasons contains "needs provenance of a trusted signer" if {
	settings.provenance_required == true
	not attested
}

attested if input.provenance.result == "attested"

# --- graph -------------------------------------------------------------------------------------------------------

reasons contains sprintf("the graph looks tampered with: %v", [concat(", ", input.graphLint.rules)]) if {
	settings.suspicious_graphs_denied == true
	input.graphLint.result == "suspicious"
	not graph_waived
}

graph_waived if count(input.graphLint.waivers) > 0

reasons contains "the graph was not looked at" if {
	settings.graph_lint_required == true
	not linted
}

linted if input.graphLint.result in {"clean", "suspicious", "not-applicable"}

# --- assessment --------------------------------------------------------------------------------------------------

reasons contains "needs an assessment that passed" if not assessed

assessed if input.assessment.result == "passed"

reasons contains why if {
	input.assessment.result == "failed"
	some why in input.assessment.reasons
}
