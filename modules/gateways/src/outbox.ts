/**
 * Reports on their way to the control plane: kept on disk until it took them, within a bound, in order. A crash loses
 * what was added since the last flush (100 ms); what does not fit is counted.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Logger, writeFileDurably } from '@rampart/kit'
import type { ReportItem, ReportKind } from './report.ts'

export type OutboxDeps = {
  readonly dir: string
  readonly maxBytes: number
  readonly logger: Logger
}

export type Outbox = {
  /** Names the numbering of the items; a new folder begins a new one. */
  readonly stream: string
  /** False when it did not fit. */
  add(kind: ReportKind, body: object): boolean
  /** The oldest items that fit into `maxBytes`, at least one when there is any. */
  peek(maxItems: number, maxBytes: number): ReportItem[]
  /** Items up to this number were taken. */
  taken(sequence: number): void
  waiting(): number
  dropped(): number
  flush(): Promise<void>
  stop(): Promise<void>
}

type Kept = { readonly item: ReportItem; readonly bytes: number }
/** `base`: where the numbers of the last start began. */
type State = { readonly stream: string; readonly taken: number; readonly base: number }

const FLUSH_MS = 100
/** More than any process adds between two flushes. */
const SKIP = 1_000_000
const FILE = { mode: 0o600 }

const readState = (path: string): State => {
  if (!existsSync(path)) return { stream: randomUUID(), taken: -1, base: 0 }
  return JSON.parse(readFileSync(path, 'utf8')) as State
}

/** A last line that a crash cut off is left out. */
const readItems = (path: string, after: number): Kept[] => {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      try {
        const item = JSON.parse(line) as ReportItem
        return item.sequence > after ? [{ item, bytes: line.length + 1 }] : []
      } catch {
        return []
      }
    })
}

export const createOutbox = ({ dir, maxBytes, logger }: OutboxDeps): Outbox => {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const statePath = join(dir, 'state.json')
  const itemsPath = join(dir, 'items.ndjson')
  const before = readState(statePath)
  const kept = readItems(itemsPath, before.taken)
  // What a crash took from the file may have been taken by the control plane: its numbers are not given again.
  const base = Math.max(before.base, before.taken, kept.at(-1)?.item.sequence ?? 0) + SKIP
  let state = { ...before, base }
  writeFileDurably(statePath, JSON.stringify(state), 0o600)
  let bytes = kept.reduce((sum, one) => sum + one.bytes, 0)
  let next = base
  let written = bytes
  let dropped = 0
  let unwritten = ''
  let writing: Promise<void> | undefined

  const write = async (): Promise<void> => {
    const text = unwritten
    unwritten = ''
    try {
      // Mostly taken: the file begins anew with what waits; the numbers go on from the state.
      if (written > 0 && (kept.length === 0 || written > maxBytes)) {
        written = bytes
        await writeFile(itemsPath, kept.map(({ item }) => `${JSON.stringify(item)}\n`).join(''), FILE)
      } else if (text !== '') {
        written += text.length
        await appendFile(itemsPath, text, FILE)
      }
    } catch (error) {
      logger.warn({ err: error }, 'gateway.outbox-not-written')
    }
  }
  const flush = async (): Promise<void> => {
    await writing
    writing = write()
    await writing
  }
  let dirty = false
  const timer = setInterval(() => {
    if (!dirty) return
    dirty = false
    void flush()
  }, FLUSH_MS).unref()

  return {
    stream: state.stream,
    add: (kind, body) => {
      const item = { sequence: next, kind, body: body as ReportItem['body'] }
      const line = `${JSON.stringify(item)}\n`
      if (bytes + line.length > maxBytes) {
        dropped += 1
        return false
      }
      next += 1
      kept.push({ item, bytes: line.length })
      bytes += line.length
      unwritten += line
      dirty = true
      return true
    },
    peek: (maxItems, limit) => {
      const items: ReportItem[] = []
      let size = 0
      for (const one of kept) {
        size += one.bytes
        if (items.length >= maxItems || (items.length > 0 && size > limit)) break
        items.push(one.item)
      }
      return items
    },
    taken: (sequence) => {
      const count = kept.findIndex(({ item }) => item.sequence > sequence)
      const gone = kept.splice(0, count < 0 ? kept.length : count)
      if (gone.length === 0) return
      bytes -= gone.reduce((sum, one) => sum + one.bytes, 0)
      state = { ...state, taken: sequence }
      writeFileDurably(statePath, JSON.stringify(state), 0o600)
      dirty = true
    },
    waiting: () => kept.length,
    dropped: () => dropped,
    flush,
    stop: async () => {
      clearInterval(timer)
      await flush()
    },
  }
}
