/** What a kind of resource is to the command line. */
import type { Column } from './table.ts'

export type Resource = Readonly<Record<string, unknown>>

export type Kind = {
  readonly singular: string
  readonly plural: string
  readonly aliases?: readonly string[]
  readonly listPath: string
  /** Path of one; absent where the API has none. `name` is already checked to be non-empty. */
  readonly itemPath?: (name: string) => string
  /** Query parameter by which the list is narrowed to a name. */
  readonly nameQuery?: string
  readonly deletable?: boolean
  readonly nameOf: (item: Resource) => string
  readonly columns: (now: number) => readonly Column<Resource>[]
}
