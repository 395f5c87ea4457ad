/**
 * Reference profiles from uploaded tables. A table is spooled to a file of bounded size and read in a thread of its own,
 * one at a time, with a limit of memory and time: hostile bytes cost that thread only.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Worker } from 'node:worker_threads'
import { entity, formatModelVersionRef, type ModelVersionRef } from '@rampart/domain'
import {
  AppError,
  type Clock,
  type Logger,
  newId,
  type Random,
  type RequestPrincipal,
  resolveWorker,
  type Tx,
} from '@rampart/kit'
import { telemetryErrors } from '../errors.ts'
import type { BuiltReference } from '../reference.ts'
import type { ImportAnswer, ImportQuestion } from './import-messages.ts'
import type { ImportTarget, TableReference } from './table-reference.ts'

export const TABLE_FORMATS = ['csv', 'tsv', 'parquet', 'npz'] as const
export type TableFormat = (typeof TABLE_FORMATS)[number]

export type ReferenceImportDeps = {
  /** Where tables wait while they are read; emptied at the start. */
  readonly folder: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly maxBytes: number
  /** Undefined for a version whose signature is not known yet; throws what a missing version throws. */
  readonly describe: (tenant: string, ref: ModelVersionRef) => Promise<ImportTarget | undefined>
  readonly adopt: (
    tenant: string,
    ref: ModelVersionRef,
    built: BuiltReference,
    within: (tx: Tx) => Promise<void>,
  ) => Promise<void>
  readonly audit: {
    record(
      tx: Tx,
      deed: {
        readonly tenant: string
        readonly principal: string
        readonly action: string
        readonly entity: ReturnType<typeof entity>
        readonly outcome: 'success'
        readonly details: Readonly<Record<string, unknown>>
      },
    ): Promise<void>
  }
}

export type ImportRequest = {
  readonly ref: ModelVersionRef
  readonly format: TableFormat
  readonly delimiter?: string | undefined
  readonly body: Readable
}

export type ReferenceImport = ReturnType<typeof createReferenceImport>

const MAX_ROWS = 10_000_000
const MAX_UNPACKED_BYTES = 128 * 1024 * 1024
const READ_MS = 120_000
const HEAP_MB = 1024

const limited = (maxBytes: number): Transform => {
  let size = 0
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      size += chunk.length
      if (size > maxBytes)
        done(telemetryErrors.TELEMETRY_TABLE_TOO_LARGE(`the table is larger than ${maxBytes} bytes`))
      else done(null, chunk)
    },
  })
}

const failed = (message: string) => telemetryErrors.TELEMETRY_REFERENCE_INVALID(message)

/** The thread is ended whatever it says; dying of memory or time is the table's fault. */
const readInThread = async (question: ImportQuestion): Promise<TableReference> => {
  const worker = new Worker(resolveWorker(import.meta.url, './import-worker.ts'), {
    workerData: question,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })
  const timer = setTimeout(() => void worker.terminate(), READ_MS)
  try {
    const answer = await new Promise<ImportAnswer>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? failed('the table needs too much memory') : error),
      )
      worker.once('exit', () => reject(failed(`the table could not be read within ${READ_MS / 1000} s`)))
    })
    if ('reference' in answer) return answer.reference
    if (answer.failure.code === '') throw new Error(answer.failure.message)
    throw new AppError({ kind: 'InvalidInput', ...answer.failure })
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}

export const createReferenceImport = (deps: ReferenceImportDeps) => {
  let busy = false

  const read = async (request: ImportRequest, target: ImportTarget): Promise<TableReference> => {
    const path = join(deps.folder, `${newId(deps.clock, deps.random)}.${request.format}`)
    try {
      await mkdir(deps.folder, { recursive: true, mode: 0o700 })
      await pipeline(
        request.body,
        limited(deps.maxBytes),
        createWriteStream(path, { mode: 0o600, flags: 'wx' }),
      )
      return await readInThread({
        path,
        target,
        maxRows: MAX_ROWS,
        maxUnpackedBytes: MAX_UNPACKED_BYTES,
        seed: deps.random.uint32(),
        ...(request.delimiter === undefined ? {} : { delimiter: request.delimiter }),
      })
    } finally {
      await rm(path, { force: true })
    }
  }

  const importOne = async (principal: RequestPrincipal, request: ImportRequest) => {
    const { tenant } = principal
    const { ref, format } = request
    const target = await deps.describe(tenant, ref)
    if (target === undefined)
      throw telemetryErrors.TELEMETRY_NOT_ASSESSED(
        `${formatModelVersionRef(ref)} has no signature yet: it was not assessed.`,
      )
    const { built, ignored } = await read(request, target)
    const features = built.features.map(({ name }) => name)
    await deps.adopt(tenant, ref, built, (tx) =>
      deps.audit.record(tx, {
        tenant,
        principal: `${principal.kind}:${principal.id}`,
        action: 'telemetry.reference-imported',
        entity: entity('model-version', formatModelVersionRef(ref)),
        outcome: 'success',
        details: { rows: built.rows, features: features.length, format },
      }),
    )
    deps.logger.info(
      { model: ref.name, version: ref.version, rows: built.rows },
      'telemetry.reference-imported',
    )
    return { rows: built.rows, features, ignored }
  }

  return {
    /** Replaces the profile of the version. Throws TELEMETRY_IMPORT_BUSY while another table is read. */
    importReference: async (principal: RequestPrincipal, request: ImportRequest) => {
      if (busy) throw telemetryErrors.TELEMETRY_IMPORT_BUSY('another table is being read')
      busy = true
      try {
        return await importOne(principal, request)
      } finally {
        busy = false
      }
    },
  }
}
