/** Every error that reading a table can raise. */
import { defineErrors } from '@rampart/kit/core'

export const tablesErrors = defineErrors({
  TABLES_FILE_MISSING: { kind: 'NotFound', summary: 'There is no such file, or it cannot be read.' },
  TABLES_COLUMN_MISSING: { kind: 'NotFound', summary: 'The table has no column of that name.' },
  TABLES_MALFORMED: { kind: 'InvalidInput', summary: 'The file is not a well-formed table.' },
  TABLES_UNSUPPORTED: {
    kind: 'InvalidInput',
    summary: 'The file holds something that is not read as a column.',
    help: 'CSV, TSV, Parquet and npz are read; npz arrays of one or two dimensions of numbers or booleans.',
  },
  TABLES_TOO_LARGE: { kind: 'InvalidInput', summary: 'A part of the file is larger than a table may have.' },
})
