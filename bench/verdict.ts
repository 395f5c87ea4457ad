/** Look-up of one verdict among 10,000: in memory in this process, and over HTTP from a loopback client. [--quick] */

import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Digest, SignedVerdict, Verdict } from '@rampart/domain'
import { createSeededRandom } from '@rampart/kit'
import { testDatabase } from '@rampart/kit/testing'
import {
  canonicalDigest,
  canonicalJson,
  createStatement,
  openEd25519Signer,
  type Signer,
  signEnvelope,
} from '@rampart/signing'
import { createVerdictMemory } from '@rampart/trust/testing'
import { createPlane } from '../scenarios/prove/kill/plane.ts'

const quick = process.argv.includes('--quick')
const DIGESTS = 10_000
const LOOKUPS = 2_000_000
const CALLS = quick ? 4_000 : 20_000
const HOUR = 3_600_000
const random = createSeededRandom(20261123)
const print = (line: string): void => void process.stdout.write(`${line}\n`)

const digestOf = (at: number): Digest => `sha256:${at.toString(16).padStart(64, '0')}`

/** As large as one of the example models has. */
const verdictAbout = (digest: Digest, policyBundleDigest: Digest): Verdict => ({
  schema: 'verdict/1',
  tenant: 'default',
  digest,
  subjects: [{ name: `model-${digest.slice(-6)}:1.0.0`, stage: 'deployed' }],
  scan: {
    result: 'clean',
    files: ['MODEL_CARD.md', 'heldout.ndjson.gz', 'model.onnx', 'reference.ndjson'].map((path) => ({
      ...{ path, role: 'other', digest, result: 'clean', format: 'text', rules: [] },
      ...{ evidence: '01a20940-1baf-7e15-a3f0-7c28fe47ad5e', scannedAt: '2026-11-23T00:00:00.000Z' },
    })),
    waivers: [],
  },
  signature: { result: 'none', signers: [] },
  provenance: { result: 'none', statements: [] },
  graphLint: { result: 'clean', rules: [], waivers: [] },
  assessment: { result: 'passed', reasons: [], metrics: { accuracy: 0.97, balanced_accuracy: 0.96 } },
  approvals: [
    {
      ...{ subject: `model-${digest.slice(-6)}:1.0.0`, approver: 'user:ann', reason: 'it is good enough' },
      ...{ at: '2026-11-23T00:00:00.000Z', evidence: '01a20940-1baf-7e15-a3f0-7c28fe47ad5e' },
    },
  ],
  policyBundleDigest,
  decision: 'allow',
  reasons: [],
  issuedAt: new Date().toISOString(),
  expiresAt: new Date(Date.now() + 24 * HOUR).toISOString(),
})

const seal = (verdict: Verdict, signer: Signer): SignedVerdict => {
  const subject = [{ name: verdict.subjects[0]?.name ?? '', digest: { sha256: verdict.digest.slice(7) } }]
  const predicateType = 'https://rampart.dev/attestation/verdict/v1'
  const predicate = verdict as unknown as Record<string, unknown>
  const payload = Buffer.from(canonicalJson(createStatement({ subject, predicateType, predicate })))
  const envelope = signEnvelope('application/vnd.in-toto+json', payload, [signer])
  return { verdict, envelope, verdictDigest: canonicalDigest(envelope) }
}

const inProcess = (all: readonly SignedVerdict[]): number => {
  const memory = createVerdictMemory()
  for (const one of all) memory.put(one)
  // Looked up by texts that are not the keys' own, as those of a request are.
  const asked = Array.from({ length: 65_536 }, () => digestOf(Math.floor(random.float() * DIGESTS)))
  let found = 0
  const started = performance.now()
  for (let i = 0; i < LOOKUPS; i += 1) {
    const verdict = memory.get('default', asked[i & 65_535] as Digest)
    if (verdict?.verdict.decision === 'allow') found += 1
  }
  const micros = ((performance.now() - started) * 1000) / LOOKUPS
  if (found !== LOOKUPS) throw new Error(`${LOOKUPS - found} look-ups found nothing`)
  return micros
}

const fetchOnce = (url: string, agent: Agent, authorization: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const started = performance.now()
    request(url, { agent, headers: { authorization } }, (response) => {
      text(response).then((body) => {
        if (response.statusCode !== 200) reject(new Error(`${response.statusCode} ${body.slice(0, 200)}`))
        else resolve(performance.now() - started)
      }, reject)
    })
      .once('error', reject)
      .end()
  })

const overHttp = async (url: string, authorization: string): Promise<readonly number[]> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const times: number[] = []
  try {
    for (let call = -500; call < CALLS; call += 1) {
      const ms = await fetchOnce(
        `${url}/api/v1/verdicts/${digestOf(Math.floor(random.float() * DIGESTS))}`,
        agent,
        authorization,
      )
      if (call >= 0) times.push(ms)
    }
    return times.sort((a, b) => a - b)
  } finally {
    agent.destroy()
  }
}

const db = await testDatabase({ sources: [] })
process.env['DATABASE_URL'] = db.url
process.env['RAMPART_EXAMPLES_ENABLED'] = 'false'
const plane = await createPlane()
try {
  plane.launch()
  await plane.ready()
  const { digest: policyDigest } = (await plane.ask('GET', '/api/v1/policies/verdict')).body as {
    digest: Digest
  }
  await plane.terminate()
  const signer = await openEd25519Signer(join(plane.home, 'keys', 'evidence.pem'))
  const all = Array.from({ length: DIGESTS }, (_, at) =>
    seal(verdictAbout(digestOf(at), policyDigest), signer),
  )
  await db.database.tx('default', (tx) =>
    tx.query(
      `INSERT INTO trust_verdict (digest, content_digest, policy_digest, envelope, issued_at, expires_at)
       SELECT digest, digest, $3, envelope, now(), now() + interval '24 hours'
       FROM unnest($1::text[], $2::text[]) AS t(digest, envelope)`,
      [
        all.map(({ verdict }) => verdict.digest),
        all.map(({ envelope }) => canonicalJson(envelope)),
        policyDigest,
      ],
    ),
  )
  const micros = inProcess(all)
  plane.launch()
  const readyMs = await plane.ready()
  const authorization = `Bearer ${(await readFile(join(plane.home, 'token'), 'utf8')).trim()}`
  const times = await overHttp(plane.url, authorization)
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(3)
  print(`in process   ${micros.toFixed(3)} µs per look-up among ${DIGESTS} verdicts (limit 5 µs)`)
  print(
    `over HTTP    p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, p99.9 ${at(0.999)} ms of ${times.length} calls, one connection (limit p99 1 ms)`,
  )
  print(`start        ready after ${Math.round(readyMs)} ms with ${DIGESTS} signatures verified`)
  print(
    `load         ${loadavg()
      .map((one) => one.toFixed(1))
      .join(' ')} (1, 5, 15 minutes)`,
  )
} finally {
  await plane.terminate()
  plane.remove()
  await db.stop()
}
