/** Files anew without some of their records, and small files as one. */
import { stat } from 'node:fs/promises'
import { type Clock, newId, type Random } from '@rampart/kit'
import type { Catalog } from './catalog.ts'
import type { LeafFiles } from './leaf-files.ts'
import { type LogFile, mergeRanges } from './log-file.ts'
import type { ParquetWorker } from './parquet-worker.ts'
import type { Readers } from './readers.ts'
import { folderOf, type Removal } from './store.ts'

export type Rewriting = {
  /** Files of one tenant and day as one, without what is removed. The hashes of what goes are kept first. */
  replace(files: readonly LogFile[], removal: Removal): Promise<void>
  /** Records of the file that `removal` means. */
  count(
    file: LogFile,
    removal: Removal,
  ): Promise<{ readonly records: number; readonly segments: readonly string[] }>
  /** Whole files. Segments that have records elsewhere can still be proved afterwards. */
  drop(files: readonly LogFile[]): Promise<void>
}

export const createRewriting = (deps: {
  readonly clock: Clock
  readonly random: Random
  readonly catalog: Catalog
  readonly worker: Pick<ParquetWorker, 'ask'>
  readonly readers: Readers
  readonly leafFiles: LeafFiles
}): Rewriting => {
  const { catalog, worker } = deps
  const absolute = (files: readonly LogFile[]): string[] => files.map(({ path }) => catalog.absolute(path))

  const commit = async (add: readonly LogFile[], remove: readonly LogFile[]): Promise<void> => {
    await catalog.commit({ add, remove: remove.map(({ path }) => path), segments: [] })
    await deps.readers.discard(absolute(remove))
  }

  return {
    count: (file, removal) => worker.ask('affected', { files: absolute([file]), removal }),
    replace: async (files, removal) => {
      const [first] = files
      if (first === undefined) return
      if (removal.kind !== 'nothing')
        for (const file of files) {
          const { segments } = await worker.ask('affected', { files: absolute([file]), removal })
          await deps.leafFiles.keep(segments)
        }
      const path = `parquet/${folderOf(first.tenant)}/${first.day}/${newId(deps.clock, deps.random)}.parquet`
      const draft = catalog.draftOf(path)
      const summary = await worker.ask('merge', { files: absolute(files), removal, draft })
      if (summary === undefined) return commit([], files)
      const { tenant, day } = first
      const ranges = mergeRanges(files.flatMap((file) => file.ranges))
      await commit([{ path, tenant, day, ranges, ...summary, bytes: (await stat(draft)).size }], files)
    },
    drop: async (files) => {
      const gone = new Set(files.map(({ path }) => path))
      const others = catalog.files().filter(({ path }) => !gone.has(path))
      for (const file of files) {
        const isShared = others.some((other) =>
          other.ranges.some((one) =>
            file.ranges.some(
              ({ epoch, first, last }) => epoch === one.epoch && first <= one.last && last >= one.first,
            ),
          ),
        )
        if (isShared) await deps.leafFiles.keep(await worker.ask('segmentsOf', { files: absolute([file]) }))
      }
      await commit([], files)
    },
  }
}
