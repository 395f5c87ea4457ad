/** Policy packs of the mock and its rough idea of a compiler: enough to give errors with a line and a column. */
import { createHash } from 'node:crypto'
import type * as Api from '../src/api/types.ts'

export type MockPolicy = {
  current: Api.PolicyDetail
  history: (Api.PolicyRevision & { files: Record<string, string> })[]
}

const PROMOTION = `# Who may move a model version to which stage.
package rampart.promotion

import rego.v1

default allow := false

decision := {
	"allow": allow,
	"reasons": [reason | some reason in deny],
	"obligations": {},
}

allow if count(deny) == 0

# An approver must not approve what they registered themselves.
deny contains reason if {
	input.to == "approved"
	input.principal.name == input.version.createdBy
	reason := "the approver registered this version; another approver must approve it"
}

deny contains reason if {
	input.to == "approved"
	not assessment_passed
	reason := "assessment did not pass"
}

deny contains reason if {
	input.to in {"approved", "quarantined", "retracted"}
	not "approver" in input.principal.roles
	not "admin" in input.principal.roles
	reason := "needs the role approver"
}

assessment_passed if {
	some statement in input.evidence
	statement.verified
	statement.predicateType == "https://rampart.dev/attestation/assessment/v1"
	statement.predicate.result == "passed"
}
`

const PROMOTION_TEST = `package rampart.promotion_test

import rego.v1
import data.rampart.promotion

test_unassessed_is_refused if {
	not promotion.allow with input as {
		"to": "approved",
		"principal": {"name": "user:maria", "roles": ["approver"]},
		"version": {"createdBy": "user:ana"},
		"evidence": [],
	}
}
`

const INFERENCE = `# Who may call which route.
package rampart.inference

import rego.v1

decision := {"allow": allow, "reasons": reasons, "obligations": {"log": "full"}}

default allow := false

# Development mode: loopback callers may infer without a credential.
allow if input.mode == "development"

allow if "operator" in input.principal.roles

reasons := ["callers need the role operator"] if not allow

reasons := [] if allow
`

const AUTHZ = `# Which role may do what to the control API.
package rampart.authz

import rego.v1

default allow := false

decision := {"allow": allow, "reasons": reasons, "obligations": {}}

allow if {
	some role in input.principal.roles
	some pattern in data.rampart.authz.grants[role]
	glob.match(pattern, [":"], input.action)
}

reasons := [] if allow

reasons := [sprintf("no role of %s may %s", [input.principal.name, input.action])] if not allow
`

const PACKS: { pack: string; files: Record<string, string>; versions: number }[] = [
  {
    pack: 'authz',
    files: {
      'authz.rego': AUTHZ,
      'data.json':
        '{\n  "rampart": { "authz": { "grants": {\n    "viewer": ["*:read"],\n    "operator": ["*:read", "model:*", "route:*"],\n    "admin": ["*:*"]\n  } } }\n}\n',
    },
    versions: 1,
  },
  {
    pack: 'inference',
    files: { 'inference.rego': INFERENCE },
    versions: 2,
  },
  {
    pack: 'promotion',
    files: { 'promotion.rego': PROMOTION, 'promotion_test.rego': PROMOTION_TEST },
    versions: 4,
  },
]

const MESSAGES = [
  'Shipped pack',
  'Ask for the role approver on quarantine',
  'Read balanced accuracy too',
  'Four eyes on approval',
]

export const digestOf = (files: Record<string, string>): string =>
  `sha256:${createHash('sha256').update(JSON.stringify(files)).digest('hex')}`

export const createPolicies = (now: number): Map<string, MockPolicy> =>
  new Map(
    PACKS.map(({ pack, files, versions }) => {
      const history = Array.from({ length: versions }, (_, at) => ({
        pack,
        version: at + 1,
        digest: at + 1 === versions ? digestOf(files) : digestOf({ ...files, at: String(at) }),
        origin: at === 0 ? ('shipped' as const) : ('edited' as const),
        testsPassed: pack === 'promotion' ? 9 : 4,
        message: MESSAGES[at] ?? 'Edit',
        author: at === 0 ? 'component:policy' : 'user:maria',
        createdAt: new Date(now - (versions - at) * 2.3 * 86_400_000).toISOString(),
        files,
      })).reverse()
      const newest = history[0]
      if (newest === undefined) throw new RangeError('a pack has at least one version')
      const current: Api.PolicyDetail = {
        ...newest,
        newestVersion: versions,
        shippedDigest: history.at(-1)?.digest ?? newest.digest,
        differsFromShipped: versions > 1,
        inputPaths: INPUTS[pack] ?? 'all',
        volatile: false,
      }
      return [pack, { current, history }]
    }),
  )

const INPUTS: Record<string, string[]> = {
  promotion: [
    'input.to',
    'input.principal.name',
    'input.principal.roles',
    'input.version.createdBy',
    'input.evidence',
  ],
  authz: ['input.principal.name', 'input.principal.roles', 'input.action'],
  inference: ['input.mode', 'input.principal.roles'],
}

const KNOWN = new Set([
  'count',
  'sprintf',
  'glob.match',
  'contains',
  'startswith',
  'endswith',
  'concat',
  'max',
  'min',
  'sum',
  'lower',
  'upper',
  'split',
  'trim',
  'object.get',
  'time.now_ns',
  'to_number',
  'format_int',
  'json.marshal',
  'regex.match',
])

/** Unknown functions and unbalanced braces; the real server compiles. */
export const checkFiles = (files: Record<string, string>): Api.PolicyFault[] =>
  Object.entries(files)
    .filter(([file]) => file.endsWith('.rego'))
    .flatMap(([file, text]) => checkRego(file, text))

const checkRego = (file: string, text: string): Api.PolicyFault[] => {
  const problems: Api.PolicyFault[] = []
  const open: { line: number; column: number }[] = []
  text.split('\n').forEach((raw, at) => {
    const line = raw.replace(/#.*$/, '').replace(/"(?:[^"\\]|\\.)*"/g, (found) => '_'.repeat(found.length))
    for (const match of line.matchAll(/([a-z_][a-z0-9_.]*)\(/g)) {
      const name = match[1] ?? ''
      if (!KNOWN.has(name))
        problems.push({ file, line: at + 1, column: match.index + 1, message: `unknown function ${name}` })
    }
    for (const [column, character] of [...line].entries()) {
      if ('{[('.includes(character)) open.push({ line: at + 1, column: column + 1 })
      else if ('}])'.includes(character) && open.pop() === undefined) {
        problems.push({ file, line: at + 1, column: column + 1, message: `unexpected ${character}` })
      }
    }
  })
  const left = open.at(-1)
  if (left !== undefined) problems.push({ file, ...left, message: 'this bracket is never closed' })
  return problems
}
