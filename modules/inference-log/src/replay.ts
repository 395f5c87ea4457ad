/** Sends a record's captured payload again, as whoever asks, and says what is different now. */
import type { Principal } from '@rampart/domain'
import type { LocalAnswer, LocalCall } from '@rampart/serving'
import { inferenceLogErrors } from './errors.ts'
import type { FoundRecord } from './search.ts'

export type ReplayTarget = { readonly route?: string; readonly version?: string }

export type OutputDifference = {
  readonly name: string
  readonly same: boolean
  /** Largest difference of two numbers at the same place. */
  readonly largest?: number
  /** Places whose values differ. */
  readonly different?: number
  readonly detail?: string
}

export type Replay = {
  readonly status: number
  readonly route: string
  readonly model?: string
  readonly version?: string
  /** The answer, or the error, of the protocol. */
  readonly answer: unknown
  readonly before: { readonly status: number; readonly version: string; readonly output?: unknown }
  /** Undefined when there is nothing to compare. */
  readonly outputs?: readonly OutputDifference[]
}

type Output = { readonly name?: unknown; readonly data?: unknown; readonly shape?: unknown }

/** Why a record cannot be sent again; undefined when it can. */
export const whyNotReplayable = (record: FoundRecord): string | undefined => {
  if (record['redacted'] === true) return 'values were left out of its payload'
  if (Array.isArray(record['input'])) return undefined
  return String(record['record']).includes('"input_cut":true')
    ? "its payload was longer than the route's limit and only its digest was kept"
    : 'only the digest of its payload was kept'
}

const compareOne = (name: string, old: Output, fresh: Output | undefined): OutputDifference => {
  if (fresh === undefined) return { name, same: false, detail: 'not answered any more' }
  if (!Array.isArray(old.data) || !Array.isArray(fresh.data) || old.data.length !== fresh.data.length)
    return { name, same: false, detail: 'another shape' }
  let largest = 0
  let different = 0
  for (const [at, value] of old.data.entries()) {
    const now: unknown = fresh.data[at]
    if (Object.is(value, now)) continue
    different += 1
    if (typeof value === 'number' && typeof now === 'number')
      largest = Math.max(largest, Math.abs(value - now))
  }
  return { name, same: different === 0, different, largest }
}

/** Outputs by name; those that are new are listed too. Pure. */
export const compareAnswers = (before: unknown, after: unknown): OutputDifference[] | undefined => {
  if (!Array.isArray(before) || !Array.isArray(after)) return undefined
  const old = before as Output[]
  const fresh = after as Output[]
  const named = (outputs: readonly Output[], name: unknown) => outputs.find((one) => one.name === name)
  return [
    ...old.map((one) => compareOne(String(one.name), one, named(fresh, one.name))),
    ...fresh
      .filter(({ name }) => named(old, name) === undefined)
      .map(({ name }) => ({ name: String(name), same: false, detail: 'not answered then' })),
  ]
}

/** Throws INFERENCE_LOG_NOT_CAPTURED. What the guarded call refuses is the replay's status and answer. */
export const replay = async (
  call: (caller: Principal, call: LocalCall) => Promise<LocalAnswer>,
  caller: Principal,
  record: FoundRecord,
  target: ReplayTarget,
): Promise<Replay> => {
  const why = whyNotReplayable(record)
  if (why !== undefined)
    throw inferenceLogErrors.INFERENCE_LOG_NOT_CAPTURED(`Record ${record.id} cannot be replayed: ${why}.`)
  // From the line itself: a column of JSON may write numbers in another way.
  const { input } = JSON.parse(String(record['record'])) as { input: unknown }
  const route = target.route ?? String(record['route'])
  const { version } = target
  const answered = await call(caller, {
    route,
    body: { id: `replay-${record.id}`, inputs: input },
    ...(version === undefined ? {} : { version }),
  })
  const answer = JSON.parse(answered.body) as { readonly outputs?: unknown }
  const before = record['output'] ?? undefined
  const outputs = compareAnswers(before, answer.outputs)
  return {
    status: answered.status,
    route,
    ...(answered.model === undefined ? {} : { model: answered.model }),
    ...(answered.version === undefined ? {} : { version: answered.version }),
    answer,
    before: {
      status: Number(record['status']),
      version: String(record['version']),
      ...(before === undefined ? {} : { output: before }),
    },
    ...(outputs === undefined ? {} : { outputs }),
  }
}
