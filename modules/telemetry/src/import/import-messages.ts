/** What the importing thread is asked and answers. */
import type { ImportTarget, TableReference } from './table-reference.ts'

export type ImportQuestion = {
  /** The file is told apart by its extension. */
  readonly path: string
  readonly delimiter?: string
  readonly target: ImportTarget
  readonly maxRows: number
  readonly maxUnpackedBytes: number
  readonly seed: number
}

export type ImportAnswer =
  | { readonly reference: TableReference }
  | { readonly failure: { readonly code: string; readonly message: string } }
