/** Opens a table by the extension of its file. */
import type { Table } from './columns.ts'
import { openCsv } from './csv.ts'
import { openNpz } from './npz.ts'
import { openParquet } from './parquet.ts'

export type TableOptions = {
  /** Of CSV; a comma by default, a tab for `.tsv`. */
  readonly delimiter?: string
  /** Of an npz unpacked; 512 MiB by default. */
  readonly maxBytes?: number
}

/** Opens by extension: `.parquet`, `.npz`, `.tsv`; everything else is CSV. Throws TABLES_FILE_MISSING, TABLES_MALFORMED. */
export const openTable = async (path: string, options: TableOptions = {}): Promise<Table> => {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase()
  if (extension === 'parquet') return openParquet(path)
  if (extension === 'npz') return openNpz(path, options.maxBytes)
  return openCsv(path, options.delimiter ?? (extension === 'tsv' ? '\t' : ','))
}
