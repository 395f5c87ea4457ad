/**
 * Which callers' records were erased, up to when. The list is a file that is written before anything is removed: records of
 * that time which turn up later (a gateway's file, a restart in the middle) are left out too. It holds digests, no names.
 */
import { hash } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { callerText, type Erased } from './parquet-sql.ts'

export type Erasure = Erased & {
  readonly id: string
  readonly tenant: string
  /** Who asked for it. */
  readonly by: string
  readonly state: 'running' | 'done'
  readonly records: number
  readonly files: number
}

export type Erasures = {
  list(): readonly Erasure[]
  /** Synced when it resolves. */
  put(erasure: Erasure): Promise<void>
}

const FILE = 'erasures.ndjson'

export const callerDigestOf = (tenant: string, caller: string): string =>
  hash('sha256', callerText(tenant, caller))

const readErasure = (line: string): Erasure | undefined => {
  try {
    return JSON.parse(line) as Erasure
  } catch {
    return undefined
  }
}

export const openErasures = async (folder: string): Promise<Erasures> => {
  const path = join(folder, FILE)
  const text = await readFile(path, 'utf8').catch(() => '')
  const known = new Map<string, Erasure>()
  for (const line of text.split('\n')) {
    const erasure = line === '' ? undefined : readErasure(line)
    if (erasure !== undefined) known.set(erasure.id, erasure)
  }
  return {
    list: () => [...known.values()],
    put: async (erasure) => {
      const file = await open(path, 'a', 0o600)
      try {
        // A line that a crash cut off must not swallow this one.
        await file.appendFile(`\n${JSON.stringify(erasure)}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
      known.set(erasure.id, erasure)
    },
  }
}

/** One entry per caller, the latest. */
export const erasedCallers = (erasures: readonly Erasure[]): Erased[] => {
  const latest = new Map<string, string>()
  for (const { callerDigest, before } of erasures)
    if (before > (latest.get(callerDigest) ?? '')) latest.set(callerDigest, before)
  return [...latest].map(([callerDigest, before]) => ({ callerDigest, before }))
}
