/** A dense table: sortable heads, right-aligned numbers, rows reachable by `j`/`k` through their `data-row` link. */
import { ArrowDown, ArrowUp } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { cx } from './class-names.ts'
import { Bone } from './notice.tsx'

export type Column<Row> = {
  id: string
  head: ReactNode
  cell: (row: Row) => ReactNode
  align?: 'right'
  /** Present when the column can be sorted. */
  sort?: (row: Row) => string | number
  /** The column yields its room on screens narrower than this. */
  from?: 'sm' | 'md' | 'lg' | 'xl'
  className?: string
}

export type Sort = { column: string; descending: boolean }

/** More rows than this make a page slow; the others are one press away. */
const SHOWN = 200

/** Margins of a row belong to the row: which cell is its first or last depends on the width of the screen. */
const EDGES = "before:table-cell before:w-2 before:content-[''] after:table-cell after:w-2 after:content-['']"

const FROM = {
  sm: 'hidden sm:table-cell',
  md: 'hidden md:table-cell',
  lg: 'hidden lg:table-cell',
  xl: 'hidden xl:table-cell',
} as const

export const sortRows = <Row,>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sort: Sort | undefined,
): Row[] => {
  const by = columns.find((column) => column.id === sort?.column)?.sort
  if (by === undefined || sort === undefined) return [...rows]
  const direction = sort.descending ? -1 : 1
  return [...rows].sort((a, b) => {
    const left = by(a)
    const right = by(b)
    return left < right ? -direction : left > right ? direction : 0
  })
}

type Props<Row> = {
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[] | undefined
  rowKey: (row: Row) => string
  sort?: Sort | undefined
  onSort?: (sort: Sort) => void
  empty?: ReactNode
  rowClass?: (row: Row) => string | undefined
  skeletonRows?: number
}

export const DataTable = <Row,>(props: Props<Row>) => {
  const { label, columns, rows, rowKey, sort, onSort, empty, rowClass, skeletonRows = 6 } = props
  const [all, showAll] = useState(false)
  if (rows !== undefined && rows.length === 0 && empty !== undefined) return <>{empty}</>
  return (
    <div className="relative w-full overflow-x-auto">
      <table aria-label={label} aria-busy={rows === undefined} className="w-full border-collapse text-sm">
        <thead>
          <tr className={cx(EDGES, 'border-b border-line')}>
            {columns.map((column) => (
              <Head key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows === undefined
            ? Array.from({ length: skeletonRows }, (_, at) => (
                <tr key={at} className={cx(EDGES, 'h-9 border-b border-line last:border-0')}>
                  {columns.map((column) => (
                    <td key={column.id} className={cellClass(column)}>
                      <Bone className="h-3 w-3/4 max-w-32 min-w-8" />
                    </td>
                  ))}
                </tr>
              ))
            : (all ? rows : rows.slice(0, SHOWN)).map((row) => (
                <tr
                  key={rowKey(row)}
                  className={cx(
                    EDGES,
                    'group/row h-9 border-b border-line last:border-0 hover:bg-hover has-[[data-row]:focus-visible]:bg-accent-soft',
                    rowClass?.(row),
                  )}
                >
                  {columns.map((column) => (
                    <td key={column.id} className={cellClass(column)}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
        </tbody>
      </table>
      {!all && rows !== undefined && rows.length > SHOWN && (
        <button
          type="button"
          onClick={() => showAll(true)}
          className="w-full border-t border-line px-4 py-2 text-sm text-accent hover:bg-hover"
        >
          Show {(rows.length - SHOWN).toLocaleString('en-GB')} more rows
        </button>
      )}
    </div>
  )
}

const cellClass = <Row,>(column: Column<Row>): string =>
  cx(
    'px-2 py-1.5 align-middle',
    column.align === 'right' && 'tnum text-right whitespace-nowrap',
    column.from !== undefined && FROM[column.from],
    column.className,
  )

const Head = <Row,>(props: {
  column: Column<Row>
  sort: Sort | undefined
  onSort: ((sort: Sort) => void) | undefined
}) => {
  const { column, sort, onSort } = props
  const active = sort?.column === column.id
  const sortable = column.sort !== undefined && onSort !== undefined
  const Arrow = active && sort?.descending ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      aria-sort={active ? (sort?.descending ? 'descending' : 'ascending') : undefined}
      className={cx(
        'eyebrow h-8 px-2 text-left whitespace-nowrap',
        column.align === 'right' && 'text-right',
        column.from !== undefined && FROM[column.from],
      )}
    >
      {sortable ? (
        <button
          type="button"
          onClick={() => onSort({ column: column.id, descending: active ? !sort?.descending : false })}
          className={cx(
            'group/head inline-flex items-center gap-0.5 hover:text-ink',
            active && 'text-ink',
            column.align === 'right' && 'flex-row-reverse',
          )}
        >
          {column.head}
          <Arrow aria-hidden className={cx('size-3', !active && 'opacity-0 group-hover/head:opacity-50')} />
        </button>
      ) : (
        column.head
      )}
    </th>
  )
}
