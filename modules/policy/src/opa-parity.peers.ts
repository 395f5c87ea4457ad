/** Random questions to every shipped pack, asked of our engine and of the real OPA (RAMPART_OPA names its binary). */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { assetPath } from '@rampart/kit'
import fc from 'fast-check'
import { decisionQuery, PACKS, type PackName } from './pack-files.ts'
import { createShippedPolicy } from './testing.ts'

const SEED = 20261123
const QUESTIONS = 1500

const opa = process.env.RAMPART_OPA ?? 'opa'
const policy = await createShippedPolicy()
const folder = mkdtempSync(join(tmpdir(), 'rampart-opa-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const stage = fc.constantFrom(
  ...['registered', 'assessed', 'approved', 'deployed', 'retired', 'quarantined', 'retracted', 'nowhere'],
)
const tenant = fc.constantFrom('default', 'other', '')
const digest = fc.constantFrom('sha256:aa', 'sha256:bb')
/** Mostly well-formed; now and then a part is missing or of another type. */
const part = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: fc.constantFrom(null, 7, '', [], {}) })
const loose = (model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record(model) },
    { weight: 1, arbitrary: fc.record(model, { requiredKeys: [] }) },
  )
const principal = loose({
  kind: part(fc.constantFrom('user', 'service', 'component', 'anonymous')),
  id: part(fc.constantFrom('ada', 'assurance')),
  roles: part(fc.subarray(['viewer', 'operator', 'approver', 'admin', 'component'])),
  tenant: part(tenant),
})
const mode = part(fc.constantFrom('development', 'production'))
const score = part(fc.constantFrom(0.5, 0.91, 0.95, 1))
const rules = fc.subarray(['code-file', 'trailing-data'])
const person = fc.constantFrom('user:ann', 'user:ben', 'user:ada', 'service:ci')
const statement = loose({
  predicate_type: fc.constantFrom(
    'https://rampart.dev/attestation/assessment/v1',
    'https://rampart.dev/attestation/approval/v1',
    'https://rampart.dev/attestation/artifact-scan/v1',
    'https://rampart.dev/attestation/waiver/v1',
  ),
  predicate: loose({
    path: fc.constantFrom('m.onnx', 'card.md'),
    rules,
    scannedAt: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'),
    by: fc.constant('user:ada'),
    covers: fc.array(fc.record({ path: fc.constant('m.onnx'), digest, rules }), { maxLength: 2 }),
    model: fc.constantFrom('m', 'n'),
    version: fc.constantFrom('1', '2'),
    tenant,
    result: part(fc.constantFrom('passed', 'failed', 'clean', 'unverified', 'blocked')),
    reasons: part(fc.subarray(['accuracy is low', 'it is slow'])),
    metrics: loose({ accuracy: score, balanced_accuracy: score }),
    assessedAt: part(fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z')),
  }),
  verified: part(fc.boolean()),
  subject_digest: digest,
})

const suspect = fc.constantFrom(
  { kind: 'model-version', id: 'm:1' },
  { kind: 'route', id: 'r' },
  { kind: 'host', id: 'h' },
  { kind: 'caller', id: 'c' },
  { kind: 'artifact', id: 'sha256:aa' },
)

const questions: Record<PackName, fc.Arbitrary<unknown>> = {
  authz: loose({
    principal,
    action: part(fc.constantFrom('model:read', 'model:register', 'policy:write', 'metrics:read', 'no:such')),
    mode,
  }),
  inference: loose({
    caller: principal,
    route: loose({
      stage: part(stage),
      tenant: part(tenant),
      labels: part(fc.constantFrom({}, { log: 'full' })),
    }),
    mode,
  }),
  verdict: loose({
    subjects: part(
      fc.array(loose({ name: fc.constantFrom('m:1', 'n:1'), stage: part(stage) }), { maxLength: 3 }),
    ),
    scan: loose({
      result: part(fc.constantFrom('clean', 'unverified', 'blocked', 'missing')),
      files: part(
        fc.array(
          fc.record({
            path: fc.constantFrom('m.onnx', 'card.md'),
            result: fc.constantFrom('clean', 'unverified', 'blocked', 'missing'),
            rules: fc.subarray(['code-file', 'trailing-data']),
          }),
          { maxLength: 2 },
        ),
      ),
      waivers: part(fc.array(fc.record({ by: fc.constant('user:ann') }), { maxLength: 1 })),
    }),
    signature: loose({ result: part(fc.constantFrom('trusted', 'untrusted', 'none')) }),
    provenance: loose({ result: part(fc.constantFrom('attested', 'none')) }),
    graphLint: loose({
      result: part(fc.constantFrom('clean', 'suspicious', 'missing', 'not-applicable')),
      rules: fc.subarray(['constant-comparator']),
    }),
    assessment: loose({
      result: part(fc.constantFrom('passed', 'failed', 'missing')),
      reasons: fc.subarray(['accuracy is low']),
    }),
    approvals: part(fc.array(loose({ subject: fc.constantFrom('m:1', 'n:1') }), { maxLength: 2 })),
  }),
  approval: loose({
    question: fc.constantFrom('quorum', 'approve', 'reject'),
    mode,
    now: fc.constant('2026-01-02T00:00:00.000Z'),
    version: loose({
      name: fc.constantFrom('m', 'n'),
      version: fc.constant('1'),
      tenant,
      digest,
      labels: part(fc.constantFrom({}, { risk: 'high' }, { author: 'ann' })),
      created_by: part(person),
    }),
    binding: loose({ evidence: digest, policy: digest }),
    approvals: part(
      fc.array(
        loose({
          id: fc.constantFrom('a', 'b', 'c'),
          verified: part(fc.boolean()),
          subject_digest: digest,
          tenant,
          model: fc.constant('m'),
          version: fc.constant('1'),
          approver: person,
          on_behalf_of: person,
          roles: fc.subarray(['viewer', 'approver', 'admin']),
          request: fc.constant('r'),
          request_state: fc.constantFrom('open', 'approved', 'rejected'),
          evidence: digest,
          policy: digest,
          expires_at: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'),
        }),
        { maxLength: 4 },
      ),
    ),
    candidate: loose({
      person,
      roles: fc.subarray(['viewer', 'approver']),
      on_behalf_of: person,
      delegated: fc.boolean(),
      delegated_roles: fc.subarray(['viewer', 'approver']),
    }),
  }),
  response: loose({
    incident: loose({
      id: fc.constant('i1'),
      tenant: part(tenant),
      severity: part(fc.constantFrom('info', 'low', 'medium', 'high', 'critical')),
    }),
    ledger: loose({
      contributions: part(
        fc.array(
          loose({ rule: fc.constantFrom('serving.digest', 'serving.canary', 'ids'), entity: suspect }),
          {
            maxLength: 3,
          },
        ),
      ),
    }),
    entities: part(
      fc.array(
        fc
          .tuple(suspect, fc.boolean(), fc.constantFrom(3, 20))
          .map(([one, subject, value]) => ({ ...one, subject, score: value })),
        { maxLength: 4 },
      ),
    ),
    protected: part(fc.array(suspect, { maxLength: 1 })),
    recent: loose({ acted_last_hour: part(fc.constantFrom(0, 9, 20)) }),
  }),
  promotion: loose({
    principal,
    transition: loose({ from: part(stage), to: part(stage), reason: part(fc.constantFrom('why', ' ', '')) }),
    version: loose({
      name: fc.constant('m'),
      version: fc.constant('1'),
      digest,
      stage,
      created_by: part(fc.constant('user:ada')),
      artifacts: part(
        fc.array(loose({ path: fc.constantFrom('m.onnx', 'card.md'), role: fc.constant('model'), digest }), {
          maxLength: 2,
        }),
      ),
    }),
    now: fc.constant('2026-01-02T00:00:00.000Z'),
    evidence: part(fc.array(statement, { maxLength: 4 })),
    limits: loose({ min_accuracy: score, min_balanced_accuracy: score }),
  }),
}

/** One process answers all questions: they are its data, `with` makes each the input. */
function askOpa(pack: PackName, inputs: readonly unknown[]): unknown[] {
  const file = join(folder, `${pack}.json`)
  writeFileSync(file, JSON.stringify({ parity_questions: inputs }))
  const query = `[a | some q in data.parity_questions; a := ${decisionQuery(pack)} with input as q]`
  const args = ['eval', '--format=json', '-d', assetPath(`policies/${pack}`), '-d', file, query]
  const answer = JSON.parse(execFileSync(opa, args, { encoding: 'utf8', maxBuffer: 2 ** 28 })) as {
    result: { expressions: { value: unknown[] }[] }[]
  }
  return answer.result[0]?.expressions[0]?.value ?? []
}

for (const pack of PACKS) {
  test(`${pack}: ${QUESTIONS} random questions get OPA's answers (seed ${SEED})`, (t) => {
    const inputs = fc.sample(questions[pack], { numRuns: QUESTIONS, seed: SEED })
    const theirs = askOpa(pack, inputs)
    assert.equal(theirs.length, inputs.length, 'OPA decides every question')
    let allowed = 0
    let broken = 0
    for (const [index, input] of inputs.entries()) {
      const ours = policy.hot(pack).evaluate(input)
      if (ours.allow) allowed += 1
      // Iterating over a number or null: undefined for OPA, an error and therefore a deny for our engine.
      if (ours.reasons[0]?.startsWith('the policy could not be evaluated')) {
        broken += 1
        assert.equal((theirs[index] as { allow: boolean }).allow, false, JSON.stringify(input))
      } else assert.deepEqual(ours, theirs[index], JSON.stringify(input))
    }
    t.diagnostic(`${allowed} allowed, ${broken} denied because the engine broke on a wrong type`)
    assert.ok(allowed > 0, 'some of the questions are allowed')
  })
  test(`${pack}: written as opa fmt writes it`, () => {
    assert.equal(
      execFileSync(opa, ['fmt', '--list', assetPath(`policies/${pack}`)], { encoding: 'utf8' }),
      '',
    )
  })
}
