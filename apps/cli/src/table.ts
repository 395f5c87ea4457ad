/** Text tables: left-aligned columns two spaces apart, upper-case heads, numbers to the right. */
import { printable } from './io.ts'

export type Column<Row> = {
  readonly head: string
  readonly cell: (row: Row) => string
  /** Shown with `-o wide` only. */
  readonly wide?: boolean
  readonly right?: boolean
}

const pad = (text: string, width: number, right: boolean): string =>
  right ? text.padStart(width) : text.padEnd(width)

/** Widths count code points: good enough for names, digests and numbers. */
export const renderTable = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string => {
  const cells = rows.map((row) => columns.map((column) => printable(column.cell(row)) || '-'))
  const widths = columns.map((column, index) =>
    Math.max(column.head.length, ...cells.map((line) => [...(line[index] ?? '')].length)),
  )
  const render = (line: readonly string[]): string =>
    line
      .map((text, index) => pad(text, widths[index] ?? 0, columns[index]?.right === true))
      .join('  ')
      .trimEnd()
  return [render(columns.map((column) => column.head)), ...cells.map(render)]
    .map((line) => `${line}\n`)
    .join('')
}

/** `12s`, `5m`, `3h`, `2d` since an RFC 3339 time. */
export const age = (time: unknown, now: number): string => {
  const then = typeof time === 'string' ? Date.parse(time) : Number.NaN
  if (Number.isNaN(then)) return ''
  const seconds = Math.max(0, Math.round((now - then) / 1000))
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}
