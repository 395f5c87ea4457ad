/** Verdicts of the mock's versions: allowed while they are in use, and before that what is missing. */
import type { SignedVerdict, VerdictHistory } from '../src/api/verdict-queries.ts'
import { ok, problem, type Route, route } from './router.ts'
import type { World } from './world.ts'

const STATEMENT = '01a20940-1baf-7e15-a3f0-7c28fe47ad5e'
const DAY = 86_400_000

const envelope = {
  payloadType: 'application/vnd.in-toto+json',
  payload: 'e30=',
  signatures: [{ keyid: 'k', sig: 'c2ln' }],
}

const signedVerdict = (world: World, digest: string): SignedVerdict | undefined => {
  const versions = world.versions.filter((one) => one.digest === digest)
  const [first] = versions
  if (first === undefined) return undefined
  const isUsed = versions.some(({ stage }) => stage === 'approved' || stage === 'deployed')
  const { updatedAt } = first
  return {
    verdict: {
      schema: 'verdict/1',
      tenant: 'default',
      digest,
      subjects: versions.map(({ name, version, stage }) => ({ name: `${name}:${version}`, stage })),
      scan: {
        result: 'clean',
        files: first.artifacts.map(({ path, role, digest: file }) => ({
          ...{ path, role, digest: file, result: 'clean' as const, format: 'onnx', rules: [] },
          ...{ evidence: STATEMENT, scannedAt: first.createdAt },
        })),
        waivers: [],
      },
      signature: {
        result: 'trusted',
        signers: [
          { signer: 'release', identity: 'key:4f2a', counts: true, at: first.createdAt, evidence: STATEMENT },
        ],
      },
      provenance: { result: 'none', statements: [] },
      graphLint: { result: 'clean', rules: [], waivers: [], evidence: STATEMENT, at: first.createdAt },
      assessment: {
        result: 'passed',
        reasons: [],
        metrics: { accuracy: 0.9612 },
        at: updatedAt,
        evidence: STATEMENT,
      },
      approvals: isUsed
        ? [
            {
              ...{ subject: `${first.name}:${first.version}`, approver: 'user:maria', at: updatedAt },
              ...{ reason: 'Held-out figures reviewed, card complete.', evidence: STATEMENT },
            },
          ]
        : [],
      policyBundleDigest: `sha256:${'d'.repeat(64)}`,
      decision: isUsed ? 'allow' : 'deny',
      reasons: isUsed ? [] : ['no version in use has an approval that counts'],
      issuedAt: updatedAt,
      expiresAt: new Date(Date.parse(updatedAt) + DAY).toISOString(),
    },
    envelope,
    verdictDigest: `sha256:${'e'.repeat(64)}`,
  }
}

const unknown = () => problem(404, 'TRUST_VERDICT_NOT_FOUND', 'There is no verdict about this digest.')

export const verdictRoutes = (world: World): readonly Route[] => [
  route('GET', '/verdicts/{digest}', ({ params }) => {
    const found = signedVerdict(world, params['digest'] ?? '')
    return found === undefined ? unknown() : ok(found)
  }),
  route('GET', '/verdicts/{digest}/history', ({ params }) => {
    const found = signedVerdict(world, params['digest'] ?? '')
    if (found === undefined) return unknown()
    const { decision, reasons, issuedAt } = found.verdict
    const first: VerdictHistory['items'][number] = {
      ...{
        decision: 'deny',
        reasons: ['model.onnx was not scanned'],
        cause: 'model-version.registered',
        issuedAt,
        envelope,
      },
    }
    return ok({ items: [{ decision, reasons, cause: 'it is approved', issuedAt, envelope }, first] })
  }),
]
