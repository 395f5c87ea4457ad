/**
 * Group commit for signals: what comes while one transaction runs goes into the next. Each tenant's detectors take turns, so
 * that a loud one fills no batch while another waits.
 */
import type { Signal } from '@rampart/domain'
import { isAppError } from '@rampart/kit'
import { threatsErrors } from './errors.ts'
import type { Draft } from './signal-batch.ts'

const MOST_AT_ONCE = 32
/** Reports of one tenant that may wait while the database is slow or away. */
const MOST_WAITING = 2_000

type Waiting = {
  readonly draft: Draft
  readonly resolve: (signal: Signal) => void
  readonly reject: (error: unknown) => void
}
const isAway = (error: unknown): boolean =>
  isAppError(error) && (error.retryable || error.code === 'KIT_COMMIT_UNKNOWN')

type Line = { readonly detectors: Map<string, Waiting[]>; count: number }

export type WriteSignals = (tenant: string, drafts: readonly Draft[]) => Promise<readonly Signal[]>

/** One of each detector, then one of each again, until there are enough. */
const takeTurns = (line: Line): Waiting[] => {
  const taken: Waiting[] = []
  while (taken.length < MOST_AT_ONCE && line.detectors.size > 0) {
    for (const [detector, waiting] of line.detectors) {
      const next = waiting.shift()
      if (waiting.length === 0) line.detectors.delete(detector)
      if (next !== undefined) taken.push(next)
      if (taken.length === MOST_AT_ONCE) {
        // Whoever was served last comes last the next time.
        if (waiting.length > 0) {
          line.detectors.delete(detector)
          line.detectors.set(detector, waiting)
        }
        break
      }
    }
  }
  line.count -= taken.length
  return taken
}

export const createSignalWriter = (write: WriteSignals) => {
  const lines = new Map<string, Line>()

  const writeAlone = async (tenant: string, { draft, resolve, reject }: Waiting): Promise<void> => {
    try {
      const [signal] = await write(tenant, [draft])
      resolve(signal ?? draft.signal)
    } catch (error) {
      reject(error)
    }
  }
  const writeTogether = async (tenant: string, batch: readonly Waiting[]): Promise<void> => {
    const [first] = batch
    if (first !== undefined && batch.length === 1) return writeAlone(tenant, first)
    const drafts = batch.map(({ draft }) => draft)
    try {
      const written = await write(tenant, drafts)
      batch.forEach(({ draft, resolve }, at) => {
        resolve(written[at] ?? draft.signal)
      })
    } catch (error) {
      if (isAway(error)) for (const { reject } of batch) reject(error)
      // What one of them does wrong is not the others' fault.
      else for (const one of batch) await writeAlone(tenant, one)
    }
  }
  const run = async (tenant: string, line: Line): Promise<void> => {
    while (line.count > 0) await writeTogether(tenant, takeTurns(line))
    lines.delete(tenant)
  }

  /** Resolves when the signal is committed. Throws THREATS_INTAKE_FULL and what the database throws. */
  return (tenant: string, draft: Draft): Promise<Signal> =>
    new Promise((resolve, reject) => {
      const known = lines.get(tenant)
      const line: Line = known ?? { detectors: new Map(), count: 0 }
      if (line.count >= MOST_WAITING) {
        reject(threatsErrors.THREATS_INTAKE_FULL('Too many signals wait for the database; try again soon.'))
        return
      }
      const { detector } = draft.signal
      const waiting = line.detectors.get(detector) ?? []
      waiting.push({ draft, resolve, reject })
      line.detectors.set(detector, waiting)
      line.count += 1
      if (known !== undefined) return
      lines.set(tenant, line)
      // After this turn: what came with it goes together.
      setImmediate(() => void run(tenant, line))
    })
}
