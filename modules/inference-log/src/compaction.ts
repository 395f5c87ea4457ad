/** Many small files of a tenant and day are slow to read: they become one. */
import type { Catalog } from './catalog.ts'
import type { LogFile } from './log-file.ts'
import type { InferenceLogOptions } from './options.ts'
import type { Rewriting } from './rewriting.ts'

type Sizes = Pick<InferenceLogOptions, 'compactFiles' | 'smallFileBytes' | 'compactBytes'>

/** The next files to become one; empty when there are not enough. Pure. */
export const filesToCompact = (files: readonly LogFile[], sizes: Sizes): LogFile[] => {
  const groups = Map.groupBy(
    files.filter(({ bytes }) => bytes < sizes.smallFileBytes),
    ({ tenant, day }) => `${tenant} ${day}`,
  )
  for (const group of groups.values()) {
    if (group.length < sizes.compactFiles) continue
    const chosen: LogFile[] = []
    let bytes = 0
    for (const file of group.sort((a, b) => a.bytes - b.bytes)) {
      if (bytes + file.bytes > sizes.compactBytes) break
      chosen.push(file)
      bytes += file.bytes
    }
    if (chosen.length > 1) return chosen
  }
  return []
}

/** Compacts until nothing is left to; answers how many files went. */
export const compact = async (deps: {
  readonly catalog: Catalog
  readonly rewriting: Rewriting
  readonly options: Sizes
}): Promise<number> => {
  let gone = 0
  for (;;) {
    const files = filesToCompact(deps.catalog.files(), deps.options)
    if (files.length === 0) return gone
    await deps.rewriting.replace(files, { kind: 'nothing' })
    gone += files.length
  }
}
