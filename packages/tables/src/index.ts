/** Tables in files, read block by block: CSV, TSV, Parquet, npz. */
export { type Cell, cellOf } from './cell.ts'
export type { Block, Table } from './columns.ts'
export { openTable, type TableOptions } from './table.ts'
