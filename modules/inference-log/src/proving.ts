/** Makes the proof of a record from the files of its segment and the audit entry that has the segment's root. */
import { basename } from 'node:path'
import type { SegmentAnchor } from '@rampart/serving'
import { readLines } from '@rampart/serving'
import { hashLeaf, proveInSegment, RECORD_PROOF_SCHEMA, type RecordProof } from '@rampart/signing'
import type { Catalog } from './catalog.ts'
import type { Converter } from './converter.ts'
import { inferenceLogErrors } from './errors.ts'
import type { LeafFiles } from './leaf-files.ts'
import { overlaps, parsePlace } from './log-file.ts'
import type { ParquetWorker } from './parquet-worker.ts'
import type { Readers } from './readers.ts'
import type { FoundRecord } from './search.ts'

/** The entry that anchors a segment, and its place in the newest checkpoint. */
export type AuditLink = RecordProof['audit'] & {
  readonly anchor: Pick<SegmentAnchor, 'id' | 'root' | 'records'>
}

export const createProving = (deps: {
  readonly catalog: Catalog
  readonly worker: Pick<ParquetWorker, 'ask'>
  readonly readers: Readers
  readonly leafFiles: LeafFiles
  readonly converter: Pick<Converter, 'waiting'>
  readonly auditLink: (segment: string) => Promise<AuditLink | undefined>
}) => {
  const { catalog } = deps

  /** The segment that a record is of: the last one of its epoch that begins at or before it. */
  const locate = async (
    record: FoundRecord,
  ): Promise<{ readonly segment: string; readonly leaves: () => Promise<Uint8Array> } | undefined> => {
    const place = parsePlace(record.id)
    if (place === undefined) return undefined
    const range = { epoch: place.epoch, first: place.sequence, last: place.sequence }
    const waiting = (await deps.converter.waiting()).filter(({ name }) => name.startsWith(place.epoch))
    const files = catalog
      .files()
      .filter((file) => overlaps(file, range))
      .map(({ path }) => catalog.absolute(path))
    const line = (
      await deps.worker.ask('segmentsOf', { files, sequence: place.sequence, epoch: place.epoch })
    )[0]
    if (line !== undefined) return { segment: line, leaves: () => leavesOf(line) }
    const open = waiting
      .filter(({ name }) => (parsePlace(name)?.sequence ?? Number.POSITIVE_INFINITY) <= place.sequence)
      .at(-1)
    return open === undefined
      ? undefined
      : { segment: basename(open.name), leaves: () => leavesOfLines(open.path) }
  }

  const leavesOf = async (segment: string): Promise<Uint8Array> => {
    const kept = await deps.leafFiles.read(segment)
    if (kept !== undefined) return kept
    const place = parsePlace(segment)
    const files = catalog
      .files()
      .filter(
        (file) =>
          place !== undefined &&
          overlaps(file, { epoch: place.epoch, first: place.sequence, last: place.sequence }),
      )
    const { hashes } = await deps.worker.ask('leaves', {
      files: files.map(({ path }) => catalog.absolute(path)),
      segment,
    })
    return hashes
  }

  return {
    prove: (record: FoundRecord): Promise<RecordProof> =>
      deps.readers.reading(async () => {
        const at = await locate(record)
        const link = at === undefined ? undefined : await deps.auditLink(at.segment)
        if (at === undefined || link === undefined)
          throw inferenceLogErrors.INFERENCE_LOG_NOT_ANCHORED(
            `the file of record ${record.id} is not in the audit log yet`,
          )
        const line = String(record['record'])
        const segment = await proveInSegment(line, at.segment, await at.leaves())
        if (
          segment === undefined ||
          link.anchor.root !== `sha256:${segment.root}` ||
          link.anchor.records !== segment.size
        )
          throw inferenceLogErrors.INFERENCE_LOG_INCOMPLETE(
            `the records of segment ${at.segment} do not give the root that the audit log has for it`,
          )
        const { anchor: _anchor, ...audit } = link
        return { schema: RECORD_PROOF_SCHEMA, id: record.id, record: line, segment, audit }
      }),
  }
}

const leavesOfLines = async (path: string): Promise<Uint8Array> => {
  const hashes: Uint8Array[] = []
  for await (const { line, complete } of readLines(path)) if (complete) hashes.push(hashLeaf(line))
  return Buffer.concat(hashes)
}
