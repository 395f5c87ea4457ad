/** Segments as serving writes them, and a log over a temporary folder, for tests. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMetrics, cryptoRandom, newId, systemClock } from '@rampart/kit'
import { silentLogger } from '@rampart/kit/testing'
import type { AnchorBatch } from '@rampart/serving'
import {
  createCompactTree,
  createEd25519Signer,
  createInclusionProof,
  generateEd25519Pem,
  hashLeaf,
  signCheckpoint,
} from '@rampart/signing'
import { createInferenceLog, type InferenceLogDeps } from './inference-log.ts'
import type { InferenceLogOptions } from './options.ts'

export type TestRecord = Readonly<Record<string, unknown>>

export type WrittenSegment = {
  readonly name: string
  readonly path: string
  readonly epoch: string
  readonly root: string
  readonly lines: readonly string[]
  readonly ids: readonly string[]
}

export const recordId = (epoch: string, sequence: number): string =>
  `${epoch}-${String(sequence).padStart(12, '0')}`

export const newEpoch = (): string => newId(systemClock, cryptoRandom)

const lineOf = (epoch: string, sequence: number, record: TestRecord): string => {
  const { time = '2026-11-20T10:00:00.000Z', tenant = 'default', route = 'fraud', ...rest } = record
  const head = {
    seq: sequence,
    epoch,
    time,
    tenant,
    route,
    model: 'fraud',
    version: '1.0.0',
    digest: 'sha256:aa',
  }
  return JSON.stringify({
    ...head,
    status: 200,
    latency_us: 100 + sequence,
    rows: 1,
    caller: 'user:ann',
    decision: 'd1',
    ...rest,
  })
}

/** One segment, closed unless `isOpen`. */
export const writeSegment = async (
  folder: string,
  records: readonly TestRecord[],
  where: { readonly epoch?: string; readonly first?: number; readonly isOpen?: boolean } = {},
): Promise<WrittenSegment> => {
  const { epoch = newEpoch(), first = 1, isOpen = false } = where
  await mkdir(folder, { recursive: true })
  const lines = records.map((record, at) => lineOf(epoch, first + at, record))
  const tree = createCompactTree()
  for (const line of lines) tree.append(hashLeaf(Buffer.from(line)))
  const root = Buffer.from(tree.root()).toString('hex')
  const name = recordId(epoch, first)
  const path = join(folder, `${name}.ndjson`)
  await writeFile(path, `${lines.join('\n')}\n`)
  const side = { kind: 'segment', id: name, epoch, records: lines.length, root: `sha256:${root}` }
  if (!isOpen) await writeFile(join(folder, `${name}.json`), JSON.stringify(side))
  return { name, path, epoch, root, lines, ids: lines.map((_, at) => recordId(epoch, first + at)) }
}

const signer = createEd25519Signer(generateEd25519Pem())
const ORIGIN = 'rampart.local/audit/test'
export const testTrust = { origin: ORIGIN, publicKey: signer.publicKey }

/** An audit log of one entry per segment, as proofs need it. */
export const auditOf = (segments: readonly WrittenSegment[]): InferenceLogDeps['auditLink'] => {
  const bodies = segments.map(({ name, root, lines }) =>
    Buffer.from(
      JSON.stringify({
        action: 'inference-log.anchor',
        details: { id: name, root: `sha256:${root}`, records: lines.length },
      }),
    ),
  )
  const leaves = bodies.map((body) => hashLeaf(body))
  const rootOf = (from: number, to: number): Uint8Array => {
    const tree = createCompactTree()
    for (const leaf of leaves.slice(from, to)) tree.append(leaf)
    return tree.root()
  }
  const nodes = async (level: number, from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) =>
      rootOf((from + at) * 2 ** level, (from + at + 1) * 2 ** level),
    )
  return async (segment) => {
    const index = segments.findIndex(({ name }) => name === segment)
    const written = segments[index]
    if (written === undefined) return undefined
    const hashes = await createInclusionProof({ nodes }, index, leaves.length)
    const root = rootOf(0, leaves.length)
    const checkpoint = signCheckpoint({ origin: ORIGIN, size: leaves.length, root, extensions: [] }, signer)
    return {
      entry: (bodies[index] as Buffer).toString('base64'),
      index,
      size: leaves.length,
      hashes: hashes.map((one) => Buffer.from(one).toString('hex')),
      checkpoint,
      anchor: { id: segment, root: `sha256:${written.root}`, records: written.lines.length },
    }
  }
}

/** A log over `home`; ticks only when told to. */
export const openTestLog = async (
  home: string,
  options: Partial<InferenceLogOptions> = {},
  changes: Partial<InferenceLogDeps> = {},
) => {
  const anchored: AnchorBatch[] = []
  const log = createInferenceLog({
    clock: systemClock,
    random: cryptoRandom,
    logger: silentLogger,
    metrics: createMetrics(),
    rotate: async () => undefined,
    anchor: async (batch) => void anchored.push(batch),
    auditLink: async () => undefined,
    routeRetention: async () => new Map(),
    options: {
      tickMs: 3_600_000,
      retentionDays: 36_500,
      ...options,
      segmentsFolder: join(home, 'inference'),
      folder: join(home, 'inference-log'),
    },
    ...changes,
  })
  await log.start()
  return { log, anchored, segments: join(home, 'inference'), folder: join(home, 'inference-log') }
}

export const inHome = async (work: (home: string) => Promise<void>): Promise<void> => {
  const home = await mkdtemp(join(tmpdir(), 'rampart-inference-log-'))
  await work(home).finally(() => rm(home, { recursive: true, force: true }))
}
