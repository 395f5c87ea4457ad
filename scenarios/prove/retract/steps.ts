/** What the proof of retraction does with the control plane, and what it reads to judge it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { root } from '../../../tools/files.ts'
import type { Plane } from '../kill/plane.ts'

export const MODEL = 'card-fraud'
export const BAD = '2.0.0'
export const GOOD = '1.0.0'

export type RunView = {
  readonly id: string
  readonly state: string
  readonly steps: readonly {
    readonly action: string
    readonly state: string
    readonly durationMs?: number
    readonly detail?: string
  }[]
}
export type Retraction = { readonly run: RunView; readonly proven: boolean; readonly durationMs: number }

const DENIAL = 'https://rampart.dev/attestation/denial/v1'
const VERSIONS = `/api/v1/models/${MODEL}/versions`

const must = <T>(answer: { readonly status: number; readonly body: unknown }, ...statuses: number[]): T => {
  if (!statuses.includes(answer.status))
    throw new Error(`status ${answer.status}: ${JSON.stringify(answer.body).slice(0, 400)}`)
  return answer.body as T
}

/** Polls until `look` is content. */
export const until = async (what: string, withinMs: number, look: () => Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + withinMs; ; await delay(100)) {
    if (await look().catch(() => false)) return
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
  }
}

export const createSteps = (plane: Plane) => {
  const passport = async () =>
    must<{
      stage: string
      digest: string
      transitions: { from: string; to: string }[]
      evidence: { predicateType: string; predicate: Record<string, unknown> }[]
    }>(await plane.ask('GET', `${VERSIONS}/${BAD}`), 200)
  const run = async (id: string): Promise<RunView> =>
    must(await plane.ask('GET', `/api/v1/response/runs/${id}`), 200)

  return {
    passport,
    run,
    /** The example's bytes with a doc_string of its own (ModelProto field 6): another digest, the same answers. */
    deployBad: async (): Promise<void> => {
      const name = 'retracted by a proof'
      const model = readFileSync(join(root, 'examples/card-fraud/model.onnx'))
      const bytes = Buffer.concat([model, Buffer.from([0x32, name.length]), Buffer.from(name)])
      const { digest } = must<{ digest: string }>(
        await plane.ask('POST', '/api/v1/artifacts', new Uint8Array(bytes)),
        201,
      )
      const artifacts = [{ path: 'model.onnx', role: 'model', digest }]
      must(await plane.ask('POST', VERSIONS, { version: BAD, artifacts, spec: {} }), 200, 201)
      await until('the version is assessed', 60_000, async () => (await passport()).stage === 'assessed')
      for (const to of ['approved', 'deployed'])
        must(await plane.ask('POST', `${VERSIONS}/${BAD}/transitions`, { to, reason: 'proof' }), 200, 202)
    },
    retract: async (): Promise<Retraction> =>
      must(await plane.call('POST', `${VERSIONS}/${BAD}/retraction`, { reason: 'poisoned' }), 200),
    revert: async (id: string): Promise<RunView> =>
      must(await plane.call('POST', `/api/v1/response/runs/${id}/revert`, { reason: 'false alarm' }), 200),
    newest: async (): Promise<RunView> => {
      const { items } = must<{ items: RunView[] }>(
        await plane.ask('GET', '/api/v1/response/runs?limit=1'),
        200,
      )
      const [found] = items
      if (found === undefined) throw new Error('there is no run')
      return found
    },
    containments: async (): Promise<readonly RunView[]> =>
      must<{ items: RunView[] }>(await plane.ask('GET', '/api/v1/containments'), 200).items,
    quarantine: async (ttlSeconds: number): Promise<RunView> =>
      must(
        await plane.ask('POST', '/api/v1/response/runs', {
          name: 'quarantine',
          reason: 'proof',
          subject: { kind: 'model-version', id: `${MODEL}:${BAD}` },
          steps: [{ action: 'version.quarantine', parameters: { model: MODEL, version: BAD } }],
          ttlSeconds,
          waitSeconds: 20,
        }),
        201,
      ),
    /** Effects of one run that are there more often than once. */
    doubled: async (id: string, undone: boolean): Promise<string[]> => {
      const { evidence, transitions } = await passport()
      const mine = evidence.filter(
        ({ predicateType, predicate }) => predicateType === DENIAL && predicate['denial'] === id,
      )
      const count = (state: string): number =>
        mine.filter(({ predicate }) => predicate['state'] === state).length
      const withdrawn = transitions.filter(({ to }) => to === 'retracted').length
      const back = transitions.filter(({ from }) => from === 'retracted').length
      return [
        ...(count('denied') === 1 ? [] : [`${count('denied')} denials`]),
        ...(count('lifted') === Number(undone) ? [] : [`${count('lifted')} liftings`]),
        ...(withdrawn - back === Number(!undone) ? [] : [`${withdrawn} retractions, ${back} undone`]),
      ]
    },
    /** Versions that answered some calls in a row, `refused` where none did. */
    answering: async (): Promise<Set<string>> => {
      const seen = new Set<string>()
      for (let call = 0; call < 5; call += 1) {
        const { status, body } = await plane.call('POST', `/v2/models/${MODEL}/infer`, {
          inputs: [{ name: 'features', shape: [1, 26], datatype: 'FP32', data: Array(26).fill(1) }],
        })
        seen.add(status === 200 ? String((body as { model_version: string }).model_version) : 'refused')
      }
      return seen
    },
  }
}
