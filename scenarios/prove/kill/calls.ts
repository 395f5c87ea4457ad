/** Inference calls without pause, and what became of their records: which acknowledged ones are not in the log. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { AuditEntry } from './ledger.ts'
import type { Plane } from './plane.ts'

/** `at`: when the answer was complete at the caller, ms epoch. */
type Acknowledged = { readonly id: string; readonly at: number }

const SEGMENT = '.ndjson'
const EPOCHS = 'epochs.log'
const WIDTH = 26
const RETRY_MS = 20
/** Ids in one query. */
const MAX_IDS = 2000

type EpochLine = { readonly epoch: string; readonly event: 'started' | 'closed' | 'lost' }

const readEpochs = (folder: string): EpochLine[] =>
  readFileSync(join(folder, EPOCHS), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as EpochLine)

/** Runs whose process was killed: begun, never closed, and noticed by a later start. */
export const lostEpochs = (plane: Plane): string[] =>
  readEpochs(join(plane.home, 'inference')).flatMap(({ epoch, event }) => (event === 'lost' ? [epoch] : []))

export const createCalls = (plane: Plane) => {
  const folder = join(plane.home, 'inference')
  const read = new Set<string>()
  const recorded = new Set<string>()
  let waiting: Acknowledged[] = []
  let number = 0
  let acknowledged = 0

  /** Segments of runs that are over do not change any more, so each is read once. */
  const readRecords = (liveEpoch: string | undefined): void => {
    for (const name of readdirSync(folder)) {
      const isLive = liveEpoch !== undefined && name.startsWith(liveEpoch)
      if (!name.endsWith(SEGMENT) || isLive || read.has(name)) continue
      read.add(name)
      for (const line of readFileSync(join(folder, name), 'utf8').split('\n'))
        if (line !== '') recorded.add((JSON.parse(line) as { request: string }).request)
    }
  }

  /** Records whose file of lines became Parquet meanwhile; only the server reads those. */
  const inParquet = async (ids: readonly string[]): Promise<string[]> => {
    const found: string[] = []
    for (let from = 0; from < ids.length; from += MAX_IDS) {
      const list = ids.slice(from, from + MAX_IDS).map((id) => `'${id}'`)
      const sql = `select distinct request_id from inference_log where request_id in (${list.join(',')})`
      const { status, body } = await plane.call('POST', '/api/v1/inference-log/query', { sql })
      if (status !== 200) throw new Error(`the inference log answers ${status}`)
      found.push(...(body as { rows: [string][] }).rows.map(([id]) => id))
    }
    return found
  }

  return {
    /** Calls acknowledged so far. */
    acknowledged: (): number => acknowledged,
    keepCalling: async (until: AbortSignal): Promise<void> => {
      const inputs = [{ name: 'features', shape: [1, WIDTH], datatype: 'FP32', data: Array(WIDTH).fill(1) }]
      while (!until.aborted) {
        number += 1
        const id = `call-${number}`
        const status = await plane
          .call('POST', '/v2/models/card-fraud/infer', { id, inputs })
          .then((answer) => answer.status)
          .catch(() => delay(RETRY_MS))
        if (status !== 200) continue
        acknowledged += 1
        waiting.push({ id, at: Date.now() })
      }
    },
    /** Acknowledged calls of the run that just ended, and those of them without a record. */
    settle: async (isRunning: boolean): Promise<{ acknowledged: number; lost: readonly Acknowledged[] }> => {
      const live = isRunning
        ? readEpochs(folder).findLast(({ event }) => event === 'started')?.epoch
        : undefined
      readRecords(live)
      const calls = waiting
      waiting = []
      const missing = calls.filter(({ id }) => !recorded.has(id))
      if (isRunning) for (const id of await inParquet(missing.map(({ id }) => id))) recorded.add(id)
      return { acknowledged: calls.length, lost: calls.filter(({ id }) => !recorded.has(id)) }
    },
  }
}

/** Records that are in the log more than once; must be none. */
export const doubledRecords = async (plane: Plane): Promise<string[]> => {
  const sql = 'select id, count(*) from inference_log group by id having count(*) > 1 limit 10'
  const { status, body } = await plane.call('POST', '/api/v1/inference-log/query', { sql })
  if (status !== 200) return [`the inference log answers ${status}`]
  return (body as { rows: [string, number][] }).rows.map(([id, count]) => `${id} is there ${count} times`)
}

/** Why the losses of a kill are not what is promised; empty when they are. */
export const judgeLosses = (
  lost: readonly Acknowledged[],
  killedAt: number,
  gaps: readonly AuditEntry[],
): string[] => {
  const wrong: string[] = []
  const oldest = lost[0]
  if (oldest !== undefined && killedAt - oldest.at > 1_000)
    wrong.push(`a call acknowledged ${killedAt - oldest.at} ms before the kill has no record`)
  const uncovered = lost.filter(
    ({ at }) =>
      !gaps.some(
        ({ details }) => at >= Date.parse(String(details['from'])) && at <= Date.parse(String(details['to'])),
      ),
  )
  if (uncovered.length > 0) wrong.push(`${uncovered.length} lost calls lie in no recorded gap`)
  return wrong
}
