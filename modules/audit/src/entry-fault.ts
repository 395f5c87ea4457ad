/** What is wrong with a stored entry's place and columns, judged by its body. */

import type { EntryRow } from './audit-source.ts'
import { type AuditBody, parseBody } from './entry.ts'

type Fault = { readonly index: number; readonly why: string }

const columnFault = (row: EntryRow, body: AuditBody): string | undefined => {
  if (row.entryId !== body.id) return 'entry id'
  if (row.tenant !== body.tenant) return 'tenant'
  // The column holds microseconds, the body milliseconds.
  if (typeof body.time !== 'string' || row.time !== `${body.time.slice(0, -1)}000Z`) return 'time'
  if (row.principal !== body.principal) return 'principal'
  if (row.action !== body.action) return 'action'
  if (row.entityKind !== body.entity.kind) return 'entity kind'
  if (row.entityId !== body.entity.id) return 'entity id'
  if (row.outcome !== body.outcome) return 'outcome'
  return undefined
}

const placeFault = (row: EntryRow, expected: number, body: AuditBody | undefined): Fault => {
  // A gap means that the expected entry is gone; a row before the log begins tells by its body where it belongs.
  if (Number(row.idx) > expected)
    return { index: expected, why: `missing: the next stored entry is ${row.idx}` }
  const index = Number.isSafeInteger(body?.index) ? (body?.index ?? expected) : expected
  return { index, why: `it was renumbered to ${row.idx}` }
}

/** Undefined when the row is entry `expected` and every column says what the body says. */
export const entryFault = (row: EntryRow, expected: number): Fault | undefined => {
  const body = parseBody(row.body)
  if (row.idx !== String(expected)) return placeFault(row, expected, body)
  if (body === undefined) return { index: expected, why: 'body is not an audit entry' }
  if (body.index !== expected)
    return { index: expected, why: `its body says it is entry ${String(body.index)}` }
  const column = columnFault(row, body)
  return column === undefined ? undefined : { index: expected, why: `${column} is not what the body says` }
}
